"""Every query about rules and judgments. Never commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from issuer.competency.models import Judgment, LevelScale, MasteryRuleVersion, RuleSetVersion
from issuer.db.chunks import chunks

Row = dict[str, Any]
DECIDED = "decided"
PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Standing:
    """The judgment that stands for a learner and a competency."""

    id: UUID
    learner_id: UUID
    competency_id: UUID
    mastered: bool


def newest_rule_set(session: Session) -> dict[str, Any] | None:
    """The rule set that holds; None if there is none yet."""
    query = select(col(RuleSetVersion.document)).order_by(col(RuleSetVersion.id).desc()).limit(1)
    return session.scalars(query).first()


def add_rule_set(session: Session, document: dict[str, Any], now: datetime) -> None:
    """A new rule set, which holds from now on."""
    session.add(RuleSetVersion(document=document, recorded_at=now))
    session.flush()


def rule_definition(session: Session, name: str, version: int) -> dict[str, Any] | None:
    """A rule as it was first used; None if it never was."""
    row = session.get(MasteryRuleVersion, (name, version))
    return None if row is None else row.definition


def rule_definitions(session: Session) -> dict[tuple[str, int], dict[str, Any]]:
    """Every rule version that was ever used."""
    return {(row.name, row.version): row.definition for row in session.scalars(_rules())}


def _rules() -> Any:
    return select(MasteryRuleVersion)


def add_rule(session: Session, definition: dict[str, Any], now: datetime) -> None:
    """A rule version that was not there before."""
    session.add(
        MasteryRuleVersion(
            name=definition["name"],
            version=definition["version"],
            definition=definition,
            recorded_at=now,
        )
    )
    session.flush()


def scale_ids(session: Session) -> set[UUID]:
    """Identifiers of all scales that judgments were made on."""
    return set(session.scalars(select(col(LevelScale.id))))


def scales(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Scales by id."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for part in chunks(ids):
        rows = session.scalars(select(LevelScale).where(col(LevelScale.id).in_(part)))
        found.update({row.id: row.levels for row in rows})
    return found


def add_scales(session: Session, rows: Sequence[Row]) -> None:
    """Scales that were not there before."""
    for part in chunks(rows):
        session.execute(insert(LevelScale).execution_options(render_nulls=True), part)


def standing(session: Session, learner_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Standing]:
    """The standing judgments of some learners, by learner and competency."""
    query = select(
        col(Judgment.id),
        col(Judgment.learner_id),
        col(Judgment.competency_id),
        col(Judgment.mastered),
    ).where(col(Judgment.learner_id).in_(list(learner_ids)), col(Judgment.superseded_by).is_(None))
    found = (Standing(*row) for row in session.execute(query))
    return {(one.learner_id, one.competency_id): one for one in found}


def known_judgments(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the identifiers that are judgments."""
    found: set[UUID] = set()
    for part in chunks(ids):
        found.update(session.scalars(select(col(Judgment.id)).where(col(Judgment.id).in_(part))))
    return found


def add_judgments(session: Session, rows: Sequence[Row]) -> None:
    """New judgments."""
    for part in chunks(rows):
        session.execute(insert(Judgment).execution_options(render_nulls=True), part)


def supersede(session: Session, successors: dict[UUID, UUID]) -> None:
    """Judgments (keys) that others (values) take the place of."""
    rows = [{"id": old, "superseded_by": new} for old, new in successors.items()]
    for part in chunks(rows):
        session.execute(update(Judgment), part)


def reinstate(session: Session, ids: Iterable[UUID]) -> None:
    """Earlier judgments that stand again, because the same rule and evidence hold again."""
    rows = [{"id": one, "superseded_by": None} for one in ids]
    for part in chunks(rows):
        session.execute(update(Judgment), part)


def judgment(session: Session, judgment_id: UUID) -> Judgment | None:
    """One judgment."""
    return session.get(Judgment, judgment_id, populate_existing=True)


def judgments(
    session: Session, *, learner_id: UUID | None = None, standing_only: bool = True
) -> Iterator[Judgment]:
    """Judgments in a fixed order, streamed."""
    query = select(Judgment).order_by(
        col(Judgment.learner_id), col(Judgment.competency_id), col(Judgment.judged_at)
    )
    if learner_id is not None:
        query = query.where(col(Judgment.learner_id) == learner_id)
    if standing_only:
        query = query.where(col(Judgment.superseded_by).is_(None))
    yield from session.scalars(query.execution_options(yield_per=1_000, populate_existing=True))


def count_mastered(session: Session) -> int:
    """How many standing judgments are of mastery."""
    query = (
        select(func.count())
        .select_from(Judgment)
        .where(col(Judgment.mastered).is_(True), col(Judgment.superseded_by).is_(None))
    )
    return session.scalar(query) or 0
