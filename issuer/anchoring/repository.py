"""Every query of anchoring. Never commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, text, update
from sqlmodel import Session, col, select

from issuer.anchoring.models import UNFINISHED, Anchor, AnchorAttempt, AnchorState

_TAKE_NONCE = text(
    """
    INSERT INTO anchor_nonce (chain_id, sender, next_nonce)
    VALUES (:chain_id, :sender, :after)
    ON CONFLICT (chain_id, sender) DO UPDATE SET next_nonce =
        CASE WHEN anchor_nonce.next_nonce >= :after THEN anchor_nonce.next_nonce + 1
             ELSE :after END
    RETURNING next_nonce - 1
    """
)


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """An anchor and all its attempts, oldest first, as they stood when they were read."""

    anchor: Anchor
    attempts: tuple[AnchorAttempt, ...]

    @property
    def current(self) -> AnchorAttempt:
        """The attempt that counts."""
        return self.attempt(self.anchor.tx_hash)

    def attempt(self, tx_hash: str) -> AnchorAttempt:
        """The attempt with that hash."""
        return next(one for one in self.attempts if one.tx_hash == tx_hash)


def find(session: Session, batch_id: UUID) -> Anchor | None:
    """The anchor of a batch, if one was prepared; read anew."""
    return session.get(Anchor, batch_id, populate_existing=True)


def find_with_attempts(session: Session, batch_id: UUID) -> StoredAnchor | None:
    """The anchor of a batch and its attempts, taken out of the session."""
    anchor = find(session, batch_id)
    if anchor is None:
        return None
    query = select(AnchorAttempt).where(col(AnchorAttempt.batch_id) == batch_id)
    attempts = session.exec(query.order_by(col(AnchorAttempt.number))).all()
    for row in (anchor, *attempts):
        session.expunge(row)
    return StoredAnchor(anchor, tuple(attempts))


def add(session: Session, anchor: Anchor, attempt: AnchorAttempt) -> None:
    """Write a new anchor and its first attempt; the unique constraints are checked at once."""
    session.add(anchor)
    session.flush()
    session.add(attempt)
    session.flush()


def add_attempt(session: Session, attempt: AnchorAttempt) -> None:
    """Write a further attempt of a batch; call it after ``change``, which decides who may."""
    session.add(attempt)
    session.flush()


def change(session: Session, known: Anchor, values: dict[str, Any]) -> bool:
    """Change an anchor, unless another process changed it since we read it.

    Returns:
        False if it did: then nothing was written.
    """
    statement = (
        update(Anchor)
        .where(
            col(Anchor.batch_id) == known.batch_id,
            col(Anchor.state) == known.state,
            col(Anchor.tx_hash) == known.tx_hash,
        )
        .values(**values)
        .returning(col(Anchor.batch_id))
    )
    return session.connection().execute(statement).first() is not None


def set_sent(
    session: Session, attempt: AnchorAttempt, at: datetime, newest_block: int | None
) -> None:
    """Note when an attempt was sent, and which block was the newest then."""
    statement = (
        update(AnchorAttempt)
        .where(col(AnchorAttempt.tx_hash) == attempt.tx_hash)
        .values(sent_at=at, sent_block=newest_block)
    )
    session.connection().execute(statement)


def take_nonce(session: Session, chain_id: int, sender: str, at_least: int) -> int:
    """Take the account's next nonce, in one statement, so that no two callers get the same.

    A rollback gives it back.

    Args:
        chain_id: the chain.
        sender: checksummed address.
        at_least: the number of transactions that the chain knows of the account.
    """
    taken = session.connection().execute(
        _TAKE_NONCE, {"chain_id": chain_id, "sender": sender, "after": at_least + 1}
    )
    return int(taken.scalar_one())


def highest_confirmed_nonce(session: Session, chain_id: int, sender: str) -> int | None:
    """The highest nonce of the account that stands in a confirmed block, as we remember it."""
    return session.exec(
        select(func.max(Anchor.nonce)).where(
            col(Anchor.chain_id) == chain_id,
            col(Anchor.sender) == sender,
            col(Anchor.state) == AnchorState.CONFIRMED,
        )
    ).one()


def anchors_in(session: Session, *states: AnchorState) -> list[Anchor]:
    """All anchors in any of the states, by account and nonce."""
    query = select(Anchor).where(col(Anchor.state).in_(states))
    return list(session.exec(query.order_by(Anchor.sender, col(Anchor.nonce))))


def waiting_before(session: Session, anchor: Anchor) -> list[UUID]:
    """The account's anchors with earlier numbers that are not confirmed, in order."""
    query = select(Anchor.batch_id).where(
        col(Anchor.chain_id) == anchor.chain_id,
        col(Anchor.sender) == anchor.sender,
        col(Anchor.nonce) < anchor.nonce,
        col(Anchor.state).in_(UNFINISHED),
    )
    return list(session.exec(query.order_by(col(Anchor.nonce))))


def batch_of(session: Session, tx_hash: str) -> UUID | None:
    """The batch that a transaction was signed for, if it is one of ours."""
    query = select(AnchorAttempt.batch_id).where(col(AnchorAttempt.tx_hash) == tx_hash)
    return session.exec(query).first()


def attempts_by_batch(session: Session) -> dict[UUID, list[AnchorAttempt]]:
    """All attempts of all batches, oldest first."""
    query = select(AnchorAttempt).order_by(col(AnchorAttempt.batch_id), col(AnchorAttempt.number))
    found: dict[UUID, list[AnchorAttempt]] = {}
    for attempt in session.exec(query):
        found.setdefault(attempt.batch_id, []).append(attempt)
    return found
