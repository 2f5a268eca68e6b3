"""Tables of the status lists."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

LIST_SIZE: Final = 131_072
"""Entries a list, the least that hides one credential among many (section 6.1)."""
REASON_CHARACTERS: Final = 500
CREDENTIAL_ID_CHARACTERS: Final = 2048
REVOCATION: Final = "revocation"
"""A status that is for ever."""
SUSPENSION: Final = "suspension"
"""A status that can be lifted again."""


class StatusList(SQLModel, table=True):
    """One list: its signed form, as it is served."""

    __tablename__ = "status_list"

    id: int | None = Field(default=None, primary_key=True)
    """The number in its URL: 1, 2, 3, …"""
    issuer: str = Field(default="", max_length=2048)
    """The DID that signs it, and that issued every credential in it."""
    purpose: str = Field(default=REVOCATION, max_length=32)
    size: int = LIST_SIZE
    """Entries."""
    allocated: int = 0
    """Entries that belong to a credential."""
    document: str = Field(default="", sa_type=Text)
    """The signed BitstringStatusListCredential, as text."""
    etag: str = Field(default="", max_length=64)
    """SHA-256 of that text, in hexadecimal."""
    stale: bool = False
    """A bit has changed since it was signed."""
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)


class StatusEntry(SQLModel, table=True):
    """One credential's place in a list of one purpose. A place is never given twice."""

    __tablename__ = "status_entry"
    __table_args__ = (UniqueConstraint("credential_id", "purpose"),)

    list_id: int = Field(primary_key=True, foreign_key="status_list.id")
    position: int = Field(primary_key=True)
    """Index in the bit string, random among the free ones."""
    credential_id: str = Field(max_length=CREDENTIAL_ID_CHARACTERS)
    """``urn:uuid:…`` of what was minted; whatever id the client gave of what the API issued."""
    purpose: str = Field(default=REVOCATION, max_length=32)
    """The purpose of its list."""
    set_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the bit is set; None while it is clear."""
    reason: str | None = Field(default=None, max_length=REASON_CHARACTERS)
    """Why it is set; kept by the school, not published."""


class StatusChange(SQLModel, table=True):
    """One turn of one bit, never changed or removed."""

    __tablename__ = "status_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_id", "position"], ["status_entry.list_id", "status_entry.position"]
        ),
        Index(None, "list_id", "position"),
    )

    id: int | None = Field(default=None, primary_key=True)
    list_id: int
    position: int
    value: bool
    """What the bit was set to."""
    reason: str = Field(max_length=REASON_CHARACTERS)
    at: datetime = Field(sa_type=UtcDateTime)
