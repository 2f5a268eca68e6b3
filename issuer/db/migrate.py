"""Bringing a database's schema up to date, by Alembic, without any alembic.ini."""

import sqlite3

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from issuer.db.engine import READ_ONLY
from issuer.db.errors import DatabaseForeign, DatabaseVersionUnknown, name_of, translated

SCRIPT_LOCATION = "issuer:migrations"
"""Alembic finds the scripts inside the installed package, so a wheel carries them."""

_MIGRATION_LOCK = 7_466_001
"""PostgreSQL advisory lock: two processes that start together migrate one after the other."""


def migrate(engine: Engine) -> bool:
    """Bring the schema to the newest version, in one transaction.

    Returns:
        True if anything was changed.

    Raises:
        DatabaseVersionUnknown: the schema is of a version this program does not know.
        DatabaseForeign: the database holds other tables than ours.
        DatabaseError: the database cannot be opened, is damaged or is locked.
    """
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    try:
        if _is_newest(engine, config):
            return False
        with engine.begin() as connection:
            return _upgrade(connection, config, name_of(engine))
    except (DBAPIError, sqlite3.Error) as error:
        known = translated(error, engine)
        if known is None:
            raise
        raise known from error


def _is_newest(engine: Engine, config: Config) -> bool:
    """Whether there is nothing to do; asked without the write lock, which another may hold."""
    heads = tuple(ScriptDirectory.from_config(config).get_heads())
    reader = engine.execution_options(**{READ_ONLY: True})
    with reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads() == heads


def _upgrade(connection: Connection, config: Config, name: str) -> bool:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_heads()
    if current == tuple(scripts.get_heads()):
        return False
    _check_known(current, scripts, name)
    if not current and inspect(connection).get_table_names():
        raise DatabaseForeign(
            f"{name} holds tables that this program did not make.",
            "Choose an empty database, or another home directory.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def _check_known(current: tuple[str, ...], scripts: ScriptDirectory, name: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = sorted(set(current) - known)
    if unknown:
        raise DatabaseVersionUnknown(
            f"{name} is at version {unknown[0]}, which this program does not know.",
            "It was probably written by a newer release: install that one.",
        )
