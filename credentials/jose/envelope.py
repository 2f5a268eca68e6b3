"""Tokens inside documents: enveloped credentials and presentations (VC 2.0 §4.13.1, §4.13.3)."""

from typing import Final

from credentials.errors import JoseMalformed
from credentials.jose.tokens import JWT, VP_JWT, VP_SD_JWT, Token, read_token
from credentials.json_types import JsonObject
from credentials.models.members import VC2_CONTEXT
from credentials.models.rules import as_list

CREDENTIAL: Final = "EnvelopedVerifiableCredential"
PRESENTATION: Final = "EnvelopedVerifiablePresentation"
_MEMBERS = frozenset({"@context", "id", "type"})
_SCHEME = "data:"


def is_envelope(document: object) -> bool:
    """Whether a document says that it is an envelope."""
    if not isinstance(document, dict):
        return False
    return any(name in (CREDENTIAL, PRESENTATION) for name in as_list(document.get("type")))


def envelop(token: str) -> JsonObject:
    """A token as a document that can stand in ``verifiableCredential`` or on its own.

    Raises:
        JoseMalformed, JoseAlgorithmRefused, JoseClaimsDiffer, SuiteUnsupported, Json…: the text
        is no token of a credential or presentation.
    """
    read = read_token(token)
    return {
        "@context": [VC2_CONTEXT],
        "id": f"{_SCHEME}{read.media_type},{token}",
        "type": _type_of(read),
    }


def open_envelope(document: JsonObject) -> Token:
    """The token of an enveloped credential or presentation. Its signature is not checked here.

    Raises:
        JoseMalformed: another type, no base context, members that nothing secures, an id that
            is no ``data:`` URL of a token, or a token of another kind than both say.
        JoseAlgorithmRefused, JoseClaimsDiffer, SuiteUnsupported, Json…: see ``read_token``.
    """
    types = as_list(document.get("type"))
    if types not in ([CREDENTIAL], [PRESENTATION]):
        raise JoseMalformed("An envelope has to be of one type, and of no other beside it.")
    if VC2_CONTEXT not in as_list(document.get("@context")):
        raise JoseMalformed(f"An envelope lacks the context {VC2_CONTEXT}.")
    if others := set(document) - _MEMBERS:
        raise JoseMalformed(f"An envelope has a member {min(others)[:80]!r}, which nothing signs.")
    media_type, text = _split(document.get("id"))
    token = read_token(text)
    if token.media_type != media_type or _type_of(token) != types[0]:
        raise JoseMalformed("An envelope says that it holds another kind of token than it does.")
    return token


def _split(url: object) -> tuple[str, str]:
    """Media type and data of a ``data:`` URL (RFC 2397) without parameters or encoding."""
    if not isinstance(url, str) or not url.startswith(_SCHEME):
        raise JoseMalformed("The id of an envelope is not a data: URL.")
    media_type, comma, text = url.removeprefix(_SCHEME).partition(",")
    if not comma or ";" in media_type:
        raise JoseMalformed("The id of an envelope has parameters, or no data.")
    return media_type, text


def _type_of(token: Token) -> str:
    if token.media_type == JWT:
        types = as_list(token.document.get("type"))
        return PRESENTATION if "VerifiablePresentation" in types else CREDENTIAL
    return PRESENTATION if token.media_type in (VP_JWT, VP_SD_JWT) else CREDENTIAL
