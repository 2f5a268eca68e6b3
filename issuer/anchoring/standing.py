"""Where an anchor stands: what ``advance_anchor`` answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from issuer.anchoring.models import Anchor, AnchorState


@dataclass(frozen=True, slots=True)
class AnchorReceipt:
    """Where an anchor stands in the chain.

    Attributes:
        tx_hash: ``0x`` and 64 hexadecimal digits.
        chain_id: EIP-155 number of the chain.
        sender: checksummed address that sent it.
        block_number: the block's number.
        block_hash: the block's hash, ``0x…``.
        block_time: the block's time, UTC.
    """

    tx_hash: str
    chain_id: int
    sender: str
    block_number: int
    block_hash: str
    block_time: datetime


@dataclass(frozen=True, slots=True)
class AnchorStanding:
    """How far an anchor has come.

    Attributes:
        batch_id: the batch.
        state: what is already done.
        tx_hash: the transaction that counts: the one in a block, else the newest.
        confirmations: blocks from its own to the newest, both counted; 0 while no block has it.
        receipt: its block, if it succeeded in one that is part of the chain now.
        problem: what keeps it from going on and what to do, in words; None while all goes well.
    """

    batch_id: UUID
    state: AnchorState
    tx_hash: str
    confirmations: int
    receipt: AnchorReceipt | None
    problem: str | None


def standing_of(anchor: Anchor, confirmations: int = 0) -> AnchorStanding:
    """The standing of an anchor as our database has it."""
    return AnchorStanding(
        batch_id=anchor.batch_id,
        state=AnchorState(anchor.state),
        tx_hash=anchor.tx_hash,
        confirmations=confirmations,
        receipt=receipt_of(anchor),
        problem=anchor.problem,
    )


def receipt_of(anchor: Anchor) -> AnchorReceipt | None:
    """The block in which the anchor succeeded, as our database has it."""
    if anchor.block_number is None or anchor.block_hash is None or anchor.block_time is None:
        return None
    if anchor.state not in (AnchorState.SEEN, AnchorState.CONFIRMED):
        return None
    return AnchorReceipt(
        tx_hash=anchor.tx_hash,
        chain_id=anchor.chain_id,
        sender=anchor.sender,
        block_number=anchor.block_number,
        block_hash=anchor.block_hash,
        block_time=anchor.block_time,
    )
