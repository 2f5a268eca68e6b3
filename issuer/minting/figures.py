"""How far minting is, in numbers for whoever watches it: one query a table, no row read alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from issuer.minting.models import Batch, BatchChunk, BatchState, Credential, MintingAttempt
from issuer.web.metrics import Reading

_CREDENTIALS: Final = "Credentials that got so far: reserved, signed, released."
_UNFINISHED: Final = tuple(state for state in BatchState if state is not BatchState.RELEASED)


def read_minting(session: Session, now: datetime) -> list[Reading]:
    """Batches by state, credentials by stage, and how long the oldest batch has been under way.

    Args:
        session: reads only.
        now: aware UTC.
    """
    query = select(col(Batch.state), func.count(), func.sum(col(Batch.size)))
    rows = session.execute(query.group_by(col(Batch.state)))
    found = {state: (batches, size or 0) for state, batches, size in rows}
    readings = [
        Reading("batches", "Batches by state.", found.get(state, (0, 0))[0], ("state", state.value))
        for state in BatchState
    ]
    work = _chunks(session)
    return [*readings, *_credentials(session, found), *work, *_oldest(session, now)]


def _credentials(session: Session, found: dict[str, tuple[int, int]]) -> Sequence[Reading]:
    """Those of finished stages by the batches' sizes; only an open batch is counted."""
    opened = select(col(Batch.id)).where(col(Batch.state) == BatchState.OPENED)
    query = select(func.count()).where(col(Credential.batch_id).in_(opened))
    reserved = sum(size for _, size in found.values())
    still_open = found.get(BatchState.OPENED, (0, 0))[1]
    counts = {
        "reserved": reserved,
        "signed": reserved
        - still_open
        + (session.execute(query).scalar_one() if still_open else 0),
        "released": found.get(BatchState.RELEASED, (0, 0))[1],
    }
    return [
        Reading("credentials", _CREDENTIALS, count, ("stage", stage), "counter")
        for stage, count in counts.items()
    ]


def _chunks(session: Session) -> Sequence[Reading]:
    """How much work waits, and how often it failed."""
    unfinished = select(col(Batch.id)).where(col(Batch.state).in_(_UNFINISHED))
    unsigned, unchecked = session.execute(
        select(
            func.sum(case((col(BatchChunk.signed_at).is_(None), 1), else_=0)),
            func.sum(case((col(BatchChunk.checked_at).is_(None), 1), else_=0)),
        ).where(col(BatchChunk.batch_id).in_(unfinished))
    ).one()
    failed = select(func.count()).where(col(MintingAttempt.code).is_not(None))
    waiting = "Chunks of unfinished batches that wait: to be signed, to be checked."
    return [
        Reading("chunks_waiting", waiting, unsigned or 0, ("for", "signing")),
        Reading("chunks_waiting", waiting, unchecked or 0, ("for", "checking")),
        Reading(
            "minting_attempts_failed",
            "Attempts at a batch that ended with an error.",
            session.execute(failed).scalar_one(),
            kind="counter",
        ),
    ]


def _oldest(session: Session, now: datetime) -> Sequence[Reading]:
    query = select(func.min(col(Batch.created_at))).where(col(Batch.state).in_(_UNFINISHED))
    begun = session.execute(query).scalar_one()
    age = max(0.0, (now - begun).total_seconds()) if begun is not None else 0.0
    return [
        Reading(
            "oldest_unreleased_batch_age_seconds",
            "Since when the oldest batch that is not released is under way; 0 if none is.",
            age,
        )
    ]
