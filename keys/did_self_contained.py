"""did:key and did:jwk: DIDs that hold their key, so that nobody has to be asked for a document."""

import json
from enum import StrEnum
from typing import Any

from keys.agreement import x25519_multikey, x25519_of
from keys.did_names import is_did, require_method
from keys.errors import DidInvalid, MultibaseInvalid, PublicKeyInvalid
from keys.jwk import check_public_jwk
from keys.kinds import KeyKind
from keys.multibase import base64url_decode
from keys.public_key import PublicKey

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"
JWS_2020_CONTEXT = "https://w3id.org/security/suites/jws-2020/v1"
ED25519_2020_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"
SIGNING_RELATIONSHIPS = (
    "assertionMethod",
    "authentication",
    "capabilityInvocation",
    "capabilityDelegation",
)
"""The verification relationships in which a key signs (DID Core §5.3)."""
KEY_AGREEMENT = "keyAgreement"
_KEY_PREFIX = "did:key:"
_JWK_PREFIX = "did:jwk:"


class KeyFormat(StrEnum):
    """How a did:key document writes its key (did:key method §3.1.2, publicKeyFormat)."""

    MULTIKEY = "Multikey"
    JSON_WEB_KEY_2020 = "JsonWebKey2020"
    ED25519_2020 = "Ed25519VerificationKey2020"


_CONTEXTS = {
    KeyFormat.MULTIKEY: MULTIKEY_CONTEXT,
    KeyFormat.JSON_WEB_KEY_2020: JWS_2020_CONTEXT,
    KeyFormat.ED25519_2020: ED25519_2020_CONTEXT,
}


def is_self_contained(did: object) -> bool:
    """Whether ``did`` is a did:key or a did:jwk, well formed or not."""
    return is_did(did) and str(did).startswith((_KEY_PREFIX, _JWK_PREFIX))


def self_contained_document(did: str) -> dict[str, Any]:
    """The DID document of a did:key or a did:jwk.

    Raises:
        DidInvalid: not a DID, or its key is malformed.
        DidMethodUnsupported: a DID of another method.
    """
    method = require_method(did, "key", "jwk")
    return did_key_document(did) if method == "key" else did_jwk_document(did)


def did_key_document(did: str) -> dict[str, Any]:
    """The DID document that a did:key name spells out (did:key method §3.1.1).

    Raises:
        DidInvalid: not a did:key, or its key is malformed or of a kind that is not read.
    """
    try:
        return key_document(did, read_did_key(did))
    except PublicKeyInvalid as error:
        raise DidInvalid(f"{did[:200]!r} does not hold a usable key: {error.sentence}") from error


def read_did_key(did: str) -> PublicKey:
    """The key of a did:key.

    Raises:
        DidInvalid: not a did:key.
        PublicKeyInvalid: its key is malformed, unsafe, or of a kind that is not read.
    """
    if not is_did(did) or not did.startswith(_KEY_PREFIX):
        raise DidInvalid(f"{str(did)[:200]!r} is not a did:key name.")
    return PublicKey.from_multikey(did.removeprefix(_KEY_PREFIX))


def key_document(
    did: str,
    key: PublicKey,
    key_format: KeyFormat = KeyFormat.MULTIKEY,
    *,
    key_agreement: bool = False,
) -> dict[str, Any]:
    """The document of a did:key, as its method's §3.1.1 creates it.

    Args:
        did: the did:key of ``key``.
        key_format: how the key is written.
        key_agreement: list a key for encryption too: of an Ed25519 key, the X25519 key that
            belongs to it.

    Raises:
        PublicKeyInvalid: an Ed25519VerificationKey2020 was asked for a key of another kind.
    """
    if key_format == KeyFormat.ED25519_2020 and key.kind != KeyKind.ED25519:
        raise PublicKeyInvalid(f"A key of the kind {key.kind} is no {key_format}.")
    multikey = key.to_multikey()
    method = {"id": f"{did}#{multikey}", "type": key_format.value, "controller": did}
    if key_format == KeyFormat.JSON_WEB_KEY_2020:
        methods: list[dict[str, Any]] = [{**method, "publicKeyJwk": key.to_jwk()}]
    else:
        methods = [{**method, "publicKeyMultibase": multikey}]
    contexts = [DID_CONTEXT, _CONTEXTS[key_format]]
    if key_agreement and key.kind == KeyKind.ED25519:
        methods.append(_agreement_method(did, key))
        contexts = list(dict.fromkeys([*contexts, MULTIKEY_CONTEXT]))
    document: dict[str, Any] = {"@context": contexts, "id": did, "verificationMethod": methods}
    document |= {name: [method["id"]] for name in SIGNING_RELATIONSHIPS}
    return document | ({KEY_AGREEMENT: [methods[-1]["id"]]} if key_agreement else {})


def _agreement_method(did: str, key: PublicKey) -> dict[str, Any]:
    multikey = x25519_multikey(x25519_of(key))
    return {
        "id": f"{did}#{multikey}",
        "type": KeyFormat.MULTIKEY.value,
        "controller": did,
        "publicKeyMultibase": multikey,
    }


def did_jwk_document(did: str) -> dict[str, Any]:
    """The DID document of a did:jwk (did:jwk method, Read): its only key is ``#0``.

    A key with ``use`` ``sig`` is not listed for key agreement, one with ``enc`` for nothing else.

    Raises:
        DidInvalid: not a did:jwk, or what it holds is no public JSON Web Key.
    """
    jwk = _read_did_jwk(did)
    use = jwk.get("use")
    method = f"{did}#0"
    signing = SIGNING_RELATIONSHIPS if use != "enc" else ()
    agreement = (KEY_AGREEMENT,) if use != "sig" else ()
    return {
        "@context": [DID_CONTEXT, JWS_2020_CONTEXT],
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
        ],
        **{name: [method] for name in (*signing, *agreement)},
    }


def _read_did_jwk(did: str) -> dict[str, Any]:
    if not is_did(did) or not did.startswith(_JWK_PREFIX):
        raise DidInvalid(f"{str(did)[:200]!r} is not a did:jwk name.")
    try:
        jwk = _read_json(base64url_decode("u" + did.removeprefix(_JWK_PREFIX)))
        check_public_jwk(jwk)
    except (MultibaseInvalid, PublicKeyInvalid) as error:
        raise DidInvalid(f"{did[:200]!r} does not hold a usable key: {error.sentence}") from error
    except (ValueError, RecursionError) as error:
        raise DidInvalid(f"{did[:200]!r} does not hold a JSON Web Key.") from error
    return jwk


def _read_json(data: bytes) -> dict[str, Any]:
    """A JSON object that can be written again: no member twice, no NaN, no lone surrogate.

    Raises:
        ValueError, RecursionError: it is not; the length of a DID bounds the work.
    """
    found = json.loads(data.decode("utf-8"), object_pairs_hook=_unique_members)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - all refusals here are one
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode("utf-8")
    return found


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members
