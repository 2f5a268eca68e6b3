"""Making the engine, with the settings SQLite needs to be a real database."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from issuer.db.errors import DatabaseCannotOpen, DatabaseUrlInvalid
from issuer.db.files import watch

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another writer before it gives up."""

CACHE_KIB = 65_536
"""Of an SQLite file, kept by each connection. SQLite's own 2,000 do not hold the indexes of a
hundred thousand credentials: each row that is added would read and write pages of its own."""

READ_ONLY = "touchstone_read_only"
"""Execution option: the transaction will only read, so it need not take the write lock."""


def engine(url: str | Path | URL, *, must_exist: bool = False) -> Engine:
    """An engine for a database.

    Args:
        url: an SQLAlchemy URL (``sqlite:///…``, ``postgresql+psycopg://…``), or the Path of an
            SQLite file, which is made if it is not there.
        must_exist: an SQLite file is there already and is never made anew.

    Raises:
        DatabaseUrlInvalid: the URL is malformed, or its driver is not installed.
    """
    try:
        parsed = URL.create("sqlite", database=str(url)) if isinstance(url, Path) else make_url(url)
        made = create_engine(parsed, pool_pre_ping=not _is_sqlite(parsed))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise DatabaseUrlInvalid(
            "The database URL names no database that this program can talk to.",
            "Write sqlite:///path/to/file.db or postgresql+psycopg://user@host/name, "
            "and install the driver.",
        ) from error
    if _is_sqlite(parsed):
        event.listen(made, "connect", _on_connect)
        event.listen(made, "begin", _on_begin)
        watch(made, must_exist=must_exist)
    return made


def check_exists(made: Engine) -> None:
    """Raise where an SQLite file, which opening would make anew, is gone.

    Raises:
        DatabaseCannotOpen: there is no such file, or nothing in it.
    """
    if not _is_sqlite(made.url) or not made.url.database:
        return
    path = Path(made.url.database)
    if not path.is_file() or path.stat().st_size == 0:
        raise DatabaseCannotOpen(
            f"There is no database at {path}, or it is empty.",
            "Restore it from a backup, or name the right home.",
        )


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _on_connect(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN leaves DDL outside transactions; we say BEGIN ourselves (_on_begin).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A reader that turns writer fails at once when another wrote meanwhile, whatever the timeout:
    # so a transaction that may write takes the write lock first, and waits for it.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
