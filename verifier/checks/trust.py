"""Does somebody we asked know the school?"""

from schemas.errors import TouchstoneError
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, timestamp
from verifier.subject import Subject
from verifier.words import finding

NAME = "trust"
TITLE = "Does somebody we asked know the school?"
HELP = (
    "A signature says which address signed, not that the address is a school's.\n"
    "A registry that you trust can say so; without one you have to look at the address yourself."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Ask the trust registry for the issuer's DID."""
    host = subject.issuer_host
    if ports.trust is None:
        return [finding(NAME, "trust.no-registry", host=host)]
    network = ports.trust.name
    try:
        listed = ports.trust.find(subject.issuer_id)
    except TouchstoneError as error:
        details = {"cause": error.code, "registry": network}
        return [finding(NAME, "trust.not-read", host=host, network=network, details=details)]
    if listed is None or not listed.is_listed_at(subject.now):
        details = {"registry": network}
        return [finding(NAME, "trust.not-listed", host=host, network=network, details=details)]
    since = timestamp(listed.listed_since) if listed.listed_since else None
    details = {"registry": network, "name": listed.name, **({"since": since} if since else {})}
    return [finding(NAME, "trust.passed", issuer=listed.name, network=network, details=details)]
