"""Where every anchor stands, for whoever runs the school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from issuer.anchoring import repository
from issuer.anchoring.models import Anchor, AnchorAttempt, AnchorState


@dataclass(frozen=True, slots=True)
class AnchorOverview:
    """One anchor in a listing.

    Attributes:
        batch_id: the batch.
        state: how far it has come.
        tx_hash: the transaction that counts.
        attempts: how many were signed, all at one nonce.
        chain_id, sender, nonce: of the account.
        confirmations: blocks from its own to the newest; None if no node was asked or no block
            has it.
        block_number, block_time: its block, once it is in one.
        fee_wei: what was paid, once it is in a block.
        max_fee_per_gas: what the newest attempt offers, in wei.
        sent_at: when that was sent.
        problem: what keeps it from going on, and what to do.
    """

    batch_id: UUID
    state: AnchorState
    tx_hash: str
    attempts: int
    chain_id: int
    sender: str
    nonce: int
    confirmations: int | None
    block_number: int | None
    block_time: datetime | None
    fee_wei: int | None
    max_fee_per_gas: int
    sent_at: datetime | None
    problem: str | None


def overview(session: Session, newest_block: int | None) -> list[AnchorOverview]:
    """Every anchor, by account and nonce, as our database has it.

    Args:
        session: reads only.
        newest_block: the chain's newest block, if a node could be asked.
    """
    anchors = repository.anchors_in(session, *AnchorState)
    attempts = repository.attempts_by_batch(session)
    return [_row(one, attempts[one.batch_id], newest_block) for one in anchors]


def _row(
    anchor: Anchor, attempts: Sequence[AnchorAttempt], newest_block: int | None
) -> AnchorOverview:
    current = next(one for one in attempts if one.tx_hash == anchor.tx_hash)
    return AnchorOverview(
        batch_id=anchor.batch_id,
        state=AnchorState(anchor.state),
        tx_hash=anchor.tx_hash,
        attempts=len(attempts),
        chain_id=anchor.chain_id,
        sender=anchor.sender,
        nonce=current.nonce,
        confirmations=_depth(anchor, newest_block),
        block_number=anchor.block_number,
        block_time=anchor.block_time,
        fee_wei=anchor.fee_wei,
        max_fee_per_gas=current.max_fee_per_gas,
        sent_at=current.sent_at,
        problem=anchor.problem,
    )


def _depth(anchor: Anchor, newest_block: int | None) -> int | None:
    if anchor.block_number is None or newest_block is None:
        return None
    return max(newest_block - anchor.block_number + 1, 0)
