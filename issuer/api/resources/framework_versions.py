"""Frameworks beside each other: their versions, their packages, and crosswalks between them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_serializer
from pydantic.alias_generators import to_camel

from issuer.api.access import AnyScope
from issuer.api.answers import ApiRoute
from issuer.api.paging import ListQuery, Page, Sort, find_among, link
from issuer.api.shown import Shown
from issuer.competency import service
from issuer.competency.crosswalk import RELATIONS, Match
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(tags=["frameworks"], route_class=ApiRoute)

MAX_VERSIONS: Final = 2**31 - 1
Relation = Literal[
    "exactMatchOf",
    "isRelatedTo",
    "isPeerOf",
    "isPartOf",
    "replacedBy",
    "isTranslationOf",
    "precedes",
]
"""As in issuer.competency.crosswalk.RELATIONS."""


class FrameworkVersionShown(Shown):
    """A version of a framework; ``number`` 1 is the first that was imported.

    ``version`` and ``lastChange`` are what its CFDocument says of itself; empty where it does not.
    """

    number: int
    version: str
    last_change: str
    imported_at: datetime
    digest: bytes

    @field_serializer("digest")
    def in_hexadecimal(self, value: bytes) -> str:
        """SHA-256 of the package: 64 digits."""
        return value.hex()


class MatchShown(Shown):
    """A competency that another matches.

    ``direction`` is ``both`` for exactMatchOf, else ``to`` or ``from``; ``competencyId`` is null
    where its framework is not here; ``via`` names the exact matches that led to it.
    """

    relation: str
    direction: str
    identifier: str
    uri: str
    title: str
    competency_id: UUID | None
    code: str
    framework_title: str
    via: list[str]


class CrosswalkPage(Page[MatchShown]):
    """A page of matches; ``complete`` is false where there are more than could be walked to."""

    complete: bool


class VersionsQuery(ListQuery):
    """The versions in which order."""

    sort: Literal["id", "-id", "importedAt", "-importedAt"] = "id"


class CrosswalkQuery(ListQuery):
    """Which matches, in which order; ``here``: whether the framework of the match is here."""

    relation: Relation | None = None
    here: bool | None = None
    sort: Literal["id", "-id", "code", "-code", "title", "-title"] = "id"


class PackageQuery(BaseModel):
    """Which version of the framework, and of CASE; as it came if neither is named."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)

    number: int | None = Field(None, ge=1, le=MAX_VERSIONS)
    case_version: Literal["1.0", "1.1"] | None = None


@router.get("/frameworks/{framework_id}/versions", summary="Versions of a framework")
def list_framework_versions(
    framework_id: UUID,
    asked: Annotated[VersionsQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[FrameworkVersionShown]:
    """What was imported for it, version by version; the last is the one that holds."""
    with session_scope(site.engine, read_only=True) as session:
        rows = service.framework_versions(session, framework_id)
    sorts = {
        "id": Sort(lambda one: one.number, int),
        "importedAt": Sort(lambda one: one.imported_at, datetime),
    }
    found = find_among(rows, sorts, asked)
    link(request, response, asked, found.next)
    items = [FrameworkVersionShown.model_validate(one) for one in found.rows]
    return Page(items=items, next=found.next, total=len(rows))


@router.get("/frameworks/{framework_id}/package", summary="CASE package of a framework")
def get_framework_package(
    framework_id: UUID,
    asked: Annotated[PackageQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
) -> dict[str, Any]:
    """The whole framework, or an earlier version of it, as a CASE package."""
    with session_scope(site.engine, read_only=True) as session:
        return service.export_case(
            session, framework_id, version=asked.case_version, number=asked.number
        )


@router.get("/competencies/{competency_id}/crosswalk", summary="Crosswalk of a competency")
def list_matches(
    competency_id: UUID,
    asked: Annotated[CrosswalkQuery, Query()],
    _caller: AnyScope,
    site: SiteDep,
    request: Request,
    response: Response,
) -> CrosswalkPage:
    """The competencies of other frameworks that one matches."""
    relations = RELATIONS if asked.relation is None else (asked.relation,)
    with session_scope(site.engine, read_only=True) as session:
        walked = service.crosswalk(session, competency_id, relations)
    rows = [
        one
        for one in walked.matches
        if asked.here is None or (one.competency_id is not None) is asked.here
    ]
    sorts = {
        "id": Sort(_match_key, str),
        "code": Sort(lambda one: one.code, str),
        "title": Sort(lambda one: one.title, str),
    }
    found = find_among({_match_key(one): one for one in rows}.values(), sorts, asked)
    link(request, response, asked, found.next)
    items = [MatchShown.model_validate(one) for one in found.rows]
    return CrosswalkPage(items=items, next=found.next, complete=walked.complete)


def _match_key(one: Match) -> str:
    return " ".join((one.relation, one.direction, one.identifier, one.uri, *one.via))
