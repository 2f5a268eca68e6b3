"""Following the anchors of a document to their transactions: when it existed, by whose account.

Used by the check "anchor", and wherever a key has ended since: only an anchor can say then that a
document is older than the end of its key. What it means to a reader is for the checks to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from credentials.canonical import canonicalize, without_proof
from credentials.errors import MerkleInvalid, ProofMalformed
from credentials.json_types import JsonObject
from credentials.merkle import leaf
from credentials.proofs import merkle_proof_2019
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.proofs.merkle_proof_2019 import Anchor, MerkleProof
from schemas.errors import TouchstoneError
from verifier.errors import (
    AnchorNotProven,
    ChainNotConfigured,
    ChainUnreachable,
    NotAnchored,
    TransactionPending,
    TransactionUnknown,
)
from verifier.json_access import objects, text
from verifier.names import chain_name
from verifier.ports import AnchorTransaction
from verifier.report import day, timestamp
from verifier.subject import Subject

ADDRESS_PREFIX = "ecdsa-koblitz-pubkey:"
"""How a Blockcerts issuer profile writes the accounts that anchor for it."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far a block's time may lie before the day an account was listed, or ahead of our clock."""
PASSED = "anchor.passed"
WRONG = "anchor.wrong"
_ANCHOR_SUITE = "merkle-proof-2019"
_ANCHOR_TYPE = "MerkleProof2019"


@dataclass(frozen=True, slots=True)
class AnchorAnswer:
    """Where following one anchor ended.

    Attributes:
        code: of the finding that says so, see verifier.words.
        details: machine-readable extras.
        values: for the placeholders of the finding's words.
        block_time: when the document existed, if the transaction is the issuer's own and stands
            deep enough; None otherwise.
    """

    code: str
    details: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    block_time: datetime | None = None


def is_anchor(proof: JsonObject) -> bool:
    """Whether a proof is an anchor on a chain, which says when and not who."""
    return proof.get("cryptosuite") == _ANCHOR_SUITE or proof.get("type") == _ANCHOR_TYPE


def follow_anchors(subject: Subject) -> list[AnchorAnswer]:
    """Follow every Merkle proof of a document to its transaction, once for everyone who asks.

    Raises:
        ProofMalformed: what stands under ``proof`` is no proof set.
        TouchstoneError: the document has no canonical form.
    """
    return subject.once("anchors", lambda: _follow_all(subject))


def _follow_all(subject: Subject) -> list[AnchorAnswer]:
    return [
        _follow(subject, place, proof)
        for place, proof in enumerate(subject.proofs)
        if is_anchor(proof)
    ]


def _follow(subject: Subject, place: int, proof: JsonObject) -> AnchorAnswer:
    try:
        merkle = merkle_proof_2019.decode(proof)
        _verify_path(subject, place, merkle)
    except (ProofMalformed, MerkleInvalid) as error:
        return AnchorAnswer(WRONG, {"cause": error.code}, {"cause": error.sentence})
    if not merkle.anchors:
        return AnchorAnswer(WRONG, values={"cause": "it names no transaction."})
    anchor = merkle.anchors[0]
    try:
        transaction = subject.asked.once(
            f"anchor:{anchor.chain_id} {anchor.transaction}",
            lambda: subject.ports.chain.anchor(anchor.chain_id, anchor.transaction),
        )
    except TouchstoneError as error:
        return _not_read(subject, anchor, error)
    return _read(subject, merkle, anchor, transaction)


def _verify_path(subject: Subject, place: int, merkle: MerkleProof) -> None:
    """The leaf is the bare document or, behind other proofs, the document with those proofs."""
    try:
        merkle_proof_2019.verify_path(merkle, leaf(subject.canonical))
    except MerkleInvalid:
        if place == 0:
            raise
        chained = {**without_proof(subject.document), "proof": subject.proofs[:place]}
        merkle_proof_2019.verify_path(merkle, leaf(canonicalize(chained)))


