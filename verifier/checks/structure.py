"""Does it have the members of a credential, each where the standard puts it?"""

from credentials.errors import Problem
from credentials.json_types import JsonObject
from schemas.errors import TouchstoneError
from verifier.json_access import identifier, listed, objects, types
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.signatures import adds_definitions, signs_json
from verifier.signed_form import hidden, misplaced
from verifier.subject import Subject
from verifier.words import finding

NAME = "structure"
TITLE = "Is it put together as a credential?"
HELP = (
    "Every part must stand where the standard puts it, so that you read what the school signed.\n"
    "Parts that hide under other spellings are refused, even if a signature still fits."
)
BASE_CONTEXTS = frozenset(
    {"https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"}
)
"""The contexts of VC 2.0 and VC 1.1; one of them has to come first (VC 2.0 §4.3)."""


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Refuse documents without the basic members, and documents that hide members."""
    if subject.has_plain_claims:
        return _claims(subject)
    missing = _missing(subject.document)
    if missing:
        return [_failed("structure.invalid", missing)]
    strange = _strange(subject) or _hidden(subject)
    if strange:
        return [_failed("structure.misplaced", strange)]
    return [finding(NAME, "structure.passed")]


def _claims(subject: Subject) -> list[Finding]:
    """The claims without which nothing else can be asked (SD-JWT VC §3.2.2.2)."""
    claims = subject.token.document if subject.token else {}
    problems = [
        Problem(f"/{name}", sentence)
        for name, sentence in (("vct", "it names no type."), ("iss", "it names no issuer."))
        if not isinstance(claims.get(name), str) or not claims[name]
    ]
    if problems:
        return [_failed("structure.invalid", problems)]
    return [finding(NAME, "structure.passed")]


def _strange(subject: Subject) -> list[Problem]:
    try:
        if signs_json(subject):
            return []
        if adds_definitions(subject):
            return [Problem("/@context", "definitions were added behind what was signed.")]
    except TouchstoneError:
        pass  # what is no proof set is said by the check "proof"
    return misplaced(subject.document, subject.spelling)


def _failed(code: str, problems: list[Problem]) -> Finding:
    first = problems[0]
    return finding(
        NAME,
        code,
        cause=f"at {first.pointer or '/'}, {first.sentence}",
        details={"problems": [[problem.pointer, problem.sentence] for problem in problems[:20]]},
    )


def _missing(document: JsonObject) -> list[Problem]:
    """The members without which nothing else can be asked (VC 2.0 §4.1)."""
    problems = []
    contexts = listed(document.get("@context"))
    if not contexts or contexts[0] not in BASE_CONTEXTS:
        problems.append(Problem("/@context", "the context of verifiable credentials is not first."))
    if "VerifiableCredential" not in types(document):
        problems.append(Problem("/type", "it does not say that it is a VerifiableCredential."))
    if not identifier(document.get("issuer")):
        problems.append(Problem("/issuer", "it names no issuer."))
    subjects = listed(document.get("credentialSubject"))
    if not subjects or not all(isinstance(item, dict) and item for item in subjects):
        problems.append(Problem("/credentialSubject", "it is about nobody."))
    status = document.get("credentialStatus")
    if "credentialStatus" in document and len(objects(status)) != (len(listed(status)) or None):
        problems.append(Problem("/credentialStatus", "its status entries are not objects."))
    return problems


def _hidden(subject: Subject) -> list[Problem]:
    try:
        return hidden(subject.document, subject.canonical)
    except TouchstoneError:
        return []  # without a canonical form nothing was signed: the check "contexts" says so
