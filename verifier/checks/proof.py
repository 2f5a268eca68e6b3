"""Does the signature fit the content?"""

from collections.abc import Callable

from credentials.errors import ProofInvalid, ProofMalformed, SuiteUnsupported
from credentials.jose.tokens import Token
from credentials.json_types import JsonObject
from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    PublicKeyKindUnknown,
    VerificationMethodMissing,
)
from schemas.errors import Fault, TouchstoneError
from verifier.errors import (
    DocumentMalformed,
    DocumentMissing,
    EffortSpent,
    KeyNotTheIssuers,
    KeyPastItsTime,
    ProofOutOfDate,
    ProofPurposeWrong,
)
from verifier.key_times import ASSERTION
from verifier.names import host_of
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day
from verifier.sd_jwt import is_selective, withheld
from verifier.signatures import (
    SELECTIVE,
    is_base_copy,
    signature_proofs,
    verify_signature,
    verify_token,
)
from verifier.subject import Subject
from verifier.token_keys import token_signer
from verifier.words import finding, plain

NAME = "proof"
TITLE = "Does the signature fit the content?"
HELP = (
    "The school's signature covers every character of meaning; one change and it no longer fits.\n"
    "If there are several, every one must fit; a key that a record brings for itself is no proof."
)
_CODES: tuple[tuple[tuple[type[TouchstoneError], ...], str], ...] = (
    ((SuiteUnsupported, DidMethodUnsupported, PublicKeyKindUnknown), "proof.unknown"),
    ((ProofInvalid,), "proof.altered"),
    ((ProofMalformed, ProofPurposeWrong, ProofOutOfDate, DidInvalid), "proof.malformed"),
    ((EffortSpent,), "check.too-long"),
    (
        (
            VerificationMethodMissing,
            DidDocumentInvalid,
            PublicKeyInvalid,
            DocumentMissing,
            DocumentMalformed,
            KeyNotTheIssuers,
        ),
        "proof.wrong-key",
    ),
)
_DOCUMENT_ERRORS = frozenset({"context", "canonical", "json"})
"""First words of error codes that speak of the document or of the proof's own members."""


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Verify every signature: of the token, and of the proof set or chain; one finding each."""
    return check_for(subject, ASSERTION)


def check_for(subject: Subject, purpose: str) -> list[Finding]:
    """The same for a purpose: assertionMethod, or authentication for presentations."""
    try:
        proofs = signature_proofs(subject)
    except ProofMalformed as error:
        return [
            finding(NAME, "proof.malformed", cause=error.sentence, details={"cause": error.code})
        ]
    found = [] if subject.token is None else _check_token(subject, subject.token, purpose)
    for proof in proofs:
        if subject.effort.is_spent:
            return [*found, finding(NAME, "check.too-long", check=NAME)]
        found += _check_one(subject, proof, purpose)
    if not found and subject.asserted_by and subject.issuer_id == subject.asserted_by:
        return [finding(NAME, "proof.self-asserted")]
    return found or [finding(NAME, "proof.none")]


def _check_token(subject: Subject, token: Token, purpose: str) -> list[Finding]:
    """The signature of the token that the document came in (VC-JOSE-COSE §3)."""
    host = _signer_host(subject)
    signed = _outcome(subject, token.algorithm, host, lambda: verify_token(subject, purpose))
    hidden = withheld(token) if is_selective(token) else 0
    if signed.code != "proof.passed" or not hidden:
        return [signed]
    found = [signed, finding(NAME, "proof.withheld", n=hidden, details={"withheld": hidden})]
    # Of an SD-JWT VC, dates and status are always shown; of other documents any part may be kept.
    return found if subject.has_plain_claims else [*found, finding(NAME, "proof.selection")]


def _check_one(subject: Subject, proof: JsonObject, purpose: str) -> list[Finding]:
    """One proof of the proof set or chain (VC Data Integrity 1.0 §4.4)."""
    host = host_of(str(proof.get("verificationMethod", "")).partition("#")[0])
    suite = _suite(proof)
    if is_base_copy(proof):
        return [finding(NAME, "proof.base-copy", details={"suite": plain(suite)})]
    found = _outcome(subject, suite, host, lambda: verify_signature(subject, proof, purpose))
    if found.code == "proof.passed" and suite == SELECTIVE:
        return [found, finding(NAME, "proof.selection")]
    return [found]


def _outcome(subject: Subject, suite: str, host: str, verify: Callable[[], None]) -> Finding:
    try:
        verify()
    except TouchstoneError as error:
        return finding(
            NAME,
            _code(error),
            suite=suite,
            host=host,
            date=day(error.ended_at if isinstance(error, KeyPastItsTime) else subject.now),
            cause=str(error),
            check=NAME,
            details={"cause": error.code},
        )
    return finding(NAME, "proof.passed", details={"suite": plain(suite), "host": host})


def _code(error: TouchstoneError) -> str:
    """The finding for an error: the first line that fits; what fits none leaves it open."""
    if isinstance(error, KeyPastItsTime):
        return error.finding
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    about_the_document = error.code.split(".")[0] in _DOCUMENT_ERRORS
    if error.fault is Fault.CONTENT and about_the_document:
        return "proof.malformed"
    return "proof.key-not-read" if error.fault is Fault.TRANSPORT else "proof.key-not-asked"


def _signer_host(subject: Subject) -> str:
    try:
        return host_of(token_signer(subject)) or "its signer"
    except DidInvalid:
        return "its signer"


def _suite(proof: JsonObject) -> str:
    return str(proof.get("cryptosuite") or proof.get("type") or "no suite by name")
