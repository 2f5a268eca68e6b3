"""Whom a token may see, as a condition of every query about people; and people. Never commits."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlmodel import Session, col

from issuer.api.models import Scope
from issuer.api.tokens import Caller
from issuer.learners.models import Enrollment, Person, PersonRole, SchoolClass

ACTIVE = "active"
TEACHER = "teacher"
STUDENT = "student"


def may_see(caller: Caller, person_id: Any, now: datetime) -> ColumnElement[bool]:
    """That a person is one whom the caller may read about.

    A registrar: everybody. A teacher: the students of classes that he teaches by an enrolment that
    is active on this day, and himself, for teachers learn too. A student: himself.
    """
    if caller.scope is Scope.REGISTRAR:
        return true()
    if caller.scope is Scope.TEACHER:
        return or_(person_id == caller.person_id, may_judge(caller, person_id, now))
    himself: ColumnElement[bool] = person_id == caller.person_id
    return himself


def may_judge(caller: Caller, person_id: Any, now: datetime) -> ColumnElement[bool]:
    """That a person is one of whom the caller may add evidence: never himself, for a teacher."""
    if caller.scope is Scope.REGISTRAR:
        return true()
    taught = person_id.in_(_taught_by(caller.person_id, now.date()))
    return and_(taught, person_id != caller.person_id)


def _taught_by(person_id: UUID | None, today: date) -> Select[Any]:
    classes = (
        select(col(Enrollment.class_sourced_id))
        .join(SchoolClass, col(SchoolClass.sourced_id) == col(Enrollment.class_sourced_id))
        .where(
            col(Enrollment.person_id) == person_id,
            col(SchoolClass.status) == ACTIVE,
            *_enrolled(TEACHER, today),
        )
    )
    return select(col(Enrollment.person_id)).where(
        col(Enrollment.class_sourced_id).in_(classes), *_enrolled(STUDENT, today)
    )


def _enrolled(role: str, today: date) -> list[ColumnElement[bool]]:
    begin, end = col(Enrollment.begin_date), col(Enrollment.end_date)
    return [
        col(Enrollment.role) == role,
        col(Enrollment.status) == ACTIVE,
        or_(begin.is_(None), begin <= today),
        or_(end.is_(None), end >= today),
    ]


def people(caller: Caller, now: datetime) -> Select[Any]:
    """Everybody whom the caller may see."""
    return select(Person).where(may_see(caller, col(Person.id), now))


def with_role(query: Select[Any], role: str) -> Select[Any]:
    """Of these people, those who have a role."""
    ids = select(col(PersonRole.person_id)).where(col(PersonRole.role) == role)
    return query.where(col(Person.id).in_(ids))


def of_class(query: Select[Any], class_sourced_id: str) -> Select[Any]:
    """Of these people, those who are enrolled in a class as students."""
    ids = select(col(Enrollment.person_id)).where(
        col(Enrollment.class_sourced_id) == class_sourced_id,
        col(Enrollment.role) == STUDENT,
        col(Enrollment.status) == ACTIVE,
    )
    return query.where(col(Person.id).in_(ids))


def person(session: Session, caller: Caller, person_id: UUID, now: datetime) -> Person | None:
    """One person; None if there is none whom the caller may see."""
    return session.scalars(people(caller, now).where(col(Person.id) == person_id)).first()


def judged_person(
    session: Session, caller: Caller, sourced_id: str, now: datetime
) -> Person | None:
    """The person with this sourcedId; None if the caller may add no evidence of such a one."""
    query = select(Person).where(
        col(Person.sourced_id) == sourced_id, may_judge(caller, col(Person.id), now)
    )
    return session.scalars(query).first()


def sourced_ids(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """People's sourcedIds."""
    query = select(col(Person.id), col(Person.sourced_id))
    rows = session.execute(query.where(col(Person.id).in_(set(person_ids))))
    return {row[0]: row[1] for row in rows}


def may_decide(session: Session, caller: Caller, person_id: UUID, now: datetime) -> bool:
    """Whether the caller may decide about judgments of a person: as for adding evidence."""
    query = select(col(Person.id)).where(
        col(Person.id) == person_id, may_judge(caller, col(Person.id), now)
    )
    return session.scalar(query) is not None


def name_of(session: Session, caller: Caller) -> str:
    """How a caller is named in what he decides: his sourcedId; of a registrar's token its id."""
    if caller.person_id is None:
        return caller.who
    return sourced_ids(session, [caller.person_id])[caller.person_id]
