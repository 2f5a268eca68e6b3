"""Every query about batches, credentials, achievements and trees. Never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy
from sqlalchemy import Table, and_, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from issuer.minting.models import (
    Achievement,
    Batch,
    BatchItem,
    BatchState,
    Credential,
)
from issuer.status.models import REVOCATION, SUSPENSION, StatusEntry

_HOLD = aliased(StatusEntry)


@dataclass(frozen=True)
class CredentialRow:
    """A credential as lists show it, without its document.

    Attributes:
        id: ``urn:uuid:…``
        learner_id: the person's UUID.
        achievement: name of the achievement.
        batch_id: its batch.
        issued_at: validFrom.
        anchored_at: time of its anchor's block.
        released: whether it may be delivered.
        revoked_at: when it was withdrawn, or None.
        held_at: when it was put on hold, or None if it is not.
        reason: why it was withdrawn or put on hold.
    """

    id: str
    learner_id: UUID
    achievement: str
    batch_id: UUID
    issued_at: datetime
    anchored_at: datetime | None
    released: bool
    revoked_at: datetime | None
    held_at: datetime | None
    reason: str | None


class Item(NamedTuple):
    """A reserved position of a batch, as signing needs it."""

    position: int
    judgment_id: UUID
    credential_id: str


def existing_batch(session: Session, batch_id: UUID) -> Batch:
    """One batch that is known to be there."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise RuntimeError(f"the batch {batch_id} is gone")
    return batch


def all_batches(session: Session) -> list[Batch]:
    """Every batch, oldest first."""
    return list(session.exec(select(Batch).order_by(col(Batch.created_at), col(Batch.id))))


def add_items(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Reserve judgments, in one statement; the database refuses a judgment's second time."""
    table: Table = BatchItem.__table__  # type: ignore[attr-defined]
    session.connection().execute(insert(table), list(rows))


def items(session: Session, batch_id: UUID, first: int, count: int) -> list[Item]:
    """The items at positions first … first+count-1, in order."""
    table: Table = BatchItem.__table__  # type: ignore[attr-defined]
    query = sqlalchemy.select(table.c.position, table.c.judgment_id, table.c.credential_id).where(
        table.c.batch_id == batch_id,
        table.c.position >= first,
        table.c.position < first + count,
    )
    return [
        Item._make(row) for row in session.connection().execute(query.order_by(table.c.position))
    ]


def get_achievement(session: Session, achievement_id: UUID) -> Achievement | None:
    """One achievement."""
    return session.get(Achievement, achievement_id)


def all_achievements(session: Session) -> list[Achievement]:
    """Every achievement by name."""
    return list(session.exec(select(Achievement).order_by(col(Achievement.name))))


def get_credential(session: Session, credential_id: str) -> Credential | None:
    """One credential by its full id."""
    return session.get(Credential, credential_id)


def ids_beginning(session: Session, prefix: str, limit: int) -> list[str]:
    """The ids of credentials that begin with a prefix, at most ``limit``."""
    query = select(Credential.id).where(col(Credential.id).startswith(prefix, autoescape=True))
    return list(session.exec(query.order_by(col(Credential.id)).limit(limit)))


def credentials_between(
    session: Session, batch_id: UUID, first: int, count: int
) -> list[Credential]:
    """The credentials at positions first … first+count-1 of a batch, in order."""
    query = select(Credential).where(
        Credential.batch_id == batch_id,
        col(Credential.position) >= first,
        col(Credential.position) < first + count,
    )
    return list(session.exec(query.order_by(col(Credential.position))))


def released_of_learner(session: Session, learner_id: UUID) -> list[Credential]:
    """A learner's credentials that may be delivered, oldest batch first."""
    query = (
        select(Credential)
        .join(Batch, col(Batch.id) == col(Credential.batch_id))
        .where(Credential.learner_id == learner_id, Batch.state == BatchState.RELEASED)
        .order_by(col(Batch.created_at), col(Batch.id), col(Credential.position))
    )
    return list(session.exec(query))


def listing(session: Session, learner_id: UUID | None = None) -> list[CredentialRow]:
    """Credentials as lists show them, without reading documents: all, or one learner's."""
    query = (
        sqlalchemy.select(
            col(Credential.id),
            col(Credential.learner_id),
            col(Achievement.name),
            col(Credential.batch_id),
            col(Batch.created_at),
            col(Batch.anchored_at),
            col(Batch.state),
            col(StatusEntry.set_at),
            col(StatusEntry.reason),
            col(_HOLD.set_at),
            col(_HOLD.reason),
        )
        .join(Batch, col(Batch.id) == col(Credential.batch_id))
        .join(Achievement, col(Achievement.id) == col(Credential.achievement_id))
        .join(StatusEntry, _entry_of(StatusEntry, REVOCATION))
        .outerjoin(_HOLD, _entry_of(_HOLD, SUSPENSION))
        .order_by(col(Batch.created_at), col(Batch.id), col(Credential.position))
    )
    if learner_id is not None:
        query = query.where(col(Credential.learner_id) == learner_id)
    return [_row(*values) for values in session.execute(query)]


def _entry_of(entry: type[StatusEntry], purpose: str) -> Any:
    """The one entry of a credential for a purpose, to join by."""
    return and_(col(entry.credential_id) == col(Credential.id), col(entry.purpose) == purpose)


def _row(*values: Any) -> CredentialRow:
    *known, revoked, why_revoked, held, why_held = values
    credential_id, learner_id, name, batch_id, issued, anchored, state = known
    return CredentialRow(
        id=credential_id,
        learner_id=learner_id,
        achievement=name,
        batch_id=batch_id,
        issued_at=issued,
        anchored_at=anchored,
        released=state == BatchState.RELEASED,
        revoked_at=revoked,
        held_at=held,
        reason=why_revoked if revoked is not None else why_held,
    )
