"""The queries of signing: what of a chunk is stored, and adding what is missing. Never commits."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from issuer.minting.models import Achievement, Credential


def stored_positions(session: Session, batch_id: UUID, first: int, last: int) -> set[int]:
    """The positions from first to last, both included, whose credentials are stored."""
    query = select(Credential.position).where(
        Credential.batch_id == batch_id,
        col(Credential.position) >= first,
        col(Credential.position) <= last,
    )
    return set(session.exec(query))


def add_credentials(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store those of the signed credentials that are not stored yet."""
    _add_missing(session, Credential, rows)


def add_achievements(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store those of the achievements that are not stored yet.

    In the order of their ids, so that two processes with the same ones do not wait for each other.
    """
    _add_missing(session, Achievement, sorted(rows, key=lambda row: str(row["id"])))


def _add_missing(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows; one that is there already stays as it is, and another process's counts."""
    if rows:
        session.connection().execute(_insert(session, table), list(rows))


def _insert(session: Session, table: type[SQLModel]) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(_table(table)).on_conflict_do_nothing()
    return sqlite.insert(_table(table)).on_conflict_do_nothing()


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
