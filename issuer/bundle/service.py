"""What the rest of the issuer may ask of bundles: make one.

Three steps, so that the node is never asked while the database is held: ``gather`` reads what the
school has about a learner, ``prove`` asks the node, ``seal`` puts it together and signs it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import rlp
from sqlmodel import Session

from credentials.json_types import JsonObject
from credentials.models.bundle import MAX_CREDENTIALS, TYPE, VERSION, BlockProof, read_bundle
from credentials.proofs import data_integrity, eddsa_jcs_2022, merkle_proof_2019
from credentials.proofs.data_integrity import format_date_time_stamp
from credentials.proofs.unsecured import Unsecured, canonical_json
from issuer.anchoring.ethereum import BlockId, EthereumClient
from issuer.anchoring.service import SessionScope
from issuer.bundle import repository
from issuer.bundle.chain_proofs import SentAnchor, prove
from issuer.bundle.errors import (
    BundleUnwritable,
    NothingToBundle,
    StatusListForeign,
    TransactionLost,
)
from issuer.identity import service as identity
from issuer.identity.documents import document_bytes
from issuer.identity.models import DidDocumentVersion
from issuer.identity.signing import Publisher
from issuer.minting import service as minting
from issuer.settings import Settings
from issuer.status import service as status

FINALIZED: Final = "finalized"
LATEST: Final = "latest"
FILE_MODE: Final = 0o600
"""Records of a person are for their owner's eyes until they decide otherwise."""
_TO, _DATA = 5, 7
"""Places in a signed EIP-1559 transaction."""


@dataclass(frozen=True)
class Material:
    """What the school has about one learner.

    Attributes:
        credentials: with their proofs, as they are delivered.
        did_documents: texts, oldest first.
        published: issuer profile and status lists, text by URL.
        anchors: of the credentials' batches and of the DID documents.
    """

    credentials: list[JsonObject]
    did_documents: list[str]
    published: dict[str, str]
    anchors: list[SentAnchor]


@dataclass(frozen=True)
class MadeBundle:
    """A bundle, and what its maker has to tell whoever checks it.

    Attributes:
        data: the file.
        credentials: how many are in it.
        chain_id, block_number, block_hash: the block that proves the anchors.
        did_document_sha256: of the newest DID document in it, hexadecimal.
        did_document_anchored: whether that stands on the chain, by the same block.
    """

    data: bytes
    credentials: int
    chain_id: int
    block_number: int
    block_hash: str
    did_document_sha256: str
    did_document_anchored: bool


def bundle_learner(
    scope: SessionScope,
    settings: Settings,
    learner_id: UUID,
    *,
    publisher: Publisher,
    client: EthereumClient,
    now: datetime,
    block: BlockId | None = None,
) -> MadeBundle:
    """A learner's bundle (docs/bundles.md).

    Args:
        scope: opens a session that commits when its block ends; status lists may be signed anew.
        settings: the issuer's.
        learner_id: whose credentials.
        publisher: signs the bundle.
        client: a node of the chain that the settings name.
        now: the present, aware UTC.
        block: number or tag of the block that proves the anchors; ``finalized``, or on a local
            chain, which finalizes nothing, ``latest``, if not given.

    Raises:
        NothingToBundle: the learner has no released credential, or more than a bundle takes.
        Whatever ``gather`` and ``prove`` raise.
    """
    with scope() as session:
        material = gather(session, settings, learner_id, publisher, now)
    chosen = default_block(settings) if block is None else block
    proven = prove(material.anchors, client, chosen)
    newest = material.did_documents[-1].encode("utf-8")
    return MadeBundle(
        data=seal(material, [proven.proof], publisher, now),
        credentials=len(material.credentials),
        chain_id=client.chain_id,
        block_number=proven.block.number,
        block_hash=proven.block.block_hash,
        did_document_sha256=hashlib.sha256(newest).hexdigest(),
        did_document_anchored=hashlib.sha256(newest).digest() in proven.roots,
    )


def default_block(settings: Settings) -> str:
    """The tag of the block that proves anchors if nobody says which."""
    return LATEST if settings.uses_local_chain else FINALIZED


def gather(
    session: Session, settings: Settings, learner_id: UUID, publisher: Publisher, now: datetime
) -> Material:
    """Read what a learner's bundle is made of; status lists are signed anew where that is due.

    Raises:
        NothingToBundle: the learner has no released credential, or more than a bundle takes.
        TransactionLost: the database does not hold the transaction of a batch.
        StatusListForeign: a credential names a list of somebody else.
    """
    credentials = minting.deliver_learner(session, learner_id)
    if not 1 <= len(credentials) <= MAX_CREDENTIALS:
        raise NothingToBundle(
            f"The learner has {len(credentials):,} released credentials, and a bundle takes 1 to "
            f"{MAX_CREDENTIALS:,}.",
            "Mint with `issuer mint`, or choose another learner.",
        )
    versions = _needed_versions(identity.did_document_versions(session), credentials)
    profile = identity.profile(session, settings)
    published = {str(profile["id"]): document_bytes(profile).decode("utf-8")}
    published |= _status_lists(session, settings, credentials, publisher, now)
    return Material(
        credentials=credentials,
        did_documents=[version.document for version in versions],
        published=published,
        anchors=_anchors(session, credentials, versions),
    )


