"""Words of 32 bytes: how contracts are called and what they answer (Solidity's ABI, in part).

Only what our own contracts need: fixed-size values, one word each. No Ethereum library.
"""

import re
from collections.abc import Sequence
from typing import Final

from eth_hash.auto import keccak

WORD: Final = 32
"""Bytes of a storage slot, and of every ABI value that is not an array."""
ADDRESS_SIZE: Final = 20
SELECTOR_SIZE: Final = 4
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_UPPER_FROM: Final = 8
"""EIP-55: a letter is a capital where the hash's digit is 8 or more."""


def selector(signature: str) -> bytes:
    """Return the first four bytes of a call, such as of ``anchoredAt(address,bytes32)``."""
    return keccak(signature.encode("ascii"))[:SELECTOR_SIZE]


def event_topic(signature: str) -> bytes:
    """Return the first topic of an event, 32 bytes, given its signature with types only."""
    return keccak(signature.encode("ascii"))


def checksum_address(address: str) -> str:
    """Return an address with the capitals of EIP-55, whatever capitals it comes with.

    Raises:
        ValueError: it is not ``0x`` and 40 hexadecimal digits.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError("An address is 0x and 40 hexadecimal digits.")
    digits = address[2:].lower()
    marks = keccak(digits.encode("ascii")).hex()
    pairs = zip(digits, marks, strict=False)
    return "0x" + "".join(
        digit.upper() if int(mark, 16) >= _UPPER_FROM else digit for digit, mark in pairs
    )


def check_address(address: str) -> str:
    """Return an address that a person gave, with the capitals of EIP-55.

    Raises:
        ValueError: it is not ``0x`` and 40 hexadecimal digits, or it has capitals and they are not
            those of EIP-55, which is how a mistyped digit shows.
    """
    right = checksum_address(address)
    if address[2:] not in (right[2:], right[2:].lower(), right[2:].upper()):
        raise ValueError("The capitals of the address are not right (EIP-55): is a digit wrong?")
    return right


def word_of_number(number: int) -> bytes:
    """Return an unsigned number as one word.

    Raises:
        ValueError: the number is negative or needs more than 256 bits.
    """
    try:
        return number.to_bytes(WORD, "big")
    except OverflowError:
        raise ValueError(f"{number} does not fit into 256 bits without a sign.") from None


def word_of_address(address: str) -> bytes:
    """Return an address, ``0x`` and 40 hexadecimal digits, as one word.

    Raises:
        ValueError: the text is no address. Checksum capitals are not looked at.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError("An address is 0x and 40 hexadecimal digits.")
    return bytes.fromhex(address[2:]).rjust(WORD, b"\0")


def word_of_bytes32(value: bytes) -> bytes:
    """Return 32 bytes as they are.

    Raises:
        ValueError: there are more or fewer of them.
    """
    if len(value) != WORD:
        raise ValueError(f"A bytes32 has {WORD} bytes, not {len(value)}.")
    return value


def number_of_word(word: bytes) -> int:
    """Return a word as an unsigned number.

    Raises:
        ValueError: it is not one word.
    """
    return int.from_bytes(word_of_bytes32(word), "big")


def flag_of_word(word: bytes) -> bool:
    """Return a word as a bool.

    Raises:
        ValueError: it is neither 0 nor 1.
    """
    number = number_of_word(word)
    if number > 1:
        raise ValueError("A bool is 0 or 1.")
    return number == 1


def address_of_word(word: bytes) -> str:
    """Return a word as an address with checksum capitals.

    Raises:
        ValueError: it is not one word, or more than an address.
    """
    if any(word_of_bytes32(word)[:-ADDRESS_SIZE]):
        raise ValueError("An address has 20 bytes.")
    return checksum_address("0x" + word[-ADDRESS_SIZE:].hex())


def words_of(answer: bytes, count: int) -> Sequence[bytes]:
    """Return an answer's words.

    Raises:
        ValueError: it has not exactly so many.
    """
    if len(answer) != count * WORD:
        raise ValueError(f"The answer has {len(answer)} bytes, not {count} words.")
    return [answer[start : start + WORD] for start in range(0, len(answer), WORD)]
