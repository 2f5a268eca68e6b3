"""DIDs: did:key and did:web names, and the keys that DID documents vouch for (DID Core 1.0).

No I/O: did:web is turned into the URL of its document, and whoever may fetch does so.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from keys.insecure import is_loopback_host
from keys.public_key import PublicKey

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"
MAX_DID_CHARACTERS = 2048
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]")
_WEB_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")


def is_did(text: object) -> bool:
    """Whether ``text`` is a DID without path, query or fragment (DID Core §3.1)."""
    return (
        isinstance(text, str)
        and len(text) <= MAX_DID_CHARACTERS
        and _DID.fullmatch(text) is not None
    )


def did_of(did_url: str) -> str:
    """The DID of a DID URL such as ``did:web:example.org#key-1``.

    Raises:
        DidInvalid: not a DID URL.
    """
    did = re.split(r"[#?/]", did_url, maxsplit=1)[0] if isinstance(did_url, str) else ""
    if not is_did(did):
        raise DidInvalid(f"{str(did_url)[:200]!r} is not a DID.")
    return did


def did_web_to_url(did: str, *, insecure_loopback: bool = False) -> str:
    """The https URL of a did:web document (did:web method, §3.2 Read).

    Args:
        insecure_loopback: use http for a host that is this machine; for demonstrations.

    Raises:
        DidInvalid: not a did:web name, or a host that only means this machine without the switch.
    """
    segments = did.split(":")[2:] if is_did(did) and did.startswith("did:web:") else []
    if not segments or not all(_WEB_SEGMENT.fullmatch(segment) for segment in segments):
        raise DidInvalid(f"{did[:200]!r} is not a did:web name.")
    host, *path = [unquote(segment) for segment in segments]
    if not _HOST.fullmatch(host) or any("/" in part or part in {".", "..", ""} for part in path):
        raise DidInvalid(f"{did[:200]!r} does not name a host.")
    loopback = is_loopback_host(host.partition(":")[0])
    if loopback and not insecure_loopback:
        raise DidInvalid(
            f"{did[:200]!r} names this machine, which proves nothing about a school.",
            "For a demonstration on one machine, switch on --insecure-loopback.",
        )
    scheme = "http" if loopback else "https"
    location = "/".join(quote(part) for part in path) if path else ".well-known"
    return f"{scheme}://{host}/{location}/did.json"


def url_to_did_web(url: str) -> str:
    """The did:web name of a school whose base URL is ``url`` (http or https, port, path).

    Raises:
        DidInvalid: not an http(s) URL with a host, or one with user, query or fragment.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise DidInvalid(f"{url[:200]!r} is not the http(s) address of a host.")
    if parts.query or parts.fragment:
        raise DidInvalid(f"{url[:200]!r} has a query or a fragment, which a did:web cannot have.")
    port = f"%3A{parts.port}" if parts.port else ""
    path = [quote(segment, safe="") for segment in parts.path.split("/") if segment]
    return ":".join(["did", "web", f"{parts.hostname}{port}", *path])


def did_key_document(did: str) -> dict[str, Any]:
    """The DID document that a did:key name spells out (did:key method §3.1.1).

    Raises:
        DidInvalid: not a did:key, or its key is malformed.
        DidMethodUnsupported: a kind of key that is not read yet.
    """
    if not is_did(did) or not did.startswith("did:key:"):
        raise DidInvalid(f"{did[:200]!r} is not a did:key name.")
    multikey = did.removeprefix("did:key:")
    try:
        PublicKey.from_multikey(multikey)
    except PublicKeyInvalid as error:
        raise DidInvalid(f"{did[:200]!r} does not hold a usable key: {error.sentence}") from error
    method = f"{did}#{multikey}"
    return {
        "@context": [DID_CONTEXT, MULTIKEY_CONTEXT],
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
        ],
        "assertionMethod": [method],
        "authentication": [method],
    }


