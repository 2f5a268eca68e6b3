"""Is each record inside a transcript signed on its own?"""

from verifier.json_access import types
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject
from verifier.words import finding

NAME = "transcript"
TITLE = "Is each record inside a transcript signed on its own?"
HELP = (
    "The cover of a transcript does not vouch for the records inside it; each has its signature.\n"
    "This version does not check the records inside, and says so."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """A ClrCredential is open until its nested credentials are checked (CLR 2.0)."""
    if "ClrCredential" in types(subject.document):
        return [finding(NAME, "transcript.not-checked")]
    return [finding(NAME, "transcript.none")]
