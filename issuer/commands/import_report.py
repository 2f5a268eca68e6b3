"""What an import did, as a person is told it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

SHOWN_NOTES: Final = 20
"""Notes that a person is shown; a program gets all."""


def said(rows: Iterable[Mapping[str, Any]], notes: list[str]) -> list[str]:
    """The notes as a person is told them, who is gone first; with a bound."""
    lines = [
        f"No longer there, {row['table']}: {', '.join(row['gone_ids'][:SHOWN_NOTES])}"
        + ("…" if row["gone"] > SHOWN_NOTES else "")
        for row in rows
        if row["gone_ids"]
    ]
    shown = notes[:SHOWN_NOTES]
    more = [f"{len(notes) - SHOWN_NOTES:,} more notes."] if len(notes) > SHOWN_NOTES else []
    return [*lines, *shown, *more]
