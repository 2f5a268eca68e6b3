"""The DID document and the profile are what verifiers expect to find."""

from datetime import UTC, datetime, timedelta

import pytest

from issuer.identity.documents import (
    PublishedAccount,
    PublishedKey,
    did_document,
    document_bytes,
    document_digest,
    issuer_profile,
)
from keys.did import check_did_document, verification_key
from keys.errors import PublicKeyInvalid, VerificationMethodMissing
from keys.signers.file import FileSigner

DID = "did:web:northgate.example"
BASE = "https://northgate.example"
NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
KEY = FileSigner.generate().public_key
ACCOUNT = PublishedAccount("ethereum-1", bytes(range(64)), "0x" + "aB" * 20, NOW)


def document() -> dict[str, object]:
    """A school with one key and one account."""
    return did_document(DID, BASE, [PublishedKey("key-1", KEY)], [ACCOUNT])


def test_the_signing_key_is_found_for_assertions() -> None:
    check_did_document(document(), DID)
    found = verification_key(document(), f"{DID}#key-1", purpose="assertionMethod", at=NOW)
    assert found == KEY


def test_the_key_is_not_there_for_anything_else() -> None:
    with pytest.raises(VerificationMethodMissing):
        verification_key(document(), f"{DID}#key-1", purpose="authentication", at=NOW)


def test_the_account_never_passes_for_a_signing_key() -> None:
    with pytest.raises(PublicKeyInvalid):
        verification_key(document(), f"{DID}#ethereum-1", purpose="assertionMethod", at=NOW)


def test_the_account_stands_as_a_json_web_key() -> None:
    method = document()["verificationMethod"][1]
    assert method["publicKeyJwk"]["crv"] == "secp256k1"
    assert set(method["publicKeyJwk"]) == {"kty", "crv", "x", "y"}
    assert document()["@context"][0] == "https://www.w3.org/ns/did/v1"


def test_the_profile_is_where_the_did_document_says() -> None:
    service = document()["service"][0]
    profile = issuer_profile("Northgate", DID, BASE, [ACCOUNT])
    assert service["type"] == "IssuerProfile"
    assert service["serviceEndpoint"] == profile["id"] == f"{BASE}/issuer"


def test_the_profile_lists_accounts_with_their_times() -> None:
    later = NOW + timedelta(days=1)
    retired = PublishedAccount("ethereum-0", bytes(64), "0x" + "00" * 20, NOW, later)
    keys = issuer_profile("Northgate", DID, BASE, [retired, ACCOUNT])["publicKey"]
    assert keys[0] == {
        "id": "ecdsa-koblitz-pubkey:0x" + "00" * 20,
        "created": "2026-06-12T09:30:00Z",
        "revoked": "2026-06-13T09:30:00Z",
    }
    assert "revoked" not in keys[1]


def test_the_digest_is_that_of_the_served_bytes() -> None:
    changed = document() | {"alsoKnownAs": ["https://other.example"]}
    assert document_digest(document()) == document_digest(document())
    assert document_digest(document()) != document_digest(changed)
    assert document_bytes({"name": "Schule Süd"}).decode() == '{\n  "name": "Schule Süd"\n}\n'
