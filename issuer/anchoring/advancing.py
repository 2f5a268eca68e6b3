"""Advancing an anchor by one step: the next thing that is due, whatever happened before.

The chain is looked at first, and only then something is sent: any of a batch's transactions that
is found in a block settles it. The node is never asked while a database transaction is open, and
an anchor that another process advanced meanwhile is left as that process left it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from contracts.errors import ChainRefused
from issuer.anchoring import repository
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.bumping import bump
from issuer.anchoring.errors import NonceTaken, NotPrepared, WrongChain
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.found import adopt_other
from issuer.anchoring.models import MAX_PROBLEM, UNFINISHED, Anchor, AnchorAttempt, AnchorState
from issuer.anchoring.repository import StoredAnchor
from issuer.anchoring.sending import check_same_chain, send_current
from issuer.anchoring.sighting import Sighting, check_contract_agrees, look
from issuer.anchoring.standing import AnchorStanding, standing_of

SessionScope = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends and rolls back when it raises."""
FEE_BUMP_AFTER = timedelta(minutes=5)
"""How long an attempt may wait before a higher fee is offered."""
_IN_A_BLOCK = (AnchorState.SEEN, AnchorState.CONFIRMED, AnchorState.REVERTED)
_NO_BLOCK: dict[str, Any] = dict.fromkeys(("block_number", "block_hash", "block_time", "fee_wei"))


def advance_anchor(
    scope: SessionScope,
    batch_id: UUID,
    *,
    account: EthereumAccount | None,
    client: EthereumClient,
    confirmations: int,
    now: datetime,
    fee_bump_after: timedelta = FEE_BUMP_AFTER,
) -> AnchorStanding:
    """Do the next thing that is due for a prepared anchor, and say where it stands.

    Sends the stored bytes, raises a stuck fee at the same nonce (every hash is kept), looks for a
    receipt of any of the hashes, notices that a block is gone. Asks the node a handful of
    questions and waits for nothing else. What only has to be waited for, or needs a person while
    nothing is lost, is the standing's ``problem``; call again later.

    Args:
        scope: opens a session that commits when its block ends.
        batch_id: a batch that ``prepare_anchor`` was committed for.
        account: the sending account, to sign a higher fee; None if it is not at hand.
        client: the node.
        confirmations: blocks from the transaction's own to the newest, both counted.
        now: aware UTC.
        fee_bump_after: how long an attempt may wait before a higher fee is offered.

    Raises:
        NotPrepared: nothing is stored for the batch.
        WrongChain: the node, or the client's settings, are of another chain than the bytes.
        NonceTaken: another transaction has our nonce. An alarm: nothing is signed anew.
        ChainRefused: the node does not take the transaction, for another reason.
        ChainUnreachable, ChainBadAnswer: from the node; nothing was changed.
    """
    stored = load(scope, batch_id)
    turn = _Turn(scope, client, confirmations, now, account, fee_bump_after)
    try:
        check_same_chain(client, stored.anchor)
        _earlier_ones(turn, stored.anchor)
        return turn.take(stored)
    except (NonceTaken, ChainRefused, WrongChain) as error:
        note_problem(scope, batch_id, str(error))
        raise


def _earlier_ones(turn: "_Turn", anchor: Anchor) -> None:
    """Advance what has the account's earlier numbers: no chain takes a later one before.

    Whoever began them may be gone for good, as when a batch is begun again. When this one is
    deep enough, so are they.
    """
    if anchor.state not in UNFINISHED:
        return
    with turn.scope() as session:
        earlier = repository.waiting_before(session, anchor)
    for batch_id in earlier:
        try:
            turn.take(load(turn.scope, batch_id))
        except (NonceTaken, ChainRefused) as error:
            note_problem(turn.scope, batch_id, str(error))


