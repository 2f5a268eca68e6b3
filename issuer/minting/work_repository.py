"""The queries of batches that are worked on: reservations, chunks, attempts. Never commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlmodel import Session, col

from issuer.db.among import among
from issuer.minting.models import Batch, BatchChunk, BatchItem, BatchState, Credential, TreeNodes
from issuer.minting.models import MintingAttempt as Attempt

_RESERVING = 7_466_002
"""PostgreSQL advisory lock: one process reserves at a time. SQLite has one writer anyway."""


def lock_reserving(session: Session) -> None:
    """Wait until no other process reserves; until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RESERVING}
        )


def lock_batch(session: Session, batch_id: UUID) -> Batch:
    """A batch that is known to be there, for this transaction alone to change."""
    # Not against those who only refer to the row: chunks are stored meanwhile.
    query = select(Batch).where(col(Batch.id) == batch_id).with_for_update(key_share=True)
    fresh = query.execution_options(populate_existing=True)
    batch: Batch | None = session.execute(fresh).scalar_one_or_none()
    if batch is None:
        raise RuntimeError(f"the batch {batch_id} is gone")
    return batch


def unfinished(session: Session) -> list[UUID]:
    """The batches that are not released, oldest first."""
    query = select(col(Batch.id)).where(col(Batch.state) != BatchState.RELEASED)
    return list(session.scalars(query.order_by(col(Batch.created_at), col(Batch.id))))


def anchored(session: Session) -> list[UUID]:
    """The batches whose anchor was confirmed, oldest first."""
    states = (BatchState.ANCHORED, BatchState.RELEASED)
    query = select(col(Batch.id)).where(col(Batch.state).in_(states))
    return list(session.scalars(query.order_by(col(Batch.created_at), col(Batch.id))))


def reserved_among(session: Session, judgments: Sequence[UUID]) -> set[UUID]:
    """Those of the judgments that are, or are being, minted."""
    table: Table = BatchItem.__table__  # type: ignore[attr-defined]
    query = select(table.c.judgment_id).where(among(session, table.c.judgment_id, judgments))
    return set(session.connection().scalars(query).all())


