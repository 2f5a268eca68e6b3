"""Judgments: read, explained, and made anew of everybody."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import people_repository as people
from issuer.api import store_repository as repository
from issuer.api.access import ApiDep, OfTheSchool, RegistrarOnly, RegistrarOrTeacher
from issuer.api.answers import ApiRoute
from issuer.api.bodies import JsonBody, Sent
from issuer.api.errors import ScopeMissing, UnknownThing
from issuer.api.judging import JudgingRun
from issuer.api.models import Scope
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.api.tokens import Caller
from issuer.audit import service as audit
from issuer.awards import service as awards
from issuer.competency import judgment_repository, service
from issuer.competency.deciding import MAX_REASON
from issuer.competency.models import Judgment
from issuer.competency.scales import scale_from_document
from issuer.competency.views import DecisionView
from issuer.db import session_scope
from issuer.web.site import Site, SiteDep

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


class EvidenceExplained(Shown):
    """A piece of evidence beside a judgment: whether it counted, and why not if it did not."""

    id: UUID
    title: str
    kind: str
    points: Decimal
    observed_at: datetime
    formative: bool
    setting: str
    assessor_kind: str
    assessor_role: str
    counted: bool
    used: bool
    why: str


class MemberExplained(Shown):
    """A member of a cluster; without a judgment of it there are no points."""

    competency_id: UUID
    name: str
    judgment_id: UUID | None
    points: Decimal
    mastered: bool


class DecisionShown(Shown):
    """What a person decided. A student is not shown who did, nor why."""

    verdict: str
    level: str
    decided_at: datetime
    proposal_id: UUID
    decided_by: str | None
    reason: str | None


class Explanation(Shown):
    """How a judgment came about, in sentences, and whether it comes out the same again.

    ``kappa`` is the agreement between assessors as it was then, where the rule asked for it.
    """

    judgment_id: UUID
    competency: str
    rule: str
    rule_name: str
    rule_version: int
    level: str
    score: Decimal | None
    mastered: bool
    kappa: Decimal | None
    reasons: list[str]
    evidence: list[EvidenceExplained]
    members: list[MemberExplained]
    decided_by: str
    decision: DecisionShown | None
    recomputes: bool
    differences: list[str]


class DecisionSent(Sent):
    """Why it was decided so. Who decided is whoever brings the token."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "I saw it in class three times since."}

    reason: str = Field(min_length=1, max_length=MAX_REASON)


class ConfirmationSent(DecisionSent):
    """The same, and the level that is decided on if it is another than the rule proposes."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "reason": "The last piece was made under better conditions.",
        "level": "Proficient",
    }

    level: str = Field("", max_length=255, description="A level's name; empty confirms.")


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
        return _in_full(session, _existing(session, caller, judgment_id, site.clock()))


def _in_full(session: Session, row: Judgment) -> JudgmentInFull:
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
        _existing(session, caller, judgment_id, site.clock())
        told = service.explain(session, judgment_id)
    return Explanation(
        judgment_id=told.judgment_id,
        competency=f"{told.competency_code} {told.competency_statement}".strip(),
        rule=told.rule.sentence,
        rule_name=told.rule.name,
        rule_version=told.rule.version,
        level=told.level_name,
        score=told.score,
        mastered=told.mastered,
        kappa=told.kappa,
        reasons=list(told.reasons),
        evidence=[EvidenceExplained.model_validate(one) for one in told.evidence],
        members=[MemberExplained.model_validate(one) for one in told.members],
        decided_by=told.decided_by,
        decision=_decision(told.decision, caller),
        recomputes=told.recomputation.equal,
        differences=list(told.recomputation.differences),
    )


def _decision(found: DecisionView | None, caller: Caller) -> DecisionShown | None:
    if found is None:
        return None
    hidden = caller.scope is Scope.STUDENT
    return DecisionShown(
        verdict=found.verdict,
        level=found.level_name,
        decided_at=found.decided_at,
        proposal_id=found.proposal_id,
        decided_by=None if hidden else found.decided_by,
        reason=None if hidden else found.reason,
    )


@router.post("/judgments/{judgment_id}/confirm", summary="Confirm a proposal")
def confirm_judgment(
    judgment_id: UUID,
    sent: Annotated[ConfirmationSent, Depends(JsonBody(ConfirmationSent))],
    caller: RegistrarOrTeacher,
    site: SiteDep,
) -> JudgmentInFull:
    """Confirm what a rule proposes, or decide on another level; the judgment that stands then."""
    verdict = "level" if sent.level else "confirmed"
    decide = partial(service.confirm, level=sent.level, reason=sent.reason)
    return _decide(judgment_id, decide, verdict, caller, site)


@router.post("/judgments/{judgment_id}/decline", summary="Decline a proposal")
def decline_judgment(
    judgment_id: UUID,
    sent: Annotated[DecisionSent, Depends(JsonBody(DecisionSent))],
    caller: RegistrarOrTeacher,
    site: SiteDep,
) -> JudgmentInFull:
    """Decline what a rule proposes: from then on a judgment stands that is not of mastery."""
    decide = partial(service.decline, reason=sent.reason)
    return _decide(judgment_id, decide, "declined", caller, site)


def _decide(
    judgment_id: UUID,
    decide: Callable[..., UUID],
    verdict: str,
    caller: Caller,
    site: Site,
) -> JudgmentInFull:
    """Decide, and log it, in one transaction. A teacher decides about those he teaches only."""
    now = site.clock()
    with session_scope(site.engine) as session:
        row = _existing(session, caller, judgment_id, now)
        if not people.may_decide(session, caller, row.learner_id, now):
            raise ScopeMissing(
                "A teacher decides about the students of his classes, and not about himself.",
                "Ask a registrar.",
                details={"scopes": [Scope.REGISTRAR.value]},
            )
        by = people.name_of(session, caller)
        made = decide(session, judgment_id, by=by, now=now)
        audit.record_decision(
            session, caller.who, now=now, judgment=judgment_id, made=made, verdict=verdict
        )
        return _in_full(session, _existing(session, caller, made, now))


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
