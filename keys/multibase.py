"""Multibase and multikey text forms (Controlled Identifiers 1.0, §2.4 Multibase).

Only the two bases that the standards use: base58btc (header ``z``) and base64url without padding
(header ``u``). Both are read strictly: one byte string has one text form and no other.
"""

import base64
import binascii

import based58

from keys.errors import MultibaseInvalid

MAX_CHARACTERS = 1 << 20
"""Longest text that is read as base58btc, which is quadratic: a megabyte is already unheard of."""


def base58btc_encode(data: bytes) -> str:
    """``data`` as multibase base58btc, header ``z``."""
    return "z" + based58.b58encode(data).decode("ascii")


def base58btc_decode(text: str, *, max_characters: int = 8192) -> bytes:
    """The bytes of a multibase base58btc string.

    Args:
        max_characters: longest text accepted; decoding costs the square of it.

    Raises:
        MultibaseInvalid: other header, other characters, or too long.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise MultibaseInvalid("A value that must be base58btc does not begin with 'z'.")
    if len(text) > min(max_characters, MAX_CHARACTERS):
        raise MultibaseInvalid(f"A base58btc value is longer than {max_characters} characters.")
    try:
        data = bytes(based58.b58decode(text[1:].encode("ascii")))
    except (ValueError, UnicodeError) as error:
        raise MultibaseInvalid("A base58btc value has characters outside its alphabet.") from error
    if base58btc_encode(data) != text:
        raise MultibaseInvalid("A base58btc value has more characters than its bytes need.")
    return data


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
