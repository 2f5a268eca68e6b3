"""Serves endorsements: those of the school, and each that concerns no person as it was signed."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse, Response

from issuer.db import session_scope
from issuer.endorsements import service
from issuer.web.site import SiteDep

ENDORSEMENT_SECONDS: Final = 3_600
"""How long a copy may be kept; an endorsement never changes, and may be withdrawn."""
EndorsementId = Annotated[str, Path(max_length=36, description="The endorsement's UUID.")]
JSON_FORM: Final = "application/vc"
JOSE_FORM: Final = "application/vc+jwt"
_HEADERS: Final = {"Cache-Control": f"public, max-age={ENDORSEMENT_SECONDS}"}

router = APIRouter(tags=["public documents"])


@router.get("/issuer/endorsements", summary="Endorsements of the school")
def get_issuer_endorsements(site: SiteDep) -> Response:
    """What others say of the school, each signed by whoever says it: OB 3.0 ``endorsement`` and
    ``endorsementJwt``, as a Profile has them."""
    with session_scope(site.engine, read_only=True) as session:
        found = service.delivered(session, [site.settings.did], site.clock())
    content = {"id": site.settings.did, "type": ["Profile"], **service.embedded(found)}
    return JSONResponse(content, headers=_HEADERS)


@router.get("/endorsements/{endorsement_id}", summary="Endorsement")
def get_endorsement(endorsement_id: EndorsementId, site: SiteDep) -> Response:
    """An endorsement of an achievement or an issuer, byte for byte as it was signed."""
    with session_scope(site.engine, read_only=True) as session:
        found = service.public(session, _uuid(endorsement_id))
    media_type = JOSE_FORM if found.is_token else JSON_FORM
    return Response(found.data, media_type=media_type, headers=_HEADERS)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
