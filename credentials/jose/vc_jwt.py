"""VC-JWT 1.1: the older tokens, as 1EdTech uses them (VC 1.1 §6.3.1, OB 3.0 §8.2, CLR 2.0 §8.2).

Two shapes are in use: a claim ``vc`` (or ``vp``) that holds the credential, parts of which may
stand in the registered claims alone; and a credential whose members stand among the claims.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from credentials.errors import JoseClaimsDiffer, JoseMalformed, SuiteUnsupported
from credentials.jose import claims, compact
from credentials.jose.compact import Jws
from credentials.json_types import JsonObject
from credentials.models.credential import is_version_1
from credentials.models.rules import as_list, moment
from credentials.proofs.data_integrity import format_date_time_stamp
from keys.public_key import KeyKind

TYPES: Final = (None, "jwt")
"""The values of ``typ``: absent, or ``JWT`` in any case."""
_MEMBERS = frozenset({"@context", "type", "credentialSubject", "verifiableCredential"})
"""Members of a document: beside a nested one they would be a second."""


def sign(
    document: JsonObject,
    *,
    sign: Callable[[bytes], bytes],
    kind: KeyKind,
    key_id: str,
    nested: bool = False,
    nonce: str | None = None,
    audience: str | None = None,
) -> str:
    """Secure a credential or a presentation.

    Args:
        document: a credential that was checked already, or a presentation.
        sign: returns the raw signature over the bytes that it is given.
        kind: of the signer's key; 1EdTech's verifiers take RSA and P-256.
        key_id: ``kid``: the absolute DID URL of the key.
        nested: put the credential into the claim ``vc``; presentations always go into ``vp``.
        nonce, audience: for presentations: the verifier's challenge and name.

    Raises:
        JoseMalformed: neither a credential nor a presentation, or it has no date of issue.
        SuiteUnsupported: no algorithm for this kind of key.
        JsonInvalid, JsonSurrogate: the document has no JSON form.
    """
    if found := (claims.REGISTERED | {"vc", "vp"}) & set(document):
        raise JoseMalformed(f"The document has a member {min(found)!r}, which is a token's.")
    payload = _claims_of(document)
    payload |= {name: value for name, value in (("nonce", nonce), ("aud", audience)) if value}
    if claims.is_presentation(document):
        payload["vp"] = document
    elif nested:
        payload["vc"] = document
    else:
        payload |= document
    document_of(Jws("", {}, payload))
    return compact.sign({"typ": "JWT", "kid": key_id}, payload, sign=sign, kind=kind)


def document_of(jws: Jws) -> JsonObject:
    """The credential or presentation, every registered claim compared with it.

    Raises:
        SuiteUnsupported: another ``typ``.
        JoseMalformed: it holds neither, or both, or a claim of the wrong type.
        JoseClaimsDiffer: a claim is missing, or says something else than the document.
    """
    if jws.type not in TYPES:
        raise SuiteUnsupported(f"Tokens of the type {str(jws.type)[:40]!r} are not known.")
    payload = jws.payload
    nested = sorted({"vc", "vp"} & set(payload))
    if not nested:
        document = claims.without_registered(payload)
    elif len(nested) == 1 and not _MEMBERS & set(payload):
        document = _filled(payload[nested[0]], payload)
    else:
        raise JoseMalformed("A token holds more than one credential or presentation.")
    _check_type(document, nested)
    claims.check_names(payload, document)
    if not claims.is_presentation(document):
        _check_credential(payload, document)
    return document


def _claims_of(document: JsonObject) -> dict[str, Any]:
    """The registered claims that a document has to go with (VC 1.1 §6.3.1.1)."""
    found: dict[str, Any] = {"iss": claims.issuer_of(document), "jti": document.get("id")}
    if not claims.is_presentation(document):
        found["sub"] = claims.subject_of(document)
        for name, member in zip(("nbf", "exp"), _date_members(document), strict=True):
            date = moment(document.get(member))
            found[name] = None if date is None else claims.seconds(date)
    return {name: value for name, value in found.items() if value is not None}


def _date_members(document: JsonObject) -> tuple[str, str]:
    if is_version_1(document):
        return "issuanceDate", "expirationDate"
    return "validFrom", "validUntil"


def _check_type(document: JsonObject, nested: list[str]) -> None:
    types = as_list(document.get("type"))
    wanted = {
        "vc": ("VerifiableCredential",),
        "vp": ("VerifiablePresentation",),
    }.get(nested[0] if nested else "", ("VerifiableCredential", "VerifiablePresentation"))
    if len([name for name in wanted if name in types]) != 1 or "@context" not in document:
        raise JoseMalformed("A token does not hold one credential or one presentation.")


def _check_credential(payload: JsonObject, document: JsonObject) -> None:
    """OB 3.0 §8.2.4.2: the claims that stand for members are there when the members are."""
    begins, ends = _date_members(document)
    required = {
        "iss": True,
        "nbf": True,
        "exp": ends in document,
        "jti": "id" in document,
        "sub": claims.subject_of(document) is not None,
    }
    for name, needed in required.items():
        if needed and name not in payload:
            raise JoseClaimsDiffer(
                f"The token lacks the claim {name!r}, which its credential goes with.",
                "Ask the issuer for a token with all registered claims.",
            )
    claims.check_date(payload, "nbf", document, begins)
    claims.check_date(payload, "exp", document, ends)


def _filled(document: object, payload: JsonObject) -> JsonObject:
    """What stands in the registered claims alone, put where the data model has it (§6.3.1.2)."""
    if not isinstance(document, dict):
        raise JoseMalformed("The claim 'vc' or 'vp' of a token is not an object.")
    filled = dict(document)
    if (identifier := claims.text(payload, "jti")) is not None:
        filled.setdefault("id", identifier)
    if (party := claims.text(payload, "iss")) is not None:
        member = claims.party_of(document)
        if isinstance(filled.get(member), dict):
            filled[member] = {"id": party, **filled[member]}
        else:
            filled.setdefault(member, party)
    if claims.is_presentation(document):
        return filled
    if (subject := claims.text(payload, "sub")) is not None:
        filled["credentialSubject"] = _with_id(document.get("credentialSubject"), subject)
    for name, member in zip(("nbf", "exp"), _date_members(document), strict=True):
        date: datetime | None = claims.numeric_date(payload, name)
        if date is not None:
            filled.setdefault(member, format_date_time_stamp(date))
    return filled


def _with_id(subject: Any, identifier: str) -> Any:
    if isinstance(subject, dict):
        return {"id": identifier, **subject}
    if isinstance(subject, list) and len(subject) == 1 and isinstance(subject[0], dict):
        return [{"id": identifier, **subject[0]}]
    return subject
