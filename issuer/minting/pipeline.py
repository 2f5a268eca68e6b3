"""Mints judgments in steps that can each be repeated.

    reserve → sign, chunk by chunk → tree → anchor → self-check → release

Each step has its own transaction (anchoring has three, see issuer.anchoring.service). A run that
is interrupted leaves a batch that the next run continues; a judgment is reserved by a unique
constraint, so it is minted once however often minting is asked for. What is signed and stored is
never changed: the Merkle proof is made when a credential is delivered.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy.engine import Engine
from sqlmodel import Session

from credentials import merkle
from credentials.canonical import canonicalize
from credentials.models import check_credential
from issuer.anchoring import service as anchoring
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.competency.service import mintable_judgments
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.models import AnchorAccount
from issuer.identity.signing import Publisher, create_proof
from issuer.minting import assemble, repository, tree
from issuer.minting.delivery import URN, Delivery, json_text
from issuer.minting.errors import MintedElsewhere
from issuer.minting.models import CHUNK, MAX_BATCH, Batch, BatchItem, BatchState
from issuer.settings import Settings
from issuer.status import service as status
from issuer.workflow.runner import run_step

if TYPE_CHECKING:
    from issuer.minting.self_check import Published, SelfCheck

Progress = Callable[[str, int, int], None]
"""Told the stage, how many credentials are through it, and of how many."""

SALT_BYTES: Final = 16
_PROGRESS_EVERY: Final = 20


def _silent(_stage: str, _done: int, _total: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Mint:
    """What a run of minting works with.

    Attributes:
        engine: the issuer's database.
        settings: the issuer's settings.
        publisher: signs; from identity.open_publisher.
        account: anchors; unlocked.
        client: the node of the chain.
        node_url: the same node's JSON-RPC address, for the self-check's own reading.
        clock: tells the present; a batch keeps the time of its beginning.
        progress: told how far it is.
        judgments: finds what may be minted.
    """

    engine: Engine
    settings: Settings
    publisher: Publisher
    account: EthereumAccount
    client: EthereumClient
    node_url: str
    clock: Callable[[], datetime]
    progress: Progress = field(default=_silent)
    judgments: Callable[[Session], Sequence[MintableJudgment]] = field(default=mintable_judgments)


@dataclass(frozen=True)
class MintedBatch:
    """A batch that was released.

    Attributes:
        id: the batch.
        size: number of credentials.
        root: the Merkle root, in hexadecimal.
        transaction: hash of the anchoring transaction, ``0x`` first.
        anchored_at: time of its block.
        resumed: it had been begun by an earlier run.
    """

    id: UUID
    size: int
    root: str
    transaction: str
    anchored_at: datetime
    resumed: bool


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
    while run_step("sign chunk", run.engine, partial(_sign_chunk, run, batch_id, judgments)):
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


def _sign_chunk(
    run: Mint, batch_id: UUID, judgments: Mapping[UUID, MintableJudgment], session: Session
) -> int:
    """Sign and store the next chunk. Returns how many it was; 0 when the batch is all signed."""
    batch = _batch(session, batch_id)
    if batch.state != BatchState.OPENED:
        return 0
    first = repository.count_credentials(session, batch_id)
    items = repository.items(session, batch_id, first, CHUNK)
    if not items:
        batch.state = BatchState.SIGNED
        session.add(batch)
        return 0
    places = status.allocate(
        session,
        [item.credential_id for item in items],
        run.publisher,
        run.clock(),
        validity=run.settings.status_list_validity,
    )
    achievements: dict[UUID, dict[str, Any]] = {}
    rows = []
    for item in items:
        judgment = judgments.get(item.judgment_id)
        if judgment is None:
            raise MintedElsewhere(
                f"Another run of `issuer mint` works on the batch {batch_id}, with judgments that "
                "were formed since this run began.",
                "Nothing is lost. Let it end, then run `issuer mint` again.",
            )
        earned = assemble.achievement(judgment, run.settings.base_url)
        achievements[earned.id] = _achievement_row(earned, judgment, batch.created_at)
        place = places[item.credential_id]
        rows.append(_signed(run, batch, item, judgment, earned=earned, place=place))
        if item.position % _PROGRESS_EVERY == 0:
            run.progress("Signing", item.position, batch.size)
    _add_new_achievements(session, achievements)
    repository.add_credentials(session, rows)
    run.progress("Signing", first + len(items), batch.size)
    return len(items)


def _signed(
    run: Mint,
    batch: Batch,
    item: BatchItem,
    judgment: MintableJudgment,
    *,
    earned: assemble.AssembledAchievement,
    place: status.Place,
) -> dict[str, Any]:
    """One credential's row."""
    settings = run.settings
    document = assemble.credential(
        judgment,
        assemble.School.of(settings),
        credential_id=item.credential_id,
        earned=earned,
        status=status.status_entry(settings.base_url, place),
        salt=secrets.token_hex(SALT_BYTES),
        now=batch.created_at,
    )
    check_credential(document)
    canonical = canonicalize(document)
    proof = create_proof(canonical, document["@context"], run.publisher, batch.created_at)
    return {
        "id": item.credential_id,
        "batch_id": batch.id,
        "position": item.position,
        "learner_id": judgment.learner_id,
        "achievement_id": earned.id,
        "document": json_text(document),
        "leaf": merkle.leaf(canonical),
        "proof": json_text(proof),
    }


def _achievement_row(
    earned: assemble.AssembledAchievement, judgment: MintableJudgment, now: datetime
) -> dict[str, Any]:
    return {
        "id": earned.id,
        "competency_id": judgment.competency.id,
        "name": earned.name,
        "document": json_text(earned.document),
        "created_at": now,
    }


def _add_new_achievements(session: Session, rows: dict[UUID, dict[str, Any]]) -> None:
    known = repository.known_achievements(session, rows)
    new = [row for achievement_id, row in rows.items() if achievement_id not in known]
    if new:
        repository.add_achievements(session, new)


def _store_tree(batch_id: UUID, session: Session) -> None:
    batch = _batch(session, batch_id)
    if batch.state != BatchState.SIGNED:
        return
    built = merkle.MerkleTree.build(repository.leaves(session, batch_id))
    tree.store(session, batch_id, built)
    batch.root, batch.state = built.root.hex(), BatchState.TREED
    session.add(batch)


def _anchor(run: Mint, batch_id: UUID) -> None:
    """Anchor the root; anchoring's own steps survive a crash anywhere between them."""
    with session_scope(run.engine, read_only=True) as session:
        batch = _batch(session, batch_id)
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
        row = _batch(session, batch_id)
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
        batch = _batch(session, batch_id)
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
            if row.position % _PROGRESS_EVERY == 0:
                run.progress("Checking", row.position, batch.size)
    run.progress("Checking", batch.size, batch.size)


def _release(run: Mint, batch_id: UUID, resumed: bool, session: Session) -> MintedBatch:
    batch = _batch(session, batch_id)
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


def _batch(session: Session, batch_id: UUID) -> Batch:
    batch = repository.get_batch(session, batch_id)
    if batch is None:
        raise RuntimeError(f"the batch {batch_id} is gone")
    return batch
