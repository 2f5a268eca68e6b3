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
        expires: when it was given up in good order, or None.
        revoked: since when it may have been in other hands, or None.
    """

    fragment: str
    public_key: PublicKey
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True)
class PublishedAccount:
    """An Ethereum account as the issuer profile shows it.

    Attributes:
        fragment: ``ethereum-1``: its verification method's id in the DID document.
        public_key: the secp256k1 point, x then y, 64 bytes.
        address: checksummed hexadecimal address, ``0x`` first.
        created: since when it anchors for this issuer; aware UTC.
        revoked: since when it may have been in other hands, or None.
        expires: when it was given up in good order, or None.
    """

    fragment: str
    public_key: bytes
    address: str
    created: datetime
    revoked: datetime | None = None
    expires: datetime | None = None


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
    names. An account's method carries no date: those readers would then refuse every credential,
    and judge the account by the dates in the profile.

    A key that was given up stays listed, with ``expires``. A key that got into other hands stays
    with ``revoked``, and is listed for nothing any more: some readers look at no date, and refuse
    it for that (docs/decisions/0012-keys-in-time.md).
    """
    methods = [_signing_method(did, key) for key in keys]
    methods += [_account_method(did, account) for account in accounts]
    listed = [f"{did}#{one.fragment}" for one in keys if one.revoked is None]
    listed += [f"{did}#{one.fragment}" for one in accounts]
    return {
        "@context": [DID_CONTEXT, MULTIKEY_CONTEXT, JWK_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": listed,
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
        **_ends(key.expires, key.revoked),
    }


def _ends(expires: datetime | None, revoked: datetime | None) -> dict[str, str]:
    """The dates that end a key or an account (Controlled Identifiers 1.0 section 2.2)."""
    dates = {"expires": expires, "revoked": revoked}
    return {name: format_date_time_stamp(date) for name, date in dates.items() if date is not None}


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
    return {
        "id": f"{ACCOUNT_PREFIX}{account.address}",
        "created": format_date_time_stamp(account.created),
        **_ends(account.expires, account.revoked),
    }


def document_bytes(document: dict[str, Any]) -> bytes:
    """The exact bytes that are served and hashed: UTF-8 JSON, two spaces, one final newline."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def document_digest(document: dict[str, Any]) -> str:
    """SHA-256 of the served bytes, in hexadecimal: what is anchored."""
    return hashlib.sha256(document_bytes(document)).hexdigest()
