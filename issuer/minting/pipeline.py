"""Mints judgments: reserves them, has the engine take the batch to its release, and follows it.

    reserve → sign, chunk by chunk → tree → anchor → self-check, chunk by chunk → release

A run that is interrupted anywhere leaves a batch that the next run, or a worker, goes on with. A
judgment is reserved by a unique constraint, so it is minted once however often minting is asked
for, and by however many processes at once. What is signed and stored is never changed: the Merkle
proof is made when a credential is delivered.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlmodel import Session

from issuer.anchoring import service as anchoring
from issuer.db import session_scope
from issuer.minting import attempts, progress, repository, work_repository
from issuer.minting.errors import WorkGivenUp
from issuer.minting.models import Batch
from issuer.minting.reservation import reserve
from issuer.minting.run import HandOver, Mint, MintedBatch, Run
from issuer.workflow import slots
from issuer.workflow.errors import SlotTaken
from issuer.workflow.runner import run_step

if TYPE_CHECKING:
    from issuer.workflow.engine import WorkClient

MINT_SLOT: Final = "mint"
"""What `issuer mint` is called among the processes that share the work: there is one at a time."""
MINT_BATCH: Final = "mint_batch"
"""Name of the workflow that takes a batch to its release."""
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.5
_ASK_ENGINE_S: Final = 2.0
_QUEUE_PAUSE_S: Final = 0.5


def mint(run: Mint, *, slot: str = MINT_SLOT) -> list[MintedBatch]:
    """Mint every mastered judgment that is not minted yet; first finish what was begun.

    Where another run is at work, this one waits for it, and then does what is left.

    Args:
        run: what to work with.
        slot: what this process is called among those that share the work.

    Returns:
        The batches that this run saw released; empty if there was nothing new.

    Raises:
        WrongAccount, WrongChain, NoCode, LowBalance, ChainUnreachable, …: anchoring cannot work
            now; nothing was begun.
        SelfCheckFailed: our verifier does not accept a credential; its batch stays unreleased.
        SlotLost: this process lost touch with the database.
        Whatever the stages raise; the next run continues.
    """
    check_ready(run)
    with session_scope(run.engine, read_only=True) as session:
        begun = set(work_repository.unfinished(session))
    finished: list[MintedBatch] = []
    if next_batch(run) is None:
        return finished
    with _taking_part(run, slot):
        while (batch_id := next_batch(run)) is not None:
            minted = _finish(run, batch_id, resumed=batch_id in begun)
            if minted is not None:
                finished.append(minted)
    return finished


@dataclass(frozen=True)
class HandedOver:
    """Batches that were left to workers.

    Attributes:
        sizes: how many credentials each has.
        workers: names of the processes that are there to do them.
        wait: waits until all are released, and returns them; raises what ended one.
    """

    sizes: Mapping[UUID, int]
    workers: Sequence[str]
    wait: Callable[[], list[MintedBatch]]


@contextmanager
def hand_over(run: HandOver) -> Iterator[HandedOver]:
    """Reserve what is new and ask workers to mint it, and whatever was begun.

    Raises:
        EngineBlocked: the engine's tables cannot be used.
    """
    from issuer.workflow.engine import client  # noqa: PLC0415 - loads the engine

    while reserve_new(run) is not None:
        pass
    with session_scope(run.engine, read_only=True) as session:
        waiting = work_repository.unfinished(session)
        sizes = {one: repository.existing_batch(session, one).size for one in waiting}
    at_work = slots.holders(run.engine, slots.locks_of(run.engine, run.settings.home))
    with client(run.settings) as engine:
        names = {batch_id: _ask_for(run, engine, batch_id) for batch_id in waiting}
        wait = partial(_follow_all, run, engine, names)
        yield HandedOver(sizes, [one.name for one in at_work], wait)


def _follow_all(
    run: HandOver, engine: "WorkClient", names: Mapping[UUID, str]
) -> list[MintedBatch]:
    followed = [
        follow(run, batch_id, resumed=False, ended=partial(engine.ended, name))
        for batch_id, name in names.items()
    ]
    return [batch for batch in followed if batch is not None]


def _ask_for(run: HandOver, engine: "WorkClient", batch_id: UUID) -> str:
    from issuer.workflow.engine import BATCHES  # noqa: PLC0415 - loads the engine

    attempt = begin(run, batch_id)
    name = attempts.identity(batch_id, attempt)
    engine.enqueue(BATCHES, MINT_BATCH, name, str(batch_id), attempt)
    return name


def check_ready(run: Mint) -> None:
    """Raise if anchoring cannot work now.

    Raises:
        WrongAccount, WrongChain, NoCode, LowBalance, ChainUnreachable, …: as they say.
    """
    address = run.account_in_use().address
    anchoring.check_ready(run.client, address, run.settings.contract_address)


def next_batch(run: Run) -> UUID | None:
    """The batch to work on: the oldest that was begun, or a new one; None if nothing is new."""
    with session_scope(run.engine, read_only=True) as session:
        begun = work_repository.unfinished(session)
    return begun[0] if begun else reserve_new(run)


def reserve_new(run: Run) -> UUID | None:
    """Reserve what is new, in a transaction of its own; None if nothing is."""
    work = partial(reserve, settings=run.settings, store=run.store, now=run.clock(), who=run.who)
    return run_step("reserve", run.engine, work)


@contextmanager
def _taking_part(run: Mint, slot: str) -> Iterator[None]:
    """The engine, as soon as no other process is called as we are."""
    from issuer.minting import workflows  # noqa: PLC0415 - loads the engine
    from issuer.workflow.engine import open_engine  # noqa: PLC0415 - as above

    told = False
    with workflows.working(run), ExitStack() as stack:
        while True:
            try:
                stack.enter_context(
                    open_engine(
                        run.settings, slot, engine=run.engine, stop=run.stop, clock=run.clock
                    )
                )
                break
            except SlotTaken as taken:
                if not told:
                    run.notice(f"Another run is minting; this one waits for it. {taken.sentence}")
                    told = True
            _show(run)
            _wait(run, _QUEUE_PAUSE_S)
        yield


def _finish(run: Mint, batch_id: UUID, *, resumed: bool) -> MintedBatch | None:
    """Have a batch minted, and wait; None if all of it was superseded before it was signed."""
    from issuer.minting import workflows  # noqa: PLC0415 - loads the engine
    from issuer.workflow import engine  # noqa: PLC0415 - as above

    attempt = begin(run, batch_id)
    name = attempts.identity(batch_id, attempt)
    engine.enqueue(engine.BATCHES, workflows.mint_batch, name, str(batch_id), attempt)
    return follow(run, batch_id, resumed=resumed, ended=partial(engine.ended, name))


def begin(run: Run, batch_id: UUID) -> int:
    """The attempt at a batch that is under way, or a new one."""
    work = partial(attempts.current, batch_id=batch_id, now=run.clock())
    return run_step("attempt", run.engine, work)


def follow(
    run: Run, batch_id: UUID, *, resumed: bool, ended: Callable[[], str | None]
) -> MintedBatch | None:
    """Wait until a batch is released, whoever works on it, and show how far it is.

    Args:
        run: whose database, progress and stop.
        batch_id: the batch; an attempt at it is under way.
        resumed: it had been begun by an earlier run.
        ended: how the engine says that the attempt's workflow ended, or None.

    Raises:
        What ended the attempt.
        WorkGivenUp: the engine has, without a word of ours.
    """
    pause, ask_engine = _FIRST_PAUSE_S, time.monotonic() + _ASK_ENGINE_S
    while True:
        how = None
        if time.monotonic() > ask_engine:
            # Asked before we look at our rows: what it did before it ended is seen then.
            how, ask_engine = ended(), time.monotonic() + _ASK_ENGINE_S
        with session_scope(run.engine, read_only=True) as session:
            batch = session.get(Batch, batch_id)
            if batch is None:
                return None
            if batch.released_at is not None:
                run.progress(progress.CHECKING, batch.size, batch.size)
                return _minted(batch, resumed=resumed)
            _raise_what_ended(session, batch_id)
        if how is not None:
            _give_up(run, batch_id, how)
        _show(run, batch_id)
        _wait(run, pause)
        pause = min(1.3 * pause, _LONGEST_PAUSE_S)


def _wait(run: Run, seconds: float) -> None:
    if run.stop.wait(seconds) and run.stop.reason is not None:
        raise run.stop.reason


def _raise_what_ended(session: Session, batch_id: UUID) -> None:
    latest = work_repository.attempt(session, batch_id)
    if latest is not None and (error := attempts.error_of(latest)) is not None:
        raise error


def _give_up(run: Run, batch_id: UUID, how: str) -> None:
    """The engine ended the attempt's workflow and nothing says why: the attempt is over."""
    error = WorkGivenUp(
        f"The workflow engine gave up the batch {batch_id} ({how}).",
        "See the log, correct the cause, and run `issuer mint` again.",
    )

    def note(session: Session) -> None:
        latest = work_repository.attempt(session, batch_id)
        if latest is not None:
            attempts.end(session, batch_id, latest.number, run.clock(), error)

    run_step("end attempt", run.engine, note)


def _show(run: Run, batch_id: UUID | None = None) -> None:
    with session_scope(run.engine, read_only=True) as session:
        if batch_id is None:
            batch_id = next(iter(work_repository.unfinished(session)), None)
        found = progress.of_batch(session, batch_id, run.clock()) if batch_id else None
    if found is not None and found.stage != progress.RELEASED:
        run.progress(found.stage, found.done, found.total)


def _minted(batch: Batch, *, resumed: bool) -> MintedBatch:
    if batch.root is None or batch.anchor_transaction is None or batch.anchored_at is None:
        raise RuntimeError("a batch is anchored before it is released")
    return MintedBatch(
        id=batch.id,
        size=batch.size,
        root=batch.root,
        transaction=batch.anchor_transaction,
        anchored_at=batch.anchored_at,
        resumed=resumed,
    )
