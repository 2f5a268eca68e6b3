"""Taking a document out of what it came in: a token, an envelope, or nothing at all.

A token is read before anything is checked, so what is wrong with its form is a finding here, as
it is for a document.
"""

from dataclasses import dataclass
from typing import Any

from credentials.errors import (
    JoseAlgorithmRefused,
    JoseClaimsDiffer,
    JoseMalformed,
    JsonTooLarge,
    SuiteUnsupported,
)
from credentials.jose.compact import Jws
from credentials.jose.envelope import is_envelope, open_envelope
from credentials.jose.tokens import SD_JWT_VC, Token, read_token
from credentials.json_types import JsonObject
from keys.errors import PublicKeyInvalid
from schemas.errors import TouchstoneError
from verifier.json_access import types
from verifier.open_badge_2 import signed_badge
from verifier.report import Finding
from verifier.sd_jwt import as_credential
from verifier.words import finding

PRESENTATION = "VerifiablePresentation"


MAX_CONTAINERS = 20_000
"""Objects and arrays of one document. A transcript of 350 claims has about as many; bringing them
into canonical form costs up to a twentieth of a millisecond each."""
MAX_PARTS = 100_000
"""Values of one document, which cost less each but can be many more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A document out of its envelope.

    Args:
        document: the credential or presentation; empty if it could not be read.
        token: what it came in, if that was a token.
        badge: the token that an Open Badges 2.0 assertion came in.
        problem: why it could not be read.
    """

    document: JsonObject
    token: Token | None = None
    badge: Jws | None = None
    problem: Finding | None = None

    @property
    def is_presentation(self) -> bool:
        """Whether it says that it is a presentation."""
        return PRESENTATION in types(self.document)


Received = JsonObject | str | Opened
"""A JSON object, the text of a compact token (JWS or SD-JWT), or either of them opened already."""


def open_received(received: Received) -> Opened:
    """Take a document out of its token or envelope. Never raises for what a sender wrote."""
    if isinstance(received, Opened):
        return received
    try:
        token = _token(received)
    except TouchstoneError as error:
        return Opened({}, problem=_problem(error))
    if token is None:
        return Opened(received if isinstance(received, dict) else {})
    return _of_token(token)


def _of_token(token: Token | Jws) -> Opened:
    if _is_too_large(token.payload if isinstance(token, Jws) else token.document):
        return Opened({}, problem=finding("structure", "check.too-long", check="structure"))
    if isinstance(token, Jws):
        return Opened(token.payload, badge=token)
    document = as_credential(token) if token.media_type == SD_JWT_VC else token.document
    if is_envelope(document):
        cause = "an envelope lies in another one."
        return Opened({}, problem=finding("structure", "structure.token", cause=cause))
    return Opened(document, token)


def _token(received: JsonObject | str) -> Token | Jws | None:
    """The token that came in or lay in an envelope; a bare JWS if it is an older badge's."""
    if isinstance(received, dict):
        return open_envelope(received) if is_envelope(received) else None
    try:
        return read_token(received)
    except JoseMalformed:
        badge = signed_badge(received)
        if badge is None:
            raise
        return badge


def _is_too_large(document: JsonObject) -> bool:
    """Whether a document out of a token has more parts than one in JSON may have at the door."""
    containers = parts = 0
    stack: list[Any] = [document]
    while stack and containers <= MAX_CONTAINERS and parts <= MAX_PARTS:
        item = stack.pop()
        if isinstance(item, dict | list):
            containers += 1
            parts += len(item)
            stack += item.values() if isinstance(item, dict) else item
    return bool(stack)


def _problem(error: TouchstoneError) -> Finding:
    """What a token that cannot be read means to its reader."""
    details = {"cause": error.code}
    if isinstance(error, JsonTooLarge):
        return finding("structure", "check.too-long", check="structure", details=details)
    if isinstance(error, JoseClaimsDiffer):
        return finding("proof", "proof.claims-differ", details=details)
    if isinstance(error, JoseAlgorithmRefused):
        return finding("proof", "proof.nobodys", details=details)
    if isinstance(error, SuiteUnsupported | PublicKeyInvalid):
        suite = "a kind of token or algorithm that we do not read"
        return finding("proof", "proof.unknown", suite=suite, details=details)
    return finding("structure", "structure.token", cause=error.sentence, details=details)
