"""Serves the status lists, whole."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.status import service
from issuer.status.models import StatusList
from issuer.web.site import Site, SiteDep

MAX_AGE_SECONDS: Final = 60
"""Short, so that a withdrawal is seen soon."""
MAX_LIST: Final = 2**31 - 1
ListId = Annotated[int, Path(ge=1, le=MAX_LIST, description="The list's number.")]

router = APIRouter(tags=["public documents"])


@router.get("/status/{list_id}", summary="Status list")
def get_status_list(list_id: ListId, request: Request, site: SiteDep) -> Response:
    """A signed BitstringStatusListCredential. Always whole: nobody learns who is looked up."""
    status_list = _current(site, list_id)
    headers = {
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
        "ETag": f'"{status_list.etag}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(
        status_list.document.encode("utf-8"), media_type="application/json", headers=headers
    )


def _current(site: Site, list_id: int) -> StatusList:
    """As stored, or signed anew when half of its validity is over and the signer is open."""
    now = site.clock()
    with session_scope(site.engine, read_only=True) as session:
        status_list = service.published_list(session, list_id, now)
    if site.signer is None or not service.needs_signing(status_list, now):
        return status_list
    with session_scope(site.engine) as session:
        publisher = identity.publisher_for(session, site.settings, site.signer)
        validity = site.settings.status_list_validity
        return service.published_list(session, list_id, now, publisher, validity=validity)
