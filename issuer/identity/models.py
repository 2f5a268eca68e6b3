"""Tables of the school's identity: signing keys, anchoring accounts, DID document versions.

Private keys are never here; ``signer_uri`` and ``keystore`` only say where they are.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime

MAX_REASON: Final = 500
"""Characters of a reason."""


class SigningKey(SQLModel, table=True):
    """A key that signs or has signed credentials."""

    __tablename__ = "signing_key"

    fragment: str = Field(primary_key=True, max_length=64)
    """``key-1``: the verification method's id after the ``#``."""
    multikey: str = Field(max_length=256)
    """The public key (Controlled Identifiers 1.0 section 2.2.2)."""
    signer_uri: str = Field(max_length=1024)
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was given up: it signs nothing from then on; None for the key in use."""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it may have been in other hands; None if it never was."""
    reason: str | None = Field(default=None, max_length=MAX_REASON)
    """Why, in the school's words; for its own book, never published."""


class AnchorAccount(SQLModel, table=True):
    """An Ethereum account whose transactions count as this issuer's."""

    __tablename__ = "anchor_account"

    address: str = Field(primary_key=True, max_length=42)
    """Checksummed, ``0x`` first."""
    fragment: str = Field(unique=True, max_length=64)
    """``ethereum-1``: the verification method's id after the ``#``."""
    public_key: str = Field(max_length=128)
    """The secp256k1 point, x then y, in hexadecimal."""
    keystore: str = Field(max_length=1024)
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was given up: it anchors nothing from then on; None for the account in use."""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it may have been in other hands; None if it never was."""
    reason: str | None = Field(default=None, max_length=MAX_REASON)
    """Why, in the school's words; for its own book, never published."""


class DidDocumentVersion(SQLModel, table=True):
    """One version of the DID document, as it was served; rows are only ever added."""

    __tablename__ = "did_document_version"

    version: int = Field(primary_key=True)
    """1, 2, 3, …; the highest is served."""
    document: str = Field(sa_type=Text)
    """The exact text served."""
    sha256: str = Field(max_length=64)
    """Of that text's UTF-8 bytes, in hexadecimal."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    anchor_chain_id: int | None = Field(default=None, sa_type=BigInteger)
    """The chain on which the hash stands (EIP-155); None while it stands on none."""
    anchor_transaction: str | None = Field(default=None, max_length=66)
    """Hash of the transaction whose calldata is the SHA-256, ``0x`` first."""
    anchored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The block's time."""
