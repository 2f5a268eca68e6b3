"""Tables of awards. Rows of definitions, sets and decisions are only added."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

import issuer.competency.models
import issuer.learners.models  # noqa: F401 - both declare tables that are referred to here
from issuer.db import UtcDateTime

KEY_LENGTH = 50
WHO_LENGTH = 255


class AwardState(StrEnum):
    """How far an award is."""

    HELD = "held"
    """Its requirements are met as far as the database knows; a condition, or a credential of
    another issuer, was not checked yet, could not be, or does not hold: ``reason`` says which."""
    WAITING = "waiting"
    """It waits for a person's approval."""
    AWARDED = "awarded"
    """It is made, and may be minted."""
    DECLINED = "declined"
    """A person declined it."""
    LAPSED = "lapsed"
    """What it rested on no longer stands, or another took its place."""


class AwardDefinition(SQLModel, table=True):
    """An achievement as first used; its key and version never mean anything else."""

    __tablename__ = "award_definition"

    key: str = Field(primary_key=True, max_length=KEY_LENGTH)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class AwardSetVersion(SQLModel, table=True):
    """Which achievements a school awards; the newest row holds."""

    __tablename__ = "award_set"

    id: int | None = Field(default=None, primary_key=True)
    document: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class Award(SQLModel, table=True):
    """An achievement that a learner has earned, or is to. Only its state changes, and what it
    rests on until it is made.

    ``id`` is the UUID 5 of key, version, learner and what it first rested on. ``judgment_id`` is
    the judgment that an achievement covers, which is then what is minted; None where the award
    itself is. ``basis`` names what it rests on: ``judgment``, ``award``, ``received`` and an id.
    """

    __table_args__ = (
        Index(None, "learner_id", "key"),
        Index(None, "state"),
        Index(
            "uq_award_judgment_id",
            "judgment_id",
            unique=True,
            sqlite_where=text("judgment_id IS NOT NULL"),
            postgresql_where=text("judgment_id IS NOT NULL"),
        ),
        Index(
            "uq_award_learner_id_key_live",
            "learner_id",
            "key",
            unique=True,
            sqlite_where=text("judgment_id IS NULL AND state <> 'lapsed'"),
            postgresql_where=text("judgment_id IS NULL AND state <> 'lapsed'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    learner_id: UUID = Field(foreign_key="person.id")
    key: str = Field(max_length=KEY_LENGTH)
    version: int
    judgment_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, ForeignKey("judgment.id"), nullable=True)
    )
    basis: list[list[str]] = Field(sa_type=JSON)
    state: str = Field(max_length=10)
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    formed_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    superseded_by: UUID | None = Field(
        default=None, sa_column=Column(Uuid, ForeignKey("award.id"), nullable=True)
    )


class AwardDecision(SQLModel, table=True):
    """What a person decided about an award, and why. Rows are only ever added."""

    __tablename__ = "award_decision"

    id: UUID = Field(primary_key=True)
    award_id: UUID = Field(foreign_key="award.id", index=True)
    verdict: str = Field(max_length=10)
    """``approved`` or ``declined``."""
    decided_by: str = Field(max_length=WHO_LENGTH)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    decided_at: datetime = Field(sa_type=UtcDateTime)


class ReceivedCredential(SQLModel, table=True):
    """A learner's credential of another issuer, which our verifier accepted.

    ``levels`` are the names of its ladder, lowest first. ``refused`` says why it was not accepted
    when it was last looked at, at ``checked_at``; empty where it was.
    """

    __tablename__ = "received_credential"
    __table_args__ = (UniqueConstraint("sha256"),)

    id: UUID = Field(primary_key=True)
    learner_id: UUID = Field(foreign_key="person.id", index=True)
    sha256: str = Field(max_length=64)
    credential_id: str = Field(sa_column=Column(Text, nullable=False))
    issuer: str = Field(sa_column=Column(Text, nullable=False))
    issuer_name: str = Field(sa_column=Column(Text, nullable=False))
    achievement_id: str = Field(sa_column=Column(Text, nullable=False))
    achievement_type: str = Field(sa_column=Column(Text, nullable=False))
    achievement: str = Field(sa_column=Column(Text, nullable=False))
    targets: list[list[str]] = Field(sa_type=JSON)
    levels: list[str] = Field(sa_type=JSON)
    position: int | None = None
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    holder: str = Field(sa_column=Column(Text, nullable=False))
    """Whom it names, and how far that is the learner."""
    document: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    refused: str = Field(default="", sa_column=Column(Text, nullable=False))
