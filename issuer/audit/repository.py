"""Every query about the audit log. Never commits."""

from collections.abc import Generator
from typing import Final, NamedTuple

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from issuer.audit.chain import BEGINNING
from issuer.audit.models import AuditEvent
from issuer.db.chunks import CHUNK

_APPENDING: Final = 7_466_003
"""PostgreSQL advisory lock: one transaction appends at a time. SQLite has one writer anyway."""


class Head(NamedTuple):
    """How many rows the log has, and the hash of the last."""

    length: int
    hash: bytes


def lock_appending(session: Session) -> None:
    """Wait until no other transaction appends; until this one ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPENDING}
        )


def head(session: Session) -> Head:
    """Where the log ends."""
    query = select(col(AuditEvent.seq), col(AuditEvent.hash))
    row = session.execute(query.order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    return Head(0, BEGINNING) if row is None else Head(row[0], bytes(row[1]))


def append(session: Session, row: AuditEvent) -> None:
    """Add a row."""
    session.add(row)
    session.flush()


def rows(session: Session) -> Generator[AuditEvent, None, None]:
    """The whole log from its beginning, streamed."""
    query = select(AuditEvent).order_by(col(AuditEvent.seq))
    found = session.scalars(query.execution_options(yield_per=CHUNK))
    try:
        for row in found:
            yield row
            session.expunge(row)
    finally:
        found.close()  # whoever stops before the end leaves no open cursor


def latest(session: Session, limit: int) -> list[AuditEvent]:
    """The last rows, oldest first."""
    query = select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(limit)
    return list(session.scalars(query))[::-1]


def events() -> Select[tuple[AuditEvent]]:
    """All rows, to be filtered and paged."""
    return select(AuditEvent)
