"""A school with many learners in groups, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulators.databases import migrated
from sqlalchemy.engine import Engine


@pytest.fixture
def groups_file(tmp_path: Path) -> Any:
    """Writes a file of groups: rows of learner, attribute, value."""

    def write(
        *rows: tuple[str, str, str], header: str = "learnerSourcedId,attribute,value"
    ) -> Path:
        path = tmp_path / "groups.csv"
        path.write_text("\n".join([header, *(",".join(row) for row in rows), ""]), "utf-8")
        return path

    return write


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the newest schema."""
    if request.param == "sqlite":
        made = migrated(tmp_path / "touchstone.db")
    else:
        server = request.getfixturevalue("server")
        made = server.migrated()
    yield made
    made.dispose()
