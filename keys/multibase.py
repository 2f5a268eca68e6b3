"""Multibase and multikey text forms (Controlled Identifiers 1.0, §2.4 Multibase).

Only the two bases that the standards use: base58btc (header ``z``) and base64url without padding
(header ``u``). Both are read strictly: one byte string has one text form and no other.
"""

import base64
import binascii
from operator import mul

from keys.errors import MultibaseInvalid

MAX_CHARACTERS = 1 << 20
"""Longest text that is read as base58btc, which is quadratic: a megabyte is already unheard of."""
_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE = len(_ALPHABET)
_BITS_A_DIGIT = 5.857
"""Less than log2(58)."""
_NO_DIGIT = 255
_DIGITS = bytes(_ALPHABET.find(code) % 256 for code in range(256))
# Ten digits fit into a machine word: only one step in ten touches the whole number.
_STEP = 10
_POWERS = tuple(_BASE**place for place in reversed(range(_STEP)))
_PAIRS = [bytes((high, low)) for high in _ALPHABET for low in _ALPHABET]


def base58btc_encode(data: bytes) -> str:
    """``data`` as multibase base58btc, header ``z``."""
    number = int.from_bytes(data, "big")
    size, parts = 2, [number]
    while size * _BITS_A_DIGIT < number.bit_length():
        size *= 2
    # By halves: most divisions are then of small numbers.
    while size > 2:  # noqa: PLR2004 - down to pairs of digits
        size //= 2
        parts = [half for part in parts for half in divmod(part, _BASE**size)]
    digits = b"".join([_PAIRS[pair] for pair in parts]).lstrip(_ALPHABET[:1])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + (_ALPHABET[:1] * zeros + digits).decode("ascii")


def base58btc_decode(text: str, *, max_characters: int = 8192) -> bytes:
    """The bytes of a multibase base58btc string. Each byte string has one such string and no other.

    Args:
        max_characters: longest text accepted; decoding costs the square of it.

    Raises:
        MultibaseInvalid: other header, other characters, or too long.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise MultibaseInvalid("A value that must be base58btc does not begin with 'z'.")
    if len(text) > min(max_characters, MAX_CHARACTERS):
        raise MultibaseInvalid(f"A base58btc value is longer than {max_characters} characters.")
    # A letter beyond ASCII becomes a question mark, which is no digit either.
    digits = text[1:].encode("ascii", "replace").translate(_DIGITS)
    if _NO_DIGIT in digits:
        raise MultibaseInvalid("A base58btc value has characters outside its alphabet.")
    number = 0
    padded = bytes(-len(digits) % _STEP) + digits
    for start in range(0, len(padded), _STEP):
        part = sum(map(mul, padded[start : start + _STEP], _POWERS))
        number = number * _BASE**_STEP + part
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """``data`` as multibase base64url without padding, header ``u``."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """The bytes of a multibase base64url string.

    Raises:
        MultibaseInvalid: other header, padding, or other characters.
    """
    if not isinstance(text, str) or not text.startswith("u"):
        raise MultibaseInvalid("A value that must be base64url does not begin with 'u'.")
    body = text[1:]
    try:
        data = base64.b64decode(
            body.encode("ascii") + b"=" * (-len(body) % 4), b"-_", validate=True
        )
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise MultibaseInvalid("A base64url value has characters outside its alphabet.") from error
    if base64url_encode(data) != text:
        raise MultibaseInvalid("A base64url value is padded or ends in stray bits.")
    return data
