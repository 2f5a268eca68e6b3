"""One transaction: all of it or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from issuer.db.engine import READ_ONLY
from issuer.db.errors import translated


@contextmanager
def session_scope(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """A session that commits when the block ends and rolls back when it raises.

    Args:
        engine: from issuer.db.engine().
        read_only: the block only reads; on SQLite it then runs beside a writer. Nothing is
            committed.

    Raises:
        DatabaseError: the database itself failed (locked, full, damaged, not there).
    """
    bind = engine.execution_options(**{READ_ONLY: True}) if read_only else engine
    try:
        with Session(bind, expire_on_commit=False) as session:
            yield session
            if not read_only:
                session.commit()
    except (DBAPIError, sqlite3.Error) as error:
        known = translated(error, engine)
        if known is None:
            raise
        raise known from error
