"""The table of the audit log. Rows are only ever added; the database refuses everything else."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

WHO_CHARACTERS: Final = 64
WORD_CHARACTERS: Final = 100
"""Longest action, kind or id of a row."""


class AuditEvent(SQLModel, table=True):
    """One change: who did what to which thing.

    ``who`` is ``cli``, ``api:`` and the id of a token, or ``vc-api:`` and the beginning of a
    token's hash. ``hash`` is SHA-256 of ``previous`` and the row's canonical JSON (see chain).
    """

    __tablename__ = "audit_event"

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    """1, 2, 3, … without a gap."""
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=WHO_CHARACTERS, index=True)
    action: str = Field(max_length=WORD_CHARACTERS)
    """Such as ``credential.revoke``."""
    kind: str = Field(max_length=WORD_CHARACTERS)
    """Of what ``subject`` is the id; '' if it was no single thing."""
    subject: str = Field(max_length=WORD_CHARACTERS, index=True)
    """A UUID, or the digest of an id that is none; '' if it was no single thing."""
    details: dict[str, Any] = Field(sa_type=JSON)
    """Counts, ids and stable words; no text that a person wrote."""
    previous: bytes = Field(sa_type=LargeBinary(32))
    hash: bytes = Field(sa_type=LargeBinary(32))
