"""Importing groups: a CSV file with the columns learnerSourcedId, attribute and value.

A row that is there already is left as it is, another value replaces the one before, an empty value
takes the learner out. All problems at once, or all rows in one transaction.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.db.chunks import chunks
from issuer.equity import repository
from issuer.equity.errors import GroupsUnreadable
from issuer.equity.models import MAX_GROUP_TEXT
from issuer.errors import ProblemList
from issuer.learners.csv_reader import CsvReader, Line
from issuer.learners.repository import person_ids

LEARNER: Final = "learnerSourcedId"
ATTRIBUTE: Final = "attribute"
VALUE: Final = "value"
_COLUMNS: Final = (LEARNER, ATTRIBUTE, VALUE)
_Key = tuple[UUID, str]


@dataclass
class GroupsReport:
    """What an import of groups did."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return not (self.added or self.changed or self.removed)

    @property
    def sentence(self) -> str:
        """For a person."""
        if self.nothing_changed:
            return f"{self.unchanged:,} rows; already imported, nothing changed."
        return (
            f"{self.added:,} added, {self.changed:,} changed, {self.removed:,} removed, "
            f"{self.unchanged:,} unchanged."
        )


def import_groups(session: Session, path: Path) -> GroupsReport:
    """Import groups from a file.

    Args:
        session: the caller commits.
        path: a CSV file in UTF-8.

    Raises:
        GroupsUnreadable: there is no such file.
        ImportProblems: codes groups.*, all at once; nothing was kept.
    """
    if not path.is_file():
        raise GroupsUnreadable(f"{path} is not a file.", "Check the path.")
    problems = ProblemList()
    with session.begin_nested(), path.open("rb") as stream:
        reader = CsvReader(stream, path.name, "groups", problems)
        importer = _Importer(session, reader)
        if reader.header(_COLUMNS, _COLUMNS, frozenset(_COLUMNS)):
            for lines in chunks(reader.rows()):
                importer.chunk(lines)
        problems.raise_if_any()
    return importer.report


class _Importer:
    def __init__(self, session: Session, reader: CsvReader) -> None:
        self.session = session
        self.reader = reader
        self.report = GroupsReport()
        self._seen: dict[_Key, int] = {}

    def chunk(self, lines: list[Line]) -> None:
        people = person_ids(self.session, {line.cells[LEARNER] for line in lines})
        wanted: dict[_Key, str] = {}
        for line in lines:
            key = self._key(line, people)
            if key is not None:
                wanted[key] = line.cells[VALUE]
        kept = repository.groups(self.session, {person for person, _ in wanted})
        self._keep(wanted, kept)

    def _key(self, line: Line, people: dict[str, UUID]) -> _Key | None:
        """Whom and which attribute a line is about; None, with a problem, if it cannot be used."""
        learner, attribute = line.cells[LEARNER], line.cells[ATTRIBUTE]
        person = people.get(learner)
        if person is None:
            what = f"There is no person with the sourcedId {learner[:255]}."
            self._note(line, "unknown-person", LEARNER, what, "Import people first.")
        if not attribute:
            self._note(line, "missing-value", ATTRIBUTE, "The attribute is empty.")
        for column in (ATTRIBUTE, VALUE):
            if len(line.cells[column]) > MAX_GROUP_TEXT:
                what = f"{column} is longer than {MAX_GROUP_TEXT} characters."
                self._note(line, "bad-value", column, what)
                return None
        if person is None or not attribute:
            return None
        before = self._seen.setdefault((person, attribute), line.number)
        if before != line.number:
            what = f"{learner} has {attribute} in line {before} already."
            self._note(line, "duplicate", ATTRIBUTE, what)
            return None
        return person, attribute

    def _note(self, line: Line, code: str, column: str, sentence: str, hint: str = "") -> None:
        self.reader.note(code, sentence, hint, line=line.number, column=column)

    def _keep(self, wanted: dict[_Key, str], kept: dict[_Key, str]) -> None:
        added, changed, removed = {}, {}, []
        for key, value in wanted.items():
            was = kept.get(key)
            if (was or "") == value:
                self.report.unchanged += 1
            elif not value:
                removed.append(key)
            elif was is None:
                added[key] = value
            else:
                changed[key] = value
        repository.add(self.session, added)
        repository.change(self.session, changed)
        repository.remove(self.session, removed)
        self.report.added += len(added)
        self.report.changed += len(changed)
        self.report.removed += len(removed)
