"""The hashes that hold the log together. Pure: bytes in, bytes out."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from credentials.proofs.unsecured import canonical_json
from issuer.audit.models import AuditEvent

BEGINNING: Final = bytes(32)
"""What stands before the first row."""
HEAD_TYPE: Final = "TouchstoneAuditHead"
"""Tells a leaf of a batch's tree that is the log's head; no canonical N-Quads begin like this."""


def row_hash(row: AuditEvent) -> bytes:
    """SHA-256 of the hash before and the row's canonical JSON (RFC 8785), 32 bytes."""
    members = {
        "seq": row.seq,
        "at": moment(row.at),
        "who": row.who,
        "action": row.action,
        "kind": row.kind,
        "subject": row.subject,
        "details": row.details,
    }
    return hashlib.sha256(row.previous + canonical_json(members)).digest()


def head_leaf(length: int, head: bytes) -> bytes:
    """The leaf that anchors the log: SHA-256 of a canonical JSON text with its length and head.

    The text is longer than 64 bytes and begins with a brace: it is neither two nodes of a tree
    nor the canonical form of a credential, so the leaf can be taken for neither.

    Args:
        length: rows up to and with the head.
        head: hash of the last of them, 32 bytes.
    """
    said: Mapping[str, object] = {"type": HEAD_TYPE, "length": length, "head": head.hex()}
    return hashlib.sha256(canonical_json(dict(said))).digest()


def moment(at: datetime) -> str:
    """One spelling for each time: UTC, with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