def seal(
    material: Material, blocks: Sequence[BlockProof], publisher: Publisher, now: datetime
) -> bytes:
    """Put a bundle together and sign it: canonical JSON (RFC 8785), the same for the same parts."""
    unsigned: JsonObject = {
        "type": TYPE,
        "version": VERSION,
        "created": format_date_time_stamp(now),
        "issuer": publisher.did,
        "subject": material.credentials[0]["credentialSubject"]["id"],
        "credentials": material.credentials,
        "didDocuments": material.did_documents,
        "documents": [
            {"url": url, "content": content} for url, content in sorted(material.published.items())
        ],
        "blocks": [block.model_dump(mode="json") for block in blocks],
    }
    # Through JSON text, so that what is signed is what a reader will parse.
    unsigned = json.loads(canonical_json(unsigned))
    options = data_integrity.options(eddsa_jcs_2022.CRYPTOSUITE, publisher.verification_method, now)
    proof = eddsa_jcs_2022.create(Unsecured(unsigned), options, publisher.signer.sign)
    bundle = {**unsigned, "proof": proof}
    read_bundle(bundle)
    return canonical_json(bundle)


def write_bundle(data: bytes, path: Path) -> None:
    """Write the file whole or not at all; one that is there is replaced.

    Raises:
        BundleUnwritable: it cannot be written there.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".bundle-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(FILE_MODE)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise BundleUnwritable(
            f"The bundle cannot be written to {path}: {error.strerror}.",
            "Name a file in a directory that you may write to.",
        ) from None


def _needed_versions(
    versions: Sequence[DidDocumentVersion], credentials: Iterable[JsonObject]
) -> list[DidDocumentVersion]:
    """The newest version, and for each key that it has no more the newest one that has it."""
    methods = {
        str(proof["verificationMethod"])
        for credential in credentials
        for proof in data_integrity.proofs_of(credential)
    }
    needed = {versions[-1].version}
    for method in methods:
        having = [one.version for one in versions if json.dumps(method) in one.document]
        needed |= set(having[-1:])
    return [one for one in versions if one.version in needed]


def _status_lists(
    session: Session,
    settings: Settings,
    credentials: Iterable[JsonObject],
    publisher: Publisher,
    now: datetime,
) -> dict[str, str]:
    """The lists that the credentials name, as they are served now."""
    found: dict[str, str] = {}
    for credential in credentials:
        entries = credential.get("credentialStatus", [])
        for entry in entries if isinstance(entries, list) else [entries]:
            url = str(entry.get("statusListCredential"))
            if url not in found:
                served = status.published_list(
                    session,
                    _list_number(settings, url),
                    now,
                    publisher,
                    validity=settings.status_list_validity,
                )
                found[url] = served.document
    return found


def _list_number(settings: Settings, url: str) -> int:
    number = url.rpartition("/")[2]
    if not (number.isascii() and number.isdigit()) or url != status.list_url(
        settings.base_url, int(number)
    ):
        raise StatusListForeign(
            f"A credential names the status list {url}, which is not this school's.",
            "Correct base_url in the settings, if the school has moved.",
        )
    return int(number)


def _anchors(
    session: Session, credentials: Iterable[JsonObject], versions: Iterable[DidDocumentVersion]
) -> list[SentAnchor]:
    """The transactions of all batches and DID documents, each once, in a fixed order."""
    wanted = {
        (anchor.chain_id, anchor.transaction): True
        for credential in credentials
        for proof in data_integrity.proofs_of(credential)
        if proof.get("cryptosuite") == merkle_proof_2019.CRYPTOSUITE
        for anchor in merkle_proof_2019.decode(proof).anchors
    }
    for version in versions:
        if version.anchor_transaction is not None and version.anchor_chain_id is not None:
            wanted.setdefault((version.anchor_chain_id, version.anchor_transaction), False)
    signed = repository.signed_transactions(session, [it for _, it in wanted])
    found = []
    for (chain_id, transaction), required in sorted(wanted.items()):
        if transaction in signed:
            found.append(_sent(chain_id, signed[transaction], required=required))
        elif required:
            raise TransactionLost(
                f"The database does not hold the signed transaction {transaction}.",
                "Restore the database from its backup.",
            )
    return found


def _sent(chain_id: int, raw: bytes, *, required: bool) -> SentAnchor:
    """What a transaction of ours says, and who signed it."""
    from eth_account import Account  # noqa: PLC0415 - slow to load

    fields = rlp.decode(raw[1:])
    return SentAnchor(
        chain_id=chain_id,
        sender=str(Account.recover_transaction(raw)),
        contract="0x" + fields[_TO].hex(),
        root=fields[_DATA],
        raw=raw,
        required=required,
    )
