"""Mints judgments in steps that can each be repeated.

    reserve → sign, chunk by chunk → tree → anchor → self-check → release

Each step has its own transaction (anchoring has three, see issuer.anchoring.service). A run that
is interrupted leaves a batch that the next run continues; a judgment is reserved by a unique
constraint, so it is minted once however often minting is asked for. What is signed and stored is
never changed: the Merkle proof is made when a credential is delivered.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlmodel import Session

from credentials import merkle
from issuer.anchoring import service as anchoring
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.models import AnchorAccount
from issuer.minting import repository, tree
from issuer.minting.delivery import URN, Delivery
from issuer.minting.models import CHUNK, MAX_BATCH, Batch, BatchState
from issuer.minting.run import PROGRESS_EVERY, Mint, MintedBatch
from issuer.minting.signing import sign_chunk
from issuer.settings import Settings
from issuer.status import service as status
from issuer.workflow.runner import run_step

if TYPE_CHECKING:
    from issuer.minting.self_check import Published, SelfCheck


def mint(run: Mint) -> list[MintedBatch]:
    """Mint every mastered judgment that is not minted yet; first finish what was begun.

    Returns:
        The batches released by this run; empty if there was nothing new.

    Raises:
        WrongAccount, WrongChain, NoCode, LowBalance, ChainUnreachable, …: anchoring cannot work
            now; nothing was begun.
        SelfCheckFailed: our verifier does not accept a credential; its batch stays unreleased.
        Whatever the steps raise; the next run continues.
    """
    anchoring.check_ready(run.client, run.account.address, run.settings.contract_address)
    with session_scope(run.engine, read_only=True) as session:
        identity.check_account(session, run.account.address)
        begun = repository.unfinished_batch(session)
        judgments = {one.judgment_id: one for one in run.judgments(session)}
    finished: list[MintedBatch] = []
    while batch_id := run_step("reserve", run.engine, partial(_reserve, run, judgments)):
        finished.append(_finish(run, batch_id, judgments, begun is not None and not finished))
    return finished


def _finish(
    run: Mint, batch_id: UUID, judgments: Mapping[UUID, MintableJudgment], resumed: bool
) -> MintedBatch:
    while run_step("sign chunk", run.engine, partial(sign_chunk, run, batch_id, judgments)):
        pass
    run_step("tree", run.engine, partial(_store_tree, batch_id))
    _anchor(run, batch_id)
    _self_check(run, batch_id)
    return run_step("release", run.engine, partial(_release, run, batch_id, resumed))


def _reserve(
    run: Mint, judgments: Mapping[UUID, MintableJudgment], session: Session
) -> UUID | None:
    """The batch to work on: one that was begun, or a new one; None if there is nothing to do.

    Reservations that are not signed yet are taken anew, because a judgment may have been
    superseded since.
    """
    batch = repository.unfinished_batch(session)
    if batch is not None and batch.state != BatchState.OPENED:
        return batch.id
    signed = 0
    if batch is not None:
        signed = repository.count_credentials(session, batch.id)
        repository.drop_items_from(session, batch.id, signed)
    taken = repository.reserved_judgments(session)
    new = [judgment_id for judgment_id in judgments if judgment_id not in taken]
    new = new[: MAX_BATCH - signed]
    if batch is None:
        batch = _new_batch(run, session) if new else None
    return _fill(session, batch, signed, new) if batch is not None else None


def _new_batch(run: Mint, session: Session) -> Batch:
    account = identity.account_in_use(session)
    batch = Batch(
        id=uuid4(),
        size=0,
        chain_id=run.settings.chain_id,
        anchor_method=_method(run.settings, account),
        created_at=run.clock().replace(microsecond=0),
    )
    session.add(batch)
    session.flush()
    return batch


def _method(settings: Settings, account: AnchorAccount) -> str:
    return f"{settings.did}#{account.fragment}"


def _fill(session: Session, batch: Batch, signed: int, new: list[UUID]) -> UUID | None:
    if signed + len(new) == 0:
        session.delete(batch)
        return None
    batch.size = signed + len(new)
    session.add(batch)
    rows = [
        {
            "batch_id": batch.id,
            "position": signed + index,
            "judgment_id": judgment_id,
            "credential_id": f"{URN}{uuid4()}",
        }
        for index, judgment_id in enumerate(new)
    ]
    if rows:
        repository.add_items(session, rows)
    return batch.id


def _store_tree(batch_id: UUID, session: Session) -> None:
    batch = repository.existing_batch(session, batch_id)
    if batch.state != BatchState.SIGNED:
        return
    built = merkle.MerkleTree.build(repository.leaves(session, batch_id))
    tree.store(session, batch_id, built)
    batch.root, batch.state = built.root.hex(), BatchState.TREED
    session.add(batch)


def _anchor(run: Mint, batch_id: UUID) -> None:
    """Anchor the root; anchoring's own steps survive a crash anywhere between them."""
    with session_scope(run.engine, read_only=True) as session:
        batch = repository.existing_batch(session, batch_id)
    if batch.state != BatchState.TREED or batch.root is None:
        return
    run.progress("Anchoring", 0, 1)
    receipt = anchoring.anchor_root(
        lambda: session_scope(run.engine),
        batch_id,
        bytes.fromhex(batch.root),
        account=run.account,
        client=run.client,
        contract=run.settings.contract_address,
        confirmations=run.settings.confirmations,
    )

    def record(session: Session) -> None:
        row = repository.existing_batch(session, batch_id)
        # What readers are told is what happened, whatever the settings said when it began.
        account = identity.check_account(session, receipt.sender)
        row.chain_id, row.anchor_method = receipt.chain_id, _method(run.settings, account)
        row.anchor_transaction, row.anchored_at = receipt.tx_hash, receipt.block_time
        row.state = BatchState.ANCHORED
        session.add(row)

    run_step("record anchor", run.engine, record)
    run.progress("Anchoring", 1, 1)