def check_still_anchored(
    scope: SessionScope,
    client: EthereumClient,
    confirmations: int,
    *,
    now: datetime | None = None,
) -> list[UUID]:
    """See that the block of every confirmed anchor is still part of the chain.

    Where it is not, the state goes back and the same bytes are sent again; ``advance_anchor``
    does the rest. Anchors of other chains than the client's are left alone. What the chain
    refuses for one batch is kept as that anchor's problem, and the others are still looked at.

    Returns:
        The batches whose block is gone.

    Raises:
        WrongChain: the node belongs to another chain than the client.
        ChainUnreachable, ChainBadAnswer: from the node.
    """
    client.check_chain()
    now = now or datetime.now(UTC)
    with scope() as session:
        confirmed = repository.anchors_in(session, AnchorState.CONFIRMED)
    ours = [anchor for anchor in confirmed if anchor.chain_id == client.chain_id]
    numbers = {anchor.block_number for anchor in ours}
    blocks = {number: client.block(number) for number in numbers if number is not None}
    gone = []
    for anchor in ours:
        block = blocks.get(anchor.block_number or 0)
        if block is not None and block.block_hash == anchor.block_hash:
            continue
        gone.append(anchor.batch_id)
        _advance_or_note(scope, anchor.batch_id, client, confirmations, now)
    return gone


def _advance_or_note(
    scope: SessionScope, batch_id: UUID, client: EthereumClient, confirmations: int, now: datetime
) -> None:
    try:
        advance_anchor(
            scope, batch_id, account=None, client=client, confirmations=confirmations, now=now
        )
    except (NonceTaken, ChainRefused):
        return  # kept as the anchor's problem


def load(scope: SessionScope, batch_id: UUID) -> StoredAnchor:
    """What is stored for a batch.

    Raises:
        NotPrepared: nothing is.
    """
    with scope() as session:
        stored = repository.find_with_attempts(session, batch_id)
    if stored is None:
        raise NotPrepared(f"No transaction is stored for the batch {batch_id}.")
    return stored


def note_problem(scope: SessionScope, batch_id: UUID, problem: str) -> None:
    """Keep what keeps an anchor from going on."""
    known = load(scope, batch_id).anchor
    with scope() as session:
        repository.change(session, known, {"problem": _fitting(problem)})


def _fitting(problem: str | None) -> str | None:
    return problem[:MAX_PROBLEM] if problem else None


