"""DIDs: names to URLs and back, and what a DID document vouches for."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import did as dids
from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from keys.public_key import PublicKey

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _key(seed: int) -> PublicKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:school.example", "https://school.example/.well-known/did.json"),
        ("did:web:school.example%3A8443", "https://school.example:8443/.well-known/did.json"),
        ("did:web:school.example:issuers:7", "https://school.example/issuers/7/did.json"),
    ],
)
def test_did_web_names_an_https_url(did, url):
    assert dids.did_web_to_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web",
        "did:web:a/b",
        "did:web:a%2Fb",
        "did:web:user%40host",
        "did:web:host:..:secret",
        "did:web:host:%2e%2e",
        "did:web:host:a%2Fb",
        "did:web:host:",
        "did:web:%00",
        "did:web:ho st",
        "did:key:z6Mk",
        "https://school.example",
        "did:web:localhost%3A8700",
        "did:web:127.0.0.1",
    ],
)
def test_did_web_refuses_what_is_no_public_host(did):
    with pytest.raises(DidInvalid):
        dids.did_web_to_url(did)


def test_loopback_needs_the_switch_and_only_loopback_becomes_http():
    local = "did:web:localhost%3A8700"
    assert dids.did_web_to_url(local, insecure_loopback=True) == (
        "http://localhost:8700/.well-known/did.json"
    )
    public = dids.did_web_to_url("did:web:school.example", insecure_loopback=True)
    assert public.startswith("https:")


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://school.example", "did:web:school.example"),
        ("https://school.example/", "did:web:school.example"),
        ("http://localhost:8700", "did:web:localhost%3A8700"),
        ("https://school.example/issuers/7", "did:web:school.example:issuers:7"),
    ],
)
def test_base_url_to_did_web(url, did):
    assert dids.url_to_did_web(url) == did


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "school.example", "https://u@a.example", "https://a.example?x"]
)
def test_base_url_that_cannot_be_a_did_is_refused(url):
    with pytest.raises(DidInvalid):
        dids.url_to_did_web(url)


def test_did_key_spells_out_its_document():
    key = _key(1)
    did = f"did:key:{key.to_multikey()}"
    document = dids.did_key_document(did)
    dids.check_did_document(document, did)
    method = document["assertionMethod"][0]
    found = dids.verification_key(document, method, purpose="authentication", at=NOW)
    assert found == key
    for wrong in ("did:key:", "did:key:z6Mk", "did:key:" + "z" * 3000, "did:web:a.example"):
        with pytest.raises(DidInvalid):
            dids.did_key_document(wrong)


def _document(**changes):
    did = "did:web:school.example"
    method = {
        "id": f"{did}#key-1",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": _key(1).to_multikey(),
        "publicKeyJwk": _key(1).to_jwk(),
    }
    method.update(changes)
    return {"id": did, "verificationMethod": [method], "assertionMethod": [method["id"]]}


def test_key_is_found_for_its_purpose_only():
    document = _document()
    method = "did:web:school.example#key-1"
    assert dids.verification_key(document, method, purpose="assertionMethod", at=NOW) == _key(1)
    for purpose, name in (("authentication", method), ("assertionMethod", method + "x")):
        with pytest.raises(VerificationMethodMissing):
            dids.verification_key(document, name, purpose=purpose, at=NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"controller": "did:web:thief.example"}, DidDocumentInvalid),
        ({"publicKeyJwk": _key(2).to_jwk()}, DidDocumentInvalid),
        ({"publicKeyMultibase": "z6Mk"}, PublicKeyInvalid),
        ({"expires": "2026-05-31T00:00:00Z"}, VerificationMethodMissing),
        ({"revoked": "2026-05-31T00:00:00Z"}, VerificationMethodMissing),
        ({"revoked": "soon"}, DidDocumentInvalid),
    ],
)
def test_key_that_is_not_to_be_trusted_is_refused(changes, error):
    with pytest.raises(error):
        dids.verification_key(
            _document(**changes), "did:web:school.example#key-1", purpose="assertionMethod", at=NOW
        )


def test_key_that_ends_later_is_still_good():
    document = _document(expires="2027-01-01T00:00:00Z")
    dids.verification_key(
        document, "did:web:school.example#key-1", purpose="assertionMethod", at=NOW
    )


def test_a_key_revoked_after_it_signed_is_good_for_nothing_and_an_expired_one_still_is():
    method = "did:web:school.example#key-1"
    later = datetime(2028, 1, 1, tzinfo=UTC)
    expired, revoked = (
        _document(**{end: "2027-01-01T00:00:00Z"}) for end in ("expires", "revoked")
    )
    times = {"purpose": "assertionMethod", "at": NOW, "now": later}
    dids.verification_key(expired, method, **times)
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(revoked, method, **times)


def test_document_of_another_did_is_refused():
    with pytest.raises(DidDocumentInvalid):
        dids.check_did_document(_document(), "did:web:other.example")
    with pytest.raises(DidDocumentInvalid):
        dids.check_did_document([], "did:web:school.example")


def test_other_methods_are_named():
    assert dids.require_method("did:web:a.example", "web", "key") == "web"
    with pytest.raises(DidMethodUnsupported):
        dids.require_method("did:ion:abc", "web", "key")
