"""Tables of minting. Rows of achievements, items, credentials and tree nodes are only added."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

MAX_BATCH: Final = 1_000_000
"""Credentials one transaction anchors; more judgments make further batches."""
CHUNK: Final = 1_000
"""Positions of a batch that are one unit of work: signed, and later checked, in one go."""
NODES_A_ROW: Final = 1_024
"""Tree nodes kept in one row: 32 KiB, so that a proof reads one row a level."""


class BatchState(StrEnum):
    """How far a batch has come; each word says what is already done."""

    OPENED = "opened"
    """Its judgments are reserved."""
    SIGNED = "signed"
    """Every credential is signed and stored."""
    TREED = "treed"
    """The Merkle tree is stored and the root known."""
    ANCHORED = "anchored"
    """The root stands in a confirmed block."""
    RELEASED = "released"
    """Our own verifier accepted every credential; they may be delivered."""


class Achievement(SQLModel, table=True):
    """What can be earned, as it was when credentials first named it (OB 3.0 Achievement)."""

    __tablename__ = "achievement"

    id: UUID = Field(primary_key=True)
    """UUID 5 derived from the content, so equal content has one achievement."""
    competency_id: UUID = Field(index=True)
    """Of an achievement that is awarded for several at once, the UUID 5 of its key."""
    name: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    """The OB 3.0 Achievement as JSON text."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class Batch(SQLModel, table=True):
    """Credentials that are anchored by one transaction."""

    __tablename__ = "batch"

    id: UUID = Field(primary_key=True)
    state: str = Field(default=BatchState.OPENED, max_length=16)
    size: int
    """Number of credentials."""
    root: str | None = Field(default=None, max_length=64)
    """Merkle root, in hexadecimal."""
    anchor_transaction: str | None = Field(default=None, max_length=66)
    """Hash of the anchoring transaction, ``0x`` first."""
    chain_id: int = Field(sa_type=BigInteger)
    anchor_method: str = Field(max_length=2048)
    """Of the account that anchors it."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    """The batch's one ``now``: validFrom of its credentials, created of their proofs."""
    anchored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The block's time."""
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    audit_length: int | None = Field(default=None, sa_type=BigInteger)
    """Rows of the audit log when the tree was built; None where the log is not in the tree."""
    audit_head: str | None = Field(default=None, max_length=64)
    """Hash of the last of them, in hexadecimal; its leaf stands after the credentials'."""

    @property
    def leaves(self) -> int:
        """Leaves of the tree: the credentials, and after them the audit log's head if it is in."""
        return self.size + (self.audit_head is not None)


class BatchItem(SQLModel, table=True):
    """Reserves one judgment for one credential of one batch, before anything is signed."""

    __tablename__ = "batch_item"

    batch_id: UUID = Field(primary_key=True, foreign_key="batch.id")
    position: int = Field(primary_key=True)
    """Place in the batch, which is also the leaf's place in the tree."""
    judgment_id: UUID = Field(unique=True)
    """What makes minting happen once."""
    credential_id: str = Field(unique=True, max_length=45)
    """``urn:uuid:…``"""


class BatchChunk(SQLModel, table=True):
    """Neighbouring positions of a batch, which any process may sign, and later check."""

    __tablename__ = "batch_chunk"

    batch_id: UUID = Field(primary_key=True, foreign_key="batch.id")
    number: int = Field(primary_key=True)
    first: int
    """Its first position."""
    size: int
    """How many positions."""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set in the transaction that stores its credentials."""
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When our own verifier had accepted every one, in the present attempt."""


class MintingAttempt(SQLModel, table=True):
    """One go at a batch. It goes on through any number of crashes, until it ends."""

    __tablename__ = "minting_attempt"

    batch_id: UUID = Field(primary_key=True, foreign_key="batch.id")
    number: int = Field(primary_key=True)
    """1 for the first; another only follows an attempt that an error ended."""
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code: str | None = Field(default=None, max_length=64)
    """The error that ended it; None while it goes on, and when the batch was released."""
    sentence: str | None = Field(default=None, sa_type=Text)
    remedy: str | None = Field(default=None, sa_type=Text)


class Credential(SQLModel, table=True):
    """A signed credential without its Merkle proof, which is made when it is delivered."""

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("batch_id", "position"),)

    id: str = Field(primary_key=True, max_length=45)
    """``urn:uuid:…``"""
    batch_id: UUID = Field(foreign_key="batch.id")
    position: int
    learner_id: UUID = Field(index=True)
    achievement_id: UUID = Field(index=True, foreign_key="achievement.id")
    document: str = Field(sa_type=Text)
    """The bare credential as JSON text, without proof."""
    leaf: bytes = Field(sa_type=LargeBinary(32))
    """SHA-256 of its canonical form."""
    proof: str = Field(sa_type=Text)
    """The eddsa-rdfc-2022 proof as JSON text."""


class TreeNodes(SQLModel, table=True):
    """Up to 1,024 neighbouring nodes of one level of a batch's Merkle tree."""

    __tablename__ = "tree_nodes"

    batch_id: UUID = Field(primary_key=True, foreign_key="batch.id")
    level: int = Field(primary_key=True)
    """0 are the leaves; the highest is the root alone."""
    part: int = Field(primary_key=True)
    """Nodes part*1024 … part*1024+1023."""
    hashes: bytes = Field(sa_type=LargeBinary)
    """32 bytes a node, one after the other."""