def add_chunks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Divide a new batch."""
    session.execute(insert(BatchChunk), list(rows))


def chunk(session: Session, batch_id: UUID, number: int) -> BatchChunk | None:
    """One chunk."""
    return session.get(BatchChunk, (batch_id, number))


def lock_chunk(session: Session, batch_id: UUID, number: int) -> BatchChunk | None:
    """One chunk, for this transaction alone to change."""
    query = (
        select(BatchChunk)
        .where(col(BatchChunk.batch_id) == batch_id, col(BatchChunk.number) == number)
        .with_for_update()
    )
    fresh = query.execution_options(populate_existing=True)
    return session.execute(fresh).scalar_one_or_none()


def unsigned(session: Session, batch_id: UUID) -> list[int]:
    """The chunks that are not signed, in order."""
    return _numbers(session, batch_id, col(BatchChunk.signed_at).is_(None))


def unchecked(session: Session, batch_id: UUID) -> list[int]:
    """The chunks that our verifier has not accepted, in order."""
    return _numbers(session, batch_id, col(BatchChunk.checked_at).is_(None))


def _numbers(session: Session, batch_id: UUID, condition: Any) -> list[int]:
    query = select(col(BatchChunk.number)).where(col(BatchChunk.batch_id) == batch_id, condition)
    return list(session.scalars(query.order_by(col(BatchChunk.number))))


def let_go(session: Session, batch_id: UUID, positions: Iterable[int]) -> None:
    """Take back reservations that came to nothing."""
    wanted = list(positions)
    session.execute(
        delete(BatchItem).where(
            col(BatchItem.batch_id) == batch_id, col(BatchItem.position).in_(wanted)
        )
    )


class Span(NamedTuple):
    """How many credentials a batch has, and its highest position, -1 if it has none."""

    credentials: int
    last: int


def span(session: Session, batch_id: UUID) -> Span:
    """Whether the positions of a batch have gaps."""
    query = select(func.count(), func.max(col(Credential.position)))
    count, last = session.execute(query.where(col(Credential.batch_id) == batch_id)).one()
    return Span(count, -1 if last is None else last)


def positions(session: Session, batch_id: UUID) -> list[int]:
    """The positions of a batch that have a credential, in order."""
    query = select(col(Credential.position)).where(col(Credential.batch_id) == batch_id)
    return list(session.scalars(query.order_by(col(Credential.position))))


def move(session: Session, batch_id: UUID, old: int, new: int) -> None:
    """Give a credential another place, which is empty, in a tree that is not built yet."""
    for table in (BatchItem, Credential):
        session.execute(
            update(table)
            .where(col(table.batch_id) == batch_id, col(table.position) == old)
            .values(position=new)
        )


def cut_chunks(session: Session, batch_id: UUID, size: int) -> None:
    """Fit the chunks to a batch that became smaller."""
    chunks = select(BatchChunk).where(col(BatchChunk.batch_id) == batch_id)
    for one in session.scalars(chunks):
        if one.first >= size:
            session.delete(one)
        else:
            one.size = min(one.size, size - one.first)
            session.add(one)


def positions_reserved(session: Session, batch_id: UUID) -> int:
    """One more than the highest position that is reserved; 0 if none is."""
    query = select(func.max(col(BatchItem.position))).where(col(BatchItem.batch_id) == batch_id)
    last = session.execute(query).scalar_one()
    return 0 if last is None else int(last) + 1


def hand_over_items(session: Session, old: UUID, new: UUID) -> None:
    """Give the reservations of one batch to another."""
    session.execute(update(BatchItem).where(col(BatchItem.batch_id) == old).values(batch_id=new))


def drop_batch(session: Session, batch_id: UUID) -> None:
    """Forget a batch that was not released, with all that was noted and stored of it."""
    for table in (BatchItem, BatchChunk, Attempt, Credential, TreeNodes):
        session.execute(delete(table).where(col(table.batch_id) == batch_id))
    session.execute(delete(Batch).where(col(Batch.id) == batch_id))


def attempt(session: Session, batch_id: UUID) -> Attempt | None:
    """The latest go at a batch."""
    query = select(Attempt).where(col(Attempt.batch_id) == batch_id)
    return session.scalars(query.order_by(col(Attempt.number).desc()).limit(1)).first()


def add_attempt(session: Session, batch_id: UUID, number: int, now: datetime) -> None:
    """Begin another go."""
    session.add(Attempt(batch_id=batch_id, number=number, started_at=now))
    session.flush()


def forget_checks(session: Session, batch_id: UUID) -> None:
    """Have every chunk checked anew."""
    session.execute(
        update(BatchChunk).where(col(BatchChunk.batch_id) == batch_id).values(checked_at=None)
    )


class Done(NamedTuple):
    """How many credentials of a batch are signed, and how many our verifier has accepted."""

    signed: int
    checked: int


def done(session: Session, batch_id: UUID) -> Done:
    """How far the chunks of a batch are."""
    size = col(BatchChunk.size)
    query = select(
        func.sum(size).filter(col(BatchChunk.signed_at).is_not(None)),
        func.sum(size).filter(col(BatchChunk.checked_at).is_not(None)),
    ).where(col(BatchChunk.batch_id) == batch_id)
    signed, checked = session.execute(query).one()
    return Done(int(signed or 0), int(checked or 0))


class Pace(NamedTuple):
    """Chunks that got through a stage since a moment, how many credentials they have, and when."""

    chunks: int
    credentials: int
    first: datetime | None
    last: datetime | None


def signing_pace(session: Session, batch_id: UUID, since: datetime) -> Pace:
    """What was signed since."""
    return _pace(session, batch_id, col(BatchChunk.signed_at), since)


def checking_pace(session: Session, batch_id: UUID, since: datetime) -> Pace:
    """What was checked since."""
    return _pace(session, batch_id, col(BatchChunk.checked_at), since)


def _pace(session: Session, batch_id: UUID, moment: Any, since: datetime) -> Pace:
    query = select(
        func.count(), func.sum(col(BatchChunk.size)), func.min(moment), func.max(moment)
    ).where(col(BatchChunk.batch_id) == batch_id, moment >= since)
    chunks, credentials, first, last = session.execute(query).one()
    return Pace(chunks, int(credentials or 0), first, last)


def credentials_of(session: Session, units: Iterable[UUID]) -> dict[UUID, str]:
    """The credentials' ids of judgments and awards that are, or are being, minted."""
    table: Table = BatchItem.__table__  # type: ignore[attr-defined]
    query = select(table.c.judgment_id, table.c.credential_id).where(
        among(session, table.c.judgment_id, units)
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}
