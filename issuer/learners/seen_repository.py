"""Which rows a file has, kept in a temporary table: memory does not grow with the file.

A dictionary of a million sourcedIds would take hundreds of MiB. Never commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    String,
    Table,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Session, col

from issuer.db.among import among
from issuer.learners.models import ACTIVE, GONE, SOURCED_ID_LENGTH, Person, PersonRole, Sourced

# In a MetaData of its own: it is no part of the schema that migrations know.
_SEEN: Final = Table(
    "seen_row",
    MetaData(),
    Column("sourced_id", String(SOURCED_ID_LENGTH), primary_key=True),
    Column("line", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
NO_DIGEST: Final = b""
"""Digest of a row that is gone: whatever it says when it comes back, it has changed."""


def open_table(session: Session) -> None:
    """Make the table; it goes with the transaction if that is rolled back."""
    _SEEN.create(session.connection())


def close_table(session: Session) -> None:
    """Remove the table, which would otherwise last as long as the connection."""
    _SEEN.drop(session.connection())


def clear(session: Session) -> None:
    """Begin with another file."""
    session.execute(_SEEN.delete())


def lines(session: Session, sourced_ids: Iterable[str]) -> dict[str, int]:
    """For those of the sourcedIds that the file had before: on which line."""
    query = select(_SEEN.c.sourced_id, _SEEN.c.line)
    return {
        row[0]: row[1]
        for row in session.execute(query.where(among(session, _SEEN.c.sourced_id, sourced_ids)))
    }


def add(session: Session, found: Mapping[str, int]) -> None:
    """Note the lines of sourcedIds that the file did not have before."""
    rows = [{"sourced_id": key, "line": line} for key, line in found.items()]
    if rows:
        session.execute(insert(_SEEN), rows)


def is_seen(table: type[Sourced] | type[Person]) -> ColumnElement[bool]:
    """That the file has a row of a table."""
    return exists().where(_SEEN.c.sourced_id == col(table.sourced_id))


def mark_gone(
    session: Session, table: type[Sourced] | type[Person], shown: int
) -> tuple[int, list[str]]:
    """Mark the active rows of a table that the file does not have.

    Returns:
        how many, and the first ``shown`` of their sourcedIds in order.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE seen_row"))  # nothing does it of itself for such a table
    return _mark(session, table, ~is_seen(table), shown)


def mark_roles_gone(
    session: Session, person_ids: Sequence[UUID], named: Iterable[str], shown: int
) -> tuple[int, list[str]]:
    """Mark the active roles of some people but for those that are named, by their sourcedIds.

    Returns:
        as mark_gone.
    """
    mine = among(session, col(PersonRole.person_id), person_ids)
    return _mark(
        session, PersonRole, mine & ~among(session, col(PersonRole.sourced_id), named), shown
    )


def _mark(
    session: Session,
    table: type[Sourced] | type[Person],
    unseen: ColumnElement[bool],
    shown: int,
) -> tuple[int, list[str]]:
    gone = (col(table.status) == ACTIVE) & unseen
    count = session.scalar(select(func.count()).select_from(table).where(gone)) or 0
    if not count:
        return 0, []
    ids = select(col(table.sourced_id)).where(gone).order_by(col(table.sourced_id)).limit(shown)
    first = list(session.scalars(ids))
    session.execute(
        update(table).where(gone).values(status=GONE, digest=NO_DIGEST),
        execution_options={"synchronize_session": False},
    )
    return count, first
