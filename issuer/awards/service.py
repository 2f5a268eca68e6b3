"""What the rest of the issuer may ask of awards; commands and the API come in here.

Every function takes a Session and commits nothing, but ``award_all``, which runs steps of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.audit import service as audit
from issuer.awards import repository
from issuer.awards.deciding import APPROVED, DECLINED
from issuer.awards.deciding import approve as _approve
from issuer.awards.deciding import decline as _decline
from issuer.awards.definitions import AwardSet, Definition
from issuer.awards.errors import UnknownDefinition
from issuer.awards.evaluating import AwardReport, evaluate, known_of
from issuer.awards.holding import Holdings
from issuer.awards.keeping import Catalogue, current_awards, read_file, use_awards
from issuer.awards.models import AwardState
from issuer.awards.progress import Progress, progress
from issuer.awards.reader import read_awards
from issuer.awards.receiving import ReceivedReport, receive
from issuer.awards.repository import AwardRow, listing
from issuer.awards.settling import AT_ONCE, Answers, Questions, World, ask, plan, settle
from issuer.awards.world import Outside
from issuer.db import session_scope
from issuer.workflow.runner import run_step

__all__ = [
    "Answers",
    "AwardReport",
    "AwardRow",
    "AwardSet",
    "AwardState",
    "LearnerProgress",
    "Outside",
    "ReceivedReport",
    "approve",
    "ask",
    "award_all",
    "current_awards",
    "decline",
    "define",
    "evaluate",
    "learner_progress",
    "listing",
    "plan",
    "progress_document",
    "questions_of",
    "read_awards",
    "read_file",
    "receive",
    "record_received",
    "settle",
]
MAX_ROUNDS = 10
"""Times that awards which wait for one another are looked at in one run."""


def define(session: Session, award_set: AwardSet, now: datetime, who: str, file: str = "") -> bool:
    """Let these achievements be awarded from now on, and log it.

    Returns:
        True if they differ from those that were awarded.

    Raises:
        ImportProblems: awards.unknown-competency.
        AwardChanged: see keeping.use_awards.
    """
    changed = use_awards(session, award_set, now, file)
    if changed:
        count = len(award_set.definitions)
        audit.record(session, who, "awards.define", now=now, achievements=count)
    return changed


def award_all(
    engine: Engine,
    world: World,
    clock: Callable[[], datetime],
    who: str,
    on_progress: Callable[[int, int], None] | None = None,
) -> AwardReport:
    """Award whatever is due now: evaluate, find out what is held, and again for what rests on it.

    Each step is a transaction; killed anywhere, it is simply run again.

    Args:
        engine: the issuer's database.
        world: what is outside the school; asked only where something is held.
        clock: tells the present.
        who: asked for it, as the audit log names him.
        on_progress: told how many learners are through it, and of how many.
    """
    total = AwardReport()
    with session_scope(engine, read_only=True) as session:
        if current_awards(session) is None:
            return total
        held_before = repository.held_ids(session)
    for _ in range(MAX_ROUNDS):
        found = run_step(
            "evaluate awards",
            engine,
            lambda session: _evaluated(session, clock(), who, on_progress),
        )
        settled = _settle_held(engine, world, clock, who)
        total += found + settled
        if not settled.awarded:
            break
    with session_scope(engine, read_only=True) as session:
        # Most that were held on the way are settled by now.
        return replace(total, held=repository.held_besides(session, held_before))


def _evaluated(
    session: Session, now: datetime, who: str, on_progress: Callable[[int, int], None] | None
) -> AwardReport:
    report = evaluate(session, now, on_progress)
    _record(session, "awards.evaluate", report, now, who)
    return report


def _record(session: Session, action: str, report: AwardReport, now: datetime, who: str) -> None:
    if not report.nothing_changed:
        audit.record(
            session,
            who,
            action,
            now=now,
            awarded=report.awarded,
            waiting=report.waiting,
            held=report.held,
            lapsed=report.lapsed,
        )


def _settle_held(
    engine: Engine, world: World, clock: Callable[[], datetime], who: str
) -> AwardReport:
    total, after = AwardReport(), None
    while True:
        with session_scope(engine, read_only=True) as session:
            ids = repository.held_after(session, after, AT_ONCE)
            questions = plan(session, ids)
        if not ids:
            return total
        answers, after = ask(questions, world), ids[-1]
        work = partial(_settled, ids=ids, answers=answers, clock=clock, who=who)
        total += run_step("settle awards", engine, work)


def _settled(
    session: Session,
    ids: list[UUID],
    answers: Answers,
    clock: Callable[[], datetime],
    who: str,
) -> AwardReport:
    now = clock()
    report = settle(session, ids, answers, now)
    _record(session, "awards.settle", report, now, who)
    return report


def questions_of(session: Session, award_id: UUID) -> Questions:
    """What has to be found out before one award is approved; only reads."""
    return plan(session, [award_id])


def approve(
    session: Session,
    award_id: UUID,
    *,
    by: str,
    reason: str,
    answers: Answers,
    now: datetime,
    who: str,
) -> AwardRow:
    """Approve an award, and log it; as deciding.approve."""
    _approve(session, award_id, by=by, reason=reason, answers=answers, now=now)
    return _logged(session, award_id, APPROVED, now, who)


def decline(
    session: Session, award_id: UUID, *, by: str, reason: str, now: datetime, who: str
) -> AwardRow:
    """Decline an award, and log it; as deciding.decline."""
    _decline(session, award_id, by=by, reason=reason, now=now)
    return _logged(session, award_id, DECLINED, now, who)


def _logged(session: Session, award_id: UUID, verdict: str, now: datetime, who: str) -> AwardRow:
    action = "award.approve" if verdict == APPROVED else "award.decline"
    audit.record(session, who, action, now=now, kind="award", subject=award_id)
    return repository.awards(session, [award_id])[award_id]


@dataclass(frozen=True, slots=True)
class LearnerProgress:
    """How a learner stands with an achievement that has requirements.

    Args:
        award: what was made of it; None if nothing.
        progress: by what is known without asking anybody outside.
    """

    definition: Definition
    award: AwardRow | None
    progress: Progress


def learner_progress(
    session: Session, learner_id: UUID, now: datetime, key: str = ""
) -> list[LearnerProgress]:
    """How a learner stands with what can be earned, in the order of the award file.

    Args:
        session: reads only.
        learner_id: who.
        now: aware.
        key: of one achievement alone.

    Raises:
        UnknownDefinition: no achievement with requirements has this key.
    """
    catalogue = Catalogue.of(session)
    definitions = () if catalogue is None else catalogue.award_set.definitions
    wanted = [one for one in definitions if one.requires is not None and key in ("", one.key)]
    if catalogue is None or (key and not wanted):
        if key:
            raise UnknownDefinition(
                f"No achievement with requirements has the key {key[:100]!r}.",
                "List them with `issuer award definitions`.",
            )
        return []
    holdings = Holdings(session, catalogue, [learner_id])
    held, live, known = holdings.of(learner_id), holdings.live(learner_id), known_of(catalogue)
    return [
        LearnerProgress(one, live.get(one.key), progress(one, held, known, now)) for one in wanted
    ]


def progress_document(one: LearnerProgress) -> dict[str, Any]:
    """The same as JSON, with the members' names as the API has them."""
    return {
        "key": one.definition.key,
        "version": one.definition.version,
        "type": one.definition.type,
        "title": one.definition.title,
        "state": None if one.award is None else one.award.state,
        "reason": "" if one.award is None else one.award.reason,
        "progress": _node(one.progress),
    }


def _node(one: Progress) -> dict[str, Any]:
    return {
        "standing": one.standing.value,
        "asked": one.asked,
        "told": one.told,
        "required": one.required,
        "members": [_node(member) for member in one.members],
    }


def record_received(session: Session, report: ReceivedReport, now: datetime, who: str) -> None:
    """Log that a credential of another issuer was taken in."""
    if report.is_new:
        audit.record(
            session,
            who,
            "received.add",
            now=now,
            kind="received",
            subject=report.id,
            learner=report.learner_id,
        )
