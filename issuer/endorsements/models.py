"""The table of endorsements. Rows are only added."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

ID_BYTES: Final = 2048
"""Longest id of an endorsement, an endorser or what is endorsed; what an index takes."""


class Direction(StrEnum):
    """Who signed it."""

    GIVEN = "given"
    """The school, of its own or of another's."""
    RECEIVED = "received"
    """Another party, of something of this school's."""


class Kind(StrEnum):
    """What is endorsed."""

    CREDENTIAL = "credential"
    ACHIEVEMENT = "achievement"
    ISSUER = "issuer"


class Endorsement(SQLModel, table=True):
    """An EndorsementCredential (OB 3.0), as it was signed or as it came."""

    __tablename__ = "endorsement"
    __table_args__ = (
        UniqueConstraint("direction", "sha256"),
        Index(None, "direction", "target_id"),
        Index(None, "credential_id"),
    )

    id: UUID = Field(primary_key=True)
    direction: str = Field(max_length=8)
    credential_id: str = Field(max_length=ID_BYTES)
    """Its own id; others choose theirs, so it need not be the only one with it."""
    endorser: str = Field(max_length=ID_BYTES)
    """The DID that signed it."""
    kind: str = Field(max_length=16)
    target_id: str = Field(max_length=ID_BYTES)
    comment: str = Field(sa_type=Text)
    official: str = Field(default="", sa_type=Text)
    """For whom the endorser signed it, such as a teacher; empty for nobody."""
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    document: bytes = Field(sa_type=LargeBinary)
    """Its bytes: JSON, or the text of a token."""
    sha256: str = Field(max_length=64)
    """Of those bytes, in hexadecimal."""
    created_at: datetime = Field(sa_type=UtcDateTime)
