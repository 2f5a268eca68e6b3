"""Verifying the signatures of a proof set (VC Data Integrity 1.0 §4.3, §4.4).

Used for credentials, for presentations and for status lists, which are credentials themselves.
Raises; what it means to a reader is for the checks to say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from credentials.errors import SuiteUnsupported
from credentials.json_types import JsonObject
from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.data_integrity import DataIntegrityProof
from credentials.proofs.unsecured import Unsecured
from keys.did import did_of, verification_key
from keys.public_key import PublicKey
from verifier.errors import ProofOutOfDate, ProofPurposeWrong
from verifier.subject import Subject

ASSERTION = "assertionMethod"
AUTHENTICATION = "authentication"
CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a signer's clock may be."""
SUITES: dict[str, Callable[[Unsecured, JsonObject, PublicKey], None]] = {
    eddsa_rdfc_2022.CRYPTOSUITE: eddsa_rdfc_2022.verify,
}
"""The cryptosuites that are verified, by name."""
_ANCHOR_SUITE = "merkle-proof-2019"
_ANCHOR_TYPE = "MerkleProof2019"


def is_anchor(proof: JsonObject) -> bool:
    """Whether a proof is an anchor on a chain, which says when and not who."""
    return proof.get("cryptosuite") == _ANCHOR_SUITE or proof.get("type") == _ANCHOR_TYPE


def signature_proofs(subject: Subject) -> list[JsonObject]:
    """The proofs that are signatures, or claim to be.

    Raises:
        ProofMalformed: what stands under ``proof`` is no proof set.
    """
    return [proof for proof in subject.proofs if not is_anchor(proof)]


def read_proof(proof: JsonObject) -> DataIntegrityProof:
    """The members of a proof whose suite can be verified here.

    Raises:
        ProofMalformed: a member is missing or mistyped.
        SuiteUnsupported: nothing is known about such proofs.
    """
    members = DataIntegrityProof.read(proof)
    if members.cryptosuite not in SUITES:
        raise SuiteUnsupported(f"The suite {members.cryptosuite[:60]!r} is not read here.")
    if members.chained:
        raise SuiteUnsupported("A proof builds on another one, which is not read here.")
    return members


def signer_of(members: DataIntegrityProof) -> str:
    """The DID whose key a proof says it was made with.

    Raises:
        DidInvalid: it names the key by something else than a DID URL.
    """
    return did_of(members.verification_method)


def signed_at(members: DataIntegrityProof, now: datetime) -> datetime:
    """When a proof says that it was made; ``now`` if it does not say or lies ahead."""
    return min(members.created or now, now)


def signing_key(subject: Subject, members: DataIntegrityProof, purpose: str) -> PublicKey:
    """The key a proof names, as its owner's DID document lists it for ``purpose``.

    Raises:
        VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid: the owner does not
            vouch for it.
        TouchstoneError: the owner's DID document could not be had.
    """
    document = subject.did_document(signer_of(members))
    moment = signed_at(members, subject.now)
    return verification_key(
        document, members.verification_method, purpose=purpose, at=moment, now=subject.now
    )


def check_purpose_and_time(members: DataIntegrityProof, purpose: str, now: datetime) -> None:
    """Refuse a proof for another purpose, from the future, or past its end (§4.4).

    Raises:
        ProofPurposeWrong, ProofOutOfDate: as they say.
    """
    if members.purpose != purpose:
        raise ProofPurposeWrong(f"A proof was not made for the purpose {purpose}.")
    if members.created and members.created > now + CLOCK_SKEW:
        raise ProofOutOfDate("A proof is dated in the future.")
    if members.expires and members.expires <= now:
        raise ProofOutOfDate("A proof is past its own end date.")


def verify_signature(subject: Subject, proof: JsonObject, purpose: str = ASSERTION) -> None:
    """Verify one signature over the subject's document.

    Raises:
        SuiteUnsupported: no such suite here; nothing is known about the signature.
        ProofMalformed, ProofPurposeWrong, ProofOutOfDate, ProofInvalid: the proof is bad.
        TouchstoneError: the key could not be had, see :func:`signing_key`.
    """
    members = read_proof(proof)
    check_purpose_and_time(members, purpose, subject.now)
    key = signing_key(subject, members, purpose)
    verify = SUITES[members.cryptosuite]
    verify(subject.unsecured, proof, key)
