"""Was its fingerprint written to the chain by the school?"""

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
    ChainNotConfigured,
    ChainUnreachable,
    TransactionPending,
    TransactionUnknown,
)
from verifier.json_access import objects, text
from verifier.names import chain_name
from verifier.ports import AnchorTransaction, CheckSettings, Ports
from verifier.report import Finding, day, timestamp
from verifier.signatures import is_anchor
from verifier.subject import Subject
from verifier.words import finding

NAME = "anchor"
TITLE = "Was its fingerprint written to a public chain by the school?"
HELP = (
    "The chain says since when the record has existed as it stands, independent of the school.\n"
    "The fingerprint must lead to the school's own transaction, and enough blocks must follow it."
)
ADDRESS_PREFIX = "ecdsa-koblitz-pubkey:"
"""How a Blockcerts issuer profile writes the accounts that anchor for it."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far a block's time may lie before the day an account was listed, or ahead of our clock."""


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Follow every Merkle proof to its transaction; one finding each (MerkleProof2019)."""
    anchors = [(place, proof) for place, proof in enumerate(subject.proofs) if is_anchor(proof)]
    if not anchors:
        return [finding(NAME, "anchor.none")]
    return [_check_one(subject, place, proof, settings) for place, proof in anchors]


def _check_one(subject: Subject, place: int, proof: JsonObject, settings: CheckSettings) -> Finding:
    try:
        merkle = merkle_proof_2019.decode(proof)
        _verify_path(subject, place, merkle)
    except (ProofMalformed, MerkleInvalid) as error:
        return finding(NAME, "anchor.wrong", cause=error.sentence, details={"cause": error.code})
    if not merkle.anchors:
        return finding(NAME, "anchor.wrong", cause="it names no transaction.")
    anchor = merkle.anchors[0]
    try:
        transaction = subject.ports.chain.anchor(anchor.chain_id, anchor.transaction)
    except TouchstoneError as error:
        return _not_read(anchor, error, settings)
    return _check_transaction(subject, merkle, anchor, transaction, settings)


def _verify_path(subject: Subject, place: int, merkle: MerkleProof) -> None:
    """The leaf is the bare document or, behind other proofs, the document with those proofs."""
    try:
        merkle_proof_2019.verify_path(merkle, leaf(subject.canonical))
    except MerkleInvalid:
        if place == 0:
            raise
        chained = {**without_proof(subject.document), "proof": subject.proofs[:place]}
        merkle_proof_2019.verify_path(merkle, leaf(canonicalize(chained)))


def _not_read(anchor: Anchor, error: TouchstoneError, settings: CheckSettings) -> Finding:
    chain = chain_name(anchor.chain_id)
    details = {"cause": error.code, **_where(anchor)}
    if isinstance(error, TransactionPending):
        least = settings.min_confirmations
        return finding(NAME, "anchor.pending", k=0, n=least, details=details)
    if isinstance(error, TransactionUnknown):
        return finding(NAME, "anchor.unknown-transaction", chain=chain, details=details)
    if isinstance(error, ChainNotConfigured):
        return finding(NAME, "anchor.not-configured", chain=chain, details=details)
    cause = "" if isinstance(error, ChainUnreachable) else error.sentence
    return finding(NAME, "anchor.not-read", chain=chain, cause=cause, details=details)


def _where(anchor: Anchor) -> dict[str, object]:
    return {"chainId": anchor.chain_id, "transaction": anchor.transaction}


def _check_transaction(
    subject: Subject,
    merkle: MerkleProof,
    anchor: Anchor,
    transaction: AnchorTransaction,
    settings: CheckSettings,
) -> Finding:
    details = {
        **_where(anchor),
        "block": transaction.block_number,
        "confirmations": transaction.confirmations,
    }
    if not transaction.succeeded:
        cause = "the transaction was reverted."
        return finding(NAME, "anchor.wrong", cause=cause, details=details)
    if transaction.input != merkle.root:
        cause = "the transaction wrote another fingerprint."
        return finding(NAME, "anchor.wrong", cause=cause, details=details)
    try:
        listed = _is_listed(subject, transaction.sender, transaction.block_time)
    except TouchstoneError as error:
        details["cause"] = error.code
        host = subject.issuer_host
        return finding(NAME, "anchor.no-profile", host=host, cause=error.sentence, details=details)
    if not listed:
        cause = "the sender is not an account that the school listed at that time."
        return finding(NAME, "anchor.wrong", cause=cause, details=details)
    return _confirmed(anchor, transaction, settings, subject.now, details)


def _confirmed(
    anchor: Anchor,
    transaction: AnchorTransaction,
    settings: CheckSettings,
    now: datetime,
    details: dict[str, object],
) -> Finding:
    least = settings.min_confirmations
    if transaction.confirmations < least:
        k = transaction.confirmations
        return finding(NAME, "anchor.pending", k=k, n=least, details=details)
    if transaction.block_time > now + CLOCK_SKEW:
        cause = "Its block is dated in the future."
        chain = chain_name(anchor.chain_id)
        return finding(NAME, "anchor.not-read", chain=chain, cause=cause, details=details)
    details["anchoredAt"] = timestamp(transaction.block_time)
    chain, date = chain_name(anchor.chain_id), day(transaction.block_time)
    return finding(NAME, "anchor.passed", chain=chain, date=date, details=details)


def _is_listed(subject: Subject, sender: str, at: datetime) -> bool:
    """Whether the issuer's profile lists the account for that moment (Blockcerts publicKey)."""
    for entry in objects(subject.issuer_profile.get("publicKey")):
        address = text(entry, "id").removeprefix(ADDRESS_PREFIX)
        if address.lower() == sender.lower() and _is_current(entry, at):
            return True
    return False


def _is_current(entry: JsonObject, at: datetime) -> bool:
    """Whether an account was listed at that moment; a date that cannot be read counts against."""
    try:
        if "created" in entry and parse_date_time_stamp(entry["created"]) > at + CLOCK_SKEW:
            return False
        ends = [entry[member] for member in ("expires", "revoked") if member in entry]
        return all(parse_date_time_stamp(end) > at for end in ends)
    except ValueError:
        return False
