"""Anchoring a batch: sign once, store, send those bytes until a block has them, record the block.

Three steps, each with its own transaction in our database, and each may be repeated at any time:

1. ``prepare_anchor``: takes the account's next nonce, signs, stores the bytes. Nothing is sent.
2. ``broadcast``: sends the stored bytes, and never any others.
3. ``await_confirmations`` (no database), then ``record_confirmation``.

A crash between any two of them is repaired by running them again. What never happens is a second
signature for a batch: if our nonce was taken by a transaction that is not ours, that is an alarm.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from sqlmodel import Session

from contracts.credential_anchor import ROOT_SIZE
from contracts.errors import ChainRefused
from issuer.anchoring import repository
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.confirmation import CONFIRM_TIMEOUT_S, AnchorReceipt, await_confirmations
from issuer.anchoring.contract import check_contract, deploy_contract, transaction
from issuer.anchoring.errors import AlreadyAnchored, NotPrepared, OtherRoot, Reverted, RootInvalid
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor, AnchorState
from issuer.anchoring.readiness import AnchorQuote, check_ready, quote_anchor
from issuer.anchoring.sending import send_stored

__all__ = [
    "AnchorReceipt",
    "SessionScope",
    "anchor_root",
    "await_confirmations",
    "broadcast",
    "check_contract",
    "check_ready",
    "deploy_contract",
    "find_anchor",
    "finish_anchor",
    "prepare_anchor",
    "record_confirmation",
    "record_revert",
    "unfinished",
]

_FINISHED = (AnchorState.CONFIRMED, AnchorState.REVERTED)

SessionScope = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends and rolls back when it raises."""


def prepare_anchor(
    session: Session,
    batch_id: UUID,
    root: bytes,
    *,
    account: EthereumAccount,
    client: EthereumClient,
    contract: str,
    quote: AnchorQuote | None = None,
) -> Anchor:
    """Sign the batch's transaction and store it; or find the one that was stored before.

    Sends nothing. The caller must commit before ``broadcast``.

    Args:
        session: the caller's; not committed here.
        batch_id: the batch.
        root: its Merkle root, 32 bytes.
        account: the issuer's unlocked account.
        client: the node, for fees, balance and the account's transaction count.
        contract: checksummed address of the anchor contract.
        quote: what the node said already, for callers that keep the node out of their database
            transaction; asked here if not given.

    Raises:
        RootInvalid: the root is not 32 bytes.
        OtherRoot: the batch has a transaction for another root.
        AlreadyAnchored: the account anchored the root by a transaction that we have no record of.
        HistoryLost: the chain has fewer of our transactions than we saw confirmed.
        And whatever ``check_ready`` raises.
    """
    known = _known(session, batch_id, root)
    if known is not None:
        return known
    if quote is None:
        confirmed = repository.highest_confirmed_nonce(session, client.chain_id, account.address)
        quote = quote_anchor(client, account.address, contract, root, confirmed_nonce=confirmed)
    nonce = repository.take_nonce(session, client.chain_id, account.address, quote.sent)
    signed = account.sign(
        transaction(client.chain_id, nonce, to=contract, data=root, gas=quote.gas, fees=quote.fees)
    )
    anchor = Anchor(
        batch_id=batch_id,
        chain_id=client.chain_id,
        sender=account.address,
        nonce=nonce,
        to=contract,
        root=root,
        raw_transaction=signed.raw,
        tx_hash=signed.tx_hash,
    )
    repository.save(session, anchor)
    return anchor


def broadcast(session: Session, batch_id: UUID, client: EthereumClient) -> Anchor:
    """Send the batch's stored bytes, unless the node has them already.

    Args:
        session: the caller's; not committed here.
        batch_id: a batch that ``prepare_anchor`` was committed for.
        client: the node.

    Raises:
        NotPrepared: nothing is stored for the batch.
        WrongChain: the node, or the client's settings, are of another chain than the bytes.
        NonceTaken: another transaction has our nonce. An alarm: nothing is signed anew.
        ChainRefused: the node does not take the transaction, for another reason.
    """
    anchor = find_anchor(session, batch_id)
    if anchor.state not in _FINISHED:
        send_stored(client, anchor)
    return _record_broadcast(session, batch_id)


def record_confirmation(session: Session, batch_id: UUID, receipt: AnchorReceipt) -> Anchor:
    """Write down where the anchor stands. Repeating it changes nothing.

    Raises:
        NotPrepared: nothing is stored for the batch, or another transaction than the receipt's.
    """
    anchor = find_anchor(session, batch_id)
    if anchor.tx_hash != receipt.tx_hash:
        raise NotPrepared(f"The transaction {receipt.tx_hash} is not that of batch {batch_id}.")
    anchor.state = AnchorState.CONFIRMED
    anchor.block_number = receipt.block_number
    anchor.block_hash = receipt.block_hash
    anchor.block_time = receipt.block_time
    repository.save(session, anchor)
    return anchor


