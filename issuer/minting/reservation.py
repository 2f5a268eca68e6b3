"""Reserves judgments for the credentials of a new batch, before anything is signed.

A unique constraint on the judgment is what makes minting happen once: however many processes ask,
and however often.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from sqlmodel import Session

from issuer.audit import service as audit
from issuer.db.chunks import chunks
from issuer.identity import service as identity
from issuer.minting import models, repository, work_repository
from issuer.minting.delivery import URN
from issuer.minting.models import Batch
from issuer.minting.run import Store
from issuer.settings import Settings

UUID_BYTES: Final = 16
AT_ONCE: Final = 1_000
"""Judgments that one statement asks about, and one reserves."""


def reserve(
    session: Session, settings: Settings, store: Store, now: datetime, who: str = audit.CLI
) -> UUID | None:
    """Open a batch with what is new: up to ``MAX_BATCH`` judgments, divided into chunks.

    Args:
        session: the step's; the caller commits.
        settings: the school's.
        store: finds what may be minted.
        now: the batch's one ``now``; aware UTC.
        who: asked for it, as the audit log names him.

    Returns:
        the batch, or None where nothing is new.
    """
    work_repository.lock_reserving(session)
    batch = _new_batch(session, settings, now)
    # A million UUIDs are 16 MB as bytes, and several times that as objects.
    fresh = bytearray()
    for judgment_id in islice(_unreserved(session, store), models.MAX_BATCH):
        fresh += judgment_id.bytes
    batch.size = len(fresh) // UUID_BYTES
    if batch.size == 0:
        session.delete(batch)
        return None
    reserved = zip(_pieces(fresh), _identifiers(batch.size), strict=True)
    for first, part in enumerate(chunks(reserved, AT_ONCE)):
        items = [
            {
                "batch_id": batch.id,
                "position": first * AT_ONCE + place,
                "judgment_id": UUID(bytes=judgment),
                "credential_id": credential_id,
            }
            for place, (judgment, credential_id) in enumerate(part)
        ]
        repository.add_items(session, items)
    session.add(batch)
    work_repository.add_chunks(session, list(chunk_rows(batch)))
    audit.record(
        session,
        who,
        "batch.open",
        now=now,
        kind="batch",
        subject=batch.id,
        credentials=batch.size,
    )
    return batch.id


def _identifiers(count: int) -> Iterator[str]:
    """Random ids of credentials, each greater than the one before: indexes grow at their end.

    Where a credential is in its batch, its Merkle proof says anyway.
    """
    drawn = secrets.token_bytes(UUID_BYTES * count)
    for one in sorted(_pieces(drawn)):
        yield f"{URN}{UUID(bytes=one, version=4)}"


def _pieces(many: bytes | bytearray) -> Iterator[bytes]:
    for start in range(0, len(many), UUID_BYTES):
        yield bytes(many[start : start + UUID_BYTES])


def _unreserved(session: Session, store: Store) -> Iterator[UUID]:
    for part in chunks(store.ids(session), AT_ONCE):
        taken = work_repository.reserved_among(session, part)
        yield from (one for one in part if one not in taken)


def _new_batch(session: Session, settings: Settings, now: datetime) -> Batch:
    batch = Batch(
        id=uuid4(),
        size=0,
        chain_id=settings.chain_id,
        anchor_method=f"{settings.did}#{identity.account_in_use(session).fragment}",
        created_at=now.replace(microsecond=0),
    )
    session.add(batch)
    session.flush()
    return batch


def chunk_rows(batch: Batch) -> Iterator[dict[str, Any]]:
    """The rows of the chunks that a batch of its size has."""
    for number, first in enumerate(range(0, batch.size, models.CHUNK)):
        yield {
            "batch_id": batch.id,
            "number": number,
            "first": first,
            "size": min(models.CHUNK, batch.size - first),
        }
