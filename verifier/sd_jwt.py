"""SD-JWT VCs: claims in JSON, of which the holder shows some and withholds others.

The checks read credentials. So the claims are put where the data model of credentials has them,
and stay what they are: nothing that was withheld is made up.
"""

from typing import Any

from credentials import strict_json
from credentials.jose import sd_jwt_vc
from credentials.jose.badge_claims import status_entries
from credentials.jose.disclosures import DIGESTS, ELEMENT
from credentials.jose.tokens import Token
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import format_date_time_stamp
from keys.multibase import base64url_decode

_SEPARATOR = "~"
_ABOUT_THE_TOKEN = frozenset(
    {"iss", "sub", "iat", "nbf", "exp", "jti", "vct", "vct#integrity", "cnf", "status"}
)
_ABOUT_THE_CREDENTIAL = frozenset(
    {"id", "type", "issuer", "name", "description", "evidence", "credentialSubject"}
    | {"validFrom", "validUntil", "credentialStatus", "credentialSchema", "awardedDate"}
)


def as_credential(token: Token) -> JsonObject:
    """The claims of an SD-JWT VC in the form of a credential (SD-JWT VC §3.2.2).

    ``status`` is that of the badge that the claims were made of (``badge_claims``); any other
    becomes a status entry of a kind that no check knows: whether the record stands must stay a
    question, and not pass for a record that cannot be withdrawn.
    """
    shown, signed = token.document, token.jws.payload
    document = {name: value for name, value in shown.items() if name in _ABOUT_THE_CREDENTIAL}
    rest = {
        name: value
        for name, value in shown.items()
        if name not in _ABOUT_THE_CREDENTIAL | _ABOUT_THE_TOKEN
    }
    document["issuer"] = signed.get("iss", "")
    subject = document.get("credentialSubject", {})
    if isinstance(subject, dict):
        person = shown.get("sub", signed.get("sub"))
        named = {"id": person} if isinstance(person, str) else {}
        document["credentialSubject"] = {**rest, **subject, **named}
    for moment, member in ((token.not_before, "validFrom"), (token.expires, "validUntil")):
        if moment is not None:
            document[member] = format_date_time_stamp(moment)
    if "status" in signed and "credentialStatus" not in document:
        unknown = {"type": "status, as OAuth tokens have it"}
        document["credentialStatus"] = status_entries(signed) or unknown
    return document


def is_selective(token: Token) -> bool:
    """Whether a token is an SD-JWT, whose holder chooses what to show (RFC 9901 §4)."""
    return _SEPARATOR in token.text


def withheld(token: Token) -> int:
    """How many claims the issuer signed at the most that are not shown (RFC 9901 §4.2).

    An issuer may mix in digests that stand for nothing, which nobody can tell from claims.
    """
    disclosures = sd_jwt_vc.read(token.text).disclosures
    values = [strict_json.loads_value(base64url_decode(f"u{it.text}"))[-1] for it in disclosures]
    return sum(_digests(value) for value in (token.jws.payload, *values)) - len(disclosures)


def _digests(value: Any) -> int:
    """The digests in a value, at any depth."""
    count, stack = 0, [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            count += len(item.get(DIGESTS, [])) + (ELEMENT in item)
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return count
