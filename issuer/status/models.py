"""Tables of the status lists."""

from datetime import datetime
from typing import Final

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

LIST_SIZE: Final = 131_072
"""Entries a list, the least that hides one credential among many (section 6.1)."""
REASON_CHARACTERS: Final = 500


class StatusList(SQLModel, table=True):
    """One list: its signed form, as it is served."""

    __tablename__ = "status_list"

    id: int | None = Field(default=None, primary_key=True)
    """The number in its URL: 1, 2, 3, …"""
    purpose: str = Field(default="revocation", max_length=32)
    size: int = LIST_SIZE
    """Entries."""
    allocated: int = 0
    """Entries that belong to a credential."""
    document: str = Field(default="", sa_type=Text)
    """The signed BitstringStatusListCredential, as text."""
    etag: str = Field(default="", max_length=64)
    """SHA-256 of that text, in hexadecimal."""
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)


class StatusEntry(SQLModel, table=True):
    """One credential's place in a list. A place is never given twice."""

    __tablename__ = "status_entry"

    list_id: int = Field(primary_key=True, foreign_key="status_list.id")
    position: int = Field(primary_key=True)
    """Index in the bit string, random among the free ones."""
    credential_id: str = Field(unique=True, max_length=45)
    """``urn:uuid:…``"""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, max_length=REASON_CHARACTERS)
