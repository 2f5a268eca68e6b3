"""Is the signer the school that the record names?"""

from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from schemas.errors import Fault, TouchstoneError
from verifier.errors import DocumentMalformed, DocumentMissing, IssuerUnreadable
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day
from verifier.signatures import ASSERTION, read_proof, signature_proofs, signer_of, signing_key
from verifier.subject import Subject
from verifier.words import finding

NAME = "issuer"
TITLE = "Is the signer the school that the record names?"
HELP = (
    "We ask the school's own address for its published keys; one of them must have signed.\n"
    "A good signature by somebody else's key is refused."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """At least one proof has to be made with a key that the issuer's DID document lists."""
    host = subject.issuer_host
    try:
        _ = subject.issuer_document
    except (IssuerUnreadable, DidMethodUnsupported) as error:
        return [finding(NAME, "issuer.unsupported", cause=error.sentence, details=_cause(error))]
    except (DidInvalid, DidDocumentInvalid, DocumentMissing, DocumentMalformed) as error:
        return [finding(NAME, "issuer.document-invalid", host=host, details=_cause(error))]
    except TouchstoneError as error:
        code = "issuer.not-read" if error.fault is Fault.TRANSPORT else "issuer.not-asked"
        return [finding(NAME, code, host=host, cause=str(error), details=_cause(error))]
    if not _signed_by_issuer(subject):
        return [finding(NAME, "issuer.wrong-signer", host=host, date=day(subject.now))]
    return [finding(NAME, "issuer.passed", host=host, details={"did": subject.issuer})]


def _cause(error: TouchstoneError) -> dict[str, str]:
    return {"cause": error.code}


def _signed_by_issuer(subject: Subject) -> bool:
    """Whether a proof names a key of the issuer. That it fits is the check "proof"'s to say."""
    if not subject.proofs:
        return True  # unsigned: said by the check "proof", and no reason to accuse a signer
    for proof in signature_proofs(subject):
        try:
            members = read_proof(proof)
            if signer_of(members) == subject.issuer:
                signing_key(subject, members, ASSERTION)
                return True
        except (VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid):
            continue
        except TouchstoneError:
            if _names_issuer(subject, proof.get("verificationMethod")):
                return True  # by its own word; unknown suites leave the check "proof" open
    return False


def _names_issuer(subject: Subject, method: object) -> bool:
    return isinstance(method, str) and method.startswith(f"{subject.issuer}#")
