"""Importing a OneRoster 1.2 CSV set: all problems at once, or all rows in one transaction.

Bulk and delta files are read alike: a row that is new is added, one that differs is changed, and a
row that is not in the file stays. Rows are read in chunks, so memory does not grow with the files
but for the identifiers of rows that others may refer to.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from sqlmodel import Session

from issuer.db.chunks import chunks
from issuer.errors import ProblemList
from issuer.learners import repository
from issuer.learners.cells import as_date, as_number, as_time
from issuer.learners.csv_reader import CsvReader, Line
from issuer.learners.models import DIGEST_LENGTH, Person
from issuer.learners.oneroster_files import FILES, NOT_READ, REFERENCES, Cell, CsvFile, Kind
from issuer.learners.oneroster_manifest import read_manifest
from issuer.learners.oneroster_source import Source
from issuer.learners.references import KnownDeparted, References, Rows

SOURCED_ID: Final = "sourcedId"
STATUS: Final = "status"
LAST_MODIFIED: Final = "dateLastModified"
_STATUSES: Final = ("active", "tobedeleted")
_OBJECTIVE_SOURCES: Final = ("case", "unknown")
_LONGEST: Final = 2_000
"""Longest cell that is kept, in characters."""
_LONGEST_ID: Final = 255
"""Longest sourcedId (OneRoster 1.2, GUID)."""

KnownObjectives = Callable[[Iterable[str]], set[str]]
"""Those of some learning objectives that are competencies in the store."""


@dataclass(slots=True)
class FileReport:
    """What became of one file's rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class OneRosterReport:
    """What an import of a set did: counts by file, and notes about what was not read.

    ``departed`` counts people of the set who were deleted here: they are left out with all theirs.
    """

    files: Mapping[str, FileReport] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    departed: int = 0

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return not any(report.added or report.changed for report in self.files.values())

    @property
    def sentence(self) -> str:
        """For a person."""
        total = FileReport()
        for report in self.files.values():
            total.added += report.added
            total.changed += report.changed
            total.unchanged += report.unchanged
        if self.nothing_changed:
            counts = f"{total.unchanged:,} rows; already imported, nothing changed."
        else:
            counts = (
                f"{total.added:,} added, {total.changed:,} changed, {total.unchanged:,} unchanged."
            )
        return f"{counts}{self._left_out}"

    @property
    def _left_out(self) -> str:
        if not self.departed:
            return ""
        who = "1 person" if self.departed == 1 else f"{self.departed:,} people"
        return f" Left out: {who} deleted here, whom the set still has."


def import_set(
    session: Session,
    source: Source,
    known_objectives: KnownObjectives,
    known_departed: KnownDeparted,
) -> OneRosterReport:
    """Import a set into the session's transaction, but for people who were deleted here.

    Raises:
        ImportProblems: codes oneroster.*; nothing is kept.
    """
    problems = ProblemList()
    notes: list[str] = []
    listed = read_manifest(source, problems, notes)
    importer = _Importer(session, problems, known_objectives, known_departed)
    with session.begin_nested():  # whoever catches the problems finds nothing half done
        for csv_file in FILES:
            if csv_file.name in listed:
                importer.file(source, csv_file)
        problems.raise_if_any()
    notes += importer.notes
    notes += [f"{name}.csv is not used, and was not read." for name in NOT_READ if name in listed]
    return OneRosterReport(importer.reports, tuple(notes), importer.departed)