def _self_check(run: Mint, batch_id: UUID) -> None:
    """Let our own verifier check every credential of the batch.

    Raises:
        SelfCheckFailed: it does not accept one.
    """
    # Here, because only minting needs the verifier: the site and the lists do without it.
    from issuer.minting.self_check import self_check  # noqa: PLC0415

    with session_scope(run.engine, read_only=True) as session:
        batch = repository.existing_batch(session, batch_id)
        if batch.state != BatchState.ANCHORED:
            return
        with self_check(
            _published(run, session),
            chain_id=batch.chain_id,
            node_url=run.node_url,
            confirmations=run.settings.confirmations,
            now=run.clock(),
        ) as check:
            _check_all(run, session, batch, check)


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


def _check_all(run: Mint, session: Session, batch: Batch, check: "SelfCheck") -> None:
    from issuer.minting.self_check import check_delivered  # noqa: PLC0415 - as above

    delivery = Delivery(session, batch)
    for first in range(0, batch.size, CHUNK):
        rows = repository.credentials_between(session, batch.id, first, CHUNK)
        # What is withdrawn already is refused by every reader, as it should be.
        withdrawn = status.withdrawn(session, [row.id for row in rows])
        for row in rows:
            if row.id not in withdrawn:
                check_delivered(check, delivery.document(row))
            if row.position % PROGRESS_EVERY == 0:
                run.progress("Checking", row.position, batch.size)
    run.progress("Checking", batch.size, batch.size)


def _release(run: Mint, batch_id: UUID, resumed: bool, session: Session) -> MintedBatch:
    batch = repository.existing_batch(session, batch_id)
    if batch.state == BatchState.ANCHORED:
        batch.state, batch.released_at = BatchState.RELEASED, run.clock()
        session.add(batch)
    if batch.root is None or batch.anchor_transaction is None or batch.anchored_at is None:
        raise RuntimeError("a batch is anchored before it is released")
    return MintedBatch(
        id=batch.id,
        size=batch.size,
        root=batch.root,
        transaction=batch.anchor_transaction,
        anchored_at=batch.anchored_at,
        resumed=resumed,
    )
