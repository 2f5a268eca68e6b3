"""A block's header as the bytes that its hash is made of (Yellow Paper §4.4.3, forks since)."""

from collections.abc import Mapping
from typing import Final

import rlp
from eth_hash.auto import keccak

from issuer.bundle.errors import BundleBlockUnreadable

_BYTES: Final = frozenset(
    {
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot",
        "logsBloom", "extraData", "mixHash", "nonce", "withdrawalsRoot", "parentBeaconBlockRoot",
        "requestsHash",
    }
)  # fmt: skip
"""Members that are bytes of a fixed or any length; the others are numbers."""
_ALWAYS: Final = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot",
    "logsBloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData",
    "mixHash", "nonce",
)  # fmt: skip
_SINCE: Final = (
    ("baseFeePerGas",),  # London (EIP-1559)
    ("withdrawalsRoot",),  # Shanghai (EIP-4895)
    ("blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"),  # Cancun (EIP-4844, EIP-4788)
    ("requestsHash",),  # Prague (EIP-7685)
)
"""What forks added, in their order; a block has all up to its fork."""


def header_bytes(members: Mapping[str, str], block_hash: str) -> bytes:
    """The header's RLP, whose Keccak-256 is the block's hash.

    Args:
        members: the block as the node wrote it (``eth_getBlockByNumber``).
        block_hash: ``0x`` and 64 digits.

    Raises:
        BundleBlockUnreadable: no fork that is known here gives this hash.
    """
    names = list(_ALWAYS)
    for added in ((), *_SINCE):
        names += added
        if not all(name in members for name in names):
            break
        encoded = rlp.encode([_field(name, members[name]) for name in names])
        if "0x" + keccak(encoded).hex() == block_hash.lower():
            return bytes(encoded)
    raise BundleBlockUnreadable(
        f"The header of block {block_hash} cannot be put together so that its hash comes out.",
        "Its chain may have had a fork that this version does not know: update Touchstone.",
    )


def _field(name: str, text: str) -> bytes:
    digits = text.removeprefix("0x")
    if name in _BYTES:
        return bytes.fromhex(digits)
    number = int(digits, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