class _Importer:
    def __init__(
        self,
        session: Session,
        problems: ProblemList,
        known_objectives: KnownObjectives,
        known_departed: KnownDeparted,
    ) -> None:
        self.session = session
        self.problems = problems
        self.known_objectives = known_objectives
        self.known_departed = known_departed
        self.references = References(session, known_departed)
        self.departed = 0
        self.reports: dict[str, FileReport] = {}
        self.notes: list[str] = []

    def file(self, source: Source, csv_file: CsvFile) -> None:
        if not source.has(csv_file.file):  # the manifest's problem is noted already
            self.references.unreadable(csv_file.defines)
            return
        with source.open(csv_file.file) as stream:
            reader = CsvReader(stream, csv_file.file, "oneroster", self.problems)
            kept = frozenset({SOURCED_ID, STATUS, LAST_MODIFIED, *csv_file.cells})
            if not reader.header(csv_file.columns, csv_file.required_columns, kept):
                self.references.unreadable(csv_file.defines)
                return
            self.reports[csv_file.file] = FileReport()
            seen: dict[str, int] = {}
            for lines in chunks(reader.rows()):
                self._chunk(csv_file, reader, lines, seen)
            self.notes += reader.notes

    def _chunk(
        self, csv_file: CsvFile, reader: CsvReader, lines: list[Line], seen: dict[str, int]
    ) -> None:
        rows = []
        for line in lines:
            row = _RowReader(csv_file, reader, line)
            values = row.read(seen)
            if values is None:
                self.references.unusable(csv_file.defines, line.cells.get(SOURCED_ID, ""))
            else:
                rows.append((line, values))
        rows = self._without_departed(csv_file, rows)
        rows = self.references.resolve(csv_file, reader, rows)
        rows = self._check_ranges(csv_file, reader, rows)
        rows = self._check_scores(csv_file, reader, rows)
        self._check_objectives(csv_file, reader, rows)
        self._keep(csv_file, [values for _, values in rows])

    def _without_departed(self, csv_file: CsvFile, rows: Rows) -> Rows:
        if csv_file.table is not Person:
            return rows
        gone = self.known_departed(row["sourced_id"] for _, row in rows)
        for sourced_id in gone:
            self.references.unusable(csv_file.defines, sourced_id)
        self.departed += len(gone)
        return [(line, row) for line, row in rows if row["sourced_id"] not in gone]

    def _check_ranges(self, csv_file: CsvFile, reader: CsvReader, rows: Rows) -> Rows:
        """The range of a line item's scores has to be one; a least that is not given is 0."""
        if csv_file.name != "lineItems":
            return rows
        fine = []
        for line, row in rows:
            low, high = row["result_value_min"] or Decimal(), row["result_value_max"]
            if high is None or high > low:
                fine.append((line, row))
                continue
            self.references.unusable(csv_file.defines, row["sourced_id"])
            reader.note(
                "bad-value",
                f"resultValueMax {high:f} is not above resultValueMin {low:f}.",
                line=line.number,
                column="resultValueMax",
            )
        return fine

    def _check_scores(self, csv_file: CsvFile, reader: CsvReader, rows: Rows) -> Rows:
        """Scores of results, and of their learning objectives, within their line item's range."""
        if csv_file.name == "results":
            items = {row["sourced_id"]: row["line_item_sourced_id"] for _, row in rows}
        elif csv_file.name == "resultLearningObjectiveIds":
            wanted = {row["result_sourced_id"] for _, row in rows}
            of_result = repository.line_items_of_results(self.session, wanted)
            items = {
                row["sourced_id"]: of_result.get(row["result_sourced_id"], "") for _, row in rows
            }
        else:
            return rows
        ranges = repository.line_item_ranges(self.session, set(items.values()))
        fine = []
        for line, row in rows:
            item = items[row["sourced_id"]]
            low, high = ranges.get(item, (None, None))
            if _within(row["score"], low, high):
                fine.append((line, row))
            else:
                reader.note(
                    "score-out-of-range",
                    f"Score {row['score']:f} is not between {_shown(low)} and {_shown(high)}, "
                    f"the range of line item {item}.",
                    line=line.number,
                    column="score",
                )
                self.references.unusable(csv_file.defines, row["sourced_id"])
        return fine

    def _check_objectives(self, csv_file: CsvFile, reader: CsvReader, rows: Rows) -> None:
        if csv_file.name != "resultLearningObjectiveIds":
            return
        wanted = {row["learning_objective_id"] for _, row in rows if row["source"] == "case"}
        known = self.known_objectives(wanted)
        for line, row in rows:
            objective = row["learning_objective_id"]
            if row["source"] not in _OBJECTIVE_SOURCES:
                reader.note(
                    "bad-value",
                    f"source {row['source'][:50]!r} is not case or unknown.",
                    line=line.number,
                    column="source",
                )
            if row["source"] == "case" and objective not in known:
                reader.note(
                    "unknown-learning-objective",
                    f"{objective} is no competency of an imported framework.",
                    "Import its framework first.",
                    line=line.number,
                    column="learningObjectiveId",
                )

    def _keep(self, csv_file: CsvFile, rows: list[dict[str, Any]]) -> None:
        report = self.reports[csv_file.file]
        ids = [row["sourced_id"] for row in rows]
        before = repository.kept_digests(self.session, csv_file.table, ids)
        added, changed = [], []
        for row in rows:
            row["digest"] = _digest(row)
            was = before.get(row["sourced_id"])
            if was is None:
                added.append(row)
            elif was != row["digest"]:
                changed.append(row)
        if csv_file.table is Person:
            known = repository.person_ids(self.session, (row["sourced_id"] for row in changed))
            for row in added:
                row["id"] = uuid4()
            for row in changed:
                row["id"] = known[row["sourced_id"]]
        repository.insert_rows(self.session, csv_file.table, added)
        repository.update_rows(self.session, csv_file.table, changed)
        report.added += len(added)
        report.changed += len(changed)
        report.unchanged += len(rows) - len(added) - len(changed)


