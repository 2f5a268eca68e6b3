"""From what a client sends to the members of a request: within limits, or a typed error."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits, loads
from issuer.vc_api.errors import BodyTooLarge, RequestMalformed, TokenRefused
from issuer.vc_api.tokens import Tokens, token_id
from issuer.web.bodies import read_within

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
LIMITS: Final = JsonLimits(max_bytes=MAX_BODY_BYTES, max_depth=64, max_values=20_000)
AUDITED: Final = "vc-api"
"""Who used the VC-API, as the audit log names him."""
_SEE: Final = "See /openapi.json."
_bearer = HTTPBearer(auto_error=False, description="A token that `issuer token new` made.")


def tokens_of(request: Request) -> Tokens:
    """Who decides about bearer tokens in this app."""
    tokens: Tokens = request.app.state.vc_api.tokens
    return tokens


def require_token(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    tokens: Annotated[Tokens, Depends(tokens_of)],
) -> str:
    """Let only requests with a good bearer token on (RFC 6750 §2.1).

    Returns:
        who that is, as the audit log names him: the beginning of the token's hash, as in the list.

    Raises:
        TokenRefused: none, or not one of ours.
    """
    token = given.credentials if given else None
    if not tokens.admits(token):
        raise TokenRefused(
            "This needs a bearer token of this issuer.",
            "Make one with `issuer token new` and send it as Authorization: Bearer ….",
        )
    return AUDITED if token is None else f"{AUDITED}:{token_id(token)}"


Who = Annotated[str, Depends(require_token)]


async def read_body(request: Request) -> bytes:
    """The body, kept no further than the limit.

    Raises:
        BodyTooLarge: it is larger.
    """
    body = await read_within(request, MAX_BODY_BYTES)
    if body is None:
        limit = f"{MAX_BODY_BYTES / 2**20:g} MiB"
        raise BodyTooLarge(f"The request is larger than {limit}.", "Send one credential at a time.")
    return body


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
