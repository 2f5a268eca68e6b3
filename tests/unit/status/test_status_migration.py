"""A database of a school that withdrew before there were holds keeps all it knew."""

import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.db.upgrading import SCRIPT_LOCATION
from issuer.status import repository, service

BEFORE = "0005_minting"
ISSUER = "did:web:northgate.example"


def move(engine, version):
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step = command.downgrade if version == BEFORE and moved.get(engine) else command.upgrade
        step(config, version)
    moved[engine] = version


moved = {}


@pytest.fixture
def old(tmp_path: Path):
    """A database as it was, with one list, a withdrawn credential and a good one."""
    engine = make_engine(tmp_path / "old.db")
    move(engine, BEFORE)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO status_list VALUES (1, 'revocation', 131072, 2, :document, 'e',"
                " '2026-06-01 00:00:00', '2026-06-04 00:00:00')"
            ),
            {"document": json.dumps({"issuer": ISSUER})},
        )
        connection.execute(
            text(
                "INSERT INTO status_entry VALUES"
                " (1, 7, 'urn:uuid:1', '2026-06-02 00:00:00', 'Judged in error'),"
                " (1, 8, 'urn:uuid:2', NULL, NULL)"
            )
        )
    yield engine
    moved.pop(engine)
    engine.dispose()


def test_what_was_withdrawn_stays_withdrawn_and_has_a_history(old):
    assert migrate(old)
    with session_scope(old) as session:
        assert repository.get_list(session, 1).issuer == ISSUER
        assert repository.newest_list(session, ISSUER, "revocation").allocated == 2
        [one] = service.standing(session, "urn:uuid:1")
        assert (one.purpose, one.value, one.reason) == ("revocation", True, "Judged in error")
        [line] = service.history(session, "urn:uuid:1")
        assert (line.value, line.reason, line.at) == (True, "Judged in error", one.since)
        assert not service.standing(session, "urn:uuid:2")[0].value
        assert service.history(session, "urn:uuid:2") == []


def test_there_is_a_way_back(old):
    migrate(old)
    move(old, BEFORE)
    with old.begin() as connection:
        rows = connection.execute(
            text("SELECT credential_id, revoked_at IS NULL, reason FROM status_entry ORDER BY 1")
        ).all()
    assert rows == [("urn:uuid:1", 0, "Judged in error"), ("urn:uuid:2", 1, None)]
    assert migrate(old)
