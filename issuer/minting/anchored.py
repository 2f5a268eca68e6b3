"""Anchoring as stages of a batch, and keeping a released batch's anchor true.

Nothing here signs twice or waits without end: what anchoring itself does (issuer.anchoring) is
repeated until a block is deep enough.
"""

import time
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session

from contracts.errors import ChainBadAnswer, ChainUnreachable
from issuer.anchoring import service as anchoring
from issuer.anchoring.confirmation import not_confirmed
from issuer.anchoring.service import AnchorReceipt, AnchorStanding, AnchorState
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.minting import repository, work_repository
from issuer.minting.models import Batch, BatchState
from issuer.minting.run import Mint
from issuer.settings import Settings
from issuer.workflow.runner import run_step
from schemas.errors import TouchstoneError

_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 4.0


def prepare(run: Mint, batch_id: UUID) -> None:
    """Sign the batch's transaction and store it; nothing is sent before that is committed."""
    root = _root_to_anchor(run, batch_id)
    if root is not None:
        anchoring.prepare_root(
            lambda: session_scope(run.engine),
            batch_id,
            root,
            account=run.account_in_use(),
            client=run.client,
            contract=run.settings.contract_address,
        )


def confirm(run: Mint, batch_id: UUID) -> None:
    """Advance the prepared anchor until its block is deep enough, however often this is begun.

    Raises:
        Reverted: the transaction failed in its block.
        NotConfirmed: no block is deep enough after all of the run's patience; nothing is lost.
        NonceTaken, ChainRefused, WrongChain: waiting would not help.
        ChainUnreachable, ChainBadAnswer: the node does not answer at the end of that patience.
        Stopping: the process is to end.
    """
    if _root_to_anchor(run, batch_id) is None:
        return
    deadline = time.monotonic() + run.anchor_patience_s
    pause = _FIRST_PAUSE_S
    while True:
        found = _advance(run, batch_id)
        if isinstance(found, AnchorReceipt):
            break
        if time.monotonic() + pause > deadline:
            raise found
        run.stop.pause(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
    run_step("record anchor", run.engine, partial(_record, run.settings, batch_id, found))


def _root_to_anchor(run: Mint, batch_id: UUID) -> bytes | None:
    """The root of a batch whose tree is stored; None where its anchor is recorded already."""
    with session_scope(run.engine, read_only=True) as session:
        batch = repository.existing_batch(session, batch_id)
    return bytes.fromhex(batch.root) if batch.state == BatchState.TREED and batch.root else None


def _advance(run: Mint, batch_id: UUID) -> AnchorReceipt | TouchstoneError:
    """The receipt of an anchor that is deep enough, or what there would be to say of it now."""
    try:
        standing = _turn(run, batch_id)
    except (ChainUnreachable, ChainBadAnswer) as error:
        return error
    if standing.state == AnchorState.REVERTED:
        raise anchoring.reverted(standing)
    if standing.state == AnchorState.CONFIRMED and standing.receipt is not None:
        return standing.receipt
    return not_confirmed(standing.tx_hash, run.anchor_patience_s, standing.problem)


def _turn(run: Mint, batch_id: UUID) -> AnchorStanding:
    return anchoring.advance_anchor(
        lambda: session_scope(run.engine),
        batch_id,
        account=run.account_in_use(),
        client=run.client,
        confirmations=run.settings.confirmations,
        now=run.clock(),
        fee_bump_after=run.settings.fee_bump_after,
    )


def _record(settings: Settings, batch_id: UUID, receipt: AnchorReceipt, session: Session) -> None:
    batch = work_repository.lock_batch(session, batch_id)
    if batch.state == BatchState.TREED:
        _write(session, settings, batch, receipt)
        batch.state = BatchState.ANCHORED


def _write(session: Session, settings: Settings, batch: Batch, receipt: AnchorReceipt) -> None:
    """What readers are told is what happened, whatever the settings said when it began."""
    # In use or given up since: a block can go away after the account has changed.
    account = identity.account_of(session, receipt.sender)
    batch.chain_id = receipt.chain_id
    batch.anchor_method = f"{settings.did}#{account.fragment}"
    batch.anchor_transaction, batch.anchored_at = receipt.tx_hash, receipt.block_time
    session.add(batch)


def keep_anchored(run: Mint) -> list[UUID]:
    """See that the blocks of released batches are still there; what is not, is anchored again.

    The same signed bytes are sent, and when a block has them again its time is what is told.

    Returns:
        The batches whose block is gone, or was and is not deep enough again.

    Raises:
        WrongChain, ChainUnreachable, ChainBadAnswer: from the node.
    """
    scope = partial(session_scope, run.engine)
    anchoring.check_still_anchored(scope, run.client, run.settings.confirmations, now=run.clock())
    with session_scope(run.engine, read_only=True) as session:
        waiting = {anchor.batch_id for anchor in anchoring.unfinished(session)}
        lost = [one for one in work_repository.anchored(session) if one in waiting]
    return [one for one in lost if not _renew(run, one)]


def stand_again(run: Mint, batch_id: UUID) -> None:
    """See that a batch's own block is still there, and wait for another where it is not.

    Raises:
        NotConfirmed: it has none after all of the run's patience; nothing is lost.
        WrongChain, ChainUnreachable, ChainBadAnswer: from the node.
        Stopping: the process is to end.
    """
    deadline = time.monotonic() + run.anchor_patience_s
    while batch_id in keep_anchored(run):
        if time.monotonic() > deadline:
            with session_scope(run.engine, read_only=True) as session:
                lost = anchoring.find_anchor(session, batch_id)
            raise not_confirmed(lost.tx_hash, run.anchor_patience_s, lost.problem)
        run.stop.pause(_LONGEST_PAUSE_S)


def _renew(run: Mint, batch_id: UUID) -> bool:
    standing = _turn(run, batch_id)
    if standing.state != AnchorState.CONFIRMED or standing.receipt is None:
        return False
    renew(run.engine, run.settings, batch_id, standing.receipt)
    return True


def renew(engine: Engine, settings: Settings, batch_id: UUID, receipt: AnchorReceipt) -> None:
    """Have a batch tell of the block that has its anchor now; of others nothing is told yet.

    Args:
        engine, settings: the issuer's.
        batch_id: of a batch, or of what is anchored beside batches.
        receipt: of a confirmed anchor.
    """
    run_step("renew anchor", engine, partial(_rewrite, settings, batch_id, receipt))


def _rewrite(settings: Settings, batch_id: UUID, receipt: AnchorReceipt, session: Session) -> None:
    if session.get(Batch, batch_id) is None:
        return
    batch = work_repository.lock_batch(session, batch_id)
    if batch.state in (BatchState.ANCHORED, BatchState.RELEASED):
        _write(session, settings, batch, receipt)
