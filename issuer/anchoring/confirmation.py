"""Waiting, for a bounded time, until a transaction stands in the chain."""

import time
from dataclasses import dataclass
from datetime import datetime

from contracts.errors import ChainUnreachable
from issuer.anchoring.errors import NotConfirmed, Reverted
from issuer.anchoring.ethereum import Block, EthereumClient, Receipt

CONFIRM_TIMEOUT_S = 600.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


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


class _Patience:
    """Pauses that grow, until a deadline."""

    def __init__(self, timeout_s: float) -> None:
        self._deadline = time.monotonic() + timeout_s
        self._pause_s = _FIRST_PAUSE_S

    def pause(self) -> bool:
        """Sleep a while; False, without sleeping, when time is up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(self._pause_s, left))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True


def await_confirmations(
    client: EthereumClient,
    tx_hash: str,
    confirmations: int = 1,
    timeout_s: float = CONFIRM_TIMEOUT_S,
) -> AnchorReceipt:
    """Wait until a transaction succeeded in a block that is deep enough.

    A block that is reorganised away meanwhile does not count, and waiting goes on.

    Args:
        client: the node to ask.
        tx_hash: the transaction.
        confirmations: blocks from the transaction's own up to the newest, both counted; 1 is
            satisfied by being mined.
        timeout_s: seconds after which we give up; the transaction may still be mined later.

    Raises:
        Reverted: it failed, in a block that is deep enough.
        NotConfirmed: no such block within the time.
        ChainUnreachable: the node does not answer at the end of that time.
    """
    patience = _Patience(timeout_s)
    while True:
        try:
            found = _deep_enough(client, tx_hash, confirmations)
            if found is not None:
                break
            if not patience.pause():
                raise _not_confirmed(tx_hash, timeout_s)
        except ChainUnreachable:
            if not patience.pause():
                raise
    receipt, block = found
    if not receipt.succeeded:
        raise Reverted(
            f"The transaction {tx_hash} failed in block {block.number}.",
            "It anchors nothing. See on a block explorer why it reverted.",
        )
    return AnchorReceipt(
        tx_hash, client.chain_id, receipt.sender, block.number, block.block_hash, block.time
    )


def await_receipt(client: EthereumClient, tx_hash: str, *, timeout_s: float) -> Receipt:
    """Wait until a block has a transaction, whether it succeeded there or not.

    Raises:
        NotConfirmed: no block within the time.
    """
    patience = _Patience(timeout_s)
    while (receipt := client.receipt(tx_hash)) is None:
        if not patience.pause():
            raise _not_confirmed(tx_hash, timeout_s)
    return receipt


def _deep_enough(
    client: EthereumClient, tx_hash: str, confirmations: int
) -> tuple[Receipt, Block] | None:
    receipt = client.receipt(tx_hash)
    if receipt is None:
        return None
    if client.latest_block_number() - receipt.block_number + 1 < confirmations:
        return None
    block = client.block(receipt.block_number)
    # The receipt's block may have been replaced between the two answers.
    return (receipt, block) if block and block.block_hash == receipt.block_hash else None


def _not_confirmed(tx_hash: str, timeout_s: float) -> NotConfirmed:
    return NotConfirmed(
        f"The transaction {tx_hash} is not confirmed after {timeout_s:.0f} s.",
        "Nothing is lost: run the same command again, and it goes on waiting for it.",
        details={"transaction": tx_hash},
    )
