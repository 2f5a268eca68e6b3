"""Every query about endorsements. Never commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, Table, and_, delete
from sqlmodel import Session, col, or_, select

from issuer.db.among import among
from issuer.endorsements.models import Direction, Endorsement
from issuer.status.models import REVOCATION, StatusEntry

_TABLE: Table = Endorsement.__table__  # type: ignore[attr-defined]
_TARGET = _TABLE.c.target_id


@dataclass(frozen=True)
class EndorsementRow:
    """An endorsement as lists show it, without its document.

    Attributes:
        id: of our row; in its public address.
        credential_id: the endorsement's own id.
        direction, kind, target_id, endorser, official, comment: see the table.
        valid_from, valid_until: its dates.
        withdrawn_at: when the school withdrew one of its own; None otherwise.
        reason: why; not published.
    """

    id: UUID
    credential_id: str
    direction: str
    kind: str
    target_id: str
    endorser: str
    official: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None
    reason: str | None


def listing(session: Session) -> list[EndorsementRow]:
    """Every endorsement, given and received, oldest first."""
    query = listed().order_by(col(Endorsement.created_at), col(Endorsement.id))
    return [EndorsementRow(*values) for values in session.execute(query)]


def listed() -> Select[*tuple[Any, ...]]:
    """The columns of an EndorsementRow, of every endorsement; in no order."""
    withdrawn = and_(
        col(StatusEntry.credential_id) == col(Endorsement.credential_id),
        col(StatusEntry.purpose) == REVOCATION,
        col(Endorsement.direction) == Direction.GIVEN,
    )
    return sqlalchemy.select(
        col(Endorsement.id),
        col(Endorsement.credential_id),
        col(Endorsement.direction),
        col(Endorsement.kind),
        col(Endorsement.target_id),
        col(Endorsement.endorser),
        col(Endorsement.official),
        col(Endorsement.comment),
        col(Endorsement.valid_from),
        col(Endorsement.valid_until),
        col(StatusEntry.set_at),
        col(StatusEntry.reason),
    ).outerjoin(StatusEntry, withdrawn)


def get(session: Session, endorsement_id: UUID) -> Endorsement | None:
    """One endorsement by the id of its row."""
    return session.get(Endorsement, endorsement_id)


def with_bytes(session: Session, direction: str, sha256: str) -> Endorsement | None:
    """The endorsement that has exactly these bytes."""
    query = select(Endorsement).where(
        Endorsement.direction == direction, Endorsement.sha256 == sha256
    )
    return session.exec(query).first()


def beginning(session: Session, prefix: str, limit: int) -> list[Endorsement]:
    """Endorsements whose own ids begin with a prefix, at most ``limit``."""
    query = (
        select(Endorsement)
        .where(col(Endorsement.credential_id).startswith(prefix, autoescape=True))
        .order_by(col(Endorsement.credential_id), col(Endorsement.id))
    )
    return list(session.exec(query.limit(limit)))


def received_in_force(
    session: Session, target_ids: Collection[str], now: datetime, limit: int
) -> Sequence[Endorsement]:
    """What others say of these, within its dates; the newest ``limit``, oldest first."""
    query = (
        select(Endorsement)
        .where(
            Endorsement.direction == Direction.RECEIVED,
            among(session, _TARGET, target_ids),
            col(Endorsement.valid_from) <= now,
            or_(col(Endorsement.valid_until).is_(None), col(Endorsement.valid_until) > now),
        )
        .order_by(col(Endorsement.created_at).desc(), col(Endorsement.id))
        .limit(limit)
    )
    return list(reversed(list(session.exec(query))))


def remove_of(session: Session, target_ids: Collection[str]) -> int:
    """Remove the endorsements of these, as when a person's data are deleted; how many."""
    found = session.connection().execute(delete(_TABLE).where(among(session, _TARGET, target_ids)))
    return found.rowcount
