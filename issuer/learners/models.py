"""People, the school they belong to and their results, as OneRoster 1.2 names them.

Every imported row keeps the sourcedId of the system it came from and a digest of what was read, so
that a second import can tell changed from unchanged without comparing column by column. Rows whose
``status`` is ``tobedeleted``, or ``gone`` because a full export has them no more, are kept: a
judgment made from them must stay explainable. Passwords and user profiles have no column here, and
are never read; demographics are, where the school asks for them by name.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, String, text
from sqlmodel import Field, SQLModel

from issuer.db import ExactDecimal, UtcDateTime

SOURCED_ID_LENGTH = 255
"""OneRoster 1.2, GUID: at most 255 characters."""
TEXT_LENGTH = 2_000
"""Longest name, title or description that is kept, in characters."""
DEMOGRAPHIC_LENGTH = 255
"""Longest name and value of a demographic, in characters."""
MAX_REASON = 500
"""Characters of the reason for a deletion."""
DIGEST_LENGTH = 16
"""Bytes of the digest that tells a changed row from an unchanged one."""


ACTIVE = "active"
TOBEDELETED = "tobedeleted"
"""OneRoster 1.2, Base: the source says that the row is to be deleted."""
GONE = "gone"
"""Ours: a full (bulk) file does not have the row any more."""


class Sourced(SQLModel):
    """What every OneRoster row has."""

    sourced_id: str = Field(primary_key=True, max_length=SOURCED_ID_LENGTH)
    status: str = Field(default="active", max_length=20)
    last_modified: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: bytes = Field(sa_type=LargeBinary)


class Org(Sourced, table=True):
    """A school, district or department (orgs.csv)."""

    name: str = Field(max_length=TEXT_LENGTH)
    type: str = Field(max_length=50)
    identifier: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    parent_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class AcademicSession(Sourced, table=True):
    """A term or school year (academicSessions.csv)."""

    __tablename__ = "academic_session"

    title: str = Field(max_length=TEXT_LENGTH)
    type: str = Field(max_length=50)
    start_date: date | None = None
    end_date: date | None = None
    school_year: str = Field(default="", max_length=10)
    parent_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class Course(Sourced, table=True):
    """A course of study (courses.csv)."""

    title: str = Field(max_length=TEXT_LENGTH)
    course_code: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    org_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class SchoolClass(Sourced, table=True):
    """A course held for a group of people (classes.csv)."""

    __tablename__ = "school_class"

    title: str = Field(max_length=TEXT_LENGTH)
    class_code: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    class_type: str = Field(default="", max_length=50)
    course_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    school_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class Person(SQLModel, table=True):
    """A person of the school: learner, teacher, guardian or administrator (users.csv).

    ``id`` is random: it stands in credentials, and must not be computable from a student number.
    """

    __table_args__ = (
        Index(
            "ix_person_identifier",
            "identifier",
            sqlite_where=text("identifier <> ''"),
            postgresql_where=text("identifier <> ''"),
        ),
    )

    id: UUID = Field(primary_key=True)
    sourced_id: str = Field(max_length=SOURCED_ID_LENGTH, unique=True)
    status: str = Field(default="active", max_length=20)
    last_modified: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: bytes = Field(sa_type=LargeBinary)
    given_name: str = Field(default="", max_length=TEXT_LENGTH)
    middle_name: str = Field(default="", max_length=TEXT_LENGTH)
    family_name: str = Field(default="", max_length=TEXT_LENGTH)
    preferred_given_name: str = Field(default="", max_length=TEXT_LENGTH)
    preferred_middle_name: str = Field(default="", max_length=TEXT_LENGTH)
    preferred_family_name: str = Field(default="", max_length=TEXT_LENGTH)
    username: str = Field(default="", max_length=TEXT_LENGTH)
    identifier: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    email: str = Field(default="", max_length=TEXT_LENGTH)
    grades: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    primary_org_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class PersonRole(Sourced, table=True):
    """What a person is at an organisation (roles.csv): student, teacher, …"""

    __tablename__ = "person_role"

    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str = Field(max_length=50, index=True)
    role_type: str = Field(default="", max_length=50)
    org_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    begin_date: date | None = None
    end_date: date | None = None


class Enrollment(Sourced, table=True):
    """A person in a class (enrollments.csv)."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    class_sourced_id: str = Field(foreign_key="school_class.sourced_id", index=True)
    school_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    role: str = Field(max_length=50)
    begin_date: date | None = None
    end_date: date | None = None


class Category(Sourced, table=True):
    """A kind of line item (categories.csv)."""

    title: str = Field(max_length=TEXT_LENGTH)


class ScoreScale(Sourced, table=True):
    """How a text score maps to another (scoreScales.csv); ``value`` as written."""

    __tablename__ = "score_scale"

    title: str = Field(max_length=TEXT_LENGTH)
    type: str = Field(default="", max_length=50)
    value: str = Field(default="", max_length=TEXT_LENGTH)
    class_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)


class LineItem(Sourced, table=True):
    """Something that is scored (lineItems.csv); a score lies in [result_value_min, …_max]."""

    __tablename__ = "line_item"

    title: str = Field(max_length=TEXT_LENGTH)
    description: str = Field(default="", max_length=TEXT_LENGTH)
    category_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    class_sourced_id: str = Field(default="", max_length=SOURCED_ID_LENGTH)
    assign_date: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_date: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result_value_min: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    result_value_max: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))


class Result(Sourced, table=True):
    """One person's score on a line item (results.csv)."""

    line_item_sourced_id: str = Field(foreign_key="line_item.sourced_id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    score_status: str = Field(max_length=50)
    score: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    text_score: str = Field(default="", max_length=TEXT_LENGTH)
    score_date: datetime | None = Field(default=None, sa_type=UtcDateTime)
    comment: str = Field(default="", max_length=TEXT_LENGTH)


class ResultObjective(Sourced, table=True):
    """What a result says about one learning objective (resultLearningObjectiveIds.csv).

    ``learning_objective_id`` is the GUID of a CASE item where ``source`` is ``case``.
    """

    __tablename__ = "result_objective"

    result_sourced_id: str = Field(foreign_key="result.sourced_id", index=True)
    source: str = Field(max_length=20)
    learning_objective_id: str = Field(sa_column=Column(String(SOURCED_ID_LENGTH), nullable=False))
    score: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    text_score: str = Field(default="", max_length=TEXT_LENGTH)


class Demographic(SQLModel, table=True):
    """One thing that demographics.csv says of a person, in a column that the school named.

    A row a column: what the school did not ask for has no place where it could lie.
    """

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    name: str = Field(primary_key=True, max_length=DEMOGRAPHIC_LENGTH)
    value: str = Field(max_length=DEMOGRAPHIC_LENGTH)


class DepartedPerson(SQLModel, table=True):
    """Somebody who was deleted, so that an import that still has him does not bring him back.

    Nothing here says who: ``mark`` is a keyed hash of the sourcedId (issuer.learners.departed).
    """

    __tablename__ = "departed_person"

    mark: str = Field(primary_key=True, max_length=64)
    """HMAC-SHA256, in hexadecimal."""
    key_check: str = Field(max_length=16)
    """Tells the key that made it from others, without giving it away."""
    departed_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=MAX_REASON)
    """Why, in the school's words; it may not name the person."""
