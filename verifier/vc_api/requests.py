"""From what a client sends to the members of a request (VC-API §3.3)."""

from dataclasses import dataclass
from typing import Annotated, Final, Self

from fastapi import Depends, Request

from credentials.errors import ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import proofs_of
from verifier.errors import RequestInvalid
from verifier.intake import MAX_FILE_BYTES, read_document, too_large
from verifier.opening import Received
from verifier.vc_api.errors import ExpectationUnmet

MAX_DISCARDED_BYTES: Final = 128 * 1024 * 1024
"""How much of a body that is too large is read and thrown away: most clients read an answer only
when they have sent all; one that sends more than this is cut off."""
MAX_DOMAINS: Final = 20
_TOKEN_DOTS: Final = 2
"""A compact token has three parts (RFC 7515 §7.1)."""
_SEE: Final = "See /openapi.json."


async def read_body(request: Request) -> bytes:
    """The body, kept no further than the limit.

    Raises:
        FileTooLarge: it is larger.
    """
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_DISCARDED_BYTES:
            break
        if size <= MAX_FILE_BYTES:
            body += chunk
    if size > MAX_FILE_BYTES:
        raise too_large(None)
    return bytes(body)


Body = Annotated[bytes, Depends(read_body)]


def members_of(body: bytes, member: str) -> tuple[Received, JsonObject]:
    """The document and the options of a request.

    Args:
        body: as it was sent.
        member: ``verifiableCredential`` or ``verifiablePresentation``: a JSON object or, which
            the VC-API does not ask for but clients send, the text of a token.

    Raises:
        RequestInvalid: a member is missing or has the wrong type.
        TouchstoneError: the body is not JSON within the limits.
    """
    request = read_document(body)
    document, options = request.get(member), request.get("options")
    options = {} if options is None else options
    if not isinstance(options, dict):
        raise RequestInvalid("The member 'options' is not an object.", _SEE)
    if isinstance(document, dict):
        return document, options
    if isinstance(document, str) and document.count(".") >= _TOKEN_DOTS:
        return document, options
    raise RequestInvalid(f"The request has no object {member!r}.", _SEE)


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the client says that the signatures were made for; None is not compared.

    Attributes:
        purpose: ``expectedProofPurpose``.
        challenge: as the client gave it to the holder.
        domains: all of them, as the client gave them to the holder.
    """

    purpose: str | None = None
    challenge: str | None = None
    domains: tuple[str, ...] = ()

    @classmethod
    def read(cls, options: JsonObject) -> Self:
        """Read the options of a request.

        Raises:
            RequestInvalid: one has the wrong type.
        """
        return cls(
            purpose=_text(options, "expectedProofPurpose"),
            challenge=_text(options, "challenge"),
            domains=_domains(options),
        )

    def check(self, received: Received) -> None:
        """Compare with every proof (VC Data Integrity 1.0 §4.3 Verify Proof).

        What a token says about its occasion is compared where its signature is verified.

        Raises:
            ExpectationUnmet: a proof was made for something else.
        """
        for proof in _proofs(received):
            if self.purpose is not None and proof.get("proofPurpose") != self.purpose:
                raise ExpectationUnmet("A proof was made for another purpose.")
            if self.challenge is not None and proof.get("challenge") != self.challenge:
                raise ExpectationUnmet("A proof was not made for this challenge.")
            found = proof.get("domain")
            named = found if isinstance(found, list) else [found]
            if self.domains and not all(domain in named for domain in self.domains):
                raise ExpectationUnmet("A proof was not made for this domain.")


def _proofs(received: Received) -> list[JsonObject]:
    """The proofs of a document; what is wrong with their form is for the checks to say."""
    try:
        return proofs_of(received) if isinstance(received, dict) else []
    except ProofMalformed:
        return []


def _text(options: JsonObject, name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestInvalid(f"The option {name!r} is not text.", _SEE)
    return value


def _domains(options: JsonObject) -> tuple[str, ...]:
    found = options.get("domain")
    if found is None:
        return ()
    named = found if isinstance(found, list) else [found]
    if not 0 < len(named) <= MAX_DOMAINS or not all(isinstance(one, str) for one in named):
        raise RequestInvalid("The option 'domain' is neither text nor a list of texts.", _SEE)
    return tuple(named)
