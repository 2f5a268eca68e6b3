"""Verifying the signatures of a document: its proof set or chain, and the token it came in.

Used for credentials, for presentations and for status lists, which are credentials themselves
(VC Data Integrity 1.0 §4.3, §4.4; VC-JOSE-COSE §3). Raises; what it means to a reader is for the
checks to say.
"""

import json
from datetime import datetime, timedelta

from credentials.errors import ProofMalformed, SuiteUnsupported
from credentials.json_types import JsonObject
from credentials.proofs.chains import covered_by
from credentials.proofs.data_integrity import PROOF_TYPE, DataIntegrityProof
from credentials.proofs.suites import SUITES, suite_of
from credentials.proofs.unsecured import Unsecured
from keys.did import did_of
from keys.multibase import base64url_encode
from keys.public_key import PublicKey
from verifier.anchors import is_anchor
from verifier.errors import ProofOutOfDate, ProofPurposeWrong
from verifier.json_access import listed
from verifier.key_times import ASSERTION, key_in_time
from verifier.subject import Subject
from verifier.token_keys import token_key

AUTHENTICATION = "authentication"
CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a signer's clock may be."""
MAX_CHAINED = 4
"""Proofs of one document that cover others: each needs a canonical form of its own."""
_OVER_JSON = frozenset({"eddsa-jcs-2022", "ecdsa-jcs-2019"})
"""The suites that sign JSON members; all others sign the RDF graph they stand for."""
SELECTIVE = "ecdsa-sd-2023"
"""The suite of which a holder shows a part of what was signed."""
_BASE_PROOF = base64url_encode(b"\xd9\x5d\x00")
"""How the value of a base proof begins: three bytes, so four whole characters and the prefix."""


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
    suite = suite_of(proof)
    if suite not in SUITES:
        raise SuiteUnsupported(f"The suite {suite[:60]!r} is not read here.")
    # A suite that is named by the proof's type has the same members for all the rest.
    return DataIntegrityProof.read({**proof, "type": PROOF_TYPE, "cryptosuite": suite})


def signs_json(subject: Subject) -> bool:
    """Whether what was signed are the JSON members themselves, and not an RDF graph.

    Then nothing can be moved to where a reader does not look without breaking a signature. One
    proof over the graph is enough to say no: a proof over the JSON may be a stranger's.

    Raises:
        ProofMalformed: what stands under ``proof`` is no proof set.
    """
    if subject.token is not None:
        return True
    contexts = subject.document.get("@context")
    proofs = signature_proofs(subject)
    return bool(proofs) and all(
        # These suites let contexts be added behind those that were signed (§3.3.2).
        proof.get("cryptosuite") in _OVER_JSON and proof.get("@context", contexts) == contexts
        for proof in proofs
    )


def adds_definitions(subject: Subject) -> bool:
    """Whether words were defined behind a signature over JSON, which lets contexts be added.

    The words were signed and their meaning was not (Data Integrity EdDSA Cryptosuites 1.0 §3.3.2).

    Raises:
        ProofMalformed: what stands under ``proof`` is no proof set.
    """
    contexts = listed(subject.document.get("@context"))
    for proof in signature_proofs(subject):
        if proof.get("cryptosuite") in _OVER_JSON and "@context" in proof:
            added = contexts[len(listed(proof["@context"])) :]
            if not all(isinstance(item, str) for item in added):
                return True
    return False


def is_base_copy(proof: JsonObject) -> bool:
    """Whether a proof is the issuer's own for its holder, from which others are derived.

    It shows the key that keeps withheld claims secret, so it is for nobody else to see (Data
    Integrity ECDSA Cryptosuites 1.0 §3.4.1; its header is in §3.5.2).
    """
    value = proof.get("proofValue")
    if proof.get("cryptosuite") != SELECTIVE or not isinstance(value, str):
        return False
    return value.startswith(_BASE_PROOF)


def signer_of(members: DataIntegrityProof) -> str:
    """The DID whose key a proof says it was made with.

    Raises:
        DidInvalid: it names the key by something else than a DID URL.
    """
    return did_of(members.verification_method)


def signing_key(subject: Subject, members: DataIntegrityProof, purpose: str) -> PublicKey:
    """The key a proof names, as its owner's DID document lists it for ``purpose``.

    Raises:
        VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid: the owner does not
            vouch for it.
        KeyPastItsTime: it has ended since, see :func:`verifier.key_times.key_in_time`.
        TouchstoneError: the owner's DID document could not be had.
    """
    document = subject.did_document(signer_of(members))
    method = members.verification_method
    return key_in_time(subject, document, method, purpose, members.created)


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


def verify_signature(
    subject: Subject,
    proof: JsonObject,
    purpose: str = ASSERTION,
    *,
    fitting: set[tuple[str, PublicKey]] | None = None,
) -> None:
    """Verify one signature over the subject's document.

    Args:
        fitting: proofs of this very document, as canonical JSON, with the keys that they fit:
            these are not computed again, and what fits is added. Purpose, times and whose key it
            is are always looked at.

    Raises:
        SuiteUnsupported: no such suite here; nothing is known about the signature.
        ProofMalformed, ProofPurposeWrong, ProofOutOfDate, ProofInvalid: the proof is bad.
        TouchstoneError: the key could not be had, see :func:`signing_key`.
    """
    members = read_proof(proof)
    check_purpose_and_time(members, purpose, subject.now)
    key = signing_key(subject, members, purpose)
    known = (json.dumps(proof, sort_keys=True), key) if fitting is not None else None
    if fitting is not None and known in fitting:
        return
    SUITES[members.cryptosuite](_covered(subject, proof), proof, key)
    if fitting is not None and known is not None:
        fitting.add(known)


def verify_token(subject: Subject, purpose: str = ASSERTION) -> None:
    """Verify the signature of the token that the subject came in, with its issuer's own key.

    Raises:
        SuiteUnsupported: no such algorithm here; nothing is known about the signature.
        ProofMalformed, ProofInvalid: the signature does not fit, or not this kind of key.
        TouchstoneError: the key could not be had, see :func:`verifier.token_keys.token_key`.
    """
    if subject.token is not None:
        subject.token.verify(token_key(subject, purpose))


def _covered(subject: Subject, proof: JsonObject) -> Unsecured:
    """The document as a proof covers it: bare, or with the proofs that it builds on (§2.1.2).

    Raises:
        ProofMalformed: those are not there, or there are too many such proofs.
        EffortSpent: there is no computing time left for another canonical form.
    """
    if "previousProof" not in proof:
        return subject.unsecured
    subject.effort.require()
    chained = [item for item in subject.proofs if "previousProof" in item]
    if len(chained) > MAX_CHAINED:
        raise ProofMalformed(f"More than {MAX_CHAINED} of its proofs build on others.")
    return covered_by(subject.document, proof)
