"""Importing a OneRoster CSV set, 1.2 or 1.1: all problems at once, or all rows in one transaction.

A row that is new is added, one that differs is changed. An active row that a full (bulk) file does
not have any more is marked as gone, never deleted; a delta file changes only what it names. Rows
are read in chunks, and what has been seen is kept in the database: memory does not grow with the
files.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final
from uuid import uuid4

from sqlmodel import Session

from issuer.db.chunks import CHUNK, chunks
from issuer.errors import ProblemList
from issuer.learners import repository, seen_repository
from issuer.learners.csv_reader import CsvReader, Line, Notes
from issuer.learners.demographics import are_columns, import_demographics
from issuer.learners.models import ACTIVE, SOURCED_ID_LENGTH, TOBEDELETED, Person
from issuer.learners.oneroster_files import (
    DEMOGRAPHICS,
    NOT_READ_BY_VERSION,
    CsvFile,
)
from issuer.learners.oneroster_manifest import BULK, DELTA, read_manifest
from issuer.learners.oneroster_rows import (
    LAST_MODIFIED,
    SOURCED_ID,
    STATUS,
    RowReader,
    digest_of,
    is_bare,
)
from issuer.learners.oneroster_source import Source
from issuer.learners.references import KnownDeparted, References, Rows
from issuer.learners.report import FileReport, OneRosterReport
from issuer.learners.repository import KeptRow, Row

_OBJECTIVE_SOURCES: Final = ("case", "unknown")
EXPANDED_CHUNK: Final = 100
"""Lines at a time of a file whose lines are made into several rows each."""
SHOWN_GONE: Final = 100
"""How many of the rows that are gone a report names, for each file."""

KnownObjectives = Callable[[Iterable[str]], set[str]]
"""Those of some learning objectives that are competencies in the store."""


def import_set(
    session: Session,
    source: Source,
    known_objectives: KnownObjectives,
    demographics: Sequence[str] = (),
    *,
    known_departed: KnownDeparted,
) -> OneRosterReport:
    """Import a set into the session's transaction, but for people who were deleted here.

    Args:
        session: the caller commits.
        source: the files.
        known_objectives: says which learning objectives are competencies.
        demographics: columns of demographics.csv to keep; none, and the file is not opened.

    Raises:
        ImportProblems: codes oneroster.*; nothing is kept.
    """
    problems = ProblemList()
    notes: list[str] = []
    known = are_columns(demographics, problems)
    manifest = read_manifest(source, problems, notes)
    importer = _Importer(session, problems, known_objectives, known_departed)
    with session.begin_nested():  # whoever catches the problems finds nothing half done
        seen_repository.open_table(session)
        for csv_file in manifest.files:
            importer.file(source, csv_file, manifest.modes[csv_file.file.removesuffix(".csv")])
        if demographics and known:
            mode = manifest.modes.get(DEMOGRAPHICS)
            importer.demographics(source, mode, demographics)
        problems.raise_if_any()
        seen_repository.close_table(session)
    notes += importer.notes
    not_read = set(NOT_READ_BY_VERSION[manifest.version]) - (
        {DEMOGRAPHICS} if demographics else set()
    )
    unused = sorted(not_read & set(manifest.modes))
    notes += [f"{name}.csv is not used, and was not read." for name in unused]
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

    def file(self, source: Source, csv_file: CsvFile, mode: str) -> None:
        """Read one file, and mark what it no longer has if it is full."""
        if not source.has(csv_file.file):  # the manifest's problem is noted already
            self.references.unreadable(csv_file.defines)
            return
        with source.open(csv_file.file) as stream:
            # What is wrong with lines that were read before for other rows is noted already.
            ignored = csv_file.read_from is not None
            problems = ProblemList() if ignored else self.problems
            reader = CsvReader(stream, csv_file.file, "oneroster", problems)
            if not _read_header(csv_file, reader):
                self.references.unreadable(csv_file.defines)
                return
            reading = _FileImport(self, csv_file, mode, reader)
            reading.all_rows()
            if reader.broken:
                self.references.unreadable(csv_file.defines)
        self.reports[csv_file.label] = reading.report
        self.notes += [] if ignored else reader.notes
        self.notes += reading.old_notes()

    def demographics(self, source: Source, mode: str | None, wanted: Sequence[str]) -> None:
        """Read the columns of demographics.csv that were asked for."""
        if mode is None:
            self.notes.append(f"The set has no {DEMOGRAPHICS}.csv.")
        elif source.has(f"{DEMOGRAPHICS}.csv"):
            seen_repository.clear(self.session)
            with source.open(f"{DEMOGRAPHICS}.csv") as stream:
                reader = CsvReader(stream, f"{DEMOGRAPHICS}.csv", "oneroster", self.problems)
                self.reports[reader.file] = import_demographics(
                    self.session, reader, self.references, wanted, full=mode == BULK
                )


def _read_header(csv_file: CsvFile, reader: CsvReader) -> bool:
    own = csv_file.read_from or csv_file
    kept = {SOURCED_ID, STATUS, LAST_MODIFIED, *csv_file.cells, *own.also_required}
    return reader.header(own.columns, own.required_columns, frozenset(kept))


class _FileImport:
    """The rows of one file."""

    def __init__(self, owner: _Importer, csv_file: CsvFile, mode: str, reader: CsvReader) -> None:
        self.owner = owner
        self.session = owner.session
        self.references = owner.references
        self.csv_file = csv_file
        self.mode = mode
        self.reader = reader
        self.notes = Notes(csv_file.file, "oneroster", owner.problems)
        self.report = FileReport()
        self.old = 0

    def all_rows(self) -> None:
        seen_repository.clear(self.session)
        expand = self.csv_file.expand
        for lines in chunks(self.reader.rows(), CHUNK if expand is None else EXPANDED_CHUNK):
            if expand is None:
                self._chunk(lines)
            else:
                roles = [one for line in lines for one in expand(line)]
                self._chunk(roles)
                self._drop_unnamed_roles(lines, roles)
        if self.mode == BULK and not self.owner.problems.count:
            self._note_gone(
                seen_repository.mark_gone(self.session, self.csv_file.table, SHOWN_GONE)
            )

    def _drop_unnamed_roles(self, users: list[Line], roles: list[Line]) -> None:
        """In a delta of OneRoster 1.1, a user has the roles that are named, and no others."""
        if self.mode != DELTA:
            return
        named = [role.cells[SOURCED_ID] for role in roles]
        people = repository.person_ids(self.session, [user.cells[SOURCED_ID] for user in users])
        gone = seen_repository.mark_roles_gone(
            self.session, list(people.values()), named, SHOWN_GONE
        )
        self._note_gone(gone)

    def _note_gone(self, gone: tuple[int, list[str]]) -> None:
        self.report.gone += gone[0]
        self.report.gone_ids += gone[1][: SHOWN_GONE - len(self.report.gone_ids)]

    def _chunk(self, lines: list[Line]) -> None:
        seen = self._seen(lines)
        if self.csv_file.expand is not None:  # the same role twice is the same role
            lines = [one for one in lines if seen[one.cells[SOURCED_ID]] == one.number]
            lines = list({one.cells[SOURCED_ID]: one for one in lines}.values())
        rows, bare = [], []
        for line in lines:
            values = RowReader(self.csv_file, self.notes, line).read(seen)
            if values is None:
                self.references.unusable(self.csv_file.defines, line.cells.get(SOURCED_ID, ""))
            elif is_bare(self.csv_file, values):
                bare.append(values)
            else:
                rows.append((line, values))
        rows = self._without_departed(rows)
        rows, unresolved = self._resolve(rows)
        rows = self._check_ranges(rows)
        rows = self._check_scores(rows)
        self._check_objectives(rows)
        self._keep([values for _, values in rows], bare + unresolved)

    def _without_departed(self, rows: Rows) -> Rows:
        """The rows but for people who were deleted here."""
        if self.csv_file.table is not Person:
            return rows
        gone = self.owner.known_departed(row["sourced_id"] for _, row in rows)
        for sourced_id in gone:
            self.references.unusable(self.csv_file.defines, sourced_id)
        self.owner.departed += len(gone)
        return [(line, row) for line, row in rows if row["sourced_id"] not in gone]

    def _seen(self, lines: list[Line]) -> dict[str, int]:
        """For each sourcedId of a chunk: the line on which the file has it first."""
        first: dict[str, int] = {}
        for line in lines:
            first.setdefault(line.cells[SOURCED_ID], line.number)
        first = {key: line for key, line in first.items() if 0 < len(key) <= SOURCED_ID_LENGTH}
        before = seen_repository.lines(self.session, first)
        seen_repository.add(
            self.session, {key: line for key, line in first.items() if key not in before}
        )
        return first | before

    def _resolve(self, rows: Rows) -> tuple[Rows, list[Row]]:
        """The rows whose references are known; and those to be deleted that refer to nothing."""
        leaving = [(line, row) for line, row in rows if row["status"] == TOBEDELETED]
        staying = [(line, row) for line, row in rows if row["status"] != TOBEDELETED]
        fine = self.references.resolve(self.csv_file, self.notes, staying)
        if not leaving:
            return fine, []
        known = self.references.resolve(self.csv_file, None, leaving)
        kept = {row["sourced_id"] for _, row in known}
        bare = [
            {key: row[key] for key in ("sourced_id", "status", "last_modified")}
            for _, row in leaving
            if row["sourced_id"] not in kept
        ]
        return fine + known, bare

    def _check_ranges(self, rows: Rows) -> Rows:
        """The range of a line item's scores has to be one; a least that is not given is 0."""
        if self.csv_file.name != "lineItems":
            return rows
        fine = []
        for line, row in rows:
            low, high = row["result_value_min"] or Decimal(), row["result_value_max"]
            if high is None or high > low:
                fine.append((line, row))
                continue
            self.references.unusable(self.csv_file.defines, row["sourced_id"])
            self.notes.note(
                "bad-value",
                f"resultValueMax {high:f} is not above resultValueMin {low:f}.",
                line=line.number,
                column="resultValueMax",
            )
        return fine

    def _check_scores(self, rows: Rows) -> Rows:
        """Scores of results, and of their learning objectives, within their line item's range."""
        if self.csv_file.name == "results":
            items = {row["sourced_id"]: row["line_item_sourced_id"] for _, row in rows}
        elif self.csv_file.name == "resultLearningObjectiveIds":
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
                self.notes.note(
                    "score-out-of-range",
                    f"Score {row['score']:f} is not between {_shown(low)} and {_shown(high)}, "
                    f"the range of line item {item}.",
                    line=line.number,
                    column="score",
                )
                self.references.unusable(self.csv_file.defines, row["sourced_id"])
        return fine

    def _check_objectives(self, rows: Rows) -> None:
        if self.csv_file.name != "resultLearningObjectiveIds":
            return
        wanted = {row["learning_objective_id"] for _, row in rows if row["source"] == "case"}
        known = self.owner.known_objectives(wanted)
        for line, row in rows:
            objective = row["learning_objective_id"]
            if row["source"] not in _OBJECTIVE_SOURCES:
                self.notes.note(
                    "bad-value",
                    f"source {row['source'][:50]!r} is not case or unknown.",
                    line=line.number,
                    column="source",
                )
            if row["source"] == "case" and objective not in known:
                self.notes.note(
                    "unknown-learning-objective",
                    f"{objective} is no competency of an imported framework.",
                    "Import its framework first.",
                    line=line.number,
                    column="learningObjectiveId",
                )

    def _keep(self, rows: list[Row], bare: list[Row]) -> None:
        table, report = self.csv_file.table, self.report
        ids = [row["sourced_id"] for row in (*rows, *bare)]
        before = repository.kept_rows(self.session, table, ids)
        added: list[Row] = []
        changed: list[Row] = []
        for row in rows:
            row["digest"] = digest_of(row)
            was = before.get(row["sourced_id"])
            if was is None:
                added.append(row)
            elif was.digest != row["digest"] and not self._is_old(row, was):
                changed.append(row)
        leaving = [row | {"digest": digest_of(row)} for row in bare if _is_news(row, before)]
        if table is Person:
            for row in added:
                row["id"] = uuid4()
            for row in (*changed, *leaving):
                row["id"] = before[row["sourced_id"]].id
        repository.insert_rows(self.session, table, added)
        repository.update_rows(self.session, table, changed)
        repository.update_rows(self.session, table, leaving)
        gone = [row for row in (*changed, *leaving) if _is_leaving(row, before)]
        report.added += len(added)
        report.gone += len(gone)
        report.changed += len(changed) + len(leaving) - len(gone)
        report.unchanged += len(ids) - len(added) - len(changed) - len(leaving)

    def _is_old(self, row: Row, was: KeptRow) -> bool:
        """True for a delta's row that the source has changed again since."""
        if self.mode != DELTA or row["last_modified"] is None or was.last_modified is None:
            return False
        old: bool = row["last_modified"] < was.last_modified
        self.old += old
        return old

    def old_notes(self) -> list[str]:
        """That rows of a delta came too late, if any did."""
        if not self.old:
            return []
        return [f"{self.csv_file.file}: {self.old:,} rows are older than what is kept."]


def _is_news(row: Row, before: dict[str, KeptRow]) -> bool:
    """True if a row is kept, and not yet as one that is to be deleted."""
    was = before.get(row["sourced_id"])
    return was is not None and was.status != TOBEDELETED


def _is_leaving(row: Row, before: dict[str, KeptRow]) -> bool:
    return row["status"] == TOBEDELETED and before[row["sourced_id"]].status == ACTIVE


def _within(score: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    return score is None or ((low is None or score >= low) and (high is None or score <= high))


def _shown(bound: Decimal | None) -> str:
    return "anything" if bound is None else f"{bound:f}"
