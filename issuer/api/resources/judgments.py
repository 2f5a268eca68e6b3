"""Judgments: read, explained, and made anew of everybody."""

from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import people_repository as people
from issuer.api import store_repository as repository
from issuer.api.access import ApiDep, OfTheSchool, RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.errors import UnknownThing
from issuer.api.judging import JudgingRun
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.api.tokens import Caller
from issuer.awards import service as awards
from issuer.competency import judgment_repository, service
from issuer.competency.mastery import top_points
from issuer.competency.models import Judgment
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import scale_from_document
from issuer.competency.words import rule_sentence
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(tags=["judgments"], route_class=ApiRoute)


class JudgmentShown(Shown):
    """What a rule made of a learner's evidence on a competency.

    ``supersededBy`` is set where another took its place. ``state`` is ``decided``, or ``proposed``
    where a person has yet to decide.
    """

    id: UUID
    learner_id: UUID
    competency_id: UUID
    rule_name: str
    rule_version: int
    level: str | None
    level_position: int | None
    score: Decimal | None
    mastered: bool
    state: str
    judged_at: datetime
    superseded_by: UUID | None


class JudgmentInFull(JudgmentShown):
    """A judgment with all that it looked at, and what its score came from."""

    evidence_ids: list[UUID]
    used_ids: list[UUID]


class Explanation(Shown):
    """How a judgment came about, in sentences, and whether it comes out the same again."""

    judgment_id: UUID
    rule: str
    reasons: list[str]
    recomputes: bool
    differences: list[str]


class JudgingShown(Shown):
    """A run of judging: learners done, of how many, and what came of it."""

    id: UUID
    state: Literal["running", "done", "failed"]
    started_at: datetime
    done: int
    total: int
    new: int | None = None
    unchanged: int | None = None
    superseded: int | None = None
    mastered: int | None = None
    without_rule: int | None = None
    problem: str | None = None


class JudgmentsQuery(ListQuery):
    """Which judgments, in which order; those that were superseded only if asked for."""

    learner_id: UUID | None = None
    competency_id: UUID | None = None
    rule_name: ShortText | None = None
    mastered: bool | None = None
    state: Literal["decided", "proposed"] | None = None
    standing: bool = True
    sort: Literal["id", "-id", "judgedAt", "-judgedAt"] = "id"


@router.get("/judgments", summary="Judgments")
def list_judgments(
    asked: Annotated[JudgmentsQuery, Query()],
    caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[JudgmentShown]:
    """Judgments of those whom the token may see."""
    query = _filtered(_visible(caller, site.clock()), asked)
    sorts = {
        "id": Sort(col(Judgment.id), UUID),
        "judgedAt": Sort(col(Judgment.judged_at), datetime, needs=("learnerId",)),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [JudgmentShown(**one) for one in _members(session, found.rows)]
        return Page(items=items, next=found.next)


def _visible(caller: Caller, now: datetime) -> Select[Any]:
    return repository.judgments().where(people.may_see(caller, col(Judgment.learner_id), now))


def _filtered(query: Select[Any], asked: JudgmentsQuery) -> Select[Any]:
    wanted = {
        Judgment.learner_id: asked.learner_id,
        Judgment.competency_id: asked.competency_id,
        Judgment.rule_name: asked.rule_name,
        Judgment.mastered: asked.mastered,
        Judgment.state: asked.state,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    return query.where(col(Judgment.superseded_by).is_(None)) if asked.standing else query


def _members(session: Session, rows: Any) -> list[dict[str, Any]]:
    """What is shown of each; the scales are read together."""
    documents = judgment_repository.scales(session, {row.scale_id for row in rows})
    scales = {key: scale_from_document(document) for key, document in documents.items()}
    names = [name for name in JudgmentShown.model_fields if name != "level"]
    return [
        {name: getattr(row, name) for name in names}
        | {
            "level": None
            if row.level_position is None
            else scales[row.scale_id][row.level_position - 1].name
        }
        for row in rows
    ]


@router.get("/judgments/{judgment_id}", summary="Judgment")
def get_judgment(judgment_id: UUID, caller: OfTheSchool, site: SiteDep) -> JudgmentInFull:
    """One judgment, superseded or not."""
    with session_scope(site.engine, read_only=True) as session:
        row = _existing(session, caller, judgment_id, site.clock())
        return JudgmentInFull(
            **_members(session, [row])[0],
            evidence_ids=[UUID(one) for one in row.evidence_ids],
            used_ids=[UUID(one) for one in row.used_ids],
        )


def _existing(session: Session, caller: Caller, wanted: UUID, now: datetime) -> Judgment:
    query = _visible(caller, now).where(col(Judgment.id) == wanted)
    row: Judgment | None = session.scalars(query).first()
    if row is None:
        raise UnknownThing(
            "There is no judgment with this id that this token may see.", "List the judgments."
        )
    return row


@router.get("/judgments/{judgment_id}/explanation", summary="Explanation of a judgment")
def explain_judgment(judgment_id: UUID, caller: OfTheSchool, site: SiteDep) -> Explanation:
    """How a judgment came about; it is formed again from what it names."""
    with session_scope(site.engine, read_only=True) as session:
        row = _existing(session, caller, judgment_id, site.clock())
        again = service.recompute(session, judgment_id)
        version = repository.rule_version(session, row.rule_name, row.rule_version)
        if version is None:
            raise TypeError("a judgment that was recomputed has its rule")
        documents = judgment_repository.scales(session, [row.scale_id])
        top = top_points(scale_from_document(documents[row.scale_id]))
        return Explanation(
            judgment_id=row.id,
            rule=rule_sentence(MasteryRule.from_definition(version.definition), top),
            reasons=row.reasons,
            recomputes=again.equal,
            differences=list(again.differences),
        )


@router.post("/judging", status_code=HTTPStatus.ACCEPTED, summary="Start judging")
def start_judging(caller: RegistrarOnly, site: SiteDep, api: ApiDep) -> JudgingShown:
    """Judge everybody by the rules that hold, and award what is due; ask for the run to see how
    far it is."""

    def award() -> object:
        world = awards.Outside(site.settings)
        return awards.award_all(site.engine, world, site.clock, caller.who)

    return _run(api.judging.start(site.engine, site.clock(), caller.who, award))


@router.get("/judging/{run_id}", summary="Run of judging")
def get_judging(run_id: UUID, _caller: RegistrarOnly, api: ApiDep) -> JudgingShown:
    """How far a run of judging is, or what came of it, until the service is started anew."""
    run = api.judging.run(run_id)
    if run is None:
        raise UnknownThing("This service knows of no such run of judging.", "Start another.")
    return _run(run)


def _run(run: JudgingRun) -> JudgingShown:
    report = run.report
    counts: dict[str, Any] = {}
    if report is not None:
        counts = {
            "new": report.new,
            "unchanged": report.unchanged,
            "superseded": report.superseded,
            "mastered": report.mastered,
            "without_rule": report.unruled,
        }
    return JudgingShown(
        id=run.id,
        state=run.state,
        started_at=run.started_at,
        done=run.done,
        total=run.total,
        problem=run.problem,
        **counts,
    )
