"""Every query about evidence. Never commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, case, delete, exists, func, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from issuer.competency.models import Competency, Evidence, EvidenceErasure, Framework
from issuer.db.among import among
from issuer.db.chunks import CHUNK, chunks
from issuer.learners.models import Person

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """What an import needs to know of evidence that is there already."""

    id: UUID
    origin_id: UUID
    digest: bytes
    score: Decimal | None
    learner_id: UUID
    observed_at: datetime
    corrects: UUID | None
    corrected: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """Who rated whose work on what: what stands in a chain of corrections."""

    origin_id: UUID
    learner_id: UUID
    competency_id: UUID
    assessor_id: str
    second_rating_of: UUID | None


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
        rows = session.execute(_kept().where(among(session, col(Evidence.origin_id), part)))
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
        col(Evidence.learner_id),
        col(Evidence.observed_at),
        col(Evidence.corrects),
        corrected(),
    )


def origins(session: Session, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """For each piece of evidence there is: the first of its chain of corrections."""
    found: dict[UUID, UUID] = {}
    for part in chunks(ids):
        query = select(col(Evidence.id), col(Evidence.origin_id))
        rows = session.execute(query.where(col(Evidence.id).in_(part)))
        found.update({row[0]: row[1] for row in rows})
    return found


def ratings(session: Session, origin_ids: Iterable[UUID]) -> Iterator[Rating]:
    """What stands in these chains of corrections, and the second ratings of them."""
    query = select(*(col(getattr(Evidence, name)) for name in Rating.__slots__))
    for part in chunks(origin_ids):
        for column in (col(Evidence.origin_id), col(Evidence.second_rating_of)):
            for row in session.execute(query.where(column.in_(part), ~corrected())):
                yield Rating(*row)


def corrected(row: Any = Evidence) -> Any:
    """That another entry has taken the place of this one.

    Args:
        row: the table, or an alias of it.
    """
    later = aliased(Evidence)
    return exists().where(col(later.corrects) == row.id)


def insert_evidence(session: Session, rows: Sequence[Row]) -> None:
    """Add evidence; those that others of the list correct have to come first."""
    for part in chunks(rows):
        session.execute(insert(Evidence).execution_options(render_nulls=True), part)


def evidence_of(session: Session, learner_id: UUID, competency_id: UUID) -> list[Evidence]:
    """All evidence of one learner on one competency, corrected ones too, by time."""
    query = (
        select(Evidence)
        .where(col(Evidence.learner_id) == learner_id, col(Evidence.competency_id) == competency_id)
        .order_by(col(Evidence.observed_at), col(Evidence.id))
    )
    return list(session.scalars(query))


def corrected_by(session: Session, ids: Iterable[UUID], at: datetime) -> set[UUID]:
    """Those of some pieces of evidence that an entry recorded by then corrects, wherever it is."""
    found: set[UUID] = set()
    for part in chunks(ids):
        query = select(col(Evidence.corrects)).where(
            col(Evidence.corrects).in_(part), col(Evidence.recorded_at) <= at
        )
        found.update(one for one in session.scalars(query) if one is not None)
    return found


def evidence_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Evidence]:
    """Evidence rows by id, corrected ones too."""
    found: dict[UUID, Evidence] = {}
    for part in chunks(ids):
        rows = session.scalars(select(Evidence).where(col(Evidence.id).in_(part)))
        found.update({row.id: row for row in rows})
    return found


_LISTED: Final = (
    *("kind", "setting", "formative", "score", "score_min", "score_max", "level"),
    *("assessor_kind", "assessor_role", "assessor_id"),
)
_LISTED_LAST: Final = ("observed_at", "artefact_url", "artefact_sha256", "title", "note")


def listed(
    session: Session, learner_id: UUID | None, competency_id: UUID | None
) -> Iterator[Sequence[Any]]:
    """The columns of evidence_listing.ListedEvidence, streamed; of one learner, on one competency.

    The order is that of recording; of what was recorded together, first ratings come first.
    """
    old, first = aliased(Evidence), aliased(Evidence)
    stands = and_(col(Evidence.score).is_not(None), ~corrected())
    rank = case(
        (col(Evidence.corrects).is_not(None), 2),
        (col(Evidence.second_rating_of).is_not(None), 1),
        else_=0,
    )
    columns: list[Any] = [Evidence.id, Evidence.source, Evidence.sourced_id, Person.sourced_id]
    columns += [Person.id, Competency.id, Competency.code, Framework.title]
    columns += [getattr(Evidence, name) for name in _LISTED]
    columns += [func.coalesce(first.sourced_id, "")]
    columns += [getattr(Evidence, name) for name in _LISTED_LAST]
    columns += [func.coalesce(old.sourced_id, ""), Evidence.recorded_at, stands]
    query = (
        select(*columns)
        .select_from(Evidence)
        .join(Person, col(Person.id) == col(Evidence.learner_id))
        .join(Competency, col(Competency.id) == col(Evidence.competency_id))
        .join(Framework, col(Framework.id) == col(Competency.framework_id))
        .outerjoin(first, col(first.id) == col(Evidence.second_rating_of))
        .outerjoin(old, col(old.id) == col(Evidence.corrects))
        .order_by(col(Evidence.recorded_at), rank, col(Evidence.id))
        .execution_options(yield_per=CHUNK)
    )
    if learner_id is not None:
        query = query.where(col(Evidence.learner_id) == learner_id)
    if competency_id is not None:
        query = query.where(col(Evidence.competency_id) == competency_id)
    yield from (tuple(row) for row in session.execute(query))


def learners_of_work(session: Session, source: str, beginning: str) -> set[UUID]:
    """Whose evidence stands under names that begin like this; withdrawn evidence does not."""
    query = select(col(Evidence.learner_id)).where(
        col(Evidence.source) == source,
        col(Evidence.sourced_id).startswith(beginning, autoescape=True),
        col(Evidence.score).is_not(None),
        ~corrected(),
    )
    return set(session.scalars(query))


def permit_erasure(session: Session, learner_ids: Iterable[UUID], now: datetime) -> None:
    """Let the database change or give up some learners' evidence, because a person is deleted.

    Without this it refuses to, whoever says so. The caller ends it with :func:`end_erasure`.
    """
    for one in learner_ids:
        session.merge(EvidenceErasure(learner_id=one, permitted_at=now))
    session.flush()


def end_erasure(session: Session) -> None:
    """Have the database refuse again; nothing is left of who was permitted."""
    session.execute(delete(EvidenceErasure), execution_options={"synchronize_session": False})


def count(session: Session) -> int:
    """How many pieces of evidence there are, corrections included."""
    return session.scalar(select(func.count()).select_from(Evidence)) or 0