class _RowReader:
    """Reads the cells of one row; None if any of them is wrong."""

    def __init__(self, csv_file: CsvFile, reader: CsvReader, line: Line) -> None:
        self.csv_file = csv_file
        self.reader = reader
        self.line = line
        self.fine = True

    def bad(self, code: str, column: str, sentence: str, hint: str = "") -> None:
        self.fine = False
        self.reader.note(code, sentence, hint, line=self.line.number, column=column)

    def read(self, seen: dict[str, int]) -> dict[str, Any] | None:
        cells = self.line.cells
        values: dict[str, Any] = {
            "sourced_id": self._sourced_id(cells[SOURCED_ID], seen),
            "status": self._status(cells.get(STATUS, "")),
            "last_modified": self._typed(LAST_MODIFIED, Kind.TIME, cells.get(LAST_MODIFIED, "")),
        }
        for column, cell in self.csv_file.cells.items():
            values[cell.field] = self._cell(column, cell, cells.get(column, ""))
        return values if self.fine else None

    def _sourced_id(self, text: str, seen: dict[str, int]) -> str:
        if not text or len(text) > _LONGEST_ID:
            what = f"longer than {_LONGEST_ID} characters" if text else "missing"
            self.bad("missing-value", SOURCED_ID, f"The sourcedId is {what}.")
        elif text in seen:
            self.bad("duplicate", SOURCED_ID, f"{text} is in line {seen[text]} already.")
        else:
            seen[text] = self.line.number
        return text

    def _status(self, text: str) -> str:
        status = text.lower() or _STATUSES[0]
        if status not in _STATUSES:
            self.bad("bad-value", STATUS, f"Status {text[:50]!r} is not active or tobedeleted.")
        return status

    def _cell(self, column: str, cell: Cell, text: str) -> object:
        if not text and cell.required:
            self.bad("missing-value", column, f"{column} is empty.")
        return self._typed(column, cell.kind, text)

    def _typed(self, column: str, kind: Kind, text: str) -> object:
        if len(text) > _LONGEST:
            self.bad("bad-value", column, f"{column} is longer than {_LONGEST:,} characters.")
        if kind is Kind.TEXT or kind in REFERENCES:
            return text
        if not text:
            return None
        readers: dict[Kind, tuple[Callable[[str], object], str, str]] = {
            Kind.DATE: (as_date, "bad-date", "a date such as 2026-06-30"),
            Kind.TIME: (as_time, "bad-date", "a time such as 2026-06-30T08:15:00Z, or a date"),
            Kind.NUMBER: (as_number, "bad-number", "a number such as 3.5"),
        }
        read, code, wanted = readers[kind]
        value = read(text)
        if value is None:
            self.bad(code, column, f"{column} {text[:50]!r} is not {wanted}.")
        return value


def _within(score: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    return score is None or ((low is None or score >= low) and (high is None or score <= high))


def _shown(bound: Decimal | None) -> str:
    return "anything" if bound is None else f"{bound:f}"


def _digest(row: Mapping[str, object]) -> bytes:
    text = "\x1f".join(f"{key}={value}" for key, value in sorted(row.items()))
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_LENGTH).digest()
