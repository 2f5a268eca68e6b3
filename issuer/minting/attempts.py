"""Goes at a batch: each goes on through crashes until the batch is released or an error ends it.

The engine gives an attempt's workflows their names, and forgets; what ended an attempt stands in
our own table, in words, for whoever asks.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.minting import work_repository
from issuer.minting.errors import BatchStopped, SelfCheckFailed
from issuer.minting.models import MintingAttempt
from issuer.workflow.engine import WORKFLOW_VERSION
from schemas.errors import TouchstoneError

FAULT_CODE: Final = "internal.fault"
MAX_SENTENCE: Final = 2_000

_CHECK_ANEW: Final = (SelfCheckFailed.code, FAULT_CODE)
"""After these, what was accepted already is checked once more: something has been changed since."""
_raised: dict[tuple[UUID, int], Exception] = {}
"""What ended an attempt in this very process, as it was raised."""


def identity(batch_id: UUID, number: int) -> str:
    """The name of an attempt's workflow; another release's of another shape has another."""
    return f"{batch_id}-{WORKFLOW_VERSION}-a{number}"


def current(session: Session, batch_id: UUID, now: datetime) -> int:
    """The attempt that is under way; a new one where the last has ended, or there was none."""
    work_repository.lock_batch(session, batch_id)
    latest = work_repository.attempt(session, batch_id)
    if latest is not None and latest.ended_at is None:
        return latest.number
    number = latest.number + 1 if latest is not None else 1
    work_repository.add_attempt(session, batch_id, number, now)
    if latest is not None and latest.code in _CHECK_ANEW:
        work_repository.forget_checks(session, batch_id)
    return number


def end(
    session: Session,
    batch_id: UUID,
    number: int,
    now: datetime,
    error: Exception | None = None,
) -> None:
    """Note that an attempt ended, and by what; its first end is kept."""
    row = session.get(MintingAttempt, (batch_id, number), with_for_update=True)
    if row is None or row.ended_at is not None:
        return
    row.ended_at = now
    if isinstance(error, TouchstoneError):
        row.code, row.sentence, row.remedy = error.code, error.sentence[:MAX_SENTENCE], error.remedy
    elif error is not None:
        # What an unforeseen exception says may hold a person's data: its kind is enough here.
        row.code = FAULT_CODE
        row.sentence = f"A fault of this program ended it ({type(error).__name__})."
        row.remedy = "Please report it."
    if error is not None:
        _raised[batch_id, number] = error
    session.add(row)


def error_of(row: MintingAttempt) -> Exception | None:
    """What ended an attempt: as it was raised, if that was in this process."""
    if row.code is None:
        return None
    raised = _raised.pop((row.batch_id, row.number), None)
    if raised is not None:
        return raised
    sentence = row.sentence or "An error ended the minting of the batch."
    return BatchStopped(
        f"The batch {row.batch_id} stopped in another process: {sentence}",
        row.remedy or "Correct the cause and run `issuer mint` again.",
    )
