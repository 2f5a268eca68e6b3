"""Pieces of long lists, small enough for one statement on any database."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_T = TypeVar("_T")

CHUNK = 1_000
"""Rows or values in one statement: below SQLite's limit of variables, and little memory."""


def chunks(values: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values in lists of at most ``size``."""
    ahead = iter(values)
    while part := list(islice(ahead, size)):
        yield part
