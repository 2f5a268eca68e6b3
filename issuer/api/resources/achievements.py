"""Achievements: what can be earned, as it is published."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from issuer.api import credential_repository as repository
from issuer.api.access import AnyScope
from issuer.api.answers import ApiRoute
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import Shown
from issuer.db import session_scope
from issuer.minting import service
from issuer.minting.models import Achievement
from issuer.web.site import SiteDep

router = APIRouter(prefix="/achievements", tags=["achievements"], route_class=ApiRoute)


class AchievementShown(Shown):
    """What can be earned."""

    id: UUID
    competency_id: UUID
    name: str
    created_at: datetime


class AchievementInFull(AchievementShown):
    """An achievement with its Open Badges 3.0 document."""

    document: dict[str, Any]


class AchievementsQuery(ListQuery):
    """Which achievements, in which order."""

    competency_id: UUID | None = None
    sort: Literal["id", "-id", "name", "-name", "createdAt", "-createdAt"] = "id"


@router.get("", summary="Achievements")
def list_achievements(
    asked: Annotated[AchievementsQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[AchievementShown]:
    """The achievements that credentials of this school name."""
    query = repository.achievements()
    if asked.competency_id is not None:
        query = query.where(col(Achievement.competency_id) == asked.competency_id)
    sorts = {
        "id": Sort(col(Achievement.id), UUID),
        "name": Sort(col(Achievement.name), str),
        "createdAt": Sort(col(Achievement.created_at), datetime),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [AchievementShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)


@router.get("/{achievement_id}", summary="Achievement")
def get_achievement(achievement_id: UUID, _caller: AnyScope, site: SiteDep) -> AchievementInFull:
    """One achievement."""
    with session_scope(site.engine, read_only=True) as session:
        row = service.achievement(session, achievement_id)
        shown = AchievementShown.model_validate(row)
        return AchievementInFull(**shown.model_dump(), document=json.loads(row.document))
