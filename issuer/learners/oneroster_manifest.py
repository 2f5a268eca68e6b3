"""The manifest of a OneRoster CSV set: its version, which files belong to it, full or delta."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from issuer.errors import ProblemList
from issuer.learners.csv_reader import CsvReader, Line
from issuer.learners.oneroster_files import (
    FILES_BY_VERSION,
    NOT_READ_BY_VERSION,
    CsvFile,
)
from issuer.learners.oneroster_source import MANIFEST, Source

BULK: Final = "bulk"
DELTA: Final = "delta"
NEWEST: Final = "1.2"
MAX_LINES: Final = 200
"""Lines of a manifest; the standard has names for about thirty."""
_MODES: Final = ("absent", BULK, DELTA)
_VERSION: Final = "oneroster.version"
_MANIFEST_VERSION: Final = "manifest.version"
_COLUMNS: Final = ("propertyName", "value")
_FILE: Final = "file."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a set says of itself.

    Args:
        version: ``1.1`` or ``1.2``.
        modes: for each file that is there, its name without ``.csv``: ``bulk`` or ``delta``.
    """

    version: str
    modes: Mapping[str, str]

    @property
    def files(self) -> tuple[CsvFile, ...]:
        """The files to read, in an order in which a file stands after those it refers to."""
        known = FILES_BY_VERSION[self.version]
        return tuple(one for one in known if one.file.removesuffix(".csv") in self.modes)


def read_manifest(source: Source, problems: ProblemList, notes: list[str]) -> Manifest:
    """What the set says that it has.

    What is wrong is noted: oneroster.missing-file, oneroster.bad-manifest,
    oneroster.unsupported-version; a set without a readable manifest is raised at once.

    Raises:
        ImportProblems: there is no manifest, or it cannot be read.
    """
    if not source.has(MANIFEST):
        problems.add(
            "oneroster.missing-file",
            f"There is no {MANIFEST}, so this is no OneRoster set.",
            "Give the directory, or the zip archive, that holds it.",
            file=MANIFEST,
        )
        problems.raise_if_any()
    modes = {}
    with source.open(MANIFEST) as stream:
        reader = CsvReader(stream, MANIFEST, "oneroster", problems)
        if not reader.header(_COLUMNS, _COLUMNS, frozenset(_COLUMNS)):
            problems.raise_if_any()
        lines = list(islice(reader.rows(), MAX_LINES + 1))
        if len(lines) > MAX_LINES:
            sentence = f"The manifest has more than {MAX_LINES} lines."
            reader.note("bad-manifest", sentence, line=MAX_LINES + 1, column="")
        version = _version(reader, lines)
        for line in lines:
            name, value = line.cells["propertyName"], line.cells["value"]
            if name.startswith(_FILE) and _is_listed(reader, version, line):
                modes[name.removeprefix(_FILE)] = value
                _check_there(source, reader, name, value, line.number)
    _note_unlisted(source, modes, notes)
    return Manifest(version, modes)


def _version(reader: CsvReader, lines: list[Line]) -> str:
    """The version of the standard: the newest where none is said, or none that is known."""
    found = NEWEST
    for line in lines:
        name, value = line.cells["propertyName"], line.cells["value"]
        major = ".".join(value.split(".")[:2])
        if name == _MANIFEST_VERSION and major != "1.0":
            sentence = f"The manifest is of version {value[:20]}; this program reads 1.0."
            reader.note("unsupported-version", sentence, line=line.number, column="value")
        if name == _VERSION and major in FILES_BY_VERSION:
            found = major
        elif name == _VERSION:
            reader.note(
                "unsupported-version",
                f"The set is of OneRoster {value[:20]}; this program reads 1.1 and 1.2.",
                "Export it as OneRoster 1.2 CSV.",
                line=line.number,
                column="value",
            )
    return found


def _is_listed(reader: CsvReader, version: str, line: Line) -> bool:
    name, value = line.cells["propertyName"], line.cells["value"]
    names = [one.name for one in FILES_BY_VERSION[version] if one.read_from is None]
    names += NOT_READ_BY_VERSION[version]
    known = name.removeprefix(_FILE) in names
    if not known and value != "absent":
        close = difflib.get_close_matches(name.removeprefix(_FILE)[:100], names, 1)
        reader.note(
            "bad-manifest",
            f"{name[:100]} is no file of OneRoster {version}.",
            f"Did you mean '{_FILE}{close[0]}'?" if close else "",
            line=line.number,
            column="propertyName",
        )
    elif value not in _MODES:
        reader.note(
            "bad-manifest",
            f"{name} is {value[:50]!r}; it has to be absent, bulk or delta.",
            line=line.number,
            column="value",
        )
    return known and value in (BULK, DELTA)


def _check_there(source: Source, reader: CsvReader, name: str, value: str, line: int) -> None:
    file = f"{name.removeprefix(_FILE)}.csv"
    if not source.has(file):
        reader.note(
            "missing-file",
            f"{file} is missing; the manifest says that it is there ({value}).",
            "Add the file, or write absent.",
            line=line,
            column=name,
        )


def _note_unlisted(source: Source, listed: Mapping[str, str], notes: list[str]) -> None:
    for file in source.names():
        if file != MANIFEST and file.removesuffix(".csv") not in listed:
            notes.append(f"{file[:100]} is not in the manifest, and was not read.")
