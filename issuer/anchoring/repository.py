"""Every query of anchoring. Never commits."""

from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from issuer.anchoring.models import Anchor, AnchorState

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


def find(session: Session, batch_id: UUID) -> Anchor | None:
    """The anchor of a batch, if one was prepared."""
    return session.get(Anchor, batch_id)


def save(session: Session, anchor: Anchor) -> None:
    """Write a new anchor, or an anchor's new state; the unique constraints are checked at once."""
    session.add(anchor)
    session.flush()


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
