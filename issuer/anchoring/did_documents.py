"""Anchors every version of the school's DID document: which keys it published, and when.

The root of such an anchor is the SHA-256 of the exact bytes that were served, so whoever has the
bytes can look it up. It is no batch; its row among the anchors has a UUID made from the hash.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.engine import Engine
from sqlmodel import Session, func, select

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor
from issuer.anchoring.service import AnchorReceipt, SessionScope, anchor_root
from issuer.db import session_scope
from issuer.identity import repository
from issuer.identity.models import DidDocumentVersion
from issuer.identity.node import open_node
from issuer.settings import Settings

NAMESPACE: Final = UUID("3b7c8a8e-0d5a-5b51-9a34-6d0f3f1d4c27")
"""For the UUIDs of these anchors (RFC 9562 section 5.5)."""


def anchor_id(sha256: str) -> UUID:
    """The id of a version's row among the anchors.

    Args:
        sha256: of the version's bytes, in hexadecimal.
    """
    return uuid5(NAMESPACE, sha256)


def unanchored(session: Session) -> list[DidDocumentVersion]:
    """The versions whose hash stands on no chain yet, oldest first."""
    return repository.unanchored_did_documents(session)


def anchor_did_documents(
    scope: SessionScope,
    *,
    account: EthereumAccount,
    client: EthereumClient,
    contract: str,
    confirmations: int,
) -> list[int]:
    """Anchor every version that is not anchored yet, one transaction each. Safe to repeat.

    Args:
        scope: opens a session that commits when its block ends.
        account, client, contract, confirmations: as for ``anchor_root``.

    Returns:
        The numbers of the versions that were anchored.

    Raises:
        Whatever ``anchor_root`` raises; what was anchored before that is written down.
    """
    with scope() as session:
        waiting = [(row.version, row.sha256) for row in unanchored(session)]
    for number, sha256 in waiting:
        receipt = anchor_root(
            scope,
            anchor_id(sha256),
            bytes.fromhex(sha256),
            account=account,
            client=client,
            contract=contract,
            confirmations=confirmations,
        )
        with scope() as session:
            _record(session, number, receipt)
    return [number for number, _ in waiting]


def anchor_published(settings: Settings, engine: Engine, account: EthereumAccount) -> list[int]:
    """Anchor the versions of the DID document that stand on no chain yet; their numbers.

    Raises:
        Whatever the node and the chain raise.
    """
    with open_node(settings) as node, EthereumClient.of(settings, node.url) as client:
        return anchor_did_documents(
            lambda: session_scope(engine),
            account=account,
            client=client,
            contract=settings.contract_address,
            confirmations=settings.confirmations,
        )


def last_block_time(session: Session) -> datetime | None:
    """The time of the newest block that holds anything of ours; None if none does."""
    return session.exec(select(func.max(Anchor.block_time))).one()


def _record(session: Session, number: int, receipt: AnchorReceipt) -> None:
    row = repository.did_document(session, number)
    if row is None:
        raise RuntimeError("a version of the DID document is never deleted")
    row.anchor_chain_id = receipt.chain_id
    row.anchor_transaction = receipt.tx_hash
    row.anchored_at = receipt.block_time
    session.add(row)
