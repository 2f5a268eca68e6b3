"""Does the signature fit the content?"""

from credentials.errors import ProofInvalid, ProofMalformed, SuiteUnsupported
from credentials.json_types import JsonObject
from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from schemas.errors import Fault, TouchstoneError
from verifier.errors import (
    DocumentMalformed,
    DocumentMissing,
    ProofOutOfDate,
    ProofPurposeWrong,
)
from verifier.names import host_of
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day
from verifier.signatures import ASSERTION, signature_proofs, verify_signature
from verifier.subject import Subject
from verifier.words import finding, plain

NAME = "proof"
TITLE = "Does the signature fit the content?"
HELP = (
    "The school's signature covers every character of meaning; one change and it no longer fits.\n"
    "If there are several signatures, every one of them must fit."
)
_CODES: tuple[tuple[tuple[type[TouchstoneError], ...], str], ...] = (
    ((SuiteUnsupported, DidMethodUnsupported), "proof.unknown"),
    ((ProofInvalid,), "proof.altered"),
    ((ProofMalformed, ProofPurposeWrong, ProofOutOfDate, DidInvalid), "proof.malformed"),
    (
        (
            VerificationMethodMissing,
            DidDocumentInvalid,
            PublicKeyInvalid,
            DocumentMissing,
            DocumentMalformed,
        ),
        "proof.wrong-key",
    ),
)
_DOCUMENT_ERRORS = frozenset({"context", "canonical", "json"})
"""First words of error codes that speak of the document or of the proof's own members."""


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Verify every signature of the proof set; one finding each."""
    return check_for(subject, ASSERTION)


def check_for(subject: Subject, purpose: str) -> list[Finding]:
    """The same for a purpose: assertionMethod, or authentication for presentations."""
    try:
        proofs = signature_proofs(subject)
    except ProofMalformed as error:
        return [
            finding(NAME, "proof.malformed", cause=error.sentence, details={"cause": error.code})
        ]
    if not proofs:
        return [finding(NAME, "proof.none")]
    return [_check_one(subject, proof, purpose) for proof in proofs]


def _check_one(subject: Subject, proof: JsonObject, purpose: str) -> Finding:
    host = host_of(str(proof.get("verificationMethod", "")).partition("#")[0])
    suite = _suite(proof)
    try:
        verify_signature(subject, proof, purpose)
    except TouchstoneError as error:
        return finding(
            NAME,
            _code(error),
            suite=suite,
            host=host,
            date=day(subject.now),
            cause=str(error),
            details={"cause": error.code},
        )
    return finding(NAME, "proof.passed", details={"suite": plain(suite), "host": host})


def _code(error: TouchstoneError) -> str:
    """The finding for an error: the first line that fits; what fits none leaves it open."""
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    about_the_document = error.code.split(".")[0] in _DOCUMENT_ERRORS
    if error.fault is Fault.CONTENT and about_the_document:
        return "proof.malformed"
    return "proof.key-not-read" if error.fault is Fault.TRANSPORT else "proof.key-not-asked"


def _suite(proof: JsonObject) -> str:
    return str(proof.get("cryptosuite") or proof.get("type") or "no suite by name")
