"""Every query of crosswalks: associations by their ends, items by their names. Never commits."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from issuer.competency.models import Association, Competency, Framework
from issuer.db.chunks import chunks

_AT_ONCE = 200
"""Names in one statement, of which each stands in it four times at the most."""

MAX_EDGES = 10_000
"""Associations that one statement reads."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of an association; ``uri`` is '' where the link has none."""

    identifier: str
    uri: str
    title: str


@dataclass(frozen=True, slots=True)
class Edge:
    """An association between two items."""

    key: tuple[UUID, UUID]
    type: str
    origin: End
    destination: End


@dataclass(frozen=True, slots=True)
class Known:
    """An item whose framework is here."""

    identifier: str
    uri: str
    title: str
    code: str
    framework_id: UUID
    framework_title: str


def edges(
    session: Session, identifiers: Iterable[str], uris: Iterable[str], types: Collection[str]
) -> tuple[list[Edge], bool]:
    """The associations of these types with an end of such an identifier or URI.

    Returns:
        them, and whether these are all: no statement reads more than MAX_EDGES.
    """
    read: list[dict[tuple[UUID, UUID], Edge]] = []
    for part in chunks(identifiers, _AT_ONCE):
        ends = (col(Association.origin_id), col(Association.destination_id))
        read.append(_edges(session, [end.in_(part) for end in ends], types))
    for part in chunks(uris, _AT_ONCE):
        ends_by_uri = (col(Association.origin_uri), col(Association.destination_uri))
        read.append(_edges(session, [end.in_(part) for end in ends_by_uri], types))
    complete = all(len(part) < MAX_EDGES for part in read)
    found = {key: edge for part in read for key, edge in part.items()}
    return list(found.values()), complete


def _edges(
    session: Session, conditions: list[ColumnElement[bool]], types: Collection[str]
) -> dict[tuple[UUID, UUID], Edge]:
    query = (
        select(
            col(Association.framework_id),
            col(Association.id),
            col(Association.type),
            col(Association.origin_id),
            col(Association.origin),
            col(Association.destination_id),
            col(Association.destination),
        )
        .where(or_(*conditions), col(Association.type).in_(sorted(types)))
        .order_by(col(Association.framework_id), col(Association.position))
        .limit(MAX_EDGES)
    )
    return {
        (row[0], row[1]): Edge((row[0], row[1]), row[2], _end(row[3], row[4]), _end(row[5], row[6]))
        for row in session.execute(query)
    }


def _end(identifier: str, link: dict[str, Any]) -> End:
    uri, title = link.get("uri"), link.get("title")
    return End(
        identifier,
        uri if isinstance(uri, str) else "",
        title if isinstance(title, str) else "",
    )


def known(session: Session, identifiers: Iterable[str], uris: Iterable[str]) -> list[Known]:
    """The items with these identifiers or URIs, removed ones too."""
    found: dict[str, Known] = {}
    guids = [guid for guid in map(_guid, identifiers) if guid is not None]
    for part in chunks(guids, _AT_ONCE):
        found |= _known(session, col(Competency.id).in_(part))
    for names in chunks(uris, _AT_ONCE):
        found |= _known(session, col(Competency.uri).in_(names))
    return list(found.values())


def named(session: Session, name: str) -> list[Known]:
    """The items that their frameworks have now with this identifier, else code, else URI."""
    guid = _guid(name)
    columns = [] if guid is None else [col(Competency.id) == guid]
    for condition in (*columns, col(Competency.code) == name, col(Competency.uri) == name):
        present = condition if guid else condition & col(Competency.removed_at).is_(None)
        found = _known(session, present)
        if found:
            return list(found.values())
    return []


def _known(session: Session, condition: ColumnElement[bool]) -> dict[str, Known]:
    query = (
        select(
            col(Competency.id),
            col(Competency.uri),
            col(Competency.statement),
            col(Competency.short_statement),
            col(Competency.code),
            col(Framework.id),
            col(Framework.title),
        )
        .join(Framework, col(Framework.id) == col(Competency.framework_id))
        .where(condition)
        .order_by(col(Framework.title), col(Competency.id))
    )
    return {
        str(row[0]): Known(str(row[0]), row[1], row[3] or row[2], row[4], row[5], row[6])
        for row in session.execute(query)
    }


def _guid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
