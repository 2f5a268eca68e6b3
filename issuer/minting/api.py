"""Serves achievements: what can be earned, for programs and for people."""

import json
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from credentials.json_types import JsonObject
from issuer.db import session_scope
from issuer.endorsements import service as endorsements
from issuer.minting import service
from issuer.minting.pages import achievement_page
from issuer.web.negotiation import HTML, JSON, preferred
from issuer.web.site import SiteDep

ACHIEVEMENT_SECONDS: Final = 3_600
AchievementId = Annotated[str, Path(max_length=36, description="The achievement's UUID.")]

router = APIRouter(tags=["public documents"])


@router.get("/achievements/{achievement_id}", summary="Achievement")
def get_achievement(achievement_id: AchievementId, request: Request, site: SiteDep) -> Response:
    """An Open Badges 3.0 Achievement: JSON for programs, a page for people.

    What others endorse stands in it as they signed it. It is no part of the achievement that
    credentials hold, nor of what an endorsement's digest covers.
    """
    headers = {"Vary": "Accept", "Cache-Control": f"public, max-age={ACHIEVEMENT_SECONDS}"}
    with session_scope(site.engine, read_only=True) as session:
        achievement: JsonObject = json.loads(
            service.achievement(session, _uuid(achievement_id)).document
        )
        said = endorsements.delivered(session, [achievement["id"]], site.clock())
    offers = [JSON, "application/ld+json", HTML]
    if preferred(request.headers.get("accept"), offers) == HTML:
        return achievement_page(request, achievement, said, headers)
    return JSONResponse({**achievement, **endorsements.embedded(said)}, headers=headers)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
