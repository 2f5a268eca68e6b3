"""How a database spells identifiers: judging keeps them as they come and writes them as they were.

A judgment names evidence by UUIDs with hyphens, whatever the database does. Nothing here makes a
UUID object: for millions of rows that would cost more than all the rest of judging.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import Final

from issuer.competency.judgment_rows import JUDGMENTS

_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit that says that a UUID is one of RFC 9562 §4.1, by the digit that the hash has there."""
BETWEEN: Final = '","'
"""What stands between texts in a JSON array."""
_TEMPLATE: Final = b"........-....-....-....-............" + BETWEEN.encode()
_DIGITS: Final = tuple(place for place, sign in enumerate(_TEMPLATE) if sign == ord("."))
_GIVEN: Final = len(_DIGITS) + 1
"""Characters of an identifier without hyphens, with a comma."""
_LISTS_AT_ONCE: Final = 400
"""What they become then fits into the processor's cache, which makes it twice as fast."""
_REMEMBERED: Final = 1_024
"""Identifiers with hyphens that are kept: a learner's stands in all that learner's judgments."""
_PREFIX: Final = sha1(JUDGMENTS.bytes, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One database's spelling of UUIDs.

    Args:
        text: with hyphens, of one that is spelt as the database does.
        listings: of several lists that have commas between their identifiers, each as the inside
            of a JSON array of texts with hyphens.
        kept: as the database spells one that is written with hyphens.
        judgment: the identifier of a judgment as the database spells it, by the name that
            judgment_rows.judgment_id makes a UUID 5 of (RFC 9562 §5.5).
    """

    text: Callable[[str], str]
    listings: Callable[[Sequence[str]], list[str]]
    kept: Callable[[str], str]
    judgment: Callable[[str], str]


def hyphens(digits: str) -> str:
    """32 digits with the hyphens of a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _listings_of_digits(lists: Sequence[str]) -> list[str]:
    """Digit by digit of many lists together: by identifier it takes several times as long."""
    found: list[str] = []
    for begin in range(0, len(lists), _LISTS_AT_ONCE):
        found += _together(lists[begin : begin + _LISTS_AT_ONCE])
    return found


def _together(lists: Sequence[str]) -> Iterator[str]:
    given = ",".join(filter(None, lists)).encode("ascii")
    spelt = bytearray(_TEMPLATE * ((len(given) + 1) // _GIVEN))
    for place, digit in enumerate(_DIGITS):
        spelt[digit :: len(_TEMPLATE)] = given[place::_GIVEN]
    whole, begin = spelt.decode("ascii"), 0
    for one in lists:
        end = begin + (len(one) + 1) // _GIVEN * len(_TEMPLATE)
        yield whole[begin : end - len(BETWEEN)] if one else ""
        begin = end


def _listings(lists: Sequence[str]) -> list[str]:
    return [one.replace(",", BETWEEN) for one in lists]


def _without_hyphens(text: str) -> str:
    return text.replace("-", "")


def _same(text: str) -> str:
    return text


def _digits_of_judgment(name: str) -> str:
    state = _PREFIX.copy()
    state.update(name.encode())
    digits = state.hexdigest()
    return f"{digits[:12]}5{digits[13:16]}{_VARIANTS[digits[16]]}{digits[17:32]}"


def _judgment(name: str) -> str:
    return hyphens(_digits_of_judgment(name))


DIGITS: Final = Spelling(
    lru_cache(_REMEMBERED)(hyphens), _listings_of_digits, _without_hyphens, _digits_of_judgment
)
"""SQLite's, where a UUID is a text of 32 digits."""
HYPHENS: Final = Spelling(_same, _listings, _same, _judgment)
"""PostgreSQL's, which spells UUIDs faster than Python does."""
