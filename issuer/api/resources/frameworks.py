"""Frameworks, their competencies and rubrics: what is judged, and by which levels."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import store_repository as repository
from issuer.api.access import AnyScope
from issuer.api.answers import ApiRoute
from issuer.api.errors import UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.competency import framework_repository, service
from issuer.competency.mastery import Level
from issuer.competency.models import Competency, Framework, Rubric
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(tags=["frameworks"], route_class=ApiRoute)


class FrameworkShown(Shown):
    """A CASE CFDocument, and how much it holds."""

    id: UUID
    uri: str
    title: str
    creator: str
    imported_at: datetime
    competencies: int
    associations: int


class CompetencyShown(Shown):
    """A CASE CFItem. ``removedAt`` is set where a newer package no longer has it."""

    id: UUID
    framework_id: UUID
    uri: str
    code: str
    statement: str
    short_statement: str
    item_type: str
    removed_at: datetime | None


class LevelShown(Shown):
    """A level of a rubric; ``position`` counts from 1, the lowest."""

    id: str
    name: str
    description: str
    points: Decimal | None
    position: int


class CompetencyInFull(CompetencyShown):
    """A competency, where it stands, and the levels that it is judged by, the lowest first."""

    path: list[str]
    levels: list[LevelShown]


class RubricShown(Shown):
    """A CASE CFRubric."""

    id: UUID
    framework_id: UUID
    title: str


class CriterionShown(Shown):
    """A criterion of a rubric, and its levels in their order."""

    id: UUID
    competency_id: UUID | None
    levels: list[LevelShown]


class RubricInFull(RubricShown):
    """A rubric with its criteria."""

    criteria: list[CriterionShown]


class FrameworksQuery(ListQuery):
    """Which frameworks, in which order."""

    title: ShortText | None = None
    sort: Literal["id", "-id", "title", "-title", "importedAt", "-importedAt"] = "id"


class CompetenciesQuery(ListQuery):
    """Which competencies, in which order."""

    framework_id: UUID | None = None
    code: ShortText | None = None
    item_type: ShortText | None = None
    removed: bool = False
    sort: Literal["id", "-id", "code", "-code", "position", "-position"] = "id"


class RubricsQuery(ListQuery):
    """Which rubrics, in which order."""

    framework_id: UUID | None = None
    sort: Literal["id", "-id"] = "id"


@router.get("/frameworks", summary="Frameworks")
def list_frameworks(
    asked: Annotated[FrameworksQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[FrameworkShown]:
    """The frameworks that the school has imported."""
    query = repository.frameworks()
    if asked.title is not None:
        query = query.where(col(Framework.title) == asked.title)
    sorts = {
        "id": Sort(col(Framework.id), UUID),
        "title": Sort(col(Framework.title), str),
        "importedAt": Sort(col(Framework.imported_at), datetime),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        total = None if asked.title is not None else repository.count_frameworks(session)
        return Page(items=_frameworks(session, found.rows), next=found.next, total=total)


def _frameworks(session: Session, rows: Any) -> list[FrameworkShown]:
    counts = framework_repository.counts(session)
    return [
        FrameworkShown(
            id=row.id,
            uri=row.uri,
            title=row.title,
            creator=row.creator,
            imported_at=row.imported_at,
            competencies=counts.get(row.id, (0, 0))[0],
            associations=counts.get(row.id, (0, 0))[1],
        )
        for row in rows
    ]


@router.get("/frameworks/{framework_id}", summary="Framework")
def get_framework(framework_id: UUID, _caller: AnyScope, site: SiteDep) -> FrameworkShown:
    """One framework."""
    with session_scope(site.engine, read_only=True) as session:
        query = repository.frameworks().where(col(Framework.id) == framework_id)
        return _frameworks(session, [_one(session, query, "framework")])[0]


@router.get("/competencies", summary="Competencies")
def list_competencies(
    asked: Annotated[CompetenciesQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[CompetencyShown]:
    """Competencies and the headings above them; those that were removed only if asked for."""
    query = repository.competencies()
    if asked.framework_id is not None:
        query = query.where(col(Competency.framework_id) == asked.framework_id)
    if asked.code is not None:
        query = query.where(col(Competency.code) == asked.code)
    if asked.item_type is not None:
        query = query.where(col(Competency.item_type) == asked.item_type)
    removed_at = col(Competency.removed_at)
    query = query.where(removed_at.is_not(None) if asked.removed else removed_at.is_(None))
    sorts = {
        "id": Sort(col(Competency.id), UUID),
        "code": Sort(col(Competency.code), str),
        "position": Sort(col(Competency.position), int, needs=("frameworkId",)),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [CompetencyShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)


@router.get("/competencies/{competency_id}", summary="Competency")
def get_competency(competency_id: UUID, _caller: AnyScope, site: SiteDep) -> CompetencyInFull:
    """One competency, where it stands, and its levels."""
    with session_scope(site.engine, read_only=True) as session:
        query = repository.competencies().where(col(Competency.id) == competency_id)
        row = _one(session, query, "competency")
        view = service.competency_view(session, competency_id)
        levels = service.competency_levels(session, competency_id)
        shown = CompetencyShown.model_validate(row)
        return CompetencyInFull(
            **shown.model_dump(), path=list(view.path), levels=[_level(one) for one in levels]
        )


def _level(level: Level) -> LevelShown:
    return LevelShown.model_validate(level)


@router.get("/rubrics", summary="Rubrics")
def list_rubrics(
    asked: Annotated[RubricsQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[RubricShown]:
    """The rubrics of the frameworks."""
    query = repository.rubrics()
    if asked.framework_id is not None:
        query = query.where(col(Rubric.framework_id) == asked.framework_id)
    sorts = {"id": Sort(col(Rubric.id), UUID)}
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [RubricShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)


@router.get("/rubrics/{rubric_id}", summary="Rubric")
def get_rubric(rubric_id: UUID, _caller: AnyScope, site: SiteDep) -> RubricInFull:
    """One rubric with its criteria and their levels."""
    with session_scope(site.engine, read_only=True) as session:
        query = repository.rubrics().where(col(Rubric.id) == rubric_id)
        row = _one(session, query, "rubric")
        criteria = repository.criteria(session, rubric_id)
        levels = repository.levels(session, [one.id for one in criteria])
        return RubricInFull(
            id=row.id,
            framework_id=row.framework_id,
            title=row.title,
            criteria=[
                CriterionShown(
                    id=one.id,
                    competency_id=one.competency_id,
                    levels=[
                        LevelShown(
                            id=str(level.id),
                            name=level.name,
                            description=level.description,
                            points=level.points,
                            position=level.position + 1,
                        )
                        for level in levels.get(one.id, [])
                    ],
                )
                for one in criteria
            ],
        )


def _one(session: Session, query: Select[*tuple[Any, ...]], what: str) -> Any:
    row = session.execute(query).first()
    if row is None:
        raise UnknownThing(f"There is no {what} with this id.", "List them.")
    return row
