"""Begins unreleased batches again, after the key or the account got into other hands.

What was signed so far would be refused by every reader, and nobody has received it. The judgments
stay reserved, under the same ids and with the same places in status lists; all else is new.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Session

from issuer.anchoring import service as anchoring
from issuer.identity import service as identity
from issuer.minting import work_repository
from issuer.minting.models import Batch, BatchState
from issuer.minting.reservation import chunk_rows
from issuer.settings import Settings


def begin_again(session: Session, settings: Settings, now: datetime) -> list[Batch]:
    """Put every unreleased batch in another's place, which `issuer mint` or a worker takes up.

    Processes that are at work on the old ones find them gone, and stop. A transaction that the
    account in use has signed for an old one is followed to its end, because its number is taken.

    Args:
        session: the one that changes the key; the caller commits.
        settings: the school's.
        now: the new batches' one ``now``; aware UTC.

    Returns:
        the new batches.
    """
    replaced = []
    for batch_id in work_repository.unfinished(session):
        if work_repository.lock_batch(session, batch_id).state == BatchState.RELEASED:
            continue
        if work_repository.positions_reserved(session, batch_id):
            replaced.append(_replace(session, settings, batch_id, now))
        else:
            work_repository.drop_batch(session, batch_id)
    return replaced


def _let_go_of_anchor(session: Session, batch_id: UUID) -> None:
    """What an account in use has signed is sent in its turn; what another has, by nobody."""
    prepared = anchoring.prepared(session, batch_id)
    if prepared is not None and prepared.sender != identity.account_in_use(session).address:
        anchoring.give_up(session, batch_id)


def _replace(session: Session, settings: Settings, old: UUID, now: datetime) -> Batch:
    new = Batch(
        id=uuid4(),
        size=work_repository.positions_reserved(session, old),
        chain_id=settings.chain_id,
        anchor_method=f"{settings.did}#{identity.account_in_use(session).fragment}",
        created_at=now.replace(microsecond=0),
    )
    session.add(new)
    session.flush()
    _let_go_of_anchor(session, old)
    work_repository.hand_over_items(session, old, new.id)
    work_repository.drop_batch(session, old)
    work_repository.add_chunks(session, list(chunk_rows(new)))
    return new
