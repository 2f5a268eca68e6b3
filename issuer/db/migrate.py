"""Bringing a database's schema up to date. Alembic, which does it, is loaded where it is needed."""

import sqlite3
from importlib.resources import files

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from issuer.db.engine import READ_ONLY
from issuer.db.errors import name_of, translated


def migrate(engine: Engine) -> bool:
    """Bring the schema to the newest version, in one transaction.

    Returns:
        True if anything was changed.

    Raises:
        DatabaseVersionUnknown: the schema is of a version this program does not know.
        DatabaseForeign: the database holds other tables than ours.
        DatabaseError: the database cannot be opened, is damaged or is locked.
    """
    try:
        if _is_newest(engine):
            return False
        # Every command comes here and hardly one has to migrate: loading Alembic and our scripts
        # takes longer than many a command's own work.
        from issuer.db.upgrading import upgrade  # noqa: PLC0415

        with engine.begin() as connection:
            return upgrade(connection, name_of(engine))
    except (DBAPIError, sqlite3.Error) as error:
        known = translated(error, engine)
        if known is None:
            raise
        raise known from error


def _is_newest(engine: Engine) -> bool:
    """Whether there is nothing to do; asked without the write lock, which another may hold."""
    reader = engine.execution_options(**{READ_ONLY: True})
    with reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalars().all() == [newest()]


def newest() -> str:
    """The newest version: scripts are called by their versions, each of which follows the last."""
    folder = files("issuer") / "migrations" / "versions"
    return max(one.name for one in folder.iterdir() if one.name.endswith(".py")).removesuffix(".py")
