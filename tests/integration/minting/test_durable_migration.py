"""A batch that an older release had begun is divided, and goes on."""

from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.db.upgrading import SCRIPT_LOCATION
from issuer.minting import work_repository
from issuer.minting.models import BatchChunk

BEFORE = "0007_anchor_attempts"
OPENED, TREED, RELEASED = (UUID(int=number) for number in (1, 2, 3))


def move(engine, step, version):
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config, version)


def insert(engine):
    """Batches as an older release left them."""
    with engine.begin() as connection:
        for batch_id, state, size in (
            (OPENED, "opened", 2_500),
            (TREED, "treed", 1_000),
            (RELEASED, "released", 10),
        ):
            identity = str(batch_id) if engine.dialect.name == "postgresql" else batch_id.hex
            connection.execute(
                text(
                    "INSERT INTO batch (id, state, size, chain_id, anchor_method, created_at)"
                    " VALUES (:id, :state, :size, 1, 'did:x#a', '2026-06-01 00:00:00')"
                ),
                {"id": identity, "state": state, "size": size},
            )


@pytest.fixture
def sqlite_old(tmp_path):
    made = make_engine(tmp_path / "old.db")
    yield made
    made.dispose()


@pytest.fixture
def postgres_old(server):
    made = make_engine(server.url(server.create()))
    yield made
    made.dispose()


@pytest.mark.parametrize(
    "kind", ["sqlite_old", pytest.param("postgres_old", marks=pytest.mark.slow)]
)
def test_what_was_begun_is_divided(kind, request):
    engine = request.getfixturevalue(kind)
    move(engine, command.upgrade, BEFORE)
    insert(engine)
    assert migrate(engine)
    with session_scope(engine, read_only=True) as session:
        assert work_repository.unsigned(session, OPENED) == [0, 1, 2]
        parts = [session.get(BatchChunk, (OPENED, number)) for number in range(3)]
        assert [(part.first, part.size) for part in parts] == [(0, 1000), (1000, 1000), (2000, 500)]
        assert work_repository.unsigned(session, TREED) == []
        assert work_repository.unchecked(session, TREED) == [0]
        assert work_repository.unchecked(session, RELEASED) == []
    move(engine, command.downgrade, BEFORE)
    assert migrate(engine)
