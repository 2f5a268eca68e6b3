"""Does it keep the rules of the standard it names?"""

from credentials.errors import StructureInvalid
from credentials.models import check_credential
from verifier.json_access import types
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject
from verifier.words import finding

NAME = "schema"
TITLE = "Does it keep the rules of the standard it names?"
HELP = (
    "Verifiable Credentials 2.0 and Open Badges 3.0 say what a record must hold.\n"
    "A record that breaks them may be read differently by other programs."
)
_MAX_PROBLEMS = 20
_OPEN_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"})
_TRANSCRIPT = "ClrCredential"


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Hold the document to its data model."""
    if subject.has_plain_claims:  # its members are those of its type, which no list here knows
        return [finding(NAME, "schema.passed", standard="SD-JWT-based credentials")]
    try:
        check_credential(subject.document)
    except StructureInvalid as error:
        problems = [[problem.pointer, problem.sentence] for problem in error.problems]
        return [
            finding(
                NAME,
                "schema.invalid",
                cause=error.sentence,
                details={"problems": problems[:_MAX_PROBLEMS]},
            )
        ]
    return [finding(NAME, "schema.passed", standard=_standard(types(subject.document)))]


def _standard(names: list[str]) -> str:
    """What the types of a credential promise."""
    if _TRANSCRIPT in names:
        return "Comprehensive Learner Record 2.0"
    return "Open Badges 3.0" if _OPEN_BADGES.intersection(names) else "Verifiable Credentials"
