"""Tables of anchoring: the transaction of each batch, and the next nonce of each account."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime


class AnchorState(StrEnum):
    """How far an anchor has come; each word says what is already done."""

    PREPARED = "prepared"
    """Signed and stored; whether it was ever sent is not known."""
    BROADCAST = "broadcast"
    """A node has taken it."""
    CONFIRMED = "confirmed"
    """It succeeded in a block with enough blocks on top."""
    REVERTED = "reverted"
    """It is in a block and failed there; it proves nothing."""


class Anchor(SQLModel, table=True):
    """The one transaction that anchors a batch's Merkle root.

    ``raw_transaction`` is written before it is first sent, and whatever happens only these bytes
    are sent again: that is why a crash cannot anchor a batch twice.
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
    raw_transaction: bytes
    """The signed EIP-1559 transaction (EIP-2718 envelope)."""
    tx_hash: str = Field(max_length=66, unique=True)
    """Keccak-256 of those bytes, ``0x`` first."""
    state: str = Field(default=AnchorState.PREPARED, max_length=16)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    block_hash: str | None = Field(default=None, max_length=66)
    block_time: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The block's time: when the batch existed, for anybody who asks later."""


class AnchorNonce(SQLModel, table=True):
    """The next nonce of an account: the database owns it, so that no two batches share one."""

    __tablename__ = "anchor_nonce"

    chain_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    sender: str = Field(primary_key=True, max_length=42)
    next_nonce: int = Field(sa_type=BigInteger)
