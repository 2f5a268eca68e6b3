"""did:key and did:jwk: the document is in the name."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import did as dids
from keys.agreement import x25519_multikey, x25519_of
from keys.did_self_contained import KeyFormat, key_document
from keys.errors import (
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from keys.public_key import KeyKind, PublicKey

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WITH_MULTIKEY = [kind for kind in KeyKind if kind is not KeyKind.RSA]
SIGNING = ["assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"]
P256_EXAMPLE = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6"
    "OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
X25519_EXAMPLE = (
    "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdP"
    "UTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9"
)


def did_jwk(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return "did:jwk:" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", WITH_MULTIKEY)
def test_a_did_key_of_every_kind(kind, signers):
    key = signers[kind].public_key
    did = f"did:key:{key.to_multikey()}"
    document = dids.self_contained_document(did)
    assert document == dids.did_key_document(did)
    dids.check_did_document(document, did)
    (method,) = document["verificationMethod"]
    assert method == {
        "id": f"{did}#{key.to_multikey()}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.to_multikey(),
    }
    for purpose in SIGNING:
        assert document[purpose] == [method["id"]]
        assert dids.verification_key(document, method["id"], purpose=purpose, at=NOW) == key
    for purpose, name in (("keyAgreement", method["id"]), ("assertionMethod", f"{did}#other")):
        with pytest.raises(VerificationMethodMissing):
            dids.verification_key(document, name, purpose=purpose, at=NOW)


@pytest.mark.parametrize("kind", list(KeyKind))
def test_a_did_jwk_of_every_kind(kind, signers):
    jwk = {**signers[kind].public_key.to_jwk(), "kid": "one"}
    did = did_jwk(jwk)
    document = dids.self_contained_document(did)
    assert document == dids.did_jwk_document(did)
    dids.check_did_document(document, did)
    (method,) = document["verificationMethod"]
    assert method == {
        "id": f"{did}#0",
        "type": "JsonWebKey2020",
        "controller": did,
        "publicKeyJwk": jwk,
    }
    for purpose in SIGNING:
        found = dids.verification_key(document, f"{did}#0", purpose=purpose, at=NOW)
        assert found == signers[kind].public_key
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(document, f"{did}#1", purpose="assertionMethod", at=NOW)


def test_the_use_of_a_did_jwk_is_kept_to(signers):
    jwk = signers[KeyKind.P256].public_key.to_jwk()
    anything = dids.did_jwk_document(did_jwk(jwk))
    assert {*SIGNING, "keyAgreement"} <= set(anything)
    signing = dids.did_jwk_document(did_jwk({**jwk, "use": "sig"}))
    assert set(SIGNING) <= set(signing)
    assert "keyAgreement" not in signing
    did = did_jwk({**jwk, "use": "enc", "alg": "ECDH-ES"})
    secret = dids.did_jwk_document(did)
    assert secret["keyAgreement"] == [f"{did}#0"]
    assert not set(SIGNING) & set(secret)
    for purpose, error in (
        ("assertionMethod", VerificationMethodMissing),
        ("keyAgreement", PublicKeyInvalid),
    ):
        with pytest.raises(error):
            dids.verification_key(secret, f"{did}#0", purpose=purpose, at=NOW)


def test_the_examples_of_the_did_jwk_standard():
    document = dids.did_jwk_document(P256_EXAMPLE)
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"
    assert document["keyAgreement"] == document["assertionMethod"] == [f"{P256_EXAMPLE}#0"]
    key = dids.verification_key(document, f"{P256_EXAMPLE}#0", purpose="assertionMethod", at=NOW)
    assert key.kind is KeyKind.P256
    document = dids.did_jwk_document(X25519_EXAMPLE)
    assert document["keyAgreement"] == [f"{X25519_EXAMPLE}#0"]
    assert "assertionMethod" not in document


P256_JWK = dids.did_jwk_document(P256_EXAMPLE)["verificationMethod"][0]["publicKeyJwk"]


@pytest.mark.parametrize(
    "did",
    [
        "did:jwk:",
        "did:jwk:e30",
        "did:jwk:AA",
        "did:jwk:@",
        P256_EXAMPLE + "=",
        P256_EXAMPLE + "A",
        P256_EXAMPLE + ".",
        P256_EXAMPLE + "#0",
        P256_EXAMPLE[:-1],
        P256_EXAMPLE.replace("did:jwk:", "did:key:"),
        did_jwk([P256_JWK]),
        did_jwk("text"),
        did_jwk({**P256_JWK, "d": "AA"}),
        did_jwk({**P256_JWK, "y": P256_JWK["x"]}),
        did_jwk({**P256_JWK, "use": "both"}),
        did_jwk({**P256_JWK, "use": None}),
        did_jwk({**P256_JWK, "kid": "\ud800"}),
        did_jwk({**P256_JWK, "iat": float("nan")}),
        did_jwk({"kty": "oct", "k": "AA"}),
        did_jwk({"kty": "OKP", "crv": "X25519", "x": "AA"}),
        did_jwk({"kty": "OKP", "crv": "X25519", "x": "A" * 43, "d": "AA"}),
        did_jwk(json.dumps(P256_JWK)[:-1].encode() + b', "kty": "EC"}'),
        did_jwk(json.dumps(P256_JWK)[:-1].encode() + b', "big": 1e999}'),
        did_jwk(b"\xff" + json.dumps(P256_JWK).encode()),
        did_jwk(b"\xef\xbb\xbf" + json.dumps(P256_JWK).encode()),
        did_jwk(b"[" * 1400),
        did_jwk(b'{"a":' * 280),
        did_jwk({**P256_JWK, "kid": "k" * 3000}),
    ],
    ids=lambda did: did[:40],
)
def test_a_did_jwk_that_holds_no_public_key(did):
    with pytest.raises(DidInvalid):
        dids.did_jwk_document(did)


def test_a_private_key_in_a_did_is_not_repeated():
    did = did_jwk({**P256_JWK, "d": "c2VjcmV0"})
    with pytest.raises(DidInvalid) as caught:
        dids.did_jwk_document(did)
    assert "c2VjcmV0" not in str(caught.value)


def test_only_two_methods_are_self_contained(signers):
    did = f"did:key:{signers[KeyKind.P384].public_key.to_multikey()}"
    assert dids.is_self_contained(did)
    assert dids.is_self_contained(P256_EXAMPLE)
    for other in ("did:web:a.example", "did:keys:z6Mk", "key:z6Mk", f"{did}#{did}", None, 5):
        assert not dids.is_self_contained(other)
    with pytest.raises(DidMethodUnsupported):
        dids.self_contained_document("did:web:a.example")
    for wrong in ("did:key:z6Mk", "did:jwk:e30", "text", None):
        with pytest.raises(DidInvalid):
            dids.self_contained_document(wrong)


@given(st.sampled_from(["key", "jwk"]), st.text(max_size=60) | st.binary(max_size=60))
def test_any_name_is_a_document_or_refused_in_words(method, rest):
    if isinstance(rest, bytes):
        rest = base64.urlsafe_b64encode(rest).rstrip(b"=").decode()
    did = f"did:{method}:{rest}"
    try:
        document = dids.self_contained_document(did)
    except DidInvalid:
        return
    assert document["id"] == did


@pytest.mark.parametrize(
    ("multikey", "agreement"),
    [
        (
            "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            "z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW",
        ),
        (
            "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
            "z6LSrHyXiPBhUbvPUtyUCdf32sniiMGPTAesgHrtEa4FePtr",
        ),
    ],
)
def test_the_x25519_key_of_an_ed25519_key(multikey, agreement, signers):
    key = PublicKey.from_multikey(multikey)
    assert x25519_multikey(x25519_of(key)) == agreement
    with pytest.raises(PublicKeyInvalid):
        PublicKey.from_multikey(agreement)  # it signs nothing
    with pytest.raises(PublicKeyInvalid):
        x25519_of(signers[KeyKind.P256].public_key)
    document = key_document(f"did:key:{multikey}", key, key_agreement=True)
    assert document["keyAgreement"] == [f"did:key:{multikey}#{agreement}"]
    assert document["assertionMethod"] == [f"did:key:{multikey}#{multikey}"]


def test_a_did_key_written_in_other_formats(signers):
    for kind in WITH_MULTIKEY:
        key = signers[kind].public_key
        did = f"did:key:{key.to_multikey()}"
        name = f"{did}#{key.to_multikey()}"
        document = key_document(did, key, KeyFormat.JSON_WEB_KEY_2020)
        assert document["verificationMethod"][0]["publicKeyJwk"] == key.to_jwk()
        assert dids.verification_key(document, name, purpose="authentication", at=NOW) == key
        if kind is KeyKind.ED25519:
            document = key_document(did, key, KeyFormat.ED25519_2020)
            assert dids.verification_key(document, name, purpose="authentication", at=NOW) == key
        else:
            with pytest.raises(PublicKeyInvalid):
                key_document(did, key, KeyFormat.ED25519_2020)
