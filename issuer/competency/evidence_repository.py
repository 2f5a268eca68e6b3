"""Every query about evidence. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from issuer.competency.models import Evidence
from issuer.db.chunks import chunks

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """What an import needs to know of evidence that is there already."""

    id: UUID
    origin_id: UUID
    digest: bytes
    score: Decimal | None
    corrected: bool


def kept(session: Session, ids: Iterable[UUID]) -> dict[UUID, KeptEvidence]:
    """Evidence by id."""
    found: dict[UUID, KeptEvidence] = {}
    for part in chunks(ids):
        for row in session.execute(_kept().where(col(Evidence.id).in_(part))):
            found[row[0]] = KeptEvidence(*row)
    return found


def heads(session: Session, origin_ids: Iterable[UUID]) -> dict[UUID, tuple[KeptEvidence, int]]:
    """For each chain of corrections: its last entry, and how many entries it has."""
    found: dict[UUID, tuple[KeptEvidence, int]] = {}
    for part in chunks(origin_ids):
        rows = session.execute(_kept().where(col(Evidence.origin_id).in_(part)))
        lengths: dict[UUID, int] = {}
        last: dict[UUID, KeptEvidence] = {}
        for one in (KeptEvidence(*row) for row in rows):
            lengths[one.origin_id] = lengths.get(one.origin_id, 0) + 1
            if not one.corrected:
                last[one.origin_id] = one
        found.update({key: (one, lengths[key]) for key, one in last.items()})
    return found


def _kept() -> Select[Any]:
    return select(
        col(Evidence.id),
        col(Evidence.origin_id),
        col(Evidence.digest),
        col(Evidence.score),
        _corrected(),
    )


def _corrected() -> Any:
    later = aliased(Evidence)
    return exists().where(col(later.corrects) == col(Evidence.id))


def insert_evidence(session: Session, rows: Sequence[Row]) -> None:
    """Add evidence; those that others of the list correct have to come first."""
    for part in chunks(rows):
        session.execute(insert(Evidence).execution_options(render_nulls=True), part)


def learners_with_evidence(session: Session) -> list[UUID]:
    """Everybody of whom there is evidence, in a fixed order."""
    query = select(col(Evidence.learner_id)).distinct().order_by(col(Evidence.learner_id))
    return list(session.scalars(query))


def evidence_of(session: Session, learner_id: UUID, competency_id: UUID) -> list[Evidence]:
    """All evidence of one learner on one competency, corrected ones too, by time."""
    query = (
        select(Evidence)
        .where(col(Evidence.learner_id) == learner_id, col(Evidence.competency_id) == competency_id)
        .order_by(col(Evidence.observed_at), col(Evidence.id))
    )
    return list(session.scalars(query))


def evidence_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Evidence]:
    """Evidence rows by id, corrected ones too."""
    found: dict[UUID, Evidence] = {}
    for part in chunks(ids):
        rows = session.scalars(select(Evidence).where(col(Evidence.id).in_(part)))
        found.update({row.id: row for row in rows})
    return found


def count(session: Session) -> int:
    """How many pieces of evidence there are, corrections included."""
    return session.scalar(select(func.count()).select_from(Evidence)) or 0
