"""Tables of anchoring: the anchor of each batch, its transactions, each account's next nonce."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

MAX_PROBLEM = 500
"""Characters of what is kept of a problem."""


class AnchorState(StrEnum):
    """How far an anchor has come; each word says what is already done."""

    PREPARED = "prepared"
    """Signed and stored; whether it was ever sent is not known."""
    BROADCAST = "broadcast"
    """A node has taken it; no block of the chain as it is now holds it."""
    SEEN = "seen"
    """It is in a block, with fewer blocks on top than we ask for."""
    CONFIRMED = "confirmed"
    """It succeeded in a block with enough blocks on top."""
    REVERTED = "reverted"
    """It is in a block and failed there; it proves nothing."""
    GIVEN_UP = "given up"
    """Its batch was begun again and its account is used no more: nobody sends or looks for it."""


UNFINISHED = (AnchorState.PREPARED, AnchorState.BROADCAST, AnchorState.SEEN)
"""States that go on."""


class Anchor(SQLModel, table=True):
    """What anchors a batch's Merkle root: one nonce, and one transaction that counts.

    The signed transactions themselves are the rows of ``AnchorAttempt``.
    """

    __tablename__ = "anchor"
    __table_args__ = (UniqueConstraint("sender", "chain_id", "nonce"),)

    batch_id: UUID = Field(primary_key=True)
    chain_id: int = Field(sa_type=BigInteger)
    sender: str = Field(max_length=42)
    """Checksummed address of the account, ``0x`` first."""
    nonce: int = Field(sa_type=BigInteger)
    to: str = Field(max_length=42)
    """Checksummed address of the anchor contract."""
    root: bytes
    """The Merkle root, 32 bytes: the transaction's whole calldata."""
    tx_hash: str = Field(max_length=66, unique=True)
    """The attempt that counts: the one in a block, or else the one with the highest fee."""
    state: str = Field(default=AnchorState.PREPARED, max_length=16)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    block_hash: str | None = Field(default=None, max_length=66)
    block_time: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The block's time: when the batch existed, for anybody who asks later."""
    fee_wei: int | None = Field(default=None, sa_type=BigInteger)
    """What the account paid for it, once a block has it."""
    problem: str | None = Field(default=None, max_length=MAX_PROBLEM)
    """What keeps it from going on, in words; None while all goes well."""


class AnchorAttempt(SQLModel, table=True):
    """One signed transaction of a batch.

    ``raw_transaction`` is committed before it is first sent, and whatever happens only bytes that
    stand here are sent again: that is why a crash cannot anchor a batch twice. All attempts of a
    batch have its nonce, its root and its contract, so that a chain takes at most one of them.
    """

    __tablename__ = "anchor_attempt"
    __table_args__ = (ForeignKeyConstraint(["batch_id"], ["anchor.batch_id"]),)

    batch_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1 for the first; each further one offers a higher fee."""
    nonce: int = Field(sa_type=BigInteger)
    raw_transaction: bytes
    """The signed EIP-1559 transaction (EIP-2718 envelope)."""
    tx_hash: str = Field(max_length=66, unique=True)
    """Keccak-256 of those bytes, ``0x`` first."""
    gas: int = Field(sa_type=BigInteger)
    max_fee_per_gas: int = Field(sa_type=BigInteger)
    max_priority_fee_per_gas: int = Field(sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a node first took it, as far as we know."""
    sent_block: int | None = Field(default=None, sa_type=BigInteger)
    """The newest block at that moment."""


class AnchorNonce(SQLModel, table=True):
    """The next nonce of an account: the database owns it, so that no two batches share one."""

    __tablename__ = "anchor_nonce"

    chain_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    sender: str = Field(primary_key=True, max_length=42)
    next_nonce: int = Field(sa_type=BigInteger)
