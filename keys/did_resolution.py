"""Resolving did:key and did:jwk over HTTP: what ``GET /1.0/identifiers/{did}`` answers.

DID Resolution 0.3 (result and HTTP binding) with the errors of the did:key method §3.1. Pure: the
service that mounts it passes the DID, percent-decoded once, and the query, and sends what comes
back as :data:`RESOLUTION_MEDIA_TYPE`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from keys.did_names import did_of, is_did, method_of
from keys.did_self_contained import KeyFormat, did_jwk_document, key_document, read_did_key
from keys.errors import (
    DidInvalid,
    MultibaseInvalid,
    PublicKeyInvalid,
    PublicKeyKindUnknown,
    PublicKeyLengthWrong,
)
from keys.public_key import PublicKey

RESOLUTION_MEDIA_TYPE: Final = 'application/ld+json;profile="https://w3id.org/did-resolution"'
"""Content-Type of a result: readers that look for the word json in it find it."""
RESOLUTION_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
DOCUMENT_MEDIA_TYPE: Final = "application/did+ld+json"
STATUS: Final[Mapping[str, int]] = {
    "invalidDid": 400,
    "invalidDidUrl": 400,
    "invalidPublicKey": 400,
    "invalidPublicKeyLength": 400,
    "invalidPublicKeyType": 400,
    "methodNotSupported": 400,
    "notFound": 404,
    "representationNotSupported": 406,
    "unsupportedPublicKeyType": 400,
}
"""The HTTP status of each error. A DID that cannot be resolved is the sender's, never ours: 5xx."""
_ACCEPTED: Final = frozenset(
    {
        "*/*",
        "application/*",
        "application/json",
        "application/ld+json",
        "application/did+json",
        "application/did+ld+json",
        "application/did",
        "application/did-resolution",
    }
)
_OUTDATED_FORMATS: Final = frozenset(
    {
        "Ed25519VerificationKey2018",
        "EcdsaSecp256k1VerificationKey2019",
        "X25519KeyAgreementKey2019",
        "X25519KeyAgreementKey2020",
        "EcdsaMultikey",
        "JsonWebKey",
    }
)
"""Formats that are known and that a did:key document does not use (enableExperimental…)."""
_URL_TAIL: Final = re.compile(
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
"""Path, query and fragment of a DID URL (DID Core §3.2, RFC 3986 §3.3 to §3.5)."""
_MAX_URL_CHARACTERS: Final = 4096

JsonBody = dict[str, Any]


class _Refused(Exception):
    """Why there is no result: an error of the did:key method or of DID Resolution."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def resolution_result(
    did_url: str, options: Mapping[str, str] | None = None, *, accept: str | None = None
) -> tuple[int, JsonBody]:
    """Resolve a did:key or did:jwk, or find the key that a DID URL names in its document.

    Args:
        did_url: a DID, or a DID URL whose fragment names a verification method.
        options: the query: ``publicKeyFormat``, ``enableEncryptionKeyDerivation``,
            ``enableExperimentalPublicKeyTypes``; others are passed over.
        accept: the Accept header, if there is one.

    Returns:
        The HTTP status and the body: ``didDocument`` (empty on an error, the verification method
        for a DID URL), ``didDocumentMetadata``, ``didResolutionMetadata`` with ``contentType`` or
        ``error``; for a DID URL the same again as ``didDereferencingMetadata``.
    """
    is_url = re.search("[/?#]", did_url) is not None
    resolve = _dereferenced if is_url else _resolved
    try:
        _check_acceptable(accept)
        found = resolve(did_url, options or {})
    except _Refused as refused:
        return STATUS[refused.error], _body({}, {"error": refused.error}, is_url=is_url)
    return 200, _body(found, {"contentType": DOCUMENT_MEDIA_TYPE}, is_url=is_url)


def _body(document: JsonBody, metadata: JsonBody, *, is_url: bool) -> JsonBody:
    body: JsonBody = {
        "@context": RESOLUTION_CONTEXT,
        "didDocument": document,
        "didDocumentMetadata": {},
        "didResolutionMetadata": metadata,
    }
    return body | {"didDereferencingMetadata": metadata} if is_url else body


def _check_acceptable(accept: str | None) -> None:
    """Refuse a client that takes no JSON at all; the rest of the header does not matter here."""
    ranges = {entry.partition(";")[0].strip().lower() for entry in (accept or "*/*").split(",")}
    if ranges.isdisjoint(_ACCEPTED):
        raise _Refused("representationNotSupported")


def _resolved(did: str, options: Mapping[str, str]) -> JsonBody:
    """The document of a DID (DID Resolution §4)."""
    if not is_did(did):
        raise _Refused("invalidDid")
    match method_of(did):
        case "key":
            return _key_document(did, options)
        case "jwk":
            return _jwk_document(did)
    raise _Refused("methodNotSupported")


def _dereferenced(did_url: str, options: Mapping[str, str]) -> JsonBody:
    """The verification method that a DID URL names (DID Resolution §5)."""
    try:
        did = did_of(did_url)
    except DidInvalid:
        raise _Refused("invalidDid") from None
    tail = did_url.removeprefix(did)
    if len(did_url) > _MAX_URL_CHARACTERS or not _URL_TAIL.fullmatch(tail):
        raise _Refused("invalidDidUrl")
    document = _resolved(did, {**options, "enableEncryptionKeyDerivation": "true"})
    for method in document["verificationMethod"]:
        if method["id"] == did_url:
            return {"@context": document["@context"], **method}
    raise _Refused("notFound")


def _key_document(did: str, options: Mapping[str, str]) -> JsonBody:
    key = _read_key(did)
    key_format = _key_format(options.get("publicKeyFormat", KeyFormat.MULTIKEY))
    agreement = options.get("enableEncryptionKeyDerivation", "false").lower() == "true"
    try:
        return key_document(did, key, key_format, key_agreement=agreement)
    except PublicKeyInvalid:
        raise _Refused("invalidPublicKeyType") from None


def _key_format(name: str) -> KeyFormat:
    """A format by its name (did:key method §3.1.2, steps on publicKeyFormat)."""
    if name in _OUTDATED_FORMATS:
        raise _Refused("invalidPublicKeyType")
    try:
        return KeyFormat(name)
    except ValueError:
        raise _Refused("unsupportedPublicKeyType") from None


def _read_key(did: str) -> PublicKey:
    """The key of a did:key, with the did:key method's name for what is wrong with it."""
    try:
        return read_did_key(did)
    except DidInvalid:
        error = "invalidDid"
    except PublicKeyLengthWrong:
        error = "invalidPublicKeyLength"
    except PublicKeyKindUnknown:
        error = "unsupportedPublicKeyType"
    except PublicKeyInvalid as problem:
        multibase = isinstance(problem.__cause__, MultibaseInvalid)
        error = "invalidDid" if multibase else "invalidPublicKey"
    raise _Refused(error)


def _jwk_document(did: str) -> JsonBody:
    try:
        return did_jwk_document(did)
    except DidInvalid:
        raise _Refused("invalidDid") from None
