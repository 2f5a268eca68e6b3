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
_OPEN_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Hold the document to its data model."""
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
    badge = _OPEN_BADGES.intersection(types(subject.document))
    standard = "Open Badges 3.0" if badge else "Verifiable Credentials"
    return [finding(NAME, "schema.passed", standard=standard)]