def _not_read(subject: Subject, anchor: Anchor, error: TouchstoneError) -> AnchorAnswer:
    chain = chain_name(anchor.chain_id)
    details = {"cause": error.code, **_where(anchor)}
    if isinstance(error, TransactionPending):
        return AnchorAnswer("anchor.pending", details, _confirmations(subject, 0))
    if isinstance(error, TransactionUnknown):
        return AnchorAnswer("anchor.unknown-transaction", details, {"chain": chain})
    if isinstance(error, NotAnchored):
        return AnchorAnswer(WRONG, details, {"cause": error.sentence})
    if isinstance(error, AnchorNotProven):
        values = {"cause": error.sentence, "remedy": error.remedy}
        return AnchorAnswer("anchor.not-proven", details, values)
    if isinstance(error, ChainNotConfigured):
        return AnchorAnswer("anchor.not-configured", details, {"chain": chain})
    cause = "" if isinstance(error, ChainUnreachable) else error.sentence
    return AnchorAnswer("anchor.not-read", details, {"chain": chain, "cause": cause})


def _where(anchor: Anchor) -> dict[str, object]:
    return {"chainId": anchor.chain_id, "transaction": anchor.transaction}


def _confirmations(subject: Subject, there: int) -> dict[str, object]:
    return {"k": there, "n": subject.settings.min_confirmations}


def _read(
    subject: Subject, merkle: MerkleProof, anchor: Anchor, transaction: AnchorTransaction
) -> AnchorAnswer:
    details = {
        **_where(anchor),
        "block": transaction.block_number,
        "confirmations": transaction.confirmations,
    }
    if not transaction.succeeded:
        return AnchorAnswer(WRONG, details, {"cause": "the transaction was reverted."})
    if transaction.input != merkle.root:
        cause = "the transaction wrote another fingerprint."
        return AnchorAnswer(WRONG, details, {"cause": cause})
    try:
        listed = _is_listed(subject, transaction.sender, transaction.block_time)
    except TouchstoneError as error:
        values = {"host": subject.issuer_host, "cause": error.sentence}
        return AnchorAnswer("anchor.no-profile", {**details, "cause": error.code}, values)
    if not listed:
        cause = "the sender is not an account that the school listed at that time."
        return AnchorAnswer(WRONG, details, {"cause": cause})
    return _confirmed(subject, anchor, transaction, details)


def _confirmed(
    subject: Subject, anchor: Anchor, transaction: AnchorTransaction, details: dict[str, object]
) -> AnchorAnswer:
    if transaction.confirmations < subject.settings.min_confirmations:
        values = _confirmations(subject, transaction.confirmations)
        return AnchorAnswer("anchor.pending", details, values)
    chain = chain_name(anchor.chain_id)
    if transaction.block_time > subject.now + CLOCK_SKEW:
        cause = "Its block is dated in the future."
        return AnchorAnswer("anchor.not-read", details, {"chain": chain, "cause": cause})
    details = {**details, "anchoredAt": timestamp(transaction.block_time)}
    values = {"chain": chain, "date": day(transaction.block_time)}
    return AnchorAnswer(PASSED, details, values, transaction.block_time)


def _is_listed(subject: Subject, sender: str, at: datetime) -> bool:
    """Whether the issuer's profile lists the account for that moment (Blockcerts publicKey)."""
    for entry in objects(subject.issuer_profile.get("publicKey")):
        address = text(entry, "id").removeprefix(ADDRESS_PREFIX)
        if address.lower() == sender.lower() and _is_current(entry, at):
            return True
    return False


def _is_current(entry: JsonObject, at: datetime) -> bool:
    """Whether an account was listed at that moment; a date that cannot be read counts against.

    What it wrote before it was given up (``expires``) or got into other hands (``revoked``)
    stands; what is written by it from that moment on does not.
    """
    try:
        if "created" in entry and parse_date_time_stamp(entry["created"]) > at + CLOCK_SKEW:
            return False
        ends = [entry[member] for member in ("expires", "revoked") if member in entry]
        return all(parse_date_time_stamp(end) > at for end in ends)
    except ValueError:
        return False
