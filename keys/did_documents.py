"""What a DID document vouches for: whose it is, and which key, for what, and when.

DID Core 1.0 §5 and Controlled Identifiers 1.0 §2 and §3.3 (Retrieve Verification Method).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keys.did_names import did_of
from keys.did_self_contained import KEY_AGREEMENT, SIGNING_RELATIONSHIPS
from keys.errors import DidDocumentInvalid, VerificationMethodMissing
from keys.kinds import KeyKind
from keys.public_key import PublicKey

MULTIBASE = "publicKeyMultibase"
JWK = "publicKeyJwk"
METHOD_MEMBERS = {
    "Multikey": MULTIBASE,
    "Ed25519VerificationKey2020": MULTIBASE,
    "JsonWebKey": JWK,
    "JsonWebKey2020": JWK,
}
"""The types of verification method that are read, and the member in which each keeps its key."""
SECRET_MEMBERS = (
    "secretKeyMultibase",
    "secretKeyJwk",
    "privateKeyMultibase",
    "privateKeyJwk",
    "privateKeyBase58",
    "privateKeyHex",
    "privateKeyPem",
)
"""What a published method never has (Controlled Identifiers 1.0 §2.2.2, §2.2.3)."""
_ENDS = ("expires", "revoked")
"""The members that end a method (Controlled Identifiers 1.0 §2.2)."""
_DEFINING_MEMBERS = ("verificationMethod", *SIGNING_RELATIONSHIPS, KEY_AGREEMENT)
_DATE_TIME_STAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class DatedKey:
    """A key that a DID document vouches for, and until when.

    Attributes:
        key: verifies what the owner signed.
        expires: when the owner gave it up in good order; None if not.
        revoked: since when it is no longer the owner's alone; None if it is.
    """

    key: PublicKey
    expires: datetime | None
    revoked: datetime | None


def check_did_document(document: object, did: str) -> None:
    """Refuse a DID document that is malformed or belongs to another DID (DID Core §5.1.1).

    Raises:
        DidDocumentInvalid: not an object, its id is not ``did``, or it gives two keys one name.
    """
    if not isinstance(document, dict):
        raise DidDocumentInvalid(f"The DID document of {did} is not a JSON object.")
    if document.get("id") != did:
        raise DidDocumentInvalid(f"The document found for {did} belongs to another DID.")
    names: set[str] = set()
    for method in _methods(document):
        name = _absolute(method.get("id"), document)
        if name in names:
            raise DidDocumentInvalid(f"The document of {did} has two keys named {name[:200]}.")
        if name is not None:
            names.add(name)


def verification_key(
    document: dict[str, Any],
    method_id: str,
    *,
    purpose: str,
    at: datetime,
    now: datetime | None = None,
) -> PublicKey:
    """The key that a DID document vouches for under ``method_id``.

    Args:
        document: a DID document that passed :func:`check_did_document`.
        method_id: absolute DID URL of the verification method.
        purpose: verification relationship: ``assertionMethod`` or ``authentication``.
        at: when it signed, with time zone: a key that expired later was good then.
        now: the present moment, ``at`` if not given: a revoked key is good for nothing any more,
            because whoever holds it can write any date into a signature.

    Raises:
        DidInvalid: ``method_id`` is no DID URL.
        VerificationMethodMissing: no such method, not for this purpose, or not valid then.
        DidDocumentInvalid: the method is malformed, or another DID's.
        PublicKeyInvalid: its key is malformed, unsafe, or not meant for signatures.
    """
    method = _find_method(document, method_id, purpose)
    _check_controller(method, method_id, document)
    _check_validity(method, method_id, {"expires": at, "revoked": now or at})
    return _read_key(method, method_id)


def dated_key(document: dict[str, Any], method_id: str, *, purpose: str, now: datetime) -> DatedKey:
    """The key under ``method_id`` with the dates that end it, for callers that judge them.

    A key that was revoked may stand in ``verificationMethod`` alone, listed for no purpose any
    more, so that whoever does not look at dates refuses it too. It is found for any purpose, and
    its ``revoked`` counts.

    Args:
        document: a DID document that passed :func:`check_did_document`.
        method_id: absolute DID URL of the verification method.
        purpose: verification relationship: ``assertionMethod`` or ``authentication``.
        now: the present moment: what was taken off every list has to be revoked by then.

    Raises:
        DidInvalid, VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid: as
            :func:`verification_key`, but for the dates.
    """
    withdrawn = _withdrawn_method(document, method_id, now)
    method = withdrawn or _find_method(document, method_id, purpose)
    _check_controller(method, method_id, document)
    ends = {
        member: _read_date(method[member], member, method_id) if member in method else None
        for member in _ENDS
    }
    return DatedKey(_read_key(method, method_id), ends["expires"], ends["revoked"])


def _withdrawn_method(
    document: dict[str, Any], method_id: str, now: datetime
) -> dict[str, Any] | None:
    """The method, if it was revoked by now and is listed for nothing; None otherwise."""
    for member in (*SIGNING_RELATIONSHIPS, KEY_AGREEMENT):
        for entry in _entries(document, member):
            reference = entry.get("id") if isinstance(entry, dict) else entry
            if _absolute(reference, document) == method_id:
                return None
    if did_of(method_id) != document["id"]:
        return None
    for method in _methods(document):
        if _absolute(method.get("id"), document) == method_id and "revoked" in method:
            revoked = _read_date(method["revoked"], "revoked", method_id)
            return method if revoked <= now else None
    return None


def _methods(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every verification method, wherever the document defines it (DID Core §5.2, §5.3)."""
    return [
        entry
        for member in _DEFINING_MEMBERS
        for entry in _entries(document, member)
        if isinstance(entry, dict)
    ]


