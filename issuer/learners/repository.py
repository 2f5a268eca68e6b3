"""Every query about people, classes, line items and results. Never commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, literal_column, select, update
from sqlmodel import Session, SQLModel, col

from issuer.db.among import among
from issuer.db.chunks import chunks
from issuer.learners.models import (
    TOBEDELETED,
    Category,
    LineItem,
    Person,
    PersonRole,
    Result,
    ResultObjective,
    Sourced,
)

Row = dict[str, Any]
STUDENT = "student"


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """What a result says about one CASE learning objective, with all that evidence needs.

    ``score`` is the objective's own, or else the result's; the range is the line item's.
    """

    sourced_id: str
    active: bool
    learner_id: UUID
    learning_objective_id: str
    score: Decimal | None
    score_status: str
    score_min: Decimal | None
    score_max: Decimal | None
    scored_at: datetime | None
    title: str
    category: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """What an import needs to know of a row that is there already; ``id`` is a person's."""

    digest: bytes
    status: str
    last_modified: datetime | None
    id: UUID | None = None


class PersonNames(NamedTuple):
    """What people are called, and known by."""

    id: UUID
    sourced_id: str
    given_name: str
    family_name: str
    preferred_given_name: str
    preferred_family_name: str
    username: str
    identifier: str
    email: str


def kept_rows(
    session: Session, table: type[Sourced] | type[Person], sourced_ids: Iterable[str]
) -> dict[str, KeptRow]:
    """For each of these rows that is kept: what it is."""
    columns = [getattr(table, name) for name in ("sourced_id", "digest", "status", "last_modified")]
    if table is Person:
        columns.append(Person.id)
    query = select(*columns).where(among(session, col(table.sourced_id), sourced_ids))
    return {row[0]: KeptRow(*row[1:]) for row in session.execute(query)}


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert many rows of one table."""
    if rows:
        session.execute(insert(table).execution_options(render_nulls=True), rows)


def update_rows(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Update many rows of one table by their primary key."""
    if rows:
        session.execute(update(table), rows)


def person_ids(session: Session, sourced_ids: Iterable[str]) -> dict[str, UUID]:
    """For each sourcedId of a known person: the person's id."""
    query = select(col(Person.sourced_id), col(Person.id))
    rows = session.execute(query.where(among(session, col(Person.sourced_id), sourced_ids)))
    return {row[0]: row[1] for row in rows}


def named_people(session: Session, sourced_ids: Iterable[str]) -> list[PersonNames]:
    """The names of those people that have one of these sourcedIds."""
    query = select(*(col(getattr(Person, name)) for name in PersonNames._fields))
    rows = session.execute(query.where(among(session, col(Person.sourced_id), sourced_ids)))
    return list(map(PersonNames._make, rows))


def person_ids_by_identifier(session: Session, identifiers: Iterable[str]) -> dict[str, list[UUID]]:
    """For each identifier (the number by which the school knows a person): who has it."""
    found: dict[str, list[UUID]] = {}
    identifier = col(Person.identifier)
    query = select(identifier, col(Person.id)).where(
        among(session, identifier, identifiers),
        identifier != literal_column("''"),  # as the partial index says it
    )
    for name, key in session.execute(query):
        found.setdefault(name, []).append(key)
    return found


def known_ids(session: Session, table: type[Sourced], sourced_ids: Iterable[str]) -> set[str]:
    """Those of the sourcedIds that the table has."""
    query = select(col(table.sourced_id))
    return set(session.scalars(query.where(among(session, col(table.sourced_id), sourced_ids))))


def line_item_ranges(
    session: Session, sourced_ids: Iterable[str]
) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """For each line item: the least and the most its results may be."""
    found: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    columns = (
        col(LineItem.sourced_id),
        col(LineItem.result_value_min),
        col(LineItem.result_value_max),
    )
    known = among(session, col(LineItem.sourced_id), sourced_ids)
    rows = session.execute(select(*columns).where(known))
    found.update({row[0]: (row[1], row[2]) for row in rows})
    return found


def line_items_of_results(session: Session, sourced_ids: Iterable[str]) -> dict[str, str]:
    """For each result: its line item."""
    found: dict[str, str] = {}
    columns = (col(Result.sourced_id), col(Result.line_item_sourced_id))
    known = among(session, col(Result.sourced_id), sourced_ids)
    rows = session.execute(select(*columns).where(known))
    found.update({row[0]: row[1] for row in rows})
    return found


def objective_results(session: Session, source: str) -> Iterator[ObjectiveResult]:
    """Every result on a learning objective of one source (``case``), streamed, in a fixed order."""
    own, whole = col(ResultObjective.score), col(Result.score)
    query = (
        select(
            col(ResultObjective.sourced_id),
            col(ResultObjective.status),
            col(Result.status),
            col(Result.person_id),
            col(ResultObjective.learning_objective_id),
            own,
            whole,
            col(Result.score_status),
            col(LineItem.result_value_min),
            col(LineItem.result_value_max),
            col(Result.score_date),
            col(LineItem.title),
            col(Category.title),
        )
        .join(Result, col(Result.sourced_id) == col(ResultObjective.result_sourced_id))
        .join(LineItem, col(LineItem.sourced_id) == col(Result.line_item_sourced_id))
        .outerjoin(Category, col(Category.sourced_id) == col(LineItem.category_sourced_id))
        .where(col(ResultObjective.source) == source)
        .order_by(col(ResultObjective.sourced_id))
    )
    for row in session.execute(query.execution_options(yield_per=1_000)):
        yield ObjectiveResult(
            sourced_id=row[0],
            # A result that a later full export leaves out was still given: last year's, above all.
            active=TOBEDELETED not in (row[1], row[2]),
            learner_id=row[3],
            learning_objective_id=row[4],
            score=row[6] if row[5] is None else row[5],
            score_status=row[7],
            score_min=row[8],
            score_max=row[9],
            scored_at=row[10],
            title=row[11],
            category=row[12] or "",
        )


def with_role(session: Session, role: str) -> Sequence[Person]:
    """People with a role, by name."""
    with_role = select(col(PersonRole.person_id)).where(col(PersonRole.role) == role)
    query = (
        select(Person)
        .where(col(Person.id).in_(with_role))
        .order_by(col(Person.family_name), col(Person.given_name), col(Person.sourced_id))
    )
    return session.scalars(query).all()


def people(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """People by id."""
    found: dict[UUID, Person] = {}
    for part in chunks(ids):
        rows = session.scalars(select(Person).where(col(Person.id).in_(part)))
        found.update({person.id: person for person in rows})
    return found


def people_with_sourced_id(session: Session, text: str) -> Sequence[Person]:
    """The person with this sourcedId, or else those with this identifier, username or email."""
    exact = session.scalars(select(Person).where(col(Person.sourced_id) == text)).all()
    if exact:
        return exact
    others = (col(Person.identifier), col(Person.username), col(Person.email))
    query = select(Person).where(
        others[0].in_([text]) | others[1].in_([text]) | others[2].in_([text])
    )
    return session.scalars(query).all()
