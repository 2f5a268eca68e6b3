"""Every query that only bundles ask. Never commits."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from issuer.anchoring.models import AnchorAttempt
from issuer.db.chunks import chunks


def signed_transactions(session: Session, hashes: Sequence[str]) -> dict[str, bytes]:
    """The signed bytes of these transactions, by hash, as far as we signed them."""
    found: dict[str, bytes] = {}
    for part in chunks(hashes):
        query = select(AnchorAttempt.tx_hash, AnchorAttempt.raw_transaction)
        found.update(session.exec(query.where(col(AnchorAttempt.tx_hash).in_(part))).all())
    return found
