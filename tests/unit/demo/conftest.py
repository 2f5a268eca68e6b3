"""Samples for the tests of the demonstration."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.sample import SampleOptions, SampleSummary, generate


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleSummary]:
    """The default sample and what the generator says of it."""
    directory = tmp_path_factory.mktemp("sample")
    return directory, generate(directory, SampleOptions())


@pytest.fixture(scope="session")
def rows() -> Callable[[Path], list[dict[str, str]]]:
    """Reads a CSV file as a list of rows."""

    def read(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