def record_revert(session: Session, batch_id: UUID) -> Anchor:
    """Write down that the anchor's transaction failed in a block.

    Raises:
        NotPrepared: nothing is stored for the batch.
    """
    anchor = find_anchor(session, batch_id)
    anchor.state = AnchorState.REVERTED
    repository.save(session, anchor)
    return anchor


def find_anchor(session: Session, batch_id: UUID) -> Anchor:
    """Return what is stored for a batch.

    Raises:
        NotPrepared: nothing is.
    """
    anchor = repository.find(session, batch_id)
    if anchor is None:
        raise NotPrepared(f"No transaction is stored for the batch {batch_id}.")
    return anchor


def unfinished(session: Session) -> list[Anchor]:
    """Anchors that are prepared or sent but not confirmed, by account and nonce.

    Finish them in this order: a later nonce is not mined before an earlier one.
    """
    return repository.anchors_in(session, AnchorState.PREPARED, AnchorState.BROADCAST)


def anchor_root(
    scope: SessionScope,
    batch_id: UUID,
    root: bytes,
    *,
    account: EthereumAccount,
    client: EthereumClient,
    contract: str,
    confirmations: int = 1,
    timeout_s: float = CONFIRM_TIMEOUT_S,
) -> AnchorReceipt:
    """Do all three steps, each in its own database transaction. Safe to repeat after any crash.

    The node is never asked while a database transaction is open.

    Args:
        scope: opens a session that commits when its block ends.
        batch_id, root, account, client, contract: as for ``prepare_anchor``.
        confirmations, timeout_s: as for ``await_confirmations``.

    Raises:
        Whatever the steps raise.
    """
    with scope() as session:
        prepared = _known(session, batch_id, root) is not None
        confirmed = repository.highest_confirmed_nonce(session, client.chain_id, account.address)
    if not prepared:
        try:
            quote = quote_anchor(client, account.address, contract, root, confirmed_nonce=confirmed)
        except (AlreadyAnchored, ChainRefused):
            # Another process may have anchored this very batch since we looked.
            with scope() as session:
                if _known(session, batch_id, root) is None:
                    raise
        else:
            with scope() as session:
                prepare_anchor(
                    session,
                    batch_id,
                    root,
                    account=account,
                    client=client,
                    contract=contract,
                    quote=quote,
                )
    return finish_anchor(scope, batch_id, client, confirmations=confirmations, timeout_s=timeout_s)


def finish_anchor(
    scope: SessionScope,
    batch_id: UUID,
    client: EthereumClient,
    *,
    confirmations: int = 1,
    timeout_s: float = CONFIRM_TIMEOUT_S,
) -> AnchorReceipt:
    """Do what is left for a prepared anchor; needs neither account nor passphrase.

    Raises:
        Whatever ``broadcast`` and ``await_confirmations`` raise.
    """
    with scope() as session:
        anchor = find_anchor(session, batch_id)
        recorded = _recorded(anchor)
        # What is read after the session's end has to be loaded in it.
        session.expunge(anchor)
    if recorded is not None:
        return recorded
    send_stored(client, anchor)
    with scope() as session:
        _record_broadcast(session, batch_id)
    try:
        receipt = await_confirmations(client, anchor.tx_hash, confirmations, timeout_s)
    except Reverted:
        with scope() as session:
            record_revert(session, batch_id)
        raise
    with scope() as session:
        record_confirmation(session, batch_id, receipt)
    return receipt


def _known(session: Session, batch_id: UUID, root: bytes) -> Anchor | None:
    if len(root) != ROOT_SIZE:
        raise RootInvalid(f"A Merkle root has {ROOT_SIZE} bytes, and this one has {len(root)}.")
    anchor = repository.find(session, batch_id)
    if anchor is not None and anchor.root != root:
        raise OtherRoot(
            f"The batch {anchor.batch_id} already has the transaction {anchor.tx_hash}, which "
            "anchors another root.",
            "A batch is anchored once: put the changed credentials into a new batch.",
        )
    return anchor


def _record_broadcast(session: Session, batch_id: UUID) -> Anchor:
    anchor = find_anchor(session, batch_id)
    if anchor.state == AnchorState.PREPARED:
        anchor.state = AnchorState.BROADCAST
        repository.save(session, anchor)
    return anchor


def _recorded(anchor: Anchor) -> AnchorReceipt | None:
    """The receipt of a confirmed anchor; raises Reverted for one that failed."""
    if anchor.state == AnchorState.REVERTED:
        raise Reverted(
            f"The transaction {anchor.tx_hash} of batch {anchor.batch_id} failed in its block.",
            "It anchors nothing. See on a block explorer why it reverted.",
        )
    if anchor.block_number is None or anchor.block_hash is None or anchor.block_time is None:
        return None
    return AnchorReceipt(
        tx_hash=anchor.tx_hash,
        chain_id=anchor.chain_id,
        sender=anchor.sender,
        block_number=anchor.block_number,
        block_hash=anchor.block_hash,
        block_time=anchor.block_time,
    )
