"""The DID document and the issuer profile, as pure functions of what is published.

DID Core 1.0 (documents and services), Controlled Identifiers 1.0 section 2.2.2 (Multikey),
Blockcerts (the profile lists the Ethereum addresses that anchor), Open Badges 3.0 (Profile).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from credentials.proofs.data_integrity import format_date_time_stamp
from keys.did import DID_CONTEXT, MULTIKEY_CONTEXT
from keys.multibase import base64url_encode
from keys.public_key import PublicKey

JWK_CONTEXT: Final = "https://w3id.org/security/jwk/v1"
VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BLOCKCERTS_CONTEXT: Final = "https://w3id.org/blockcerts/v3"
PROFILE_PATH: Final = "/issuer"
ACCOUNT_PREFIX: Final = "ecdsa-koblitz-pubkey:"
"""How Blockcerts writes the address that may anchor for an issuer."""


@dataclass(frozen=True)
class PublishedKey:
    """A signing key as the DID document shows it.

    Attributes:
        fragment: ``key-1``: the part of the verification method's id after the ``#``.
        public_key: the key that verifies.
    """

    fragment: str
    public_key: PublicKey


@dataclass(frozen=True)
class PublishedAccount:
    """An Ethereum account as the issuer profile shows it.

    Attributes:
        fragment: ``ethereum-1``: its verification method's id in the DID document.
        public_key: the secp256k1 point, x then y, 64 bytes.
        address: checksummed hexadecimal address, ``0x`` first.
        created: since when it anchors for this issuer; aware UTC.
        revoked: when it stopped doing so, or None.
    """

    fragment: str
    public_key: bytes
    address: str
    created: datetime
    revoked: datetime | None = None


def did_document(
    did: str,
    base_url: str,
    keys: Sequence[PublishedKey],
    accounts: Sequence[PublishedAccount] = (),
) -> dict[str, Any]:
    """The DID document: the keys that sign, the accounts that anchor, and where the profile is.

    A signing key is written as Multikey and as JSON Web Key, because Blockcerts readers want the
    second and Data Integrity readers the first; they are the same key. The account stands there
    too: Blockcerts readers derive the anchoring address from the method that the Merkle proof
    names. No method carries ``revoked``: those readers would then refuse every credential.
    """
    methods = [_signing_method(did, key) for key in keys]
    methods += [_account_method(did, account) for account in accounts]
    return {
        "@context": [DID_CONTEXT, MULTIKEY_CONTEXT, JWK_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
        "service": [
            {
                "id": f"{did}#issuer-profile",
                "type": "IssuerProfile",
                "serviceEndpoint": f"{base_url}{PROFILE_PATH}",
            }
        ],
    }


def _signing_method(did: str, key: PublishedKey) -> dict[str, Any]:
    return {
        "id": f"{did}#{key.fragment}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.public_key.to_multikey(),
        "publicKeyJwk": key.public_key.to_jwk(),
    }


def _account_method(did: str, account: PublishedAccount) -> dict[str, Any]:
    x, y = account.public_key[:32], account.public_key[32:]
    return {
        "id": f"{did}#{account.fragment}",
        "type": "JsonWebKey",
        "controller": did,
        "publicKeyJwk": {
            "kty": "EC",
            "crv": "secp256k1",
            "x": base64url_encode(x)[1:],
            "y": base64url_encode(y)[1:],
        },
    }


def issuer_profile(
    name: str, did: str, base_url: str, accounts: Sequence[PublishedAccount]
) -> dict[str, Any]:
    """The profile that Blockcerts readers follow from the DID document.

    Its id is its own URL; ``publicKey`` lists the accounts whose transactions count as this
    issuer's, each with the time from which it does.
    """
    url = f"{base_url}{PROFILE_PATH}"
    return {
        "@context": [VC_CONTEXT, OB_CONTEXT, BLOCKCERTS_CONTEXT],
        "id": url,
        "type": "Profile",
        "name": name,
        "url": base_url,
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": did, "identifierType": "identifier"}
        ],
        "publicKey": [_account_entry(account) for account in accounts],
    }


def _account_entry(account: PublishedAccount) -> dict[str, str]:
    entry = {
        "id": f"{ACCOUNT_PREFIX}{account.address}",
        "created": format_date_time_stamp(account.created),
    }
    if account.revoked is not None:
        entry["revoked"] = format_date_time_stamp(account.revoked)
    return entry


def document_bytes(document: dict[str, Any]) -> bytes:
    """The exact bytes that are served and hashed: UTF-8 JSON, two spaces, one final newline."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def document_digest(document: dict[str, Any]) -> str:
    """SHA-256 of the served bytes, in hexadecimal; what a later issue anchors."""
    return hashlib.sha256(document_bytes(document)).hexdigest()
