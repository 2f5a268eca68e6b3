"""The signed transaction that anchored: who sent which root to which contract of which chain."""

from dataclasses import dataclass

import rlp
from eth_hash.auto import keccak

from credentials.models.bundle import MAX_TRANSACTION_BYTES
from verifier.bundle.errors import TransactionInvalid
from verifier.bundle.rlp_form import Item, decode, fixed, number
from verifier.bundle.secp256k1 import recover

_FEE_MARKET = 2
"""Transaction type of EIP-1559, the one that anchors are sent with."""
_FIELDS = 12
_SIGNED_FIELDS = 9
_CHAIN_ID, _TO, _DATA = 0, 5, 7
_ROOT_BYTES, _ADDRESS_BYTES = 32, 20
_MAX_CHAIN_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class AnchorTransaction:
    """What a transaction says by itself.

    Attributes:
        hash: 0x and 64 hex digits in lower case.
        chain_id: EIP-155.
        sender, to: 0x and 40 hex digits in lower case.
        root: its calldata, 32 bytes.
    """

    hash: str
    chain_id: int
    sender: str
    to: str
    root: bytes


def read_transaction(data: bytes) -> AnchorTransaction:
    """Read a signed EIP-1559 transaction whose whole calldata is a root.

    Raises:
        RlpInvalid: it is no canonical RLP.
        TransactionInvalid: it is another transaction, or nobody's.
    """
    if data[:1] != bytes([_FEE_MARKET]):
        raise TransactionInvalid("A transaction is not of the type that anchors are sent with.")
    fields = decode(data[1:], max_bytes=MAX_TRANSACTION_BYTES)
    if not isinstance(fields, list) or len(fields) != _FIELDS:
        raise TransactionInvalid("What stands for a transaction is none.")
    root = _bytes(fields, _DATA)
    if len(root) != _ROOT_BYTES:
        raise TransactionInvalid("A transaction does not carry a root and nothing else.")
    return AnchorTransaction(
        hash="0x" + keccak(data).hex(),
        chain_id=number(_bytes(fields, _CHAIN_ID), max_bytes=_MAX_CHAIN_ID_BYTES),
        sender=_sender(fields),
        to="0x" + fixed(_bytes(fields, _TO), _ADDRESS_BYTES).hex(),
        root=root,
    )


def address_of(public_key: bytes) -> str:
    """The address of a public key, given as both coordinates: 0x and 40 digits in lower case."""
    return "0x" + keccak(public_key)[-_ADDRESS_BYTES:].hex()


def _sender(fields: list[Item]) -> str:
    signed = keccak(bytes([_FEE_MARKET]) + rlp.encode(fields[:_SIGNED_FIELDS]))
    parity, r, s = (number(_bytes(fields, place)) for place in (9, 10, 11))
    if parity > 1:
        raise TransactionInvalid("A transaction's signature is malformed.")
    try:
        return address_of(recover(signed, r, s, parity == 1))
    except ValueError as error:
        raise TransactionInvalid("A transaction's signature is nobody's.") from error


def _bytes(fields: list[Item], place: int) -> bytes:
    field = fields[place]
    if not isinstance(field, bytes):
        raise TransactionInvalid("What stands for a transaction is none.")
    return field
