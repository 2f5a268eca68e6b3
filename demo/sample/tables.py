"""The CSV files of the sample and their headers.

Rows go to the files as they are made, so the size of a sample is not bound by memory.
"""

import csv
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

_COLUMNS = tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))

ONEROSTER_HEADERS: Mapping[str, tuple[str, ...]] = {
    name: (*_COLUMNS["common"].split(), *columns.split())
    for name, columns in _COLUMNS["oneroster"].items()
}
"""File name without its ending → its columns."""

ONEROSTER_ABSENT: tuple[str, ...] = tuple(_COLUMNS["absent"].split())
"""The files of the binding that the sample does not have; the manifest says so."""

EVIDENCE_HEADER: tuple[str, ...] = tuple(_COLUMNS["evidence"].split())
"""The columns of the project's own evidence file."""


class Tables:
    """The open CSV files of one sample, and how many rows each has got.

    Args:
        directory: where ``oneroster/`` and ``evidence.csv`` are written; it exists.
        recorded: the ``dateLastModified`` of every OneRoster row.
    """

    def __init__(self, directory: Path, recorded: str) -> None:
        self.rows: dict[str, int] = {}
        self._directory = directory
        self._defaults = {"status": "active", "dateLastModified": recorded}
        self._writers: dict[str, csv.DictWriter[str]] = {}
        self._files = ExitStack()

    def __enter__(self) -> Self:
        """Opens every file and writes its header."""
        roster = self._directory / "oneroster"
        roster.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opening:
            opening.push(self._files)
            for name, header in ONEROSTER_HEADERS.items():
                self._open(name, roster / f"{name}.csv", header)
            self._open("evidence", self._directory / "evidence.csv", EVIDENCE_HEADER)
            self._files = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the files."""
        self._files.close()

    def _open(self, name: str, path: Path, header: tuple[str, ...]) -> None:
        file = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        self._writers[name] = writer
        self.rows[name] = 0

    def write(self, table: str, sourced_id: str, **columns: object) -> None:
        """Adds a row; columns that are not named stay empty.

        Raises:
            ValueError: a column that the table does not have.
        """
        defaults = {} if table == "evidence" else self._defaults
        self._writers[table].writerow({**defaults, "sourcedId": sourced_id, **columns})
        self.rows[table] += 1

    def write_manifest(self, system: str) -> None:
        """The control file (CSV binding 1.2.1, §4.1): which files there are."""
        lines = {"manifest.version": "1.0", "oneroster.version": "1.2"}
        present = dict.fromkeys(ONEROSTER_HEADERS, "bulk")
        absent = dict.fromkeys(ONEROSTER_ABSENT, "absent")
        for name, how in sorted({**present, **absent}.items()):
            lines[f"file.{name}"] = how
        lines |= {"source.systemName": system, "source.systemCode": system}
        path = self._directory / "oneroster" / "manifest.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("propertyName", "value"))
            writer.writerows(lines.items())
