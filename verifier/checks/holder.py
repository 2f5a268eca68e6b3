"""Is it the record of the person who was named?"""

from keys.did import is_did
from verifier.json_access import identifier, listed
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject
from verifier.words import finding

NAME = "holder"
TITLE = "Is it the record of the person who was named?"
HELP = (
    "Whoever shares a record can be asked to show that it is theirs; the names must agree.\n"
    "Nothing is checked if you named nobody."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Compare the subject's id with the holder that the reader or the presentation names."""
    if settings.holder is None:
        return [finding(NAME, "holder.none")]
    names = {identifier(item) for item in listed(subject.document.get("credentialSubject"))}
    if names == {""}:
        return [finding(NAME, "holder.unnamed")]
    if names == {settings.holder}:
        return [finding(NAME, "holder.passed", person=settings.holder)]
    if is_did(settings.holder) and not any(is_did(name) for name in names):
        return [finding(NAME, "holder.not-bound")]
    return [finding(NAME, "holder.other", person="the person named")]
