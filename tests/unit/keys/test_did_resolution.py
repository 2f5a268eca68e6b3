"""What resolving a did:key over HTTP answers, as the W3C's suite for the method asks it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.did_resolution import RESOLUTION_MEDIA_TYPE, STATUS, resolution_result
from keys.multibase import base58btc_encode
from keys.public_key import KeyKind

MULTIKEY = "z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
DID = f"did:key:{MULTIKEY}"
SIGNING_KEY = f"{DID}#{MULTIKEY}"
AGREEMENT_KEY = f"{DID}#z6LSfHfAMAopsuBxaBzvp51GXrPf38Az13j2fmwqadbwwrzJ"
JWK_DID = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6"
    "OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)


def is_a_result(status: int, body: dict) -> None:
    assert {"@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"} <= set(body)
    metadata = body["didResolutionMetadata"]
    assert body.get("didDereferencingMetadata", metadata) == metadata
    json.dumps(body, allow_nan=False, ensure_ascii=False).encode("utf-8")
    if status == 200:
        assert body["didDocument"]["id"]
        assert metadata == {"contentType": "application/did+ld+json"}
    else:
        assert body["didDocument"] == {}
        assert STATUS[metadata["error"]] == status


def test_a_did_key_is_resolved():
    status, body = resolution_result(DID)
    is_a_result(status, body)
    assert status == 200
    document = body["didDocument"]
    assert document["id"] == DID
    assert document["verificationMethod"] == [
        {
            "id": SIGNING_KEY,
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": MULTIKEY,
        }
    ]
    assert "keyAgreement" not in document
    assert "didDereferencingMetadata" not in body


def test_a_did_jwk_is_resolved():
    status, body = resolution_result(JWK_DID)
    is_a_result(status, body)
    assert body["didDocument"]["assertionMethod"] == [f"{JWK_DID}#0"]
    status, body = resolution_result(f"{JWK_DID}#0")
    assert (status, body["didDocument"]["controller"]) == (200, JWK_DID)
    status, body = resolution_result(JWK_DID[:-1])
    assert (status, body["didResolutionMetadata"]) == (400, {"error": "invalidDid"})


@pytest.mark.parametrize("name", [SIGNING_KEY, AGREEMENT_KEY])
def test_a_did_url_names_a_key(name):
    status, body = resolution_result(name)
    is_a_result(status, body)
    assert status == 200
    assert body["didDocument"]["id"] == name
    assert body["didDocument"]["controller"] == DID
    assert "didDereferencingMetadata" in body


def test_options_choose_the_format():
    for name, member in (
        ("Multikey", "publicKeyMultibase"),
        ("Ed25519VerificationKey2020", "publicKeyMultibase"),
        ("JsonWebKey2020", "publicKeyJwk"),
    ):
        status, body = resolution_result(DID, {"publicKeyFormat": name})
        (method,) = body["didDocument"]["verificationMethod"]
        assert (status, method["type"]) == (200, name)
        assert member in method
    status, body = resolution_result(DID, {"enableEncryptionKeyDerivation": "true"})
    assert (status, body["didDocument"]["keyAgreement"]) == (200, [AGREEMENT_KEY])


def flipped_off_the_curve() -> str:
    """A P-256 did:key whose x has no y: the first there is."""
    for x in range(1, 50):
        did = "did:key:" + base58btc_encode(b"\x80\x24\x02" + x.to_bytes(32, "big"))
        if resolution_result(did)[0] != 200:
            return did
    raise AssertionError


@pytest.mark.parametrize(
    ("did_url", "options", "error"),
    [
        (f"notDid:key:{MULTIKEY}", {}, "invalidDid"),
        (f"key:{MULTIKEY}", {}, "invalidDid"),
        ("", {}, "invalidDid"),
        ("did:key:", {}, "invalidDid"),
        ("did:key:@", {}, "invalidDid"),
        (f"did:key:-4:{MULTIKEY}", {}, "invalidDid"),
        (f"did:key:v1:{MULTIKEY}", {}, "invalidDid"),
        (f"did:key:{MULTIKEY[1:]}", {}, "invalidDid"),
        (f"did:key:u{MULTIKEY[1:]}", {}, "invalidDid"),
        (f"did:key:z{MULTIKEY}0", {}, "invalidDid"),
        (f"did:key:z1{MULTIKEY[1:]}", {}, "unsupportedPublicKeyType"),
        ("did:key:z6MkNCwzLDQsNSw3LDcsNSw1LDAsMyw0LDUsMCwzLDQsMywxLDMs=", {}, "invalidDid"),
        (f"{DID}\n", {}, "invalidDid"),
        (f" {DID}", {}, "invalidDid"),
        (f"#{MULTIKEY}", {}, "invalidDid"),
        (f"notDid:key:{MULTIKEY}#{MULTIKEY}", {}, "invalidDid"),
        (f"did:experimental:{MULTIKEY}", {}, "methodNotSupported"),
        ("did:web:school.example", {}, "methodNotSupported"),
        ("did:web:school.example#key-1", {}, "methodNotSupported"),
        ("did:key:zTjsVPtY", {}, "invalidPublicKeyLength"),
        (
            "did:key:" + base58btc_encode(b"\x80\x24\x04" + bytes(64)),
            {},
            "invalidPublicKeyLength",
        ),
        ("did:key:" + base58btc_encode(b"\xed\x01" + bytes(32)), {}, "invalidPublicKey"),
        (flipped_off_the_curve(), {}, "invalidPublicKey"),
        (
            f"did:key:{AGREEMENT_KEY.partition('#')[2]}",
            {},
            "unsupportedPublicKeyType",
        ),
        (f"{DID}/^bar^/?query=`#{MULTIKEY}", {}, "invalidDidUrl"),
        (f"{DID}# {MULTIKEY}", {}, "invalidDidUrl"),
        (f"{DID}#a#b", {}, "invalidDidUrl"),
        (f"{DID}?%zz", {}, "invalidDidUrl"),
        (f"{DID}#" + "a" * 5000, {}, "invalidDidUrl"),
        (f"{DID}#other", {}, "notFound"),
        (f"{DID}#", {}, "notFound"),
        (f"{DID}/path", {}, "notFound"),
        (f"{DID}?service=files#{MULTIKEY}", {}, "notFound"),
        (DID, {"publicKeyFormat": "unknown"}, "unsupportedPublicKeyType"),
        (DID, {"publicKeyFormat": ""}, "unsupportedPublicKeyType"),
        (
            SIGNING_KEY,
            {
                "publicKeyFormat": "Ed25519VerificationKey2018",
                "enableExperimentalPublicKeyTypes": "false",
            },
            "invalidPublicKeyType",
        ),
        (AGREEMENT_KEY, {"publicKeyFormat": "Ed25519VerificationKey2018"}, "invalidPublicKeyType"),
        (
            "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
            {"publicKeyFormat": "Ed25519VerificationKey2020"},
            "invalidPublicKeyType",
        ),
    ],
    ids=lambda value: value[-40:] if isinstance(value, str) else "",
)
def test_what_cannot_be_resolved_is_named(did_url, options, error):
    status, body = resolution_result(did_url, options)
    is_a_result(status, body)
    assert body["didResolutionMetadata"] == {"error": error}
    assert 400 <= status < 500
    assert ("didDereferencingMetadata" in body) == any(mark in did_url for mark in "/?#")


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        RESOLUTION_MEDIA_TYPE,
        "application/json",
        "text/html, application/did+ld+json;q=0.5",
        "APPLICATION/DID",
    ],
)
def test_readers_of_json_are_served(accept):
    assert resolution_result(DID, accept=accept)[0] == 200


@pytest.mark.parametrize("accept", ["text/html", "image/png, application/cbor", "nonsense"])
def test_readers_of_nothing_else_are_told(accept):
    status, body = resolution_result(DID, accept=accept)
    assert (status, body["didResolutionMetadata"]["error"]) == (406, "representationNotSupported")
    is_a_result(status, body)


@pytest.mark.parametrize("kind", [kind for kind in KeyKind if kind is not KeyKind.RSA])
def test_every_kind_is_resolved(kind, signers):
    multikey = signers[kind].public_key.to_multikey()
    for options in ({}, {"publicKeyFormat": "JsonWebKey2020"}):
        status, body = resolution_result(f"did:key:{multikey}", options)
        is_a_result(status, body)
        assert status == 200


@given(
    st.sampled_from(["", "did:", "did:key:", DID, f"{DID}#", f"{DID}/", f"{DID}?", JWK_DID]),
    st.text(max_size=40),
    st.dictionaries(
        st.sampled_from(["publicKeyFormat", "enableEncryptionKeyDerivation", "x"]),
        st.text(max_size=10),
    ),
    st.none() | st.text(max_size=20),
)
def test_whatever_is_asked_is_answered(start, rest, options, accept):
    is_a_result(*resolution_result(start + rest, options, accept=accept))
