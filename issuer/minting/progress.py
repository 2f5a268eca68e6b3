"""How far batches are, how fast, and how long it will take: from rows alone, whoever does the work.

Nothing here is about any person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.minting import work_repository as rows
from issuer.minting.models import Batch, BatchState

SIGNING: Final = "Signing"
ANCHORING: Final = "Anchoring"
CHECKING: Final = "Checking"
RELEASED: Final = "Released"
WINDOW_S: Final = 60.0
"""How far back the rate looks."""

_STAGES: Final = {
    BatchState.OPENED: SIGNING,
    BatchState.SIGNED: SIGNING,
    BatchState.TREED: ANCHORING,
    BatchState.ANCHORED: CHECKING,
    BatchState.RELEASED: RELEASED,
}


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """Where one batch stands.

    Attributes:
        batch_id: the batch.
        stage: ``Signing``, ``Anchoring``, ``Checking`` or ``Released``.
        done, total: credentials through this stage, and of how many.
        signed, checked: credentials that are signed, and that our verifier has accepted.
        rate: credentials a second through this stage of late; None while that is unknown.
        seconds_left: of this stage, at that rate.
        attempt: the latest go at it; 0 before the first.
        started_at: when that began.
        problem: code of the error that ended it.
        sentence, remedy: that error in words.
    """

    batch_id: UUID
    stage: str
    done: int
    total: int
    signed: int
    checked: int
    rate: float | None
    seconds_left: float | None
    attempt: int
    started_at: datetime | None
    problem: str | None
    sentence: str | None
    remedy: str | None


def of_batch(session: Session, batch_id: UUID, now: datetime) -> BatchProgress | None:
    """Where a batch stands; None if there is none, or nothing was left of it.

    Args:
        session: reads only.
        batch_id: the batch.
        now: aware UTC.
    """
    batch = session.get(Batch, batch_id, populate_existing=True)
    if batch is None:
        return None
    reached = rows.done(session, batch_id)
    attempt = rows.attempt(session, batch_id)
    stage = _STAGES[BatchState(batch.state)]
    done = {SIGNING: reached.signed, CHECKING: reached.checked, RELEASED: batch.size}.get(stage, 0)
    rate = _rate(session, batch_id, stage, now)
    return BatchProgress(
        batch_id=batch_id,
        stage=stage,
        done=done,
        total=batch.size,
        signed=reached.signed,
        checked=reached.checked,
        rate=rate,
        seconds_left=(batch.size - done) / rate if rate else None,
        attempt=attempt.number if attempt else 0,
        started_at=attempt.started_at if attempt else None,
        problem=attempt.code if attempt else None,
        sentence=attempt.sentence if attempt else None,
        remedy=attempt.remedy if attempt else None,
    )


def unfinished(session: Session, now: datetime) -> list[BatchProgress]:
    """Where every batch stands that is not released, oldest first."""
    found = (of_batch(session, batch_id, now) for batch_id in rows.unfinished(session))
    return [one for one in found if one is not None]


def _rate(session: Session, batch_id: UUID, stage: str, now: datetime) -> float | None:
    """Credentials a second, from the chunks that got through lately."""
    since = now - timedelta(seconds=WINDOW_S)
    if stage == SIGNING:
        pace = rows.signing_pace(session, batch_id, since)
    elif stage == CHECKING:
        pace = rows.checking_pace(session, batch_id, since)
    else:
        return None
    if pace.chunks <= 1 or pace.first is None or pace.last is None:
        return None
    seconds = (pace.last - pace.first).total_seconds()
    # When the first of them was begun is not known, so only the others count.
    through = pace.credentials * (pace.chunks - 1) / pace.chunks
    return through / seconds if seconds > 0 else None
