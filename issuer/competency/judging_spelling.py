"""How a database spells identifiers: judging keeps them as they come and writes them as they were.

A judgment names evidence by UUIDs with hyphens, whatever the database does. Nothing here makes a
UUID object: for millions of rows that would cost more than all the rest of judging.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Final

from issuer.competency.judgment_rows import JUDGMENTS

_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit that says that a UUID is one of RFC 9562 §4.1, by the digit that the hash has there."""
_PREFIX: Final = sha1(JUDGMENTS.bytes, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One database's spelling of UUIDs.

    Args:
        text: with hyphens, of one that is spelt as the database does.
        texts: the same of several.
        kept: as the database spells one that is written with hyphens.
        judgment: the identifier of a judgment as the database spells it, by the name that
            judgment_rows.judgment_id makes a UUID 5 of (RFC 9562 §5.5).
    """

    text: Callable[[str], str]
    texts: Callable[[Sequence[str]], Sequence[str]]
    kept: Callable[[str], str]
    judgment: Callable[[str], str]


def hyphens(digits: str) -> str:
    """32 digits with the hyphens of a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _all_with_hyphens(values: Sequence[str]) -> Sequence[str]:
    return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in values]


def _without_hyphens(text: str) -> str:
    return text.replace("-", "")


def _same(text: str) -> str:
    return text


def _all_the_same(values: Sequence[str]) -> Sequence[str]:
    return values


def _digits_of_judgment(name: str) -> str:
    state = _PREFIX.copy()
    state.update(name.encode())
    digits = state.hexdigest()
    return f"{digits[:12]}5{digits[13:16]}{_VARIANTS[digits[16]]}{digits[17:32]}"


def _judgment(name: str) -> str:
    return hyphens(_digits_of_judgment(name))


DIGITS: Final = Spelling(hyphens, _all_with_hyphens, _without_hyphens, _digits_of_judgment)
"""SQLite's, where a UUID is a text of 32 digits."""
HYPHENS: Final = Spelling(_same, _all_the_same, _same, _judgment)
"""PostgreSQL's, which spells UUIDs faster than Python does."""
