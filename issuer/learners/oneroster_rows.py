"""One row of a OneRoster file: its cells as values, and what is wrong with any of them."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from issuer.learners.cells import as_date, as_number, as_time
from issuer.learners.csv_reader import Line, Notes
from issuer.learners.models import ACTIVE, DIGEST_LENGTH, SOURCED_ID_LENGTH, TOBEDELETED
from issuer.learners.oneroster_files import REFERENCES, Cell, CsvFile, Kind, longest

SOURCED_ID: Final = "sourcedId"
STATUS: Final = "status"
LAST_MODIFIED: Final = "dateLastModified"
_STATUSES: Final = (ACTIVE, TOBEDELETED)
_WRITTEN: Final[Mapping[Kind, tuple[Callable[[str], object], str, str]]] = {
    Kind.DATE: (as_date, "bad-date", "a date such as 2026-06-30"),
    Kind.TIME: (as_time, "bad-date", "a time such as 2026-06-30T08:15:00Z, or a date"),
    Kind.NUMBER: (as_number, "bad-number", "a number such as 3.5"),
}
_LONGEST_WRITTEN: Final = 50
"""Characters of a date, a time or a number, at the most."""


class RowReader:
    """Reads the cells of one row; None if any of them is wrong."""

    def __init__(self, csv_file: CsvFile, notes: Notes, line: Line) -> None:
        self.csv_file = csv_file
        self.notes = notes
        self.line = line
        self.fine = True

    def bad(self, code: str, column: str, sentence: str, hint: str = "") -> None:
        """Note a problem of a cell."""
        self.fine = False
        self.notes.note(code, sentence, hint, line=self.line.number, column=column)

    def read(self, seen: Mapping[str, int]) -> dict[str, Any] | None:
        """The row's values by field.

        A row that is to be deleted may say nothing else: it then has no other fields.

        Args:
            seen: the lines of sourcedIds that the file had before.
        """
        cells = self.line.cells
        values: dict[str, Any] = {
            "sourced_id": self._sourced_id(cells[SOURCED_ID], seen),
            "status": self._status(cells.get(STATUS, "")),
            "last_modified": self._written(LAST_MODIFIED, Kind.TIME, cells.get(LAST_MODIFIED, "")),
        }
        if values["status"] == TOBEDELETED and self._is_bare():
            return values if self.fine else None
        for column, cell in self.csv_file.cells.items():
            values[cell.field] = self._cell(column, cell, cells.get(column, ""))
        return values if self.fine else None

    def _is_bare(self) -> bool:
        wanted = self.csv_file.cells.items()
        return any(cell.required and not self.line.cells.get(column) for column, cell in wanted)

    def _sourced_id(self, text: str, seen: Mapping[str, int]) -> str:
        if not text or len(text) > SOURCED_ID_LENGTH:
            what = f"longer than {SOURCED_ID_LENGTH} characters" if text else "missing"
            self.bad("missing-value", SOURCED_ID, f"The sourcedId is {what}.")
        elif seen.get(text, self.line.number) != self.line.number:
            self.bad("duplicate", SOURCED_ID, f"{text} is in line {seen[text]} already.")
        return text

    def _status(self, text: str) -> str:
        status = text.lower() or ACTIVE
        if status not in _STATUSES:
            self.bad("bad-value", STATUS, f"Status {text[:50]!r} is not active or tobedeleted.")
        return status

    def _cell(self, column: str, cell: Cell, text: str) -> object:
        if not text and cell.required:
            self.bad("missing-value", column, f"{column} is empty.")
        if cell.kind in _WRITTEN:
            return self._written(column, cell.kind, text)
        most = longest(self.csv_file.table, cell.field)
        if len(text) > most:
            self.bad("bad-value", column, f"{column} is longer than {most:,} characters.")
        return text

    def _written(self, column: str, kind: Kind, text: str) -> object:
        if not text:
            return None
        read, code, wanted = _WRITTEN[kind]
        value = read(text) if len(text) <= _LONGEST_WRITTEN else None
        if value is None:
            self.bad(code, column, f"{column} {text[:50]!r} is not {wanted}.")
        return value


def is_bare(csv_file: CsvFile, row: Mapping[str, object]) -> bool:
    """True if a row says nothing but that it is to be deleted."""
    return next(iter(csv_file.cells.values())).field not in row


def digest_of(row: Mapping[str, object]) -> bytes:
    """Tells a changed row from an unchanged one."""
    text = "\x1f".join(f"{key}={value}" for key, value in sorted(row.items()))
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_LENGTH).digest()


def reference_columns(csv_file: CsvFile) -> tuple[str, ...]:
    """The columns that name rows of other files."""
    return tuple(name for name, cell in csv_file.cells.items() if cell.kind in REFERENCES)
