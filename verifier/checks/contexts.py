"""Does every word in it have a published meaning?"""

from credentials.errors import UndefinedTerm, UnknownContext
from schemas.errors import Fault, TouchstoneError
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject
from verifier.words import finding

NAME = "contexts"
TITLE = "Does every word in it have a published meaning?"
HELP = (
    "A signature covers only words that a published vocabulary defines; others fall out unseen.\n"
    "So an undefined word, or a vocabulary that we do not carry, is refused and never fetched."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Bring the document into the form that is signed, with nothing dropped."""
    if subject.has_plain_claims:
        return [finding(NAME, "contexts.claims")]
    try:
        _ = subject.canonical
    except UndefinedTerm as error:
        return [_failed("contexts.undefined", error)]
    except UnknownContext as error:
        return [_failed("contexts.unknown", error)]
    except TouchstoneError as error:
        if error.fault is not Fault.CONTENT:
            raise
        return [_failed("contexts.unreadable", error)]
    return [finding(NAME, "contexts.passed")]


def _failed(code: str, error: TouchstoneError) -> Finding:
    return finding(NAME, code, cause=error.sentence, details={"cause": error.code})
