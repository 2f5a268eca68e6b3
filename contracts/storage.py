"""Where Vyper keeps the values of a mapping: the slots that ``eth_getProof`` is asked for.

Vyper hashes slot before key, ``keccak256(slot || key)``; Solidity has it the other way round.
"""

from typing import Final

from eth_hash.auto import keccak

from contracts.words import WORD, word_of_bytes32, word_of_number

_SLOTS: Final = 1 << (8 * WORD)


def mapping_slot(declared_at: int, *keys: bytes) -> bytes:
    """Return the slot, 32 bytes, of a value in a mapping, or in a mapping of mappings.

    Args:
        declared_at: slot of the mapping itself (``storage_layout`` of the artifact).
        keys: one word each, the outermost first.

    Raises:
        ValueError: a key is not one word.
    """
    slot = word_of_number(declared_at)
    for key in keys:
        slot = bytes(keccak(slot + word_of_bytes32(key)))
    return slot


def slot_after(slot: bytes, words: int) -> bytes:
    """Return the slot that lies so many words behind another, as members of a struct do."""
    return ((int.from_bytes(slot, "big") + words) % _SLOTS).to_bytes(WORD, "big")
