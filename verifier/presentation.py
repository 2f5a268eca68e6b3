"""What is checked about a presentation itself: who shows the records, and for which occasion."""

from credentials.errors import StructureInvalid, SuiteUnsupported
from credentials.jose.tokens import Token
from credentials.json_types import JsonObject
from credentials.models import check_presentation
from verifier.checks import Check, contexts, proof, structure
from verifier.json_access import identifier, listed
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.signatures import (
    AUTHENTICATION,
    CLOCK_SKEW,
    read_proof,
    signature_proofs,
    signer_of,
)
from verifier.signed_form import misplaced
from verifier.subject import Subject
from verifier.token_keys import token_signer
from verifier.words import finding

RECORDS = "records"
"""What an empty presentation leaves open; a policy may accept that (verifier.policy)."""
MAX_CREDENTIALS = 200
"""Credentials of one presentation; more is more than one person's record."""


def presentation_checks(challenge: str | None, domain: str | None) -> tuple[Check, ...]:
    """The checks of a presentation, gates all of them.

    Args:
        challenge, domain: what the reader asked with; None is not compared.
    """

    def occasion(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
        return _occasion(subject, challenge, domain)

    return (
        Check("structure", structure.TITLE, structure.HELP, _structure, is_gate=True),
        Check("contexts", contexts.TITLE, contexts.HELP, contexts.check, is_gate=True),
        Check("proof", proof.TITLE, proof.HELP, _proof, is_gate=True),
        Check("occasion", "Was it made for you?", "", occasion, is_gate=True),
    )


def holder_of(subject: Subject) -> str:
    """The DID that signed a presentation whose signatures passed."""
    if subject.token is not None:
        return token_signer(subject)
    first = signature_proofs(subject)[0]
    return signer_of(read_proof(first))


def named_holder(subject: Subject) -> str | None:
    """Who signed a presentation, if it names that one as its holder (VC 2.0 §4.13.3)."""
    holder = identifier(subject.document.get("holder"))
    return holder if holder and holder == holder_of(subject) else None


def _structure(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    try:
        check_presentation(_with_objects_only(subject.document))
    except StructureInvalid as error:
        return [finding("structure", "structure.invalid", cause=error.sentence)]
    if len(listed(subject.document.get("verifiableCredential"))) > MAX_CREDENTIALS:
        cause = f"it holds more than {MAX_CREDENTIALS} credentials."
        return [finding("structure", "structure.invalid", cause=cause)]
    strange = [] if subject.token else misplaced(subject.document)
    if strange:
        cause = f"at {strange[0].pointer}, {strange[0].sentence}"
        return [finding("structure", "structure.misplaced", cause=cause)]
    return [finding("structure", "structure.passed")]


def _with_objects_only(document: JsonObject) -> JsonObject:
    """The presentation without tokens (VC 1.1 lets them stand as text), which are read later."""
    inside = listed(document.get("verifiableCredential"))
    kept = [item for item in inside if not isinstance(item, str)]
    return {**document, "verifiableCredential": kept} if len(kept) < len(inside) else document


def _proof(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    return proof.check_for(subject, AUTHENTICATION)


def _occasion(subject: Subject, challenge: str | None, domain: str | None) -> list[Finding]:
    """Compare holder, challenge and domain with every proof (VC Data Integrity 1.0 §4.4)."""
    holder = identifier(subject.document.get("holder"))
    wrong = subject.token and _other_occasion(subject, subject.token, challenge, domain)
    if wrong:
        return [wrong]
    for item in signature_proofs(subject):
        try:
            members = read_proof(item)
        except SuiteUnsupported:
            continue  # an unknown kind of proof: the check "proof" leaves it open
        if holder and signer_of(members) != holder:
            return [finding("occasion", "presentation.holder")]
        if challenge is not None and members.challenge != challenge:
            return [finding("occasion", "presentation.challenge", member="challenge")]
        if domain is not None and domain not in members.domain:
            return [finding("occasion", "presentation.challenge", member="domain")]
    passed = finding("occasion", "presentation.passed")
    if not listed(subject.document.get("verifiableCredential")):
        return [passed, finding(RECORDS, "presentation.empty")]
    return [passed]


def _other_occasion(
    subject: Subject, token: Token, challenge: str | None, domain: str | None
) -> Finding | None:
    """Compare a token's nonce, audience and dates (RFC 7519 §4.1; VC-JOSE-COSE §3.1.2)."""
    if challenge is not None and token.nonce != challenge:
        return finding("occasion", "presentation.challenge", member="challenge")
    if domain is not None and domain not in token.audience:
        return finding("occasion", "presentation.challenge", member="domain")
    begins = [moment for moment in (token.issued_at, token.not_before) if moment is not None]
    if any(moment > subject.now + CLOCK_SKEW for moment in begins):
        return finding("occasion", "presentation.time", when="made for a later day")
    if token.expires is not None and token.expires <= subject.now:
        return finding("occasion", "presentation.time", when="past its end")
    return None
