"""Numbers and texts of a rule file: whether a value is one that can stand there."""

from decimal import Decimal
from typing import Final, TypeGuard

MAX_DECIMALS: Final = 6
MAX_TEXT: Final = 255
"""Characters."""
_BEYOND: Final = 1_000_000_000


def is_text(value: object) -> bool:
    """True for a text that is not empty, nor too long."""
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT


def is_texts(value: object) -> bool:
    """True for an array of texts that are not empty."""
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124


def as_whole(value: object) -> int | None:
    """A whole number, however it is written: 3 or 3.0."""
    if not _is_number(value) or not -_BEYOND < value < _BEYOND:  # 1e999999 is not written out
        return None
    return int(value) if value == int(value) else None


def as_number(value: object, most: Decimal) -> Decimal | None:
    """A number from 0 to ``most`` with few decimals."""
    if not _is_number(value) or not 0 <= value <= most:
        return None
    number = Decimal(str(value))
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent >= -MAX_DECIMALS else None
