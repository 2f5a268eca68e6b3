"""Reading one CSV file: its header, then its rows, with line numbers.

RFC 4180 in UTF-8, with or without a byte order mark, CRLF or LF. What is wrong is noted with file,
line and column; the rows that are right are handed on.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from issuer.errors import ProblemList

MAX_LINE: Final = 1 << 20
"""Longest line, in characters."""
MAX_COLUMNS: Final = 1_000
"""Most columns of a file: no export has so many, and each costs a comparison with those known."""
MAX_CELL: Final = 10_001
"""Characters of a cell that are handed on: one more than the longest that any file may hold."""
_SHOWN: Final = 100
"""Characters of a column's name in a problem or note."""
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
"""Stands for a byte that is not UTF-8 (PEP 383)."""
_RESEMBLES: Final = 0.8
"""difflib ratio from which an unknown column counts as a misspelt one."""


class _NotUtf8(Exception):
    """A line holds a byte that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record: the line it begins on, and its cells by column, without white space around."""

    number: int
    cells: Mapping[str, str]


class Notes:
    """Notes the problems of one file.

    Args:
        file: its name.
        prefix: of the problems' codes, such as ``oneroster``.
        problems: where they go.
    """

    def __init__(self, file: str, prefix: str, problems: ProblemList) -> None:
        self.file = file
        self.prefix = prefix
        self.problems = problems

    def note(self, code: str, sentence: str, hint: str = "", *, line: int, column: str) -> None:
        """A problem in this file."""
        self.problems.add(
            f"{self.prefix}.{code}", sentence, hint, file=self.file, line=line, column=column
        )


class CsvReader(Notes):
    """One open file. ``broken`` is True once a line could not be read: the rest was not.

    Args:
        stream: its bytes.
        file: its name.
        prefix: of the problems' codes, such as ``oneroster``.
        problems: where they go.
    """

    def __init__(
        self, stream: IO[bytes] | io.BufferedIOBase, file: str, prefix: str, problems: ProblemList
    ) -> None:
        super().__init__(file, prefix, problems)
        self.notes: list[str] = []
        self.broken = False
        # Decoded in blocks, a wrong byte would be reported lines before the one it is in.
        self._text = io.TextIOWrapper(
            stream,  # type: ignore[type-var]
            encoding="utf-8-sig",
            errors="surrogateescape",
            newline="",
        )
        self._rows = csv.reader(self._lines(), strict=True)
        self._header: list[str] = []
        self._wanted: list[tuple[int, str]] = []
        self._record = 0

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(MAX_LINE):
            # A record goes on over lines while a quote is open: all of it counts.
            self._record += len(line)
            if len(line) == MAX_LINE or self._record > MAX_LINE:
                raise csv.Error(f"line is longer than {MAX_LINE:,} characters")
            if not line.isascii() and _UNDECODED.search(line):
                raise _NotUtf8
            if "\0" in line:
                raise csv.Error("it holds a NUL character, which is no text")
            yield line

    def header(
        self, known: tuple[str, ...], required: tuple[str, ...], kept: frozenset[str]
    ) -> bool:
        """Read the header.

        Args:
            known: every column that the file may have.
            required: those it must have.
            kept: those whose cells are wanted; the others are never handed on.

        Returns:
            True if the rows can be read.
        """
        try:
            self._header = [name.strip() for name in next(self._rows, [])]
        except (csv.Error, _NotUtf8) as error:
            self._broken(error)
            return False
        if not any(self._header):
            self.note("empty-file", "There is no header.", line=1, column="")
            return False
        if len(self._header) > MAX_COLUMNS:
            sentence = f"There are {len(self._header):,} columns; {MAX_COLUMNS:,} are the most."
            self.note("too-many-columns", sentence, line=1, column="")
            return False
        fine = self._check_header(known, required)
        self._wanted = [(i, name) for i, name in enumerate(self._header) if name in kept]
        return fine

    def _check_header(self, known: tuple[str, ...], required: tuple[str, ...]) -> bool:
        before = self.problems.count
        for index, name in enumerate(self._header):
            if name in self._header[:index]:
                shown = name[:_SHOWN]
                sentence = f"Column {shown} is there twice."
                self.note("duplicate-column", sentence, line=1, column=shown)
        present = set(self._header)
        meant = set()
        for name in self._header:
            if name in known or name.startswith("metadata.") or not name:
                continue
            guess = _resembling(name, [column for column in known if column not in present])
            shown = name[:_SHOWN]
            if guess:
                meant.add(guess)
                self.note(
                    "misspelt-column",
                    f"Column {shown!r} is not known.",
                    f"Did you mean '{guess}'?",
                    line=1,
                    column=shown,
                )
            else:
                self.notes.append(f"{self.file}: column {shown} is not known, and was not read.")
        for name in required:
            if name not in present and name not in meant:
                self.note("missing-column", f"Column {name} is missing.", line=1, column=name)
        return self.problems.count == before

    def rows(self) -> Iterator[Line]:
        """The records after the header; those with too few or too many cells are noted."""
        while True:
            number = self._rows.line_num + 1
            self._record = 0
            try:
                cells = next(self._rows, None)
            except (csv.Error, _NotUtf8) as error:
                self._broken(error)
                return
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(self._header):
                self.note(
                    "bad-row",
                    f"The row has {len(cells)} cells; the header has {len(self._header)}.",
                    "Quote cells that hold commas.",
                    line=number,
                    column="",
                )
                continue
            yield Line(
                number, {name: cells[index].strip()[:MAX_CELL] for index, name in self._wanted}
            )

    def _broken(self, error: Exception) -> None:
        self.broken = True
        line = self._rows.line_num + 1
        if isinstance(error, _NotUtf8):
            self.note(
                "not-utf8", "The file is not UTF-8.", "Save it as UTF-8.", line=line, column=""
            )
        else:
            self.note("bad-csv", f"The line cannot be read: {error}.", line=line, column="")


def _resembling(name: str, known: list[str]) -> str:
    if len(name) > _SHOWN:
        return ""
    by_lower = {column.lower(): column for column in known}
    squeezed = name.lower().replace(" ", "").replace("_", "").replace("-", "")
    close = difflib.get_close_matches(squeezed, list(by_lower), 1, _RESEMBLES)
    return by_lower[close[0]] if close else ""
