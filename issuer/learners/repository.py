"""Every query about people, classes, line items and results. Never commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, SQLModel, col

from issuer.db.among import among
from issuer.db.chunks import chunks
from issuer.learners.models import (
    Category,
    DepartedPerson,
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


def kept_digests(
    session: Session, table: type[Sourced] | type[Person], sourced_ids: Sequence[str]
) -> dict[str, bytes]:
    """For each of these rows that is kept: its digest."""
    query = select(col(table.sourced_id), col(table.digest)).where(
        col(table.sourced_id).in_(sourced_ids)
    )
    return {row[0]: row[1] for row in session.execute(query)}


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
    found: dict[str, UUID] = {}
    for part in chunks(sourced_ids):
        query = select(col(Person.sourced_id), col(Person.id))
        rows = session.execute(query.where(col(Person.sourced_id).in_(part)))
        found.update({row[0]: row[1] for row in rows})
    return found


def known_ids(session: Session, table: type[Sourced], sourced_ids: Iterable[str]) -> set[str]:
    """Those of the sourcedIds that the table has."""
    found: set[str] = set()
    for part in chunks(sourced_ids):
        query = select(col(table.sourced_id)).where(col(table.sourced_id).in_(part))
        found.update(session.scalars(query))
    return found


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
    for part in chunks(sourced_ids):
        rows = session.execute(select(*columns).where(col(LineItem.sourced_id).in_(part)))
        found.update({row[0]: (row[1], row[2]) for row in rows})
    return found


def line_items_of_results(session: Session, sourced_ids: Iterable[str]) -> dict[str, str]:
    """For each result: its line item."""
    found: dict[str, str] = {}
    columns = (col(Result.sourced_id), col(Result.line_item_sourced_id))
    for part in chunks(sourced_ids):
        rows = session.execute(select(*columns).where(col(Result.sourced_id).in_(part)))
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
            active=row[1] == row[2] == "active",
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


def students(session: Session) -> Sequence[Person]:
    """People with the role of a student, by name."""
    with_role = select(col(PersonRole.person_id)).where(col(PersonRole.role) == STUDENT)
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


def person_named(session: Session, sourced_id: str, *, lock: bool = False) -> Person | None:
    """The person with exactly this sourcedId; locked, nobody else adds rows that refer to him."""
    query = select(Person).where(col(Person.sourced_id) == sourced_id)
    return session.scalars(query.with_for_update() if lock else query).first()


def departed_key_checks(session: Session) -> set[str]:
    """By which keys people were marked as deleted; empty if nobody was."""
    return set(session.scalars(select(col(DepartedPerson.key_check)).distinct()))


def marks_among(session: Session, marks: Iterable[str]) -> set[str]:
    """Those of some marks that people were deleted under."""
    mark = DepartedPerson.__table__.c.mark  # type: ignore[attr-defined]
    found: set[str] = set()
    for part in chunks(marks):
        found.update(session.scalars(select(mark).where(among(session, mark, part))))
    return found


def add_departed(session: Session, row: DepartedPerson) -> None:
    """Remember that somebody was deleted."""
    session.add(row)
    session.flush()


def drop_departed(session: Session, mark: str) -> int:
    """Forget that somebody was deleted. Returns how many were remembered under this mark."""
    rows = session.scalars(select(DepartedPerson).where(col(DepartedPerson.mark) == mark)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)
