"""From the sourcedIds that a row names to the rows they mean; unknown ones are noted."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlmodel import Session

from issuer.learners import repository
from issuer.learners.csv_reader import Line, Notes
from issuer.learners.models import Category, Course, LineItem, Org, Result, SchoolClass, Sourced
from issuer.learners.oneroster_files import REFERENCES, CsvFile, Kind

_TABLES: Final[dict[Kind, type[Sourced]]] = {
    Kind.ORG: Org,
    Kind.COURSE: Course,
    Kind.CLASS: SchoolClass,
    Kind.CATEGORY: Category,
    Kind.LINE_ITEM: LineItem,
    Kind.RESULT: Result,
}
_WORDS: Final[dict[Kind, str]] = {
    Kind.ORG: "organisation",
    Kind.PERSON: "person",
    Kind.COURSE: "course",
    Kind.CLASS: "class",
    Kind.CATEGORY: "category",
    Kind.LINE_ITEM: "line item",
    Kind.RESULT: "result",
}

MAX_REFUSED: Final = 100_000
"""Refused rows of a kind that are remembered; beyond them, an unknown row is no further problem."""

Rows = list[tuple[Line, dict[str, Any]]]
KnownDeparted = Callable[[Iterable[str]], set[str]]
"""Those of some sourcedIds whose persons were deleted here."""


class References:
    """What rows of a set may refer to: what the database has, and what the set brings.

    A row that was refused for a problem of its own is no unknown row: whatever refers to it is
    left out without a further problem. So is whatever refers to a person who was deleted.
    """

    def __init__(self, session: Session, departed: KnownDeparted) -> None:
        self.session = session
        self.departed = departed
        self._refused: dict[Kind, set[str]] = {kind: set() for kind in REFERENCES}
        self._unreadable: set[Kind] = set()

    def unreadable(self, kind: Kind | None) -> None:
        """The file that defines this kind could not be read at all."""
        if kind is not None:
            self._unreadable.add(kind)

    def unusable(self, kind: Kind | None, sourced_id: str) -> None:
        """A row of this kind was refused."""
        if kind is not None:
            self._refused[kind].add(sourced_id)
            if len(self._refused[kind]) > MAX_REFUSED:
                self._unreadable.add(kind)
                self._refused[kind].clear()

    def is_explained(self, sourced_id: str) -> bool:
        """True if this person is unknown because of a problem that has been noted."""
        return Kind.PERSON in self._unreadable or sourced_id in self._refused[Kind.PERSON]

    def resolve(self, csv_file: CsvFile, notes: Notes | None, rows: Rows) -> Rows:
        """The rows whose references are known, with people's sourcedIds turned into their ids.

        Args:
            csv_file: which file they are of.
            notes: where unknown references are noted; None if they are no problem.
            rows: with the lines they stand on.
        """
        for column, cell in csv_file.cells.items():
            if cell.kind in REFERENCES:
                rows = self._resolve_column(csv_file, notes, rows, column)
        return rows

    def _resolve_column(
        self, csv_file: CsvFile, notes: Notes | None, rows: Rows, column: str
    ) -> Rows:
        cell = csv_file.cells[column]
        names = {row[cell.field] for _, row in rows} - {""}
        found = self._found(cell.kind, names)
        if cell.kind is Kind.PERSON:
            self._refused[Kind.PERSON] |= self.departed(names - found.keys())
        fine: Rows = []
        for line, row in rows:
            name = row[cell.field]
            if not name or name in found:
                row[cell.field] = found.get(name, name)
                fine.append((line, row))
                continue
            if notes is None:
                continue
            self.unusable(csv_file.defines, row["sourced_id"])
            if cell.kind not in self._unreadable and name not in self._refused[cell.kind]:
                word = _WORDS[cell.kind]
                notes.note(
                    f"unknown-{cell.kind.value}",
                    f"There is no {word} with the sourcedId {name}.",
                    line=line.number,
                    column=column,
                )
        return fine

    def _found(self, kind: Kind, names: set[str]) -> dict[str, Any]:
        if kind is Kind.PERSON:
            return dict(repository.person_ids(self.session, names))
        return {name: name for name in repository.known_ids(self.session, _TABLES[kind], names)}
