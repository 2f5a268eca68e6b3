"""Looking for an anchor in the chain, and believing only what fits together. No database here."""

from dataclasses import dataclass

from contracts.errors import ChainBadAnswer
from issuer.anchoring.contract import anchored_at
from issuer.anchoring.ethereum import Block, EthereumClient, Receipt
from issuer.anchoring.models import Anchor, AnchorAttempt
from issuer.anchoring.repository import StoredAnchor


@dataclass(frozen=True, slots=True)
class Sighting:
    """One of a batch's transactions, in a block that is part of the chain now.

    Attributes:
        attempt: the transaction.
        receipt: what became of it.
        block: its block.
        confirmations: blocks from that one to the newest, both counted.
    """

    attempt: AnchorAttempt
    receipt: Receipt
    block: Block
    confirmations: int


def look(client: EthereumClient, stored: StoredAnchor) -> Sighting | None:
    """Find any of the batch's transactions in the chain as it is now.

    One that succeeded counts before one that failed. A block that was replaced does not count.

    Raises:
        ChainBadAnswer: the node's answers contradict each other.
    """
    failed = None
    for attempt in reversed(stored.attempts):
        sighting = _look_for(client, stored.anchor, attempt)
        if sighting is not None and sighting.receipt.succeeded:
            return sighting
        failed = sighting or failed
    return failed


def check_contract_agrees(client: EthereumClient, anchor: Anchor, sighting: Sighting) -> None:
    """Raise ChainBadAnswer unless the contract itself says that the root is anchored in that block.

    Somebody who forges a receipt has to forge the contract's storage as well.
    """
    at = anchored_at(client, anchor.to, anchor.sender, anchor.root)
    if at != int(sighting.block.time.timestamp()):
        raise _contradiction(sighting.attempt, "the contract does not know the root from then")


def _look_for(client: EthereumClient, anchor: Anchor, attempt: AnchorAttempt) -> Sighting | None:
    receipt = client.receipt(attempt.tx_hash)
    if receipt is None:
        return None
    if (receipt.sender, receipt.to) != (anchor.sender, anchor.to):
        raise _contradiction(attempt, "its receipt names another sender or another contract")
    block = client.block_by_hash(receipt.block_hash)
    if block is None:
        return None
    if block.number != receipt.block_number or not _holds(block, receipt, attempt):
        raise _contradiction(attempt, "its receipt names a block that does not hold it")
    newest = client.latest_block_number()
    if newest < block.number:
        raise _contradiction(attempt, "its block is newer than the newest block")
    standing = client.block(block.number)
    if standing is None or standing.block_hash != block.block_hash:
        return None
    return Sighting(attempt, receipt, block, newest - block.number + 1)


def _holds(block: Block, receipt: Receipt, attempt: AnchorAttempt) -> bool:
    hashes = block.transactions
    return receipt.index < len(hashes) and hashes[receipt.index] == attempt.tx_hash


def _contradiction(attempt: AnchorAttempt, how: str) -> ChainBadAnswer:
    return ChainBadAnswer(
        f"The node contradicts itself about the transaction {attempt.tx_hash}: {how}.",
        "It may be changing over to another branch of the chain: try again. If it goes on, use "
        "another node.",
    )
