"""Registered claims of tokens, and what they have to agree with (RFC 7519 §4.1)."""

import math
from datetime import UTC, datetime
from typing import Final

from credentials.errors import JoseClaimsDiffer, JoseMalformed
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, moment

REGISTERED: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"})
"""Claims about the token: they stand beside the members of a credential and are none of them."""
_FIRST_SECOND, _LATEST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999, which are all that Python has."""


def without_registered(payload: JsonObject) -> JsonObject:
    """The credential or presentation whose members stand among the claims."""
    return {name: value for name, value in payload.items() if name not in REGISTERED}


def numeric_date(payload: JsonObject, name: str) -> datetime | None:
    """``exp``, ``nbf`` or ``iat`` as an aware moment, None if absent (RFC 7519 §2).

    Raises:
        JoseMalformed: not a number of seconds, or outside the years 1 to 9999.
    """
    if name not in payload:
        return None
    value = payload[name]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise JoseMalformed(f"The claim {name!r} of a token is not a number of seconds.")
    if not _FIRST_SECOND <= value <= _LATEST_SECOND:
        raise JoseMalformed(f"The claim {name!r} of a token is not a date.")
    return datetime.fromtimestamp(value, UTC)


def issued_at(payload: JsonObject) -> datetime | None:
    """``iat``, None if absent. The W3C's own tests for VC-JOSE-COSE write it as a dateTimeStamp.

    Raises:
        JoseMalformed: neither a number of seconds nor a dateTimeStamp.
    """
    if isinstance(payload.get("iat"), str) and (found := moment(payload["iat"])) is not None:
        return found
    return numeric_date(payload, "iat")


def text(payload: JsonObject, name: str) -> str | None:
    """A claim that is text, None if absent.

    Raises:
        JoseMalformed: it is there and not text, or empty.
    """
    if name not in payload:
        return None
    value = payload[name]
    if not isinstance(value, str) or not value:
        raise JoseMalformed(f"The claim {name!r} of a token is not text.")
    return value


def audience(payload: JsonObject) -> tuple[str, ...]:
    """``aud``: whom the token is for (RFC 7519 §4.1.3); empty if absent.

    Raises:
        JoseMalformed: neither text nor an array of texts.
    """
    if "aud" not in payload:
        return ()
    found = as_list(payload["aud"])
    if not found or not all(isinstance(name, str) and name for name in found):
        raise JoseMalformed("The claim 'aud' of a token is neither text nor an array of texts.")
    return tuple(found)


def identifier(node: object) -> object:
    """The id of something that is named by a URL or described by an object."""
    return node.get("id") if isinstance(node, dict) else node


def issuer_of(document: JsonObject) -> str | None:
    """The issuer of a credential, or the holder of a presentation."""
    found = identifier(document.get(party_of(document)))
    return found if isinstance(found, str) else None


def party_of(document: JsonObject) -> str:
    """The member that names whoever signs: ``issuer``, or ``holder`` of a presentation."""
    return "holder" if is_presentation(document) else "issuer"


def is_presentation(document: JsonObject) -> bool:
    """Whether a document says that it is a presentation."""
    return "VerifiablePresentation" in as_list(document.get("type"))


def subject_of(document: JsonObject) -> object:
    """The id of the only subject; None if it has none, or there are several."""
    subjects = as_list(document.get("credentialSubject"))
    only = subjects[0] if len(subjects) == 1 else None
    return only.get("id") if isinstance(only, dict) else None


def check_names(payload: JsonObject, document: JsonObject) -> None:
    """``iss``, ``sub`` and ``jti``, where present, name what the document names.

    Raises:
        JoseClaimsDiffer: one of them says something else, or what the document does not say.
        JoseMalformed: one of them is not text.
    """
    party = issuer_of(document)
    expected = {"iss": party, "jti": document.get("id"), "sub": subject_of(document)}
    if is_presentation(document):
        expected["sub"] = party
        if "holder" not in document:
            del expected["iss"], expected["sub"]
    for name, wanted in expected.items():
        found = text(payload, name)
        if found is not None and found != wanted:
            raise differs(name, found, wanted)


def check_date(payload: JsonObject, name: str, document: JsonObject, member: str) -> None:
    """A date claim and a date of the document are one second.

    Raises:
        JoseClaimsDiffer: they are not, or the document has no such date.
        JoseMalformed: the claim is no date.
    """
    claimed, stated = numeric_date(payload, name), moment(document.get(member))
    if claimed is None:
        return
    if stated is None or seconds(claimed) != seconds(stated):
        raise differs(name, claimed.isoformat(), document.get(member))


def seconds(moment: datetime) -> int:
    """A moment as a NumericDate in whole seconds (RFC 7519 §2)."""
    return math.floor(moment.timestamp())


def differs(name: str, found: object, wanted: object) -> JoseClaimsDiffer:
    """The error for a claim that says something else than its credential."""
    there = "nothing" if wanted is None else repr(str(wanted)[:200])
    return JoseClaimsDiffer(
        f"The claim {name!r} of the token says {str(found)[:200]!r}; what it signs says {there}.",
        "Ask the issuer for a token whose claims and content agree.",
    )
