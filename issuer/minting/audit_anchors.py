"""The heads of the audit log that stand in batches' trees, beside the credentials."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from credentials.merkle import Step, walk
from issuer.audit import service as audit
from issuer.audit.errors import AuditBroken
from issuer.minting import repository
from issuer.minting.models import Batch
from issuer.minting.tree import StoredTree


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """A head of the log and its way to a batch's root.

    Attributes:
        batch_id: the batch.
        length: rows of the log up to the head.
        head: hash of the last of them, 32 bytes.
        path: from the head's leaf up to the root.
        root: the batch's Merkle root.
        transaction: hash of the transaction that anchors it; None until it is confirmed.
    """

    batch_id: UUID
    length: int
    head: bytes
    path: tuple[Step, ...]
    root: bytes
    transaction: str | None


def checked_heads(session: Session) -> list[AnchoredHead]:
    """The heads in all trees, oldest batch first, each proven to lead to its root.

    What the chain says of a root, `issuer anchor status` and every verifier ask the chain.

    Args:
        session: reads only.

    Raises:
        AuditBroken: a head is not the one that its batch's tree was built with.
    """
    return list(_heads(session))


def _heads(session: Session) -> Iterator[AnchoredHead]:
    for batch in repository.all_batches(session):
        if batch.root is None or batch.audit_head is None or batch.audit_length is None:
            continue
        found = AnchoredHead(
            batch_id=batch.id,
            length=batch.audit_length,
            head=bytes.fromhex(batch.audit_head),
            path=_path(session, batch),
            root=bytes.fromhex(batch.root),
            transaction=batch.anchor_transaction,
        )
        if walk(audit.head_leaf(found.length, found.head), found.path) != found.root:
            raise AuditBroken(
                f"The head of the audit log at row {found.length:,} is not the one in the tree "
                f"of batch {batch.id}.",
                "Compare with a backup.",
                details={"batch": str(batch.id)},
            )
        yield found


def _path(session: Session, batch: Batch) -> tuple[Step, ...]:
    return StoredTree(session, batch.id, batch.leaves).path(batch.size)
