"""Frameworks of before this version are brought along, on SQLite and on PostgreSQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from simulators.postgres import Server
from sqlalchemy import Engine, text

from issuer.competency import framework_import, service
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.db.upgrading import SCRIPT_LOCATION

NOW = datetime(2026, 6, 30, tzinfo=UTC)
BEFORE = "0011_evidence_raters"
HERE = "0012_frameworks"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = make_engine(tmp_path / "upgraded.db")
    else:
        server: Server = request.getfixturevalue("server")
        made = make_engine(server.url(server.create()))
    yield made
    made.dispose()


def move(engine: Engine, revision: str) -> None:
    """Up or down to a version of the schema."""
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step = command.upgrade if revision == HERE else command.downgrade
        step(config, revision)


def take_in(engine: Engine, value: dict[str, Any]) -> None:
    with session_scope(engine) as session:
        framework_import.import_case(session, json.dumps(value).encode(), "f.json", NOW)


def test_associations_that_are_there_get_the_uris_of_their_ends(
    database: Engine, framework: dict[str, Any]
) -> None:
    migrate(database)
    link = framework["CFAssociations"][1]
    elsewhere = {"title": "X", "identifier": "x", "uri": "https://other.example/x"}
    framework["CFAssociations"].append(
        link
        | {
            "identifier": "5b5f9983-eabb-4661-aca4-9e0c81046772",
            "associationType": "exactMatchOf",
            "destinationNodeURI": elsewhere,
        }
    )
    take_in(database, framework)
    move(database, BEFORE)
    move(database, HERE)
    uris = "SELECT origin_uri, destination_uri FROM association ORDER BY position"
    with session_scope(database, read_only=True) as session:
        found = [tuple(row) for row in session.connection().execute(text(uris))]
        key = UUID(framework["CFDocument"]["identifier"])
        assert service.export_case(session, key) == framework
        item = UUID(link["originNodeURI"]["identifier"])
        assert [one.uri for one in service.crosswalk(session, item).matches] == [elsewhere["uri"]]
    assert found[:-1] == [(None, None)] * 4
    assert found[-1] == (link["originNodeURI"]["uri"], elsewhere["uri"])
    framework["CFItems"][0]["fullStatement"] = "Another."
    take_in(database, framework)
    with session_scope(database, read_only=True) as session:
        assert service.export_case(session, key) == framework
        assert [one.number for one in service.framework_versions(session, key)] == [1, 2]
