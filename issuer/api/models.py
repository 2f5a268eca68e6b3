"""The table of the API's tokens. Of a token only its hash is kept."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

import issuer.learners.models  # noqa: F401 - declares tables that are referred to here
from issuer.db import UtcDateTime

NOTE_CHARACTERS: Final = 200


class Scope(StrEnum):
    """What a token opens."""

    REGISTRAR = "registrar"
    """Everything."""
    TEACHER = "teacher"
    """Learners and judgments of the classes that he teaches; he adds evidence."""
    STUDENT = "student"
    """His own record."""
    READER = "reader"
    """Frameworks and achievements: nothing about a person."""


OF_A_PERSON: Final = frozenset({Scope.TEACHER, Scope.STUDENT})
"""Scopes that only mean something for somebody."""


class ApiToken(SQLModel, table=True):
    """A bearer token. It goes with the person, where it is a person's."""

    __tablename__ = "api_token"
    __table_args__ = (
        Index(
            "ix_api_token_person_id",
            "person_id",
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    """Stands in the token and in the audit log."""
    sha256: bytes = Field(sa_type=LargeBinary(32))
    """Of the token; it holds 256 random bits, so no salt is needed."""
    scope: str = Field(max_length=20)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")
    note: str = Field(default="", max_length=NOTE_CHARACTERS)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
