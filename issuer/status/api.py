"""Serves the status lists, whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.signing import Publisher
from issuer.status import lists
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
    now = site.clock()
    status_list = _current(request, site, list_id, now)
    headers = {
        "Cache-Control": f"public, max-age={_max_age(status_list, now)}",
        "ETag": f'"{status_list.etag}"',
    }
    if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(
        status_list.document.encode("utf-8"), media_type="application/json", headers=headers
    )


def _max_age(status_list: StatusList, now: datetime) -> int:
    """Seconds for which a copy may be kept: never past the list's own end."""
    left = int((status_list.valid_until - now).total_seconds())
    return max(0, min(MAX_AGE_SECONDS, left))


def _is_known(if_none_match: str, etag: str) -> bool:
    """Whether the reader has this very list (RFC 9110 §13.1.2, weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def _current(request: Request, site: Site, list_id: int, now: datetime) -> StatusList:
    """As stored, or signed anew when that is due and the list's signer is open."""
    with session_scope(site.engine, read_only=True) as session:
        status_list = lists.published_list(session, list_id, now)
    if not lists.needs_signing(status_list, now):
        return status_list
    others: Mapping[str, Publisher] = getattr(request.app.state, "status_publishers", {})
    if site.signer is None and status_list.issuer not in others:
        return status_list
    with session_scope(site.engine) as session:
        publisher = others.get(status_list.issuer) or _school(session, site)
        validity = site.settings.status_list_validity
        return lists.published_list(session, list_id, now, publisher, validity=validity)


def _school(session: Session, site: Site) -> Publisher | None:
    """The school as the publisher of its own lists, if its signer is open."""
    if site.signer is None:
        return None
    return identity.publisher_for(session, site.settings, site.signer)
