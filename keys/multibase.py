"""Multibase and multikey text forms (Controlled Identifiers 1.0, §2.4 Multibase).

Only the two bases that the standards use: base58btc (header ``z``) and base64url without padding
(header ``u``). Both are read strictly: one byte string has one text form and no other.
"""

import base64
import binascii

import gmpy2

from keys.errors import MultibaseInvalid

MAX_CHARACTERS = 1 << 20
"""Longest text that is read as base58btc: a megabyte is already unheard of."""
_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE = len(_ALPHABET)
# GMP writes the same digits with the letters in a row; the sign that is none of them stands for
# every other character, because GMP itself would pass over blanks and read a minus.
_GMP_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
_NO_DIGIT = b"?"
_TO_GMP = bytes(
    _GMP_DIGITS[_ALPHABET.index(code)] if code in _ALPHABET else _NO_DIGIT[0] for code in range(256)
)
_FROM_GMP = bytes.maketrans(_GMP_DIGITS, _ALPHABET)


def base58btc_encode(data: bytes) -> str:
    """``data`` as multibase base58btc, header ``z``."""
    number = gmpy2.mpz(int.from_bytes(data, "big"))
    digits = number.digits(_BASE).encode("ascii").translate(_FROM_GMP) if number else b""
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + (_ALPHABET[:1] * zeros + digits).decode("ascii")


def base58btc_decode(text: str, *, max_characters: int = 8192) -> bytes:
    """The bytes of a multibase base58btc string. Each byte string has one such string and no other.

    Args:
        max_characters: longest text accepted.

    Raises:
        MultibaseInvalid: other header, other characters, or too long.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise MultibaseInvalid("A value that must be base58btc does not begin with 'z'.")
    if len(text) > min(max_characters, MAX_CHARACTERS):
        raise MultibaseInvalid(f"A base58btc value is longer than {max_characters} characters.")
    # A letter beyond ASCII becomes a question mark, which is no digit either.
    digits = text[1:].encode("ascii", "replace").translate(_TO_GMP)
    if _NO_DIGIT in digits:
        raise MultibaseInvalid("A base58btc value has characters outside its alphabet.")
    number = int(gmpy2.mpz(digits.decode("ascii"), _BASE)) if digits else 0
    zeros = len(digits) - len(digits.lstrip(_GMP_DIGITS[:1]))
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
