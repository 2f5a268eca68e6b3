"""The manifest of a OneRoster CSV set: which files belong to it (OneRoster 1.2 CSV binding)."""

import difflib
from typing import Final

from issuer.errors import ProblemList
from issuer.learners.csv_reader import CsvReader
from issuer.learners.oneroster_files import FILES, NOT_READ
from issuer.learners.oneroster_source import MANIFEST, Source

_NAMES: Final = (*(csv_file.name for csv_file in FILES), *NOT_READ)
_MODES: Final = ("absent", "bulk", "delta")
_VERSION: Final = "oneroster.version"
_COLUMNS: Final = ("propertyName", "value")
_FILE: Final = "file."


def read_manifest(source: Source, problems: ProblemList, notes: list[str]) -> frozenset[str]:
    """The names of the files that the set says it has, bulk or delta.

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
    listed = set()
    with source.open(MANIFEST) as stream:
        reader = CsvReader(stream, MANIFEST, "oneroster", problems)
        if not reader.header(_COLUMNS, _COLUMNS, frozenset(_COLUMNS)):
            problems.raise_if_any()
        for line in reader.rows():
            name, value = line.cells["propertyName"], line.cells["value"]
            if name == _VERSION:
                _check_version(reader, value, line.number)
            elif name.startswith(_FILE) and _is_listed(reader, name, value, line.number):
                listed.add(name.removeprefix(_FILE))
                _check_there(source, reader, name, value, line.number)
    _note_unlisted(source, listed, notes)
    return frozenset(listed)


def _check_version(reader: CsvReader, value: str, line: int) -> None:
    if value != "1.2" and not value.startswith("1.2."):
        reader.note(
            "unsupported-version",
            f"The set is of OneRoster {value[:20]}; this program reads 1.2.",
            "Export it as OneRoster 1.2 CSV.",
            line=line,
            column="value",
        )


def _is_listed(reader: CsvReader, name: str, value: str, line: int) -> bool:
    known = name.removeprefix(_FILE) in _NAMES
    if not known:
        close = difflib.get_close_matches(name.removeprefix(_FILE), _NAMES, 1)
        reader.note(
            "bad-manifest",
            f"{name[:100]} is no file of OneRoster 1.2.",
            f"Did you mean '{_FILE}{close[0]}'?" if close else "",
            line=line,
            column="propertyName",
        )
    elif value not in _MODES:
        reader.note(
            "bad-manifest",
            f"{name} is {value[:50]!r}; it has to be absent, bulk or delta.",
            line=line,
            column="value",
        )
    return known and value in ("bulk", "delta")


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


def _note_unlisted(source: Source, listed: set[str], notes: list[str]) -> None:
    for file in source.names():
        if file != MANIFEST and file.removesuffix(".csv") not in listed:
            notes.append(f"{file} is not in the manifest, and was not read.")
