"""Is the signer the school that the record names?"""

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
    IssuerUnreadable,
    KeyNotTheIssuers,
    KeyPastItsTime,
    TokenNotBound,
)
from verifier.key_times import ASSERTION
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day
from verifier.signatures import read_proof, signature_proofs, signer_of, signing_key
from verifier.subject import Subject
from verifier.token_keys import token_key
from verifier.words import finding

NAME = "issuer"
TITLE = "Is the signer the school that the record names?"
HELP = (
    "We ask the school's own address for its published keys; one of them must have signed.\n"
    "A good signature by somebody else's key is refused."
)


_OPEN = (IssuerUnreadable, DidMethodUnsupported, PublicKeyKindUnknown, TokenNotBound)
_NOT_ITS_KEY = (KeyNotTheIssuers, VerificationMethodMissing, PublicKeyInvalid)
_REFUSED = (VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid)
_BAD_DOCUMENT = (DidInvalid, DidDocumentInvalid, DocumentMissing, DocumentMalformed)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """At least one signature has to be made with a key that the issuer publishes.

    A token has one signature, which has to be the issuer's.
    """
    host = subject.issuer_host
    try:
        by_issuer = _token_is_by_issuer(subject) if subject.token else _signed_by_issuer(subject)
    except TouchstoneError as error:
        return [_not_confirmed(error, subject)]
    if not by_issuer:
        return [finding(NAME, "issuer.wrong-signer", host=host, date=day(subject.now))]
    return [finding(NAME, "issuer.passed", host=host, details={"did": subject.issuer_id})]


def _not_confirmed(error: TouchstoneError, subject: Subject) -> Finding:
    """The finding for an error: the first kind that fits; what fits none leaves it open."""
    code, cause = "issuer.not-asked", str(error)
    moment = subject.now
    if isinstance(error, KeyPastItsTime):
        code, cause, moment = error.finding, error.sentence, error.ended_at
    elif isinstance(error, _OPEN):
        code, cause = "issuer.unsupported", error.sentence
    elif isinstance(error, _NOT_ITS_KEY):
        code = "issuer.wrong-signer"
    elif isinstance(error, _BAD_DOCUMENT):
        code = "issuer.document-invalid"
    elif error.fault is Fault.TRANSPORT:
        code = "issuer.not-read"
    values = {"host": subject.issuer_host, "date": day(moment), "cause": cause}
    return finding(NAME, code, details={"cause": error.code}, **values)


def _token_is_by_issuer(subject: Subject) -> bool:
    """Whether the token names a key of the issuer; raises if it names none that can be had."""
    token_key(subject, ASSERTION)
    return True


def _signed_by_issuer(subject: Subject) -> bool:
    """Whether a proof names a key of the issuer. That it fits is the check "proof"'s to say.

    Raises:
        KeyPastItsTime: the only keys of the issuer that it names have ended since.
        TouchstoneError: the issuer cannot be asked for its keys.
    """
    _ = subject.issuer_document
    past: KeyPastItsTime | None = None
    if not subject.proofs:
        return True  # unsigned: said by the check "proof", and no reason to accuse a signer
    for proof in signature_proofs(subject):
        try:
            members = read_proof(proof)
            if signer_of(members) == subject.issuer:
                signing_key(subject, members, ASSERTION)
                return True
        except KeyPastItsTime as error:
            past = past or error
        except TouchstoneError as error:
            if isinstance(error, _REFUSED) and not isinstance(error, PublicKeyKindUnknown):
                continue
            if _names_issuer(subject, proof.get("verificationMethod")):
                return True  # by its own word; unknown suites leave the check "proof" open
    if past is not None:
        raise past
    return False


def _names_issuer(subject: Subject, method: object) -> bool:
    return isinstance(method, str) and method.startswith(f"{subject.issuer}#")
