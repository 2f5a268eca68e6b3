"""What is done with a batch, stage by stage. Each may be repeated, by any process, at any time.

What a stage did is either wholly in our own tables or not at all, and is looked for first: so a
stage that is run again after a crash, or by two processes at once, does what is left of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session

from issuer.audit import service as audit
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.minting import attempts, repository, signing, tree, work_repository
from issuer.minting.delivery import Delivery
from issuer.minting.models import Batch, BatchChunk, BatchState
from issuer.minting.run import Mint
from issuer.status import service as status
from issuer.workflow.runner import run_step

if TYPE_CHECKING:
    from issuer.minting.self_check import Published, SelfCheck


def sign(run: Mint, batch_id: UUID, number: int) -> int:
    """Sign and store a chunk. Returns how many credentials that were.

    A judgment that was superseded after it was reserved is let go: it gets no credential.
    """
    with session_scope(run.engine, read_only=True) as session:
        chunk = work_repository.chunk(session, batch_id, number)
        if chunk is None or chunk.signed_at is not None:
            return 0
        run = _with_key_in_use(run, session)
        batch = repository.existing_batch(session, batch_id)
        items = repository.items(session, batch_id, chunk.first, chunk.size)
        missing = signing.missing_items(batch, items, session)
        standing = run.store.standing(session, [item.judgment_id for item in missing])
    kept = [item for item in missing if item.judgment_id in standing]
    gone = [item.position for item in missing if item.judgment_id not in standing]
    # Three transactions: whoever else signs waits only while places are given and rows written.
    place = partial(signing.place_chunk, run, kept)
    places = run_step("place chunk", run.engine, place)
    run.stop.check()
    with session_scope(run.engine, read_only=True) as session:
        signed = signing.prepare_chunk(run, batch, kept, places, session)
    store = partial(_store, run.clock, (batch_id, number), signed, gone)
    return run_step("store chunk", run.engine, store)


def _with_key_in_use(run: Mint, session: Session) -> Mint:
    """A worker outlives rotations: it signs each chunk with the key that is in use.

    Raises:
        WrongKey: this process has another one, and cannot open that.
    """
    publisher = identity.publisher_for(session, run.settings, run.publisher.signer)
    return replace(run, publisher=publisher)


def _store(
    clock: Callable[[], datetime],
    chunk_id: tuple[UUID, int],
    signed: signing.SignedChunk,
    gone: Sequence[int],
    session: Session,
) -> int:
    chunk = work_repository.lock_chunk(session, *chunk_id)
    if chunk is None or chunk.signed_at is not None:
        return 0  # another process was faster; what it stored counts
    stored = signing.store_chunk(signed, session)
    work_repository.let_go(session, chunk.batch_id, gone)
    chunk.signed_at = clock()
    session.add(chunk)
    return stored


def build_tree(run: Mint, batch_id: UUID) -> int:
    """Build the tree over a signed batch. Returns the batch's size; 0 if nothing is left of it."""
    return run_step("tree", run.engine, partial(store_tree, batch_id))


def store_tree(batch_id: UUID, session: Session) -> int:
    """Close the gaps of what was let go, and store tree and root."""
    batch = work_repository.lock_batch(session, batch_id)
    if batch.state not in (BatchState.OPENED, BatchState.SIGNED):
        return batch.size
    if work_repository.unsigned(session, batch_id):
        raise RuntimeError("a tree is built over chunks that are all signed")
    size = _close_gaps(session, batch)
    if size == 0:
        work_repository.drop_batch(session, batch_id)
        return 0
    batch.root = tree.build(session, batch_id, _audit_leaf(session, batch)).hex()
    batch.size, batch.state = size, BatchState.TREED
    session.add(batch)
    return size


def _audit_leaf(session: Session, batch: Batch) -> list[bytes]:
    """Where the audit log ends now, as the leaf that anchors it; none while it is empty."""
    head = audit.head(session)
    if not head.length:
        return []
    batch.audit_length, batch.audit_head = head.length, head.hash.hex()
    return [audit.head_leaf(*head)]


def _close_gaps(session: Session, batch: Batch) -> int:
    """Move the last credentials into the places of those that were let go; how many there are."""
    count, last = work_repository.span(session, batch.id)
    if count == last + 1:
        if count < batch.size:
            work_repository.cut_chunks(session, batch.id, count)
        return count
    taken = work_repository.positions(session, batch.id)
    filled = set(taken)
    gaps = [place for place in range(count) if place not in filled]
    for place in gaps:
        work_repository.move(session, batch.id, taken.pop(), place)
    work_repository.cut_chunks(session, batch.id, count)
    return count


def check(run: Mint, batch_id: UUID, number: int) -> int:
    """Let our own verifier check a chunk as it will be delivered. Returns how many it checked.

    Raises:
        SelfCheckFailed: it does not accept one.
    """
    # Here, because only minting needs the verifier: the site and the lists do without it.
    from issuer.minting.self_check import self_check  # noqa: PLC0415

    with session_scope(run.engine, read_only=True) as session:
        batch = repository.existing_batch(session, batch_id)
        chunk = work_repository.chunk(session, batch_id, number)
        if chunk is None or chunk.checked_at is not None or batch.state != BatchState.ANCHORED:
            return 0
        with self_check(
            _published(run, session),
            chain_id=batch.chain_id,
            node_url=run.node_url,
            confirmations=run.settings.confirmations,
            now=run.clock(),
        ) as ready:
            checked = _check_all(run, session, batch, chunk, ready)
    run_step("checked", run.engine, partial(_mark_checked, batch_id, number, run.clock()))
    return checked


def _check_all(
    run: Mint, session: Session, batch: Batch, chunk: BatchChunk, ready: "SelfCheck"
) -> int:
    from issuer.minting.self_check import check_delivered  # noqa: PLC0415 - as above

    delivery = Delivery(session, batch)
    rows = repository.credentials_between(session, batch.id, chunk.first, chunk.size)
    # What is withdrawn already is refused by every reader, as it should be.
    withdrawn = status.withdrawn(session, [row.id for row in rows])
    for row in rows:
        run.stop.check()
        if row.id not in withdrawn:
            check_delivered(ready, delivery.document(row))
    return len(rows)


def _published(run: Mint, session: Session) -> "Published":
    from issuer.minting.self_check import Published  # noqa: PLC0415 - as above

    base_url = run.settings.base_url
    return Published(
        did_document=identity.published_did_document(session),
        profile=identity.profile(session, run.settings),
        status_lists={
            status.list_url(base_url, number): document.encode("utf-8")
            for number, document in status.documents(session).items()
        },
    )


def _mark_checked(batch_id: UUID, number: int, now: datetime, session: Session) -> None:
    chunk = work_repository.lock_chunk(session, batch_id, number)
    if chunk is not None and chunk.checked_at is None:
        chunk.checked_at = now
        session.add(chunk)


def release(run: Mint, batch_id: UUID, attempt: int) -> None:
    """Let the credentials be delivered, now that every chunk is checked; the attempt ends."""
    run_step("release", run.engine, partial(_release, batch_id, attempt, run.clock()))


def _release(batch_id: UUID, attempt: int, now: datetime, session: Session) -> None:
    batch = work_repository.lock_batch(session, batch_id)
    if batch.state == BatchState.ANCHORED:
        if work_repository.unchecked(session, batch_id):
            raise RuntimeError("a batch is released when all of its chunks are checked")
        batch.state, batch.released_at = BatchState.RELEASED, now
        session.add(batch)
    attempts.end(session, batch_id, attempt, now)
