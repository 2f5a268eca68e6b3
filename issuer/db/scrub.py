"""Leaving nothing of what was deleted readable in the files of an SQLite database."""

import sqlite3
from contextlib import closing

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.db.errors import DatabaseNotScrubbed, name_of, translated


def overwrite_deleted(session: Session) -> None:
    """Have SQLite write zeros over what this connection deletes; others have nothing like it."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def scrub(engine: Engine) -> None:
    """Write an SQLite file anew without what was ever deleted, and empty its write-ahead log.

    Overwriting alone is not enough: earlier changes, and rows that moved between pages, leave
    copies in places that no row owns. On PostgreSQL nothing is done: its own VACUUM makes such
    places free for other rows in time, and its log and backups are the operator's.

    Raises:
        DatabaseNotScrubbed: others use the file, or there is no room; run it again.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()  # (busy, pages in the log, pages moved)
    except sqlite3.Error as error:
        known = translated(error, engine)
        raise _not_scrubbed(engine, known.sentence if known else str(error)) from error
    finally:
        connection.close()
    if answer is None or answer[0]:
        raise _not_scrubbed(engine, "Another process is reading it.")


def _not_scrubbed(engine: Engine, why: str) -> DatabaseNotScrubbed:
    return DatabaseNotScrubbed(
        f"What was deleted is gone from the tables of {name_of(engine)}, but traces of it may be "
        f"left in the file: it could not be written anew. {why}",
        "Run the same command again when nothing else uses the database; that takes as much free "
        "room as the file has.",
    )