@dataclass(frozen=True)
class _Turn:
    """One step with one anchor."""

    scope: SessionScope
    client: EthereumClient
    confirmations: int
    now: datetime
    account: EthereumAccount | None
    fee_bump_after: timedelta

    def take(self, stored: StoredAnchor) -> AnchorStanding:
        sighting = look(self.client, stored)
        if sighting is not None:
            return self._in_a_block(stored, sighting)
        if stored.anchor.state in _IN_A_BLOCK:
            return self._send(self._take_back(stored), _reorganised(stored))
        return self._without_block(stored)

    def _in_a_block(self, stored: StoredAnchor, sighting: Sighting) -> AnchorStanding:
        deep_enough = sighting.confirmations >= self.confirmations
        if not sighting.receipt.succeeded:
            return self._failed(stored, sighting, deep_enough=deep_enough)
        state = AnchorState.CONFIRMED if deep_enough else AnchorState.SEEN
        if deep_enough and stored.anchor.state != AnchorState.CONFIRMED:
            check_contract_agrees(self.client, stored.anchor, sighting)
        values = {
            "state": state,
            "tx_hash": sighting.attempt.tx_hash,
            "block_number": sighting.block.number,
            "block_hash": sighting.block.block_hash,
            "block_time": sighting.block.time,
            "fee_wei": sighting.receipt.fee_wei,
            "problem": None,
        }
        return self._change(stored, values, sighting.confirmations)

    def _failed(
        self, stored: StoredAnchor, sighting: Sighting, *, deep_enough: bool
    ) -> AnchorStanding:
        """It failed in a block: final once that is deep, unless the root is anchored even so."""
        if deep_enough and (other := adopt_other(self.scope, self.client, stored, self.now)):
            return self.take(other)
        state = AnchorState.REVERTED if deep_enough else AnchorState.BROADCAST
        problem = (
            f"The transaction {sighting.attempt.tx_hash} failed in block {sighting.block.number}. "
            "It anchors nothing. See on a block explorer why it reverted."
        )
        values = _NO_BLOCK | {"state": state, "problem": problem}
        return self._change(stored, values, sighting.confirmations)

    def _take_back(self, stored: StoredAnchor) -> StoredAnchor:
        """The block is gone: the anchor waits again, and its time to wait begins anew."""
        values = _NO_BLOCK | {"state": AnchorState.BROADCAST, "problem": _reorganised(stored)}
        with self.scope() as session:
            if repository.change(session, stored.anchor, values):
                repository.set_sent(session, stored.current, self.now, None)
        return load(self.scope, stored.anchor.batch_id)

    def _without_block(self, stored: StoredAnchor) -> AnchorStanding:
        current = stored.current
        overdue = self.now - (current.sent_at or current.created_at) >= self.fee_bump_after
        known = self.client.knows(current.tx_hash)
        if known and overdue and current.sent_at is not None:
            return self._raise_fee(stored)
        if known and stored.anchor.state == AnchorState.BROADCAST:
            return standing_of(stored.anchor)
        # Never sent; or sent, and we died before noting it; or dropped by the node.
        try:
            sent = self._send(stored)
        except ChainRefused as refused:
            if overdue:
                return self._raise_fee(stored, refused)
            return self._refused(stored, refused)
        dropped = current.sent_at is not None and not known
        return self._raise_fee(load_again(self.scope, stored)) if dropped and overdue else sent

    def _send(self, stored: StoredAnchor, problem: str | None = None) -> AnchorStanding:
        """Hand over the stored bytes, then note that it was done."""
        newest = self.client.latest_block_number()
        send_current(self.client, stored)
        current = stored.current
        with self.scope() as session:
            values = {"state": AnchorState.BROADCAST, "problem": problem}
            if repository.change(session, stored.anchor, values):
                block = newest if current.sent_block is None else current.sent_block
                repository.set_sent(session, current, current.sent_at or self.now, block)
        return standing_of(load_again(self.scope, stored).anchor)

    def _raise_fee(
        self, stored: StoredAnchor, refused: ChainRefused | None = None
    ) -> AnchorStanding:
        outcome = bump(stored, client=self.client, account=self.account, now=self.now)
        if isinstance(outcome, AnchorAttempt):
            return self._replace(stored, outcome)
        if refused is not None:
            return self._refused(stored, refused)
        return self._change(stored, {"problem": outcome})

    def _refused(self, stored: StoredAnchor, refused: ChainRefused) -> AnchorStanding:
        """What was taken before is only dearer now, which waiting or a higher fee can mend."""
        if stored.current.sent_at is None:
            raise refused
        return self._change(stored, {"problem": str(refused)})

    def _replace(self, stored: StoredAnchor, attempt: AnchorAttempt) -> AnchorStanding:
        """Store the new attempt and commit; only then send it."""
        with self.scope() as session:
            values = {"tx_hash": attempt.tx_hash, "problem": None}
            replaced = repository.change(session, stored.anchor, values)
            if replaced:
                repository.add_attempt(session, attempt)
        after = load_again(self.scope, stored)
        # Not replaced: it came into a block meanwhile, or another process was faster. What was
        # signed here is forgotten: it was neither stored nor sent.
        return self._send(after) if replaced else standing_of(after.anchor)

    def _change(
        self, stored: StoredAnchor, values: dict[str, Any], confirmations: int = 0
    ) -> AnchorStanding:
        values = values | {"problem": _fitting(values["problem"])}
        if all(getattr(stored.anchor, name) == value for name, value in values.items()):
            return standing_of(stored.anchor, confirmations)
        with self.scope() as session:
            repository.change(session, stored.anchor, values)
        return standing_of(load_again(self.scope, stored).anchor, confirmations)


def load_again(scope: SessionScope, stored: StoredAnchor) -> StoredAnchor:
    """The same anchor as it is stored now."""
    return load(scope, stored.anchor.batch_id)


def _reorganised(stored: StoredAnchor) -> str:
    anchor = stored.anchor
    return (
        f"Block {anchor.block_number}, which held the transaction {anchor.tx_hash}, is no longer "
        "part of the chain. The same transaction was sent again; wait until a block has it."
    )
