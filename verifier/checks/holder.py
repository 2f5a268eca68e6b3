"""Is it the record of the person who was named?"""

from credentials.jose import sd_jwt_vc
from credentials.jose.tokens import Token
from keys.did import is_did
from schemas.errors import TouchstoneError
from verifier.json_access import identifier, listed
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.sd_jwt import is_selective
from verifier.subject import Subject
from verifier.words import finding

NAME = "holder"
TITLE = "Is it the record of the person who was named?"
HELP = (
    "Whoever shares a record can be asked to show that it is theirs; the names must agree.\n"
    "Nothing is checked if you named nobody."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Compare the subject's id with the holder that the reader or the presentation names.

    A record that comes with its holder's own signature is asked for that signature too.
    """
    asked = settings.nonce is not None or settings.audience is not None
    if asked and subject.token is not None and is_selective(subject.token):
        return [*_named(subject, settings), _key_binding(subject, subject.token, settings)]
    return _named(subject, settings)


def _named(subject: Subject, settings: CheckSettings) -> list[Finding]:
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


def _key_binding(subject: Subject, token: Token, settings: CheckSettings) -> Finding:
    """Whether the holder's key signed for this occasion: nonce and audience (RFC 9901 §7.3)."""
    if not settings.nonce or not settings.audience:
        return finding(NAME, "holder.half-asked")
    challenge = sd_jwt_vc.Challenge(settings.nonce, settings.audience, subject.now)
    try:
        sd_jwt_vc.check_key_binding(sd_jwt_vc.read(token.text), challenge)
    except TouchstoneError as error:
        return finding(NAME, "holder.key-binding", cause=str(error), details={"cause": error.code})
    return finding(NAME, "holder.key-bound")
