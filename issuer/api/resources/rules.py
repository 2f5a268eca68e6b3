"""Mastery rules: those that hold, every version that was ever used, and setting them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import col

from issuer.api import store_repository as repository
from issuer.api.access import OfTheSchool, RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.bodies import RawBody, members_of
from issuer.api.errors import UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.audit import service as audit
from issuer.competency import service
from issuer.competency.models import MasteryRuleVersion, RuleSetVersion
from issuer.competency.rule_entry import MAX_VERSION
from issuer.competency.rule_reader import read_rules
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(prefix="/rules", tags=["rules"], route_class=ApiRoute)

FILE: Final = "body.json"
"""What problems name as the file, and what says that it is JSON."""
_EXAMPLE: Final = {
    "rules": [{"name": "two-in-three", "version": 1, "method": "n-times", "n": 2, "threshold": 3}]
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rules"],
                    "additionalProperties": False,
                    "properties": {
                        "rules": {"type": "array", "minItems": 1, "items": {"type": "object"}}
                    },
                },
                "example": _EXAMPLE,
            }
        },
    }
}


class RulesShown(Shown):
    """The rules that hold, in the order in which they are asked.

    ``id`` is null, and ``recordedAt`` too, where the school has set none: then our own hold.
    """

    id: int | None
    recorded_at: datetime | None
    rules: list[dict[str, Any]]


class RulesSet(RulesShown):
    """The rules that hold now; ``changed`` is false where they held already."""

    changed: bool


class RuleVersionShown(Shown):
    """A rule as it was first used; its name and version never mean anything else."""

    name: str
    version: int
    recorded_at: datetime
    definition: dict[str, Any]


class HistoryQuery(ListQuery):
    """The rule sets in which order."""

    sort: Literal["id", "-id"] = "-id"


class VersionsQuery(ListQuery):
    """Which rule versions, in which order."""

    name: ShortText | None = None
    sort: Literal["id", "-id", "version", "-version"] = "id"


@router.get("", summary="Rules that hold")
def get_rules(_caller: OfTheSchool, site: SiteDep) -> RulesShown:
    """The rule set by which judgments are made now."""
    with session_scope(site.engine, read_only=True) as session:
        row = repository.newest_rule_set(session)
        if row is None:
            document = service.default_rules().document()
            return RulesShown(id=None, recorded_at=None, rules=document["rules"])
        return _rules(row)


def _rules(row: RuleSetVersion) -> RulesShown:
    return RulesShown(id=row.id, recorded_at=row.recorded_at, rules=row.document["rules"])


@router.put("", summary="Set the rules", openapi_extra=_BODY)
def put_rules(body: RawBody, caller: RegistrarOnly, site: SiteDep) -> RulesSet:
    """Let these rules hold from now on: the contents of a rule file in JSON."""
    members_of(body)
    rule_set, now = read_rules(body, FILE), site.clock()
    with session_scope(site.engine) as session:
        changed = service.use_rules(session, rule_set, now)
        if changed:
            count = len(rule_set.assignments)
            audit.record(session, caller.who, "rules.set", now=now, rules=count)
        row = repository.newest_rule_set(session)
        if row is None:
            raise TypeError("rules that were set are there")
        return RulesSet(**_rules(row).model_dump(), changed=changed)


@router.get("/history", summary="Rule sets")
def list_rule_sets(
    asked: Annotated[HistoryQuery, Query()],
    _caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[RulesShown]:
    """Every rule set that was ever set, the newest first."""
    sorts = {"id": Sort(col(RuleSetVersion.id), int)}
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(repository.rule_sets(), sorts), asked)
        link(request, response, asked, found.next)
        return Page(items=[_rules(row) for row in found.rows], next=found.next)


@router.get("/versions", summary="Rule versions")
def list_rule_versions(
    asked: Annotated[VersionsQuery, Query()],
    _caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[RuleVersionShown]:
    """Every version of every rule that was ever used."""
    query = repository.rule_versions()
    if asked.name is not None:
        query = query.where(col(MasteryRuleVersion.name) == asked.name)
    sorts = {
        "id": Sort(repository.RULE_KEY, str),
        "version": Sort(col(MasteryRuleVersion.version), int),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [RuleVersionShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)


@router.get("/versions/{name}/{version}", summary="Rule version")
def get_rule_version(
    name: Annotated[ShortText, Path()],
    version: Annotated[int, Path(ge=1, le=MAX_VERSION)],
    _caller: OfTheSchool,
    site: SiteDep,
) -> RuleVersionShown:
    """One version of one rule."""
    with session_scope(site.engine, read_only=True) as session:
        row = repository.rule_version(session, name, version)
        if row is None:
            raise UnknownThing("No rule of this name and version was ever used.", "List them.")
        return RuleVersionShown.model_validate(row)
