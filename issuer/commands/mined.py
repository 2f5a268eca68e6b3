"""Waiting until a transaction, or one of those that replace each other, stands in the chain."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import ChainUnreachable
from issuer.anchoring.confirmation import Patience, not_confirmed
from issuer.anchoring.ethereum import Block, EthereumClient
from schemas.errors import TouchstoneError


@dataclass(frozen=True)
class Mined:
    """A transaction in a block that is deep enough.

    Attributes:
        transaction: its hash.
        block: its block.
        succeeded: False if it reverted there.
    """

    transaction: str
    block: Block
    succeeded: bool


def await_mined(
    client: EthereumClient,
    transactions: Sequence[str],
    *,
    confirmations: int,
    timeout_s: float,
) -> Mined:
    """Wait until one of the transactions stands deep enough; a node that is away is waited for.

    Args:
        client: the node.
        transactions: hashes, all of one account and number, the newest last.
        confirmations: blocks from the transaction's own up to the newest, both counted.
        timeout_s: after which we give up; it may still be mined.

    Raises:
        NotConfirmed: none does within the time.
        ChainUnreachable: the node does not answer at the end of that time.
    """
    patience = Patience(timeout_s)
    while True:
        try:
            mined = _stands(client, transactions, confirmations)
            if mined is not None:
                return mined
            given_up: TouchstoneError = not_confirmed(transactions[-1], timeout_s)
        except ChainUnreachable as error:
            given_up = error
        if not patience.pause():
            raise given_up


def _stands(client: EthereumClient, transactions: Sequence[str], depth: int) -> Mined | None:
    for transaction in transactions:
        receipt = client.receipt(transaction)
        if receipt is None:
            continue
        if client.latest_block_number() - receipt.block_number + 1 < depth:
            return None
        block = client.block(receipt.block_number)
        # The receipt's block may have been replaced between the answers.
        if block is None or block.block_hash != receipt.block_hash:
            return None
        return Mined(transaction, block, receipt.succeeded)
    return None
