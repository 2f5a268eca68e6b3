"""How to ask the anchor contract when an issuer anchored a root; no Ethereum library needed."""

from typing import Final

from contracts.storage import mapping_slot
from contracts.words import ADDRESS_SIZE, WORD, word_of_address, word_of_bytes32

ANCHORED_AT_SELECTOR: Final = bytes.fromhex("f8c2919d")
"""First four bytes of Keccak-256 of ``anchoredAt(address,bytes32)``."""
ROOT_SIZE: Final = WORD
ANCHORED_AT_SLOT: Final = 0
"""Storage slot of the mapping ``anchored_at``, as in the artifact's ``storage_layout``."""
CODE_HASHES: Final = frozenset(
    {bytes.fromhex("96aa63f8296ecdf8b7916bf42acd41ffcc483bd0a715c5079eacd2716721147c")}
)
"""Keccak-256 of the code of every version of CredentialAnchor that there ever was.

An account proof carries its account's ``codeHash``. A storage proof means something only if that
is one of these: at another account the slot may hold whatever that account's owner liked. Old
versions stay listed, because old anchors stay where they are.
"""


def anchored_at_calldata(sender: str, root: bytes) -> bytes:
    """Return the calldata of ``anchoredAt(sender, root)``, 68 bytes.

    The answer is one word: the block's time in seconds since 1970, 0 for never.

    Args:
        sender: an address, ``0x`` and 40 hexadecimal digits.
        root: a Merkle root, 32 bytes.

    Raises:
        ValueError: either has another form.
    """
    return ANCHORED_AT_SELECTOR + b"".join(_keys(sender, root))


def storage_slot(sender: str, root: bytes) -> bytes:
    """Return the storage slot, 32 bytes, of the time at which a sender anchored a root.

    ``keccak256(keccak256(0 || sender) || root)``, each operand one word: Vyper hashes slot before
    key. What ``eth_getProof`` proves there is the block's time in seconds since 1970; a proof
    that nothing is there proves that this sender never anchored this root. Compare the account's
    ``codeHash`` with ``CODE_HASHES`` too.

    Args:
        sender: an address, ``0x`` and 40 hexadecimal digits.
        root: a Merkle root, 32 bytes.

    Raises:
        ValueError: either has another form.
    """
    return mapping_slot(ANCHORED_AT_SLOT, *_keys(sender, root))


def _keys(sender: str, root: bytes) -> tuple[bytes, bytes]:
    try:
        return word_of_address(sender), word_of_bytes32(root)
    except ValueError:
        raise ValueError(
            f"An anchor is named by an address of {ADDRESS_SIZE} bytes and a root of "
            f"{ROOT_SIZE} bytes."
        ) from None