def method_of(did: str) -> str:
    """The method name of a DID: ``web``, ``key``, …

    Raises:
        DidInvalid: not a DID.
    """
    if not is_did(did):
        raise DidInvalid(f"{str(did)[:200]!r} is not a DID.")
    return did.split(":", 2)[1]


def require_method(did: str, *supported: str) -> str:
    """The method of ``did`` if it is one of ``supported``.

    Raises:
        DidInvalid: not a DID.
        DidMethodUnsupported: a DID of another method.
    """
    method = method_of(did)
    if method not in supported:
        raise DidMethodUnsupported(
            f"DIDs of the method {method!r} cannot be read.",
            f"Supported are: {', '.join(supported)}.",
        )
    return method


def check_did_document(document: object, did: str) -> None:
    """Refuse a DID document that is malformed or belongs to another DID (DID Core §5.1.1).

    Raises:
        DidDocumentInvalid: not an object, or its id is not ``did``.
    """
    if not isinstance(document, dict):
        raise DidDocumentInvalid(f"The DID document of {did} is not a JSON object.")
    if document.get("id") != did:
        raise DidDocumentInvalid(f"The document found for {did} belongs to another DID.")


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
        VerificationMethodMissing: no such method, not for this purpose, or not valid then.
        DidDocumentInvalid: the method is malformed.
        PublicKeyInvalid: its key is malformed or unsafe.
    """
    method = _find_method(document, method_id, purpose)
    if method.get("controller") != document["id"]:
        raise DidDocumentInvalid(f"The key {method_id} is controlled by another DID.")
    _check_validity(method, method_id, {"expires": at, "revoked": now or at})
    return _read_key(method, method_id)


def _find_method(document: dict[str, Any], method_id: str, purpose: str) -> dict[str, Any]:
    """The verification method, embedded or referenced under its purpose (DID Core §5.3)."""
    entries = document.get(purpose)
    embedded = [
        entry
        for entry in (entries if isinstance(entries, list) else [])
        if _absolute(entry.get("id") if isinstance(entry, dict) else entry, document) == method_id
    ]
    if not embedded:
        raise VerificationMethodMissing(
            f"{document['id']} does not list the key {method_id[:200]} for {purpose}."
        )
    if isinstance(embedded[0], dict):
        return embedded[0]
    methods = document.get("verificationMethod")
    for method in methods if isinstance(methods, list) else []:
        if isinstance(method, dict) and _absolute(method.get("id"), document) == method_id:
            return method
    raise VerificationMethodMissing(f"{document['id']} does not publish the key {method_id[:200]}.")


def _absolute(reference: object, document: dict[str, Any]) -> str | None:
    """A DID URL reference made absolute against the document's DID (DID Core §3.2.2)."""
    if not isinstance(reference, str):
        return None
    return f"{document['id']}{reference}" if reference.startswith("#") else reference


def _check_validity(method: dict[str, Any], method_id: str, moments: dict[str, datetime]) -> None:
    """Refuse a key past one of its ends (Controlled Identifiers 1.0 §2.2)."""
    for member, latest in moments.items():
        if member not in method:
            continue
        try:
            end = datetime.fromisoformat(str(method[member]))
        except ValueError as error:
            raise DidDocumentInvalid(f"{method_id} has no readable date in {member!r}.") from error
        if end.tzinfo is None:
            raise DidDocumentInvalid(f"{method_id} has a date without time zone in {member!r}.")
        if end <= latest:
            raise VerificationMethodMissing(
                f"The key {method_id} is not valid: {member} {method[member]}."
            )


def _read_key(method: dict[str, Any], method_id: str) -> PublicKey:
    """The key of a method; where it is written twice, both have to be the same key."""
    keys = set()
    if "publicKeyMultibase" in method:
        keys.add(PublicKey.from_multikey(method["publicKeyMultibase"]))
    if "publicKeyJwk" in method:
        keys.add(PublicKey.from_jwk(method["publicKeyJwk"]))
    if len(keys) != 1:
        raise DidDocumentInvalid(f"The method {method_id} does not hold exactly one public key.")
    return keys.pop()
