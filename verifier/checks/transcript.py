"""Is each record inside a transcript signed on its own, and about the same person?"""

from typing import Any

from credentials.json_types import JsonObject
from verifier.json_access import identifier, listed, objects, types
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, Outcome
from verifier.subject import Nested, Subject
from verifier.words import finding

NAME = "transcript"
TITLE = "Is each record inside a transcript signed on its own?"
HELP = (
    "The cover of a transcript does not vouch for the records inside it; each has its signature.\n"
    "We check them one by one, and that all are about the student whom the cover names."
)
TYPE = "ClrCredential"
MAX_RECORDS = 400
"""Records of one transcript that are checked; a student's whole record has fewer."""
_GATES = ("structure", "contexts", "proof", "issuer")


def records_of(document: JsonObject) -> list[Any]:
    """What stands where a transcript has its records (CLR 2.0 ClrSubject.verifiableCredential)."""
    if TYPE not in types(document):
        return []
    subjects = objects(document.get("credentialSubject"))
    return [item for node in subjects for item in listed(node.get("verifiableCredential"))]


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Each nested credential passes its own proof, and has the transcript's subject (CLR 2.0)."""
    if TYPE not in types(subject.document):
        return [finding(NAME, "transcript.none")]
    if subject.nested == () or not records_of(subject.document):
        return [finding(NAME, "transcript.empty")]
    if subject.nested is None:
        return [finding(NAME, "transcript.not-checked")]
    found = [*_signed(subject.nested), *_same_person(subject.document, subject.nested)]
    if subject.document.get("partial") is True:
        found.append(finding(NAME, "transcript.partial"))
    n = len(subject.nested)
    passed = finding(NAME, "transcript.passed", n=n, details={"records": n})
    return found or [passed]


def _signed(nested: tuple[Nested, ...]) -> list[Finding]:
    """What the gates said of each record: its own signature decides, and never the cover's."""
    n = len(nested)
    outcomes = [{it.report.outcome_of(gate) for gate in _GATES} for it in nested]
    failed = [place for place, found in enumerate(outcomes) if Outcome.FAILED in found]
    if failed:
        details = {"records": failed}
        return [finding(NAME, "transcript.unsigned", k=len(failed), n=n, details=details)]
    left = [place for place, found in enumerate(outcomes) if found != {Outcome.PASSED}]
    if left:
        return [finding(NAME, "transcript.open", k=len(left), n=n, details={"records": left})]
    return []


def _same_person(document: JsonObject, nested: tuple[Nested, ...]) -> list[Finding]:
    """Every record is about the one person whom the cover names."""
    owner = {identifier(item) for item in listed(document.get("credentialSubject"))}
    people = [_people(it.document) for it in nested]
    if len(owner) != 1 or owner == {""} or any(found == {""} for found in people):
        named = owner.union(*people) - {""}
        if len(named) <= 1:
            return [finding(NAME, "transcript.unnamed")]
    others = [place for place, found in enumerate(people) if found not in (owner, {""})]
    if others:
        details = {"records": others}
        return [finding(NAME, "transcript.mixed", k=len(others), details=details)]
    return [finding(NAME, "transcript.unnamed")] if {""} in people else []


def _people(document: JsonObject) -> set[str]:
    return {identifier(item) for item in listed(document.get("credentialSubject"))} or {""}
