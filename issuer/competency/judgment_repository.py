"""Every query about rules and judgments. Never commits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update
from sqlmodel import Session, col

from issuer.competency.models import (
    Judgment,
    JudgmentDecision,
    LevelScale,
    MasteryRuleVersion,
    RuleSetVersion,
)
from issuer.db.among import among
from issuer.db.chunks import chunks

Row = dict[str, Any]


class KeptJudgment(NamedTuple):
    """A judgment as it is kept."""

    id: UUID
    learner_id: UUID
    competency_id: UUID
    rule_name: str
    rule_version: int
    scale_id: UUID
    evidence_ids: list[str]
    used_ids: list[str]
    level_position: int | None
    score: Decimal | None
    mastered: bool
    reasons: list[str]
    state: str
    judged_at: datetime
    superseded_by: UUID | None
    kappa: Decimal | None
    members: list[dict[str, Any]] | None
    proposal_id: UUID | None
    competency_version_id: UUID | None


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


def kept(session: Session, ids: Sequence[UUID]) -> list[KeptJudgment]:
    """Judgments by id, in the order of the ids; those that are not there are left out."""
    table: Table = Judgment.__table__  # type: ignore[attr-defined]
    columns = [table.c[name] for name in KeptJudgment._fields]
    query = select(*columns).where(among(session, table.c.id, ids))
    found = {row[0]: KeptJudgment._make(row) for row in session.connection().execute(query)}
    return [found[one] for one in ids if one in found]


def count_all(session: Session) -> int:
    """How many judgments were ever formed, superseded ones too."""
    return session.scalar(select(func.count()).select_from(Judgment)) or 0


def ids_after(session: Session, last: UUID | None, limit: int) -> list[UUID]:
    """The identifiers of judgments, superseded ones too, that come next after one; in order."""
    query = select(col(Judgment.id)).order_by(col(Judgment.id)).limit(limit)
    if last is not None:
        query = query.where(col(Judgment.id) > last)
    return list(session.scalars(query))


def add_decision(session: Session, decision: JudgmentDecision) -> None:
    """What a person decided."""
    session.add(decision)
    session.flush()


def decisions(session: Session, judgment_ids: Iterable[UUID]) -> dict[UUID, JudgmentDecision]:
    """Decisions by the judgment that each made."""
    wanted = among(session, col(JudgmentDecision.judgment_id), judgment_ids)
    rows = session.scalars(select(JudgmentDecision).where(wanted))
    return {row.judgment_id: row for row in rows}


def count_mastered(session: Session) -> int:
    """How many standing judgments are of mastery."""
    query = (
        select(func.count())
        .select_from(Judgment)
        .where(col(Judgment.mastered).is_(True), col(Judgment.superseded_by).is_(None))
    )
    return session.scalar(query) or 0
