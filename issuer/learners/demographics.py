"""demographics.csv, for a school that asks for it: only the columns that it names are kept.

They serve the school's own view of whether its groups of learners are treated alike. Nothing that
was judged rests on them, so what is no longer wanted, or no longer there, is really deleted.
"""

import difflib
from collections.abc import Callable, Sequence
from typing import Final, Protocol
from uuid import UUID

from sqlmodel import Session

from issuer.db.chunks import chunks
from issuer.errors import ProblemList
from issuer.learners import demographics_repository as repository
from issuer.learners import seen_repository
from issuer.learners.cells import as_date
from issuer.learners.csv_reader import CsvReader, Line
from issuer.learners.models import DEMOGRAPHIC_LENGTH, SOURCED_ID_LENGTH, TOBEDELETED
from issuer.learners.report import FileReport
from issuer.learners.repository import person_ids

FILE: Final = "demographics.csv"
_COMMON: Final = ("sourcedId", "status", "dateLastModified")
_FLAGS: Final = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
)
"""Columns that say true or false (OneRoster 1.2, Demographics)."""
COLUMNS: Final = (
    "birthDate",
    "sex",
    *_FLAGS,
    "countryOfBirthCode",
    "stateOfBirthAbbreviation",
    "cityOfBirth",
    "publicSchoolResidenceStatus",
)
"""What a school may name."""


class People(Protocol):
    """Says which rows of an earlier file are missing for a reason that is known already."""

    def is_explained(self, sourced_id: str) -> bool:
        """True if the set has this person, but the row could not be read."""


def are_columns(wanted: Sequence[str], problems: ProblemList) -> bool:
    """True if all are columns of demographics.csv; those that are not are noted."""
    before = problems.count
    for name in wanted:
        if name not in COLUMNS and not name.startswith("metadata."):
            close = difflib.get_close_matches(name[:100], COLUMNS, 1, 0.6)
            problems.add(
                "oneroster.unknown-demographic",
                f"{name[:100]!r} is no column of {FILE}.",
                f"Did you mean '{close[0]}'?" if close else f"It has {', '.join(COLUMNS)}.",
                file=FILE,
            )
    return problems.count == before


def import_demographics(
    session: Session, reader: CsvReader, people: People, wanted: Sequence[str], *, full: bool
) -> FileReport:
    """Import the columns that were named, into the session's transaction.

    Args:
        session: the caller commits.
        reader: of the file, nothing read yet; problems go where it notes them.
        people: explains people who are not there.
        wanted: the columns.
        full: whoever is not in the file has no demographics any more.
    """
    report = FileReport()
    known = (*_COMMON, *COLUMNS, *wanted)
    if not reader.header(known, ("sourcedId", *wanted), frozenset({*_COMMON, *wanted})):
        return report
    repository.drop_other_columns(session, wanted)
    importer = _Importer(session, reader, people, wanted, report)
    for lines in chunks(reader.rows()):
        importer.chunk(lines)
    if full and not reader.problems.count:
        report.gone += repository.drop_unseen(session)
    return report


class _Importer:
    def __init__(
        self,
        session: Session,
        reader: CsvReader,
        people: People,
        wanted: Sequence[str],
        report: FileReport,
    ) -> None:
        self.session = session
        self.reader = reader
        self.people = people
        self.wanted = wanted
        self.report = report

    def chunk(self, lines: list[Line]) -> None:
        lines = self._first_of_each(lines)
        ids = person_ids(self.session, {line.cells["sourcedId"] for line in lines})
        said: dict[UUID, dict[str, str]] = {}
        for line in lines:
            name = line.cells["sourcedId"]
            if name in ids:
                said[ids[name]] = self._values(line)
            elif not self.people.is_explained(name):
                sentence = f"There is no person with the sourcedId {name[:SOURCED_ID_LENGTH]}."
                self._bad("unknown-person", line, "sourcedId", sentence)
        self._keep(said)

    def _first_of_each(self, lines: list[Line]) -> list[Line]:
        seen = seen_repository.lines(self.session, {line.cells["sourcedId"] for line in lines})
        fresh: dict[str, int] = {}
        fine = []
        for line in lines:
            name = line.cells["sourcedId"]
            before = seen.get(name) or fresh.get(name)
            if not 0 < len(name) <= SOURCED_ID_LENGTH:
                self._bad("missing-value", line, "sourcedId", "The sourcedId is not there.")
            elif before:
                self._bad("duplicate", line, "sourcedId", f"{name} is in line {before} already.")
            else:
                fresh[name] = line.number
                fine.append(line)
        seen_repository.add(self.session, fresh)
        return fine

    def _values(self, line: Line) -> dict[str, str]:
        if line.cells.get("status", "").lower() == TOBEDELETED:
            return {}
        found = {}
        for name in self.wanted:
            text = line.cells[name]
            read, what = _reader(name)
            value = read(text)
            if value is None:
                self._bad("bad-value", line, name, f"{name} {text[:50]!r} is not {what}.")
            elif value:
                found[name] = value
        return found

    def _keep(self, said: dict[UUID, dict[str, str]]) -> None:
        before = repository.kept(self.session, said)
        differing = {key: new for key, new in said.items() if before.get(key, {}) != new}
        repository.replace(self.session, differing)
        gone = sum(1 for new in differing.values() if not new)
        added = sum(1 for key in differing if key not in before)
        self.report.gone += gone
        self.report.added += added
        self.report.changed += len(differing) - gone - added
        self.report.unchanged += len(said) - len(differing)

    def _bad(self, code: str, line: Line, column: str, sentence: str) -> None:
        self.reader.note(code, sentence, line=line.number, column=column)


def _reader(name: str) -> tuple[Callable[[str], str | None], str]:
    if name in _FLAGS:
        return _flag, "true or false"
    if name == "birthDate":
        return _day, "a date such as 2010-06-30"
    return _text, f"a text of at most {DEMOGRAPHIC_LENGTH} characters"


def _flag(text: str) -> str | None:
    return text.lower() if text.lower() in ("true", "false", "") else None


def _day(text: str) -> str | None:
    return text if not text or as_date(text) is not None else None


def _text(text: str) -> str | None:
    return text if len(text) <= DEMOGRAPHIC_LENGTH else None
