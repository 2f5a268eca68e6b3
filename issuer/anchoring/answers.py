"""What an Ethereum node's answers mean: strict readers, which raise ValueError for anything else.

Quantities and data are written as the Ethereum execution API says: ``0x`` and hexadecimal digits,
quantities without leading zeros.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})", re.IGNORECASE)
_DATA = re.compile(r"0x(?:[0-9a-f]{2})*", re.IGNORECASE)
_HASH = re.compile(r"0x[0-9a-f]{64}", re.IGNORECASE)
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE)
MAX_COUNT = 2**63 - 1
"""The largest block number, nonce or fee that can be meant; also what a database can keep."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block.

    Attributes:
        number: its number.
        block_hash: its hash, ``0x…`` in lower case.
        time: its time, UTC.
        base_fee: wei a unit of gas (EIP-1559); None on a chain without.
        transactions: hashes of its transactions, in order.
        header: all members that are text, as the node wrote them.
    """

    number: int
    block_hash: str
    time: datetime
    base_fee: int | None = None
    transactions: tuple[str, ...] = field(default=(), repr=False)
    header: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction.

    Attributes:
        succeeded: False if it reverted (EIP-658).
        sender, to: with checksum capitals; ``to`` is None for a creation.
        block_number, block_hash: its block.
        index: its place in the block, from 0.
        fee_wei: what the sender paid.
        contract_address: of a creation, with checksum capitals.
    """

    succeeded: bool
    sender: str
    to: str | None
    block_number: int
    block_hash: str
    index: int
    fee_wei: int
    contract_address: str | None


@dataclass(frozen=True, slots=True)
class StorageProof:
    """One slot of a contract's storage (EIP-1186): key, value, and the trie nodes on the way."""

    slot: bytes
    value: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AccountProof:
    """An account and some of its storage, with Merkle-Patricia proofs (EIP-1186)."""

    address: str
    nonce: int
    balance: int
    code_hash: bytes
    storage_hash: bytes
    proof: tuple[bytes, ...]
    storage: tuple[StorageProof, ...]


def quantity(value: object) -> int:
    """A natural number below 2**256."""
    return int(_text(value, _QUANTITY), 16)


def count(value: object) -> int:
    """A natural number that counts something, up to ``MAX_COUNT``."""
    number = quantity(value)
    if number > MAX_COUNT:
        raise ValueError("larger than any such number is")
    return number


def data(value: object) -> bytes:
    """Bytes of any length."""
    return bytes.fromhex(_text(value, _DATA)[2:])


def hash_of(value: object) -> str:
    """A 32-byte hash, in lower case."""
    return _text(value, _HASH).lower()


def address(value: object) -> str:
    """An address, in lower case."""
    return _text(value, _ADDRESS).lower()


def checksummed(value: object) -> str:
    """An address, with checksum capitals (EIP-55)."""
    from eth_utils.address import to_checksum_address  # noqa: PLC0415 - slow to load

    return str(to_checksum_address(address(value)))


def same(answered: object, asked: object) -> None:
    """Raise unless the answer is to what was asked."""
    if answered != asked:
        raise ValueError("the answer to another question")


def block(answer: Any) -> Block:
    """A block with the hashes of its transactions."""
    seconds = count(_member(answer, "timestamp"))
    base_fee = answer.get("baseFeePerGas")
    return Block(
        number=count(_member(answer, "number")),
        block_hash=hash_of(_member(answer, "hash")),
        time=datetime.fromtimestamp(seconds, tz=UTC),
        base_fee=None if base_fee is None else count(base_fee),
        transactions=tuple(hash_of(one) for one in array(_member(answer, "transactions"))),
        header={name: value for name, value in answer.items() if isinstance(value, str)},
    )


def receipt(answer: Any, tx_hash: str) -> Receipt:
    """The receipt of the transaction that was asked for."""
    same(hash_of(_member(answer, "transactionHash")), tx_hash.lower())
    status = quantity(_member(answer, "status"))
    if status > 1:
        raise ValueError("not a status (EIP-658)")
    to, created = answer.get("to"), answer.get("contractAddress")
    gas, price = count(_member(answer, "gasUsed")), count(_member(answer, "effectiveGasPrice"))
    if gas * price > MAX_COUNT:
        raise ValueError("a fee that nobody pays")
    return Receipt(
        succeeded=status == 1,
        sender=checksummed(_member(answer, "from")),
        to=None if to is None else checksummed(to),
        block_number=count(_member(answer, "blockNumber")),
        block_hash=hash_of(_member(answer, "blockHash")),
        index=count(_member(answer, "transactionIndex")),
        fee_wei=gas * price,
        contract_address=None if created is None else checksummed(created),
    )


def account_proof(answer: Any, contract: str, slots: list[bytes]) -> AccountProof:
    """The proof of the contract and of exactly the slots that were asked for, in their order."""
    same(address(_member(answer, "address")), contract.lower())
    storage = tuple(_storage_proof(one) for one in array(_member(answer, "storageProof")))
    same([one.slot for one in storage], slots)
    return AccountProof(
        address=contract,
        nonce=quantity(_member(answer, "nonce")),
        balance=quantity(_member(answer, "balance")),
        code_hash=bytes.fromhex(hash_of(_member(answer, "codeHash"))[2:]),
        storage_hash=bytes.fromhex(hash_of(_member(answer, "storageHash"))[2:]),
        proof=_nodes(_member(answer, "accountProof")),
        storage=storage,
    )


def _storage_proof(answer: Any) -> StorageProof:
    # Nodes write the key as 32 bytes or as a quantity.
    key = _text(_member(answer, "key"), re.compile(r"0x[0-9a-f]{1,64}", re.IGNORECASE))
    return StorageProof(
        slot=int(key, 16).to_bytes(32, "big"),
        value=quantity(_member(answer, "value")),
        proof=_nodes(_member(answer, "proof")),
    )


def _nodes(answer: Any) -> tuple[bytes, ...]:
    return tuple(data(one) for one in array(answer))


def _member(answer: Any, name: str) -> Any:
    if not isinstance(answer, dict) or name not in answer:
        raise ValueError(f"no {name}")
    return answer[name]


def array(answer: Any) -> list[Any]:
    """A list of anything."""
    if not isinstance(answer, list):
        raise TypeError("not a list")
    return answer


def _text(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not written as the execution API says")
    return value
