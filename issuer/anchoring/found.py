"""A root that our account anchored by a transaction which our database does not have.

So it is after a database was restored from an older copy. The contract's event names the
transaction, and its bytes are made again from what the node says of it: they are believed because
their hash is the transaction's and their signature the account's.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import rlp
from sqlmodel import Session

from contracts.errors import ChainBadAnswer
from issuer.anchoring import answers, repository
from issuer.anchoring.contract import anchored_at
from issuer.anchoring.ethereum import Block, EthereumClient, Fees
from issuer.anchoring.models import AnchorAttempt, AnchorState
from issuer.anchoring.repository import StoredAnchor
from issuer.anchoring.signing import attempt_of

_EVENT: Final = "Anchored(address,bytes32)"
_BLOCKS_OF_ONE_SECOND: Final = 16
"""Some chains make several blocks with the same time."""
_TYPE: Final = b"\x02"
"""EIP-2718 type of an EIP-1559 transaction."""


@dataclass(frozen=True, slots=True)
class FoundTransaction:
    """A signed transaction of our account, found on the chain.

    Attributes:
        raw: the signed EIP-2718 envelope.
        tx_hash: its Keccak-256.
        nonce, gas, fees: as it says.
    """

    raw: bytes
    tx_hash: str
    nonce: int
    gas: int
    fees: Fees

    def as_attempt(self, batch_id: UUID, number: int, now: datetime) -> AnchorAttempt:
        """The row of this transaction, as one of a batch's."""
        return attempt_of(
            batch_id,
            number,
            nonce=self.nonce,
            raw=self.raw,
            tx_hash=self.tx_hash,
            gas=self.gas,
            fees=self.fees,
            now=now,
        )


def find_anchoring(
    client: EthereumClient, contract: str, sender: str, root: bytes
) -> FoundTransaction | None:
    """The transaction by which the sender anchored the root; None if it never did.

    Also None where the transaction cannot be read: another type, or sent through another contract.

    Raises:
        ChainBadAnswer: the node's answers contradict each other.
    """
    seconds = anchored_at(client, contract, sender, root)
    if not seconds:
        return None
    for block in _blocks_at(client, seconds):
        hashes = client.logs(contract, _topics(sender, root), block.block_hash)
        if hashes:
            return _read(client, hashes[0], contract, sender, root)
    return None


def adopt_other(
    scope: Callable[[], AbstractContextManager[Session]],
    client: EthereumClient,
    stored: StoredAnchor,
    now: datetime,
) -> StoredAnchor | None:
    """Take a transaction of our account, by which the batch's root is anchored, as an attempt.

    Returns:
        The anchor with that attempt in place; None if there is no such transaction, or it is
        known already: then it is another batch's, or did not help.
    """
    anchor = stored.anchor
    found = find_anchoring(client, anchor.to, anchor.sender, anchor.root)
    if found is None:
        return None
    number = stored.attempts[-1].number + 1
    with scope() as session:
        if repository.batch_of(session, found.tx_hash) is not None:
            return None
        values = {"tx_hash": found.tx_hash, "state": AnchorState.BROADCAST}
        if not repository.change(session, anchor, values):
            return None
        repository.add_attempt(session, found.as_attempt(anchor.batch_id, number, now))
        return repository.find_with_attempts(session, anchor.batch_id)


def _topics(sender: str, root: bytes) -> list[str]:
    from eth_utils.crypto import keccak  # noqa: PLC0415 - slow to load

    issuer = bytes.fromhex(sender.removeprefix("0x")).rjust(32, b"\0")
    return ["0x" + word.hex() for word in (keccak(text=_EVENT), issuer, root)]


def _blocks_at(client: EthereumClient, seconds: int) -> list[Block]:
    """The blocks with that time: the first is found by halving, because time only grows."""
    low, high = 0, client.latest_block_number()
    while low < high:
        middle = (low + high) // 2
        if int(_block(client, middle).time.timestamp()) < seconds:
            low = middle + 1
        else:
            high = middle
    found = []
    for number in range(low, low + _BLOCKS_OF_ONE_SECOND):
        block = client.block(number)
        if block is None or int(block.time.timestamp()) != seconds:
            break
        found.append(block)
    return found


def _block(client: EthereumClient, number: int) -> Block:
    block = client.block(number)
    if block is None:
        raise ChainBadAnswer(f"The node has no block {number}, but says that it has later ones.")
    return block


def _read(
    client: EthereumClient, tx_hash: str, contract: str, sender: str, root: bytes
) -> FoundTransaction | None:
    answer = client.transaction(tx_hash)
    if answer is None:
        return None
    try:
        fields = _fields(answer)
        raw = _TYPE + rlp.encode(fields)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
    if not _is_ours(raw, fields, tx_hash, sender):
        return None
    if (fields[5], fields[7]) != (bytes.fromhex(contract[2:]), root):
        return None
    fees = Fees(max_fee_per_gas=fields[3], max_priority_fee_per_gas=fields[2])
    return FoundTransaction(raw, tx_hash, nonce=fields[1], gas=fields[4], fees=fees)


def _fields(answer: dict[str, Any]) -> list[Any]:
    """The fields of a signed EIP-1559 transaction, in their order, as RLP takes them."""
    answers.same(answers.quantity(answer["type"]), _TYPE[0])
    answers.same(answer.get("accessList") or [], [])
    natural = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas")
    return [
        *(answers.count(answer[name]) for name in natural),
        answers.data(answer["to"]),
        answers.quantity(answer["value"]),
        answers.data(answer["input"]),
        [],
        answers.quantity(answer.get("yParity", answer.get("v"))),
        answers.quantity(answer["r"]),
        answers.quantity(answer["s"]),
    ]


def _is_ours(raw: bytes, fields: list[Any], tx_hash: str, sender: str) -> bool:
    from eth_account import Account  # noqa: PLC0415 - slow to load
    from eth_utils.crypto import keccak  # noqa: PLC0415

    return "0x" + keccak(raw).hex() == tx_hash and _signer(Account, raw) == sender


def _signer(account: Any, raw: bytes) -> str | None:
    try:
        return str(account.recover_transaction(raw))
    except (ValueError, TypeError):
        return None