def _entries(document: dict[str, Any], member: str) -> list[Any]:
    """What a document lists under ``member``; nothing, if it is no list."""
    entries = document.get(member)
    return entries if isinstance(entries, list) else []


def _find_method(document: dict[str, Any], method_id: str, purpose: str) -> dict[str, Any]:
    """The verification method, embedded or referenced under its purpose (DID Core §5.3.1)."""
    if did_of(method_id) != document["id"]:
        raise VerificationMethodMissing(f"{document['id']} cannot speak for {method_id[:200]}.")
    listed = {
        _absolute(entry.get("id") if isinstance(entry, dict) else entry, document)
        for entry in _entries(document, purpose)
    }
    if method_id not in listed:
        raise VerificationMethodMissing(
            f"{document['id']} does not list the key {method_id[:200]} for {purpose}."
        )
    found = [it for it in _methods(document) if _absolute(it.get("id"), document) == method_id]
    if not found:
        raise VerificationMethodMissing(
            f"{document['id']} does not publish the key {method_id[:200]}."
        )
    if len(found) > 1:
        raise DidDocumentInvalid(f"{document['id']} has two keys named {method_id[:200]}.")
    if not _may_be_referenced(document, found[0], purpose):
        raise VerificationMethodMissing(
            f"{document['id']} publishes the key {method_id[:200]} for another purpose only."
        )
    return found[0]


def _may_be_referenced(document: dict[str, Any], method: dict[str, Any], purpose: str) -> bool:
    """A method embedded under one purpose is not for others (DID Core §5.3)."""
    return any(
        entry is method
        for member in ("verificationMethod", purpose)
        for entry in _entries(document, member)
    )


def _absolute(reference: object, document: dict[str, Any]) -> str | None:
    """A DID URL reference made absolute against the document's DID (DID Core §3.2.2)."""
    if not isinstance(reference, str):
        return None
    return f"{document['id']}{reference}" if reference.startswith("#") else reference


def _check_controller(method: dict[str, Any], method_id: str, document: dict[str, Any]) -> None:
    if not _is_controlled_by(method, document["id"]):
        raise DidDocumentInvalid(f"The key {method_id[:200]} is controlled by another DID.")


def _is_controlled_by(method: dict[str, Any], did: str) -> bool:
    """Whether ``did`` is the method's controller, or one of them."""
    controller = method.get("controller")
    return controller == did or (isinstance(controller, list) and did in controller)


def _check_validity(method: dict[str, Any], method_id: str, moments: dict[str, datetime]) -> None:
    """Refuse a key past one of its ends (Controlled Identifiers 1.0 §2.2)."""
    for member, latest in moments.items():
        if member not in method:
            continue
        if _read_date(method[member], member, method_id) <= latest:
            raise VerificationMethodMissing(
                f"The key {method_id[:200]} is not valid: {member} {method[member]}."
            )


def _read_date(text: object, member: str, method_id: str) -> datetime:
    """An XML Schema dateTimeStamp: with its time zone (Controlled Identifiers 1.0 §2.2)."""
    if isinstance(text, str) and _DATE_TIME_STAMP.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise DidDocumentInvalid(f"{method_id[:200]} has no readable date in {member!r}.")


def _read_key(method: dict[str, Any], method_id: str) -> PublicKey:
    """The key of a method; where it is written twice, both have to be the same key."""
    named = f"The method {method_id[:200]}"
    kind = method.get("type")
    member = METHOD_MEMBERS.get(kind) if isinstance(kind, str) else None
    if member is None:
        raise DidDocumentInvalid(
            f"{named} is of a type that is not read.",
            f"Read are: {', '.join(METHOD_MEMBERS)}.",
        )
    if member not in method:
        raise DidDocumentInvalid(f"{named} lacks {member!r}, as its type wants.")
    if any(name in method for name in SECRET_MEMBERS):
        raise DidDocumentInvalid(f"{named} publishes its private key: anyone can sign with it.")
    keys = set()
    if MULTIBASE in method:
        keys.add(PublicKey.from_multikey(method[MULTIBASE]))
    if JWK in method:
        keys.add(PublicKey.from_jwk(method[JWK]))
    if len(keys) != 1:
        raise DidDocumentInvalid(f"{named} does not hold exactly one public key.")
    key = keys.pop()
    if kind == "Ed25519VerificationKey2020" and key.kind != KeyKind.ED25519:
        raise DidDocumentInvalid(f"{named} holds a key that its type does not fit.")
    return key
