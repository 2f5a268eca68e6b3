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
    TokenNotBound,
)
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day
from verifier.signatures import ASSERTION, read_proof, signature_proofs, signer_of, signing_key
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
    except _OPEN as error:
        return [finding(NAME, "issuer.unsupported", cause=error.sentence, details=_cause(error))]
    except _NOT_ITS_KEY as error:
        date = day(subject.now)
        return [finding(NAME, "issuer.wrong-signer", host=host, date=date, details=_cause(error))]
    except _BAD_DOCUMENT as error:
        return [finding(NAME, "issuer.document-invalid", host=host, details=_cause(error))]
    except TouchstoneError as error:
        code = "issuer.not-read" if error.fault is Fault.TRANSPORT else "issuer.not-asked"
        return [finding(NAME, code, host=host, cause=str(error), details=_cause(error))]
    if not by_issuer:
        return [finding(NAME, "issuer.wrong-signer", host=host, date=day(subject.now))]
    return [finding(NAME, "issuer.passed", host=host, details={"did": subject.issuer_id})]


def _token_is_by_issuer(subject: Subject) -> bool:
    """Whether the token names a key of the issuer; raises if it names none that can be had."""
    token_key(subject, ASSERTION)
    return True


def _cause(error: TouchstoneError) -> dict[str, str]:
    return {"cause": error.code}


def _signed_by_issuer(subject: Subject) -> bool:
    """Whether a proof names a key of the issuer. That it fits is the check "proof"'s to say.

    Raises:
        TouchstoneError: the issuer cannot be asked for its keys.
    """
    _ = subject.issuer_document
    if not subject.proofs:
        return True  # unsigned: said by the check "proof", and no reason to accuse a signer
    for proof in signature_proofs(subject):
        try:
            members = read_proof(proof)
            if signer_of(members) == subject.issuer:
                signing_key(subject, members, ASSERTION)
                return True
        except TouchstoneError as error:
            if isinstance(error, _REFUSED) and not isinstance(error, PublicKeyKindUnknown):
                continue
            if _names_issuer(subject, proof.get("verificationMethod")):
                return True  # by its own word; unknown suites leave the check "proof" open
    return False


def _names_issuer(subject: Subject, method: object) -> bool:
    return isinstance(method, str) and method.startswith(f"{subject.issuer}#")
