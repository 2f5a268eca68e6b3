"""From what a client sends to the members of a request: within limits, or a typed error."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits, loads
from issuer.vc_api.errors import BodyTooLarge, RequestMalformed, TokenRefused
from issuer.vc_api.tokens import Tokens

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
MAX_DISCARDED_BYTES: Final = 32 * 1024 * 1024
"""How much of a body that is too large is read and thrown away, so that its sender reads why."""
LIMITS: Final = JsonLimits(max_bytes=MAX_BODY_BYTES, max_depth=64, max_values=20_000)
_SEE: Final = "See /openapi.json."
_bearer = HTTPBearer(auto_error=False, description="A token that `issuer token new` made.")


def tokens_of(request: Request) -> Tokens:
    """Who decides about bearer tokens in this app."""
    tokens: Tokens = request.app.state.vc_api.tokens
    return tokens


def require_token(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    tokens: Annotated[Tokens, Depends(tokens_of)],
) -> None:
    """Let only requests with a good bearer token on (RFC 6750 §2.1).

    Raises:
        TokenRefused: none, or not one of ours.
    """
    if not tokens.admits(given.credentials if given else None):
        raise TokenRefused(
            "This needs a bearer token of this issuer.",
            "Make one with `issuer token new` and send it as Authorization: Bearer ….",
        )


async def read_body(request: Request) -> bytes:
    """The body, kept no further than the limit.

    Raises:
        BodyTooLarge: it is larger.
    """
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_DISCARDED_BYTES:
            break
        if size <= MAX_BODY_BYTES:
            body += chunk
    if size > MAX_BODY_BYTES:
        limit = f"{MAX_BODY_BYTES / 2**20:g} MiB"
        raise BodyTooLarge(f"The request is larger than {limit}.", "Send one credential at a time.")
    return bytes(body)


Body = Annotated[bytes, Depends(read_body)]


def members_of(body: bytes, member: str) -> tuple[JsonObject, JsonObject]:
    """The document and the options of a request.

    Args:
        body: as it was sent.
        member: ``credential`` or ``verifiableCredential``.

    Raises:
        RequestMalformed: a member is missing or has the wrong type.
        JsonInvalid and its kin: see credentials.strict_json.
    """
    request = loads(body, LIMITS)
    document = request.get(member)
    if not isinstance(document, dict):
        raise RequestMalformed(f"The request has no object {member!r}.", _SEE)
    options = request.get("options")
    if options is None:
        options = {}
    if not isinstance(options, dict):
        raise RequestMalformed("The member 'options' is not an object.", _SEE)
    return document, options


def text_member(request: JsonObject, name: str, max_characters: int = 2048) -> str:
    """A member that has to be text.

    Raises:
        RequestMalformed: it is missing, is something else, or is longer.
    """
    value = request.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= max_characters:
        raise RequestMalformed(f"The request has no text {name!r}.", _SEE)
    return value
