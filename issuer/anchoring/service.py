"""Anchoring a batch: sign, store, send those bytes until a block has them, record the block.

Each step has its own transaction in our database, and each may be repeated at any time:

1. ``prepare_anchor``: takes the account's next nonce, signs, stores the bytes. Nothing is sent.
2. ``advance_anchor``, again and again: sends the stored bytes, and only stored ones; replaces a
   stuck transaction by one with a higher fee at the same nonce, stored before it is sent;
   looks for any of them in the chain; records the block, and takes it back if it goes away.

A crash between any two of them is repaired by running them again. A batch that has a nonce never
gets another: if that nonce was taken by a transaction that is not ours, that is an alarm.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from contracts.credential_anchor import ROOT_SIZE
from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from issuer.anchoring import repository
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.advancing import (
    FEE_BUMP_AFTER,
    SessionScope,
    advance_anchor,
    check_still_anchored,
)
from issuer.anchoring.confirmation import CONFIRM_TIMEOUT_S, Patience, not_confirmed
from issuer.anchoring.contract import check_contract, deploy_contract
from issuer.anchoring.errors import AlreadyAnchored, NotPrepared, OtherRoot, Reverted, RootInvalid
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.found import FoundTransaction
from issuer.anchoring.models import UNFINISHED, Anchor, AnchorAttempt, AnchorState
from issuer.anchoring.readiness import (
    AnchorQuote,
    Readiness,
    already_anchored,
    check_ready,
    quote_anchor,
)
from issuer.anchoring.signing import AnchorCall, sign_attempt
from issuer.anchoring.standing import AnchorReceipt, AnchorStanding, receipt_of, standing_of

__all__ = [
    "FEE_BUMP_AFTER",
    "AnchorReceipt",
    "AnchorStanding",
    "AnchorState",
    "Readiness",
    "SessionScope",
    "advance_anchor",
    "anchor_root",
    "check_contract",
    "check_ready",
    "check_still_anchored",
    "deploy_contract",
    "find_anchor",
    "finish_anchor",
    "give_up",
    "prepare_anchor",
    "prepare_root",
    "prepared",
    "quote_anchor",
    "receipt_of",
    "reverted",
    "standing_of",
    "unfinished",
]


def prepare_anchor(
    session: Session,
    batch_id: UUID,
    root: bytes,
    *,
    account: EthereumAccount,
    client: EthereumClient,
    contract: str,
    quote: AnchorQuote | None = None,
    now: datetime | None = None,
) -> Anchor:
    """Sign the batch's transaction and store it; or find the one that was stored before.

    Sends nothing. The caller must commit before ``advance_anchor``. With a quote, the first
    statement is the one that takes the nonce, and nobody is asked: fit for a transactional step.

    Args:
        session: the caller's; not committed here.
        batch_id: the batch.
        root: its Merkle root, 32 bytes.
        account: the issuer's unlocked account.
        client: the node, for fees, balance and the account's transaction count.
        contract: checksummed address of the anchor contract.
        quote: what the node said already, for callers that keep the node out of their database
            transaction; asked here if not given.
        now: aware UTC; the present if not given.

    Raises:
        RootInvalid: the root is not 32 bytes.
        OtherRoot: the batch has a transaction for another root.
        AlreadyAnchored: the account anchored the root before, and not for this batch.
        HistoryLost: the chain has fewer of our transactions than we saw confirmed.
        And whatever ``check_ready`` raises.
    """
    _check_root(root)
    if quote is None:
        known = _known(session, batch_id, root)
        if known is not None:
            return known
        confirmed = repository.highest_confirmed_nonce(session, client.chain_id, account.address)
        quote = quote_anchor(client, account.address, contract, root, confirmed_nonce=confirmed)
    # A point to go back to: the nonce of a batch that turns out to have one is given back. Who
    # waits here for another process sees afterwards what that process wrote.
    point = session.begin_nested()
    nonce = repository.take_nonce(session, client.chain_id, account.address, quote.sent)
    known = _known(session, batch_id, root)
    if known is not None or quote.found is not None:
        point.rollback()
    if known is not None:
        return _known(session, batch_id, root) or known
    call = AnchorCall(batch_id, client.chain_id, nonce, contract, root)
    now = now or datetime.now(UTC)
    attempt = (
        sign_attempt(account, call, 1, gas=quote.gas, fees=quote.fees, now=now)
        if quote.found is None
        else _found(session, call, account.address, quote.found, now)
    )
    anchor = Anchor(
        batch_id=batch_id,
        chain_id=client.chain_id,
        sender=account.address,
        nonce=attempt.nonce,
        to=contract,
        root=root,
        tx_hash=attempt.tx_hash,
    )
    repository.add(session, anchor, attempt)
    return anchor


def _found(
    session: Session, call: AnchorCall, sender: str, found: FoundTransaction, now: datetime
) -> AnchorAttempt:
    """The transaction that is on the chain already, as this batch's first attempt.

    Raises:
        AlreadyAnchored: it is another batch's.
    """
    if repository.batch_of(session, found.tx_hash) is not None:
        raise already_anchored(sender, call.root)
    return found.as_attempt(call.batch_id, 1, now)


def prepared(session: Session, batch_id: UUID) -> Anchor | None:
    """What is stored for a batch, if anything is."""
    return repository.find(session, batch_id)


def find_anchor(session: Session, batch_id: UUID) -> Anchor:
    """Return what is stored for a batch.

    Raises:
        NotPrepared: nothing is.
    """
    anchor = repository.find(session, batch_id)
    if anchor is None:
        raise NotPrepared(f"No transaction is stored for the batch {batch_id}.")
    return anchor


def give_up(session: Session, batch_id: UUID) -> None:
    """Follow the anchor of a batch no further, if it has one that is not confirmed.

    Only where its account is used no more: of one in use, later numbers wait for this one.
    """
    anchor = repository.find(session, batch_id)
    if anchor is not None and anchor.state != AnchorState.CONFIRMED:
        repository.change(session, anchor, {"state": AnchorState.GIVEN_UP, "problem": None})


def unfinished(session: Session) -> list[Anchor]:
    """Anchors that are prepared, sent or seen but not confirmed, by account and nonce.

    Finish them in this order: a later nonce is not mined before an earlier one.
    """
    return repository.anchors_in(session, *UNFINISHED)


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
    fee_bump_after: timedelta = FEE_BUMP_AFTER,
) -> AnchorReceipt:
    """Prepare, then advance until it is confirmed. Safe to repeat after any crash.

    The node is never asked while a database transaction is open.

    Args:
        scope: opens a session that commits when its block ends.
        batch_id, root, account, client, contract: as for ``prepare_anchor``.
        confirmations, fee_bump_after: as for ``advance_anchor``.
        timeout_s: seconds after which we give up; the transaction may still be mined later.

    Raises:
        Reverted: it failed, in a block that is deep enough.
        NotConfirmed: no such block within the time.
        And whatever the steps raise.
    """
    prepare_root(scope, batch_id, root, account=account, client=client, contract=contract)
    return finish_anchor(
        scope,
        batch_id,
        client,
        account=account,
        confirmations=confirmations,
        timeout_s=timeout_s,
        fee_bump_after=fee_bump_after,
    )


def finish_anchor(
    scope: SessionScope,
    batch_id: UUID,
    client: EthereumClient,
    *,
    account: EthereumAccount | None = None,
    confirmations: int = 1,
    timeout_s: float = CONFIRM_TIMEOUT_S,
    fee_bump_after: timedelta = FEE_BUMP_AFTER,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AnchorReceipt:
    """Do what is left for a prepared anchor; without the account no fee can be raised.

    A node that stops answering while we wait is waited for as well; one that does not answer
    the first time is an error at once.

    Raises:
        Whatever ``anchor_root`` raises.
    """
    patience, standing = Patience(timeout_s), None
    while True:
        try:
            standing = advance_anchor(
                scope,
                batch_id,
                account=account,
                client=client,
                confirmations=confirmations,
                now=clock(),
                fee_bump_after=fee_bump_after,
            )
        except (ChainUnreachable, ChainBadAnswer):
            if standing is None or not patience.pause():
                raise
            continue
        if standing.state == AnchorState.REVERTED:
            raise reverted(standing)
        if standing.state == AnchorState.CONFIRMED and standing.receipt is not None:
            return standing.receipt
        if not patience.pause():
            raise not_confirmed(standing.tx_hash, timeout_s, standing.problem)


def prepare_root(
    scope: SessionScope,
    batch_id: UUID,
    root: bytes,
    *,
    account: EthereumAccount,
    client: EthereumClient,
    contract: str,
) -> None:
    """``prepare_anchor`` in transactions of its own, the node asked between them.

    Raises:
        Whatever ``prepare_anchor`` raises.
    """
    with scope() as session:
        if _known(session, batch_id, root) is not None:
            return
        confirmed = repository.highest_confirmed_nonce(session, client.chain_id, account.address)
    try:
        quote = quote_anchor(client, account.address, contract, root, confirmed_nonce=confirmed)
    except (AlreadyAnchored, ChainRefused):
        # Another process may have anchored this very batch since we looked.
        with scope() as session:
            if _known(session, batch_id, root) is not None:
                return
        raise
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


def _check_root(root: bytes) -> None:
    if len(root) != ROOT_SIZE:
        raise RootInvalid(f"A Merkle root has {ROOT_SIZE} bytes, and this one has {len(root)}.")


def _known(session: Session, batch_id: UUID, root: bytes) -> Anchor | None:
    _check_root(root)
    anchor = repository.find(session, batch_id)
    if anchor is not None and anchor.root != root:
        raise OtherRoot(
            f"The batch {anchor.batch_id} already has the transaction {anchor.tx_hash}, which "
            "anchors another root.",
            "A batch is anchored once: put the changed credentials into a new batch.",
        )
    return anchor


def reverted(standing: AnchorStanding) -> Reverted:
    """The error for a transaction that failed in its block."""
    return Reverted(
        f"The transaction {standing.tx_hash} of batch {standing.batch_id} failed in its block.",
        "It anchors nothing. See on a block explorer why it reverted.",
        details={"transaction": standing.tx_hash},
    )
