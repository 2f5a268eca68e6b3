"""The workflows of minting, for the durable engine. Importing this module imports DBOS.

    mint_batch:  sign every chunk → tree → anchor → check every chunk → release

Chunks are workflows of their own, done by whichever process is free. Arguments and results are
ids and counts. A workflow does not fail: what ends an attempt is written into our own table, where
everybody finds it; only where even that cannot be written does the engine note a failure.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from dbos import DBOS
from sqlmodel import Session

from issuer.db import session_scope
from issuer.minting import anchored, attempts, stages, work_repository
from issuer.minting.errors import WorkGivenUp
from issuer.minting.models import Batch, MintingAttempt
from issuer.minting.patience import patiently
from issuer.minting.pipeline import MINT_BATCH
from issuer.minting.run import Mint
from issuer.workflow.engine import CHUNKS, active, enqueue
from issuer.workflow.runner import run_step
from schemas.errors import TouchstoneError
from schemas.logs import about_batch, log_fault

T = TypeVar("T")

MAX_RECOVERIES: Final = 100
"""Deaths of its process after which the engine gives a workflow up."""
ENDED: Final = -1
"""Result of a workflow whose attempt has ended by an error."""
_GIVEN_UP: Final = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.5
_ASK_ENGINE_S: Final = 2.0

_log = logging.getLogger(__name__)
_tools: list[Mint] = []
"""What this process works with: one run at a time."""


@contextmanager
def working(run: Mint) -> Iterator[None]:
    """Let workflows that this process is given work with this; begin before the engine does."""
    _tools.append(run)
    try:
        yield
    finally:
        _tools.remove(run)


@DBOS.workflow(name=MINT_BATCH, max_recovery_attempts=MAX_RECOVERIES)
def mint_batch(batch: str, attempt: int) -> int:
    """Take a batch from its reservation to its release. Returns its size, or ``ENDED``."""
    return _guarded(batch, attempt, partial(_mint_batch, UUID(batch), attempt))


@DBOS.workflow(name="sign_chunk", max_recovery_attempts=MAX_RECOVERIES)
def sign_chunk(batch: str, attempt: int, number: int) -> int:
    """Sign and store one chunk. Returns how many credentials that were, or ``ENDED``."""
    work = partial(stages.sign, batch_id=UUID(batch), number=number)
    return _guarded(batch, attempt, partial(_step, "sign", work))


@DBOS.workflow(name="check_chunk", max_recovery_attempts=MAX_RECOVERIES)
def check_chunk(batch: str, attempt: int, number: int) -> int:
    """Let our own verifier check one chunk. Returns how many that were, or ``ENDED``."""
    work = partial(stages.check, batch_id=UUID(batch), number=number)
    return _guarded(batch, attempt, partial(_step, "check", work))


def _mint_batch(batch_id: UUID, attempt: int) -> int:
    _each_chunk(batch_id, attempt, "c", sign_chunk, work_repository.unsigned)
    size = _step("tree", partial(stages.build_tree, batch_id=batch_id))
    if size == 0:
        return 0
    _step("prepare", partial(anchored.prepare, batch_id=batch_id))
    _step("confirm", partial(anchored.confirm, batch_id=batch_id))
    if attempt > 1:
        # What ended the one before may have been a block that went away.
        _step("stand", partial(anchored.stand_again, batch_id=batch_id))
    _each_chunk(batch_id, attempt, "k", check_chunk, work_repository.unchecked)
    _step("release", partial(stages.release, batch_id=batch_id, attempt=attempt))
    return size


def _each_chunk(
    batch_id: UUID,
    attempt: int,
    mark: str,
    workflow: Callable[[str, int, int], int],
    left: Callable[[Session, UUID], list[int]],
) -> None:
    """Have something done with every chunk that is left, and wait until none is."""
    name = f"{attempts.identity(batch_id, attempt)}-{mark}"
    for number in _step("list", partial(_left, batch_id=batch_id, left=left)):
        enqueue(CHUNKS, workflow, f"{name}{number}", str(batch_id), attempt, number)
    _step("wait", partial(_wait, batch_id=batch_id, attempt=attempt, name=name, left=left))


def _left(run: Mint, batch_id: UUID, left: Callable[[Session, UUID], list[int]]) -> list[int]:
    with session_scope(run.engine, read_only=True) as session:
        return left(session, batch_id)


def _wait(
    run: Mint,
    batch_id: UUID,
    attempt: int,
    name: str,
    left: Callable[[Session, UUID], list[int]],
) -> None:
    """Wait until no chunk is left. What counts is our own rows, not the engine's."""
    pause, ask_engine = _FIRST_PAUSE_S, time.monotonic() + _ASK_ENGINE_S
    while True:
        with session_scope(run.engine, read_only=True) as session:
            _check_goes_on(session, batch_id, attempt)
            if not left(session, batch_id):
                return
        if time.monotonic() > ask_engine:
            _check_not_given_up(name)
            ask_engine = time.monotonic() + _ASK_ENGINE_S
        run.stop.pause(pause)
        pause = min(1.5 * pause, _LONGEST_PAUSE_S)


class _Ended(Exception):
    """The attempt has ended, by an error that is noted already."""


def _check_goes_on(session: Session, batch_id: UUID, attempt: int) -> None:
    row = session.get(MintingAttempt, (batch_id, attempt))
    if row is None or row.ended_at is not None:
        raise _Ended


def _check_not_given_up(name: str) -> None:
    lost = DBOS.list_workflows(
        workflow_id_prefix=name, status=_GIVEN_UP, limit=1, load_input=False, load_output=False
    )
    if lost:
        raise WorkGivenUp(
            f"The workflow engine gave up a chunk ({lost[0].status}).",
            "See the log of the workers, correct the cause, and run `issuer mint` again.",
        )


def _guarded(batch: str, attempt: int, work: Callable[[], int]) -> int:
    """Run a workflow's work; an error ends the attempt, in words that everybody finds."""
    with active(DBOS.workflow_id or ""), about_batch(UUID(batch)):
        return _noted(_tools[-1], UUID(batch), attempt, work)


def _noted(run: Mint, batch_id: UUID, attempt: int, work: Callable[[], int]) -> int:
    try:
        with session_scope(run.engine, read_only=True) as session:
            _check_goes_on(session, batch_id, attempt)
        return work()
    except _Ended:
        return ENDED
    except Exception as error:  # whatever it is: it is noted, and ends the attempt
        if not _is_gone(run, batch_id):
            _note(run, batch_id, attempt, error)
        return ENDED


def _is_gone(run: Mint, batch_id: UUID) -> bool:
    """Whether the batch was begun again under another id meanwhile: then nothing is amiss."""
    try:
        with session_scope(run.engine, read_only=True) as session:
            return session.get(Batch, batch_id) is None
    except Exception:  # the database is away: noting the error waits for it
        return False


def _note(run: Mint, batch_id: UUID, attempt: int, error: Exception) -> None:
    def note(session: Session) -> None:
        attempts.end(session, batch_id, attempt, run.clock(), error)

    if not isinstance(error, TouchstoneError):
        log_fault(_log, "minting.fault", error, code=attempts.FAULT_CODE)
    patiently(partial(run_step, "end attempt", run.engine, note), run.stop)


def _step(name: str, work: Callable[[Mint], T]) -> T:
    """A step of the engine: done once, as far as the engine knows, and harmless to repeat."""
    run = _tools[-1]
    return DBOS.run_step({"name": name}, lambda: patiently(partial(work, run), run.stop))
