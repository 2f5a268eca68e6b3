"""The database itself: schema, versions, times, transactions, and files that are no database."""

import importlib
import importlib.util
import pkgutil
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, Integer, MetaData, Table, event, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session

import issuer
from issuer.db import ExactDecimal, UtcDateTime, metadata, migrate, session_scope
from issuer.db import engine as make_engine
from issuer.db.errors import (
    DatabaseBusy,
    DatabaseCannotOpen,
    DatabaseForeign,
    DatabaseUnreadable,
    DatabaseUrlInvalid,
    DatabaseVersionUnknown,
)
from issuer.db.migrate import newest
from issuer.db.upgrading import SCRIPT_LOCATION


def import_models() -> None:
    for feature in pkgutil.iter_modules(issuer.__path__, "issuer."):
        name = f"{feature.name}.models"
        if feature.ispkg and importlib.util.find_spec(name) is not None:
            importlib.import_module(name)


def test_the_migrated_schema_is_the_models_schema(engine: Engine) -> None:
    import_models()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_newest_version_is_the_one_that_alembic_would_go_to(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest()]
    for script in scripts.walk_revisions():
        assert Path(script.path).stem == script.revision
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (newest(),)


def test_a_schema_of_an_older_release_is_upgraded(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "touchstone.db")
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head-1")
    assert migrate(engine)
    assert not migrate(engine)
    engine.dispose()


def test_every_constraint_has_a_name() -> None:
    import_models()
    unnamed = [
        (table.name, type(constraint).__name__)
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    assert migrate(engine) is False


def test_sqlite_is_set_up_as_a_database(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


def test_a_schema_of_a_newer_release_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(DatabaseVersionUnknown, match="9999_future") as caught:
        migrate(engine)
    assert caught.value.code == "database.unknown-version"


def test_a_corrupt_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "touchstone.db"
    path.write_bytes(b"this is no database" * 500)
    with pytest.raises(DatabaseUnreadable) as caught:
        migrate(make_engine(path))
    assert caught.value.code == "database.unreadable"
    assert path.read_bytes().startswith(b"this is no database")


def test_a_strangers_database_is_left_alone(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "strange.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (name TEXT)"))
    with pytest.raises(DatabaseForeign):
        migrate(engine)
    engine.dispose()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseCannotOpen, match="absent"):
        migrate(make_engine(tmp_path / "absent" / "touchstone.db"))


@pytest.mark.parametrize("url", ["", "nonsense", "nosuch://host/name"])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlInvalid):
        make_engine(url)


def write_and_fail(engine: Engine) -> None:
    with session_scope(engine) as session:
        session.execute(text("INSERT INTO alembic_version VALUES ('x')"))
        raise ZeroDivisionError


def test_a_failed_block_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(engine)
    with session_scope(engine, read_only=True) as session:
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_foreign_keys_are_enforced(engine: Engine) -> None:
    with pytest.raises(IntegrityError), session_scope(engine) as session:
        session.execute(
            text(
                "INSERT INTO person_role (sourced_id, status, digest, person_id, role, role_type,"
                " org_sourced_id) VALUES ('r', 'active', x'00', 'nobody', 'student', '', '')"
            )
        )


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with session_scope(engine) as writer:
        writer.execute(text("UPDATE alembic_version SET version_num = version_num"))
        with session_scope(engine, read_only=True) as reader:
            assert reader.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_two_read_then_write_transactions_wait_for_each_other(engine: Engine) -> None:
    with session_scope(engine) as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def count_up() -> None:
        for _ in range(20):
            with session_scope(engine) as session:
                n = session.execute(text("SELECT n FROM counter")).scalar_one()
                session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with session_scope(engine, read_only=True) as session:
        assert session.execute(text("SELECT n FROM counter")).scalar() == 60


def write_without_waiting(engine: Engine) -> None:
    impatient = make_engine(engine.url)
    event.listen(
        impatient, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1")
    )
    try:
        with session_scope(impatient) as session:
            session.execute(text("SELECT 1"))
    finally:
        impatient.dispose()


def test_a_lock_that_is_not_given_back_is_a_typed_error(engine: Engine) -> None:
    with session_scope(engine) as holder:
        holder.execute(text("UPDATE alembic_version SET version_num = version_num"))
        with pytest.raises(DatabaseBusy):
            write_without_waiting(engine)
    write_without_waiting(engine)


TYPED = MetaData()
VALUES = Table(
    "typed_values",
    TYPED,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("number", ExactDecimal),
)


@pytest.fixture
def values(engine: Engine) -> Engine:
    TYPED.create_all(engine)
    return engine


def test_times_come_back_aware_and_in_utc(values: Engine) -> None:
    at = datetime(2026, 6, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    with session_scope(values) as session:
        session.execute(VALUES.insert(), [{"id": 1, "at": at}, {"id": 2, "at": None}])
    with session_scope(values, read_only=True) as session:
        kept = session.execute(VALUES.select().order_by(VALUES.c.id)).all()
    assert kept[0].at == at
    assert kept[0].at.tzinfo is UTC
    assert kept[1].at is None


def test_a_time_without_a_zone_is_refused(values: Engine) -> None:
    with pytest.raises(StatementError, match="no time zone"), Session(values) as session:
        session.execute(VALUES.insert(), {"id": 1, "at": datetime(2026, 6, 1)})  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "kept"),
    [("3", "3"), ("3.50", "3.5"), ("1E+2", "100"), ("-0.0", "0"), ("0.1", "0.1"), ("100", "100")],
)
def test_numbers_are_kept_exactly(values: Engine, written: str, kept: str) -> None:
    with session_scope(values) as session:
        session.execute(VALUES.insert(), {"id": 1, "number": Decimal(written)})
        assert session.execute(text("SELECT number FROM typed_values")).scalar() == kept
        assert session.execute(VALUES.select()).one().number == Decimal(written)


@pytest.mark.parametrize("written", ["NaN", "Infinity", "1E+9999999", "1E-60"])
def test_a_number_that_cannot_be_kept_is_refused(values: Engine, written: str) -> None:
    with pytest.raises(StatementError), Session(values) as session:
        session.execute(VALUES.insert(), {"id": 1, "number": Decimal(written)})
