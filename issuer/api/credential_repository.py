"""The queries of lists of achievements, credentials and batches. Never commits."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from issuer.minting.models import Achievement, Batch, Credential
from issuer.status.models import StatusEntry


def achievements() -> Select[Any]:
    """All achievements."""
    return select(Achievement)


def credentials() -> Select[*tuple[Any, ...]]:
    """All credentials without their documents, and how far their batches are."""
    return (
        select(
            col(Credential.id),
            col(Credential.learner_id),
            col(Credential.achievement_id),
            col(Achievement.name),
            col(Credential.batch_id),
            col(Batch.created_at),
            col(Batch.anchored_at),
            col(Batch.state),
        )
        .join_from(Credential, Batch)
        .join(Achievement, col(Achievement.id) == col(Credential.achievement_id))
    )


def statuses(session: Session, credential_ids: Iterable[str]) -> dict[str, list[StatusEntry]]:
    """The status entries of some credentials."""
    query = select(StatusEntry).where(col(StatusEntry.credential_id).in_(list(credential_ids)))
    found: dict[str, list[StatusEntry]] = {}
    for entry in session.scalars(query):
        found.setdefault(entry.credential_id, []).append(entry)
    return found


def batches() -> Select[Any]:
    """All batches."""
    return select(Batch)


def batch(session: Session, batch_id: UUID) -> Batch | None:
    """One batch."""
    return session.get(Batch, batch_id)


def count_batches(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Batch)) or 0
