"""Which competency a Canvas outcome is: by the school's own list, by code, or by title.

The list is CSV with the columns ``outcome`` (an outcome's name or Canvas id), ``competency`` (a
code, title, GUID or URI) and, where a code stands in several frameworks, ``framework``.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from issuer.competency.canvas_file import OUTCOME, PREFIX, OutcomeResult
from issuer.competency.frameworks import Frameworks
from issuer.errors import ProblemList
from issuer.learners.csv_reader import CsvReader, Notes

COLUMNS: Final = ("outcome", "competency", "framework")
MAX_MAPPED: Final = 100_000
"""Lines of a list of outcomes."""
_MAX_GUESSES: Final = 20
"""How many unknown outcomes are compared with all competencies."""
_SHOWN: Final = 255


class CompetencyTitles:
    """Competencies by GUID, URI and code, or else by title, spelt however."""

    def __init__(self, frameworks: Frameworks) -> None:
        self.frameworks = frameworks
        self._by_code: dict[str, list[UUID]] = {}
        self._by_title: dict[str, list[UUID]] = {}
        self._guesses: dict[str, str] = {}
        for row in frameworks.rows.values():
            if row.removed:
                continue
            for name in {str(row.id), row.code, row.uri} - {""}:
                self._by_code.setdefault(name, []).append(row.id)
            for title in {_plain(row.statement), _plain(row.short_statement)} - {""}:
                self._by_title.setdefault(title, []).append(row.id)

    def found(self, name: str, framework: str = "") -> list[UUID]:
        """The competencies of this code, or else of this title; of one framework, if named."""
        found = self._by_code.get(name) or self._by_title.get(_plain(name)) or []
        return [key for key in found if not framework or self._is_in(key, framework)]

    def guess(self, name: str) -> str:
        """A code like this name, or that it begins with; '' if there is none."""
        first = name.replace(":", " ").split(" ")[0]
        if first in self._by_code:
            return first
        if name not in self._guesses and len(self._guesses) < _MAX_GUESSES:
            close = difflib.get_close_matches(name[:_SHOWN], self._by_code, 1, 0.8)
            self._guesses[name] = close[0] if close else ""
        return self._guesses.get(name, "")

    def _is_in(self, competency_id: UUID, framework: str) -> bool:
        row = self.frameworks.frameworks[self.frameworks.rows[competency_id].framework_id]
        return framework.lower() == str(row.id) or framework in {row.title, row.uri}


class Outcomes:
    """What each outcome of a report is; one that is none is one problem, not one a row.

    Args:
        titles: the competencies.
        mapped: from the school's list, by name or Canvas id.
        notes: of the report.
    """

    def __init__(self, titles: CompetencyTitles, mapped: Mapping[str, UUID], notes: Notes) -> None:
        self.titles = titles
        self.mapped = mapped
        self.notes = notes
        self._known: dict[tuple[str, str], UUID | None] = {}

    def competency(self, result: OutcomeResult) -> UUID | None:
        """The competency of a result; None if there is none, which is noted the first time."""
        key = (result.outcome_id, result.outcome)
        if key not in self._known:
            self._known[key] = self._found(result)
        return self._known[key]

    def _found(self, result: OutcomeResult) -> UUID | None:
        for name in (result.outcome_id, result.outcome):
            if name in self.mapped:
                return self.mapped[name]
        found = self.titles.found(result.outcome)
        if not found and result.friendly:
            found = self.titles.found(result.friendly)
        return _only_one(
            self.titles, found, result.outcome, self.notes, line=result.line, column=OUTCOME
        )


def read_mapping(path: Path, titles: CompetencyTitles, problems: ProblemList) -> dict[str, UUID]:
    """The school's own list: for each outcome, by name or Canvas id, its competency.

    What is wrong is noted: canvas.unknown-competency, canvas.ambiguous-competency,
    canvas.duplicate, canvas.missing-value, and what any CSV file may have wrong.
    """
    mapped: dict[str, UUID] = {}
    with path.open("rb") as stream:
        reader = CsvReader(stream, path.name, PREFIX, problems)
        if not reader.header(COLUMNS, COLUMNS[:2], frozenset(COLUMNS)):
            return mapped
        for line in reader.rows():
            outcome, name = line.cells["outcome"], line.cells["competency"]
            if line.number > MAX_MAPPED:
                sentence = f"The list has more than {MAX_MAPPED:,} lines."
                reader.note("too-large", sentence, line=line.number, column="")
                break
            for column in COLUMNS[:2]:
                if not line.cells[column]:
                    sentence = f"{column} is empty."
                    reader.note("missing-value", sentence, line=line.number, column=column)
            if not outcome or not name:
                continue
            found = titles.found(name, line.cells.get("framework", ""))
            one = _only_one(titles, found, name, reader, line=line.number, column="competency")
            if outcome in mapped:
                sentence = f"{outcome[:_SHOWN]} is there twice."
                reader.note("duplicate", sentence, line=line.number, column="outcome")
            elif one is not None:
                mapped[outcome] = one
    return mapped


def _only_one(
    titles: CompetencyTitles,
    found: list[UUID],
    name: str,
    notes: Notes,
    *,
    line: int,
    column: str,
) -> UUID | None:
    if len(found) == 1:
        return found[0]
    shown = name[:_SHOWN]
    if found:
        sentence = f"{shown!r} is the name of {len(found)} competencies."
        hint = "Say which in the file for --outcomes, with its framework or GUID."
        notes.note("ambiguous-competency", sentence, hint, line=line, column=column)
        return None
    guess = titles.guess(name)
    where = "Name its competency in a file for --outcomes, or import its framework first."
    hint = f"Did you mean '{guess}'? {where}" if guess else where
    sentence = f"{shown!r} is the code or title of no competency."
    notes.note("unknown-competency", sentence, hint, line=line, column=column)
    return None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
