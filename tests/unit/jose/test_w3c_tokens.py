"""vc+jwt and vp+jwt: what they secure, and what they may not say (VC-JOSE-COSE §3.1)."""

import json
from datetime import UTC, datetime

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from credentials.errors import (
    JoseAlgorithmRefused,
    JoseClaimsDiffer,
    JoseMalformed,
    JsonDuplicateMember,
    JsonInvalid,
    JsonNotAnObject,
    JsonSurrogate,
    JsonTooDeep,
    ProofInvalid,
    ProofMalformed,
    SuiteUnsupported,
)
from credentials.jose import compact, vc_jose
from credentials.jose.compact import ALGORITHMS, Jws
from credentials.jose.tokens import VC_JWT, VP_JWT, read_token
from keys.errors import PublicKeyInvalid
from keys.public_key import KeyKind, PublicKey

KINDS = sorted(ALGORITHMS)
HEADER = {"alg": "ES256", "typ": "vc+jwt", "kid": "did:web:school.example#key-1"}


@pytest.fixture
def presentation(badge, signer):
    token = vc_jose.sign(badge, **signer.arguments())
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "verifiableCredential": [
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{token}",
            }
        ],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_verifies_with_its_key(kind, signers, badge):
    token = read_token(vc_jose.sign(badge, **signers[kind].arguments()))
    token.verify(signers[kind].public_key)
    assert token.document == badge
    assert token.media_type == VC_JWT
    assert token.algorithm == ALGORITHMS[kind]
    assert token.issuer == "did:web:school.example"
    assert token.method_id == "did:web:school.example#key-1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_no_other_key_verifies(kind, other, signers, stranger, badge):
    """Algorithm confusion: the key's kind decides, not what the token says."""
    token = read_token(vc_jose.sign(badge, **signers[kind].arguments()))
    key = signers[other].public_key if other != kind else stranger.public_key
    with pytest.raises(ProofInvalid):
        token.verify(key)


@pytest.mark.parametrize("kind", KINDS)
def test_another_implementation_agrees_both_ways(kind, signers, badge):
    """jwcrypto reads ours, and we read jwcrypto's."""
    signer = signers[kind]
    ours = JWS()
    ours.deserialize(vc_jose.sign(badge, **signer.arguments()), JWK(**signer.jwk))
    assert ours.is_valid
    theirs = JWS(ours.payload)
    header = {"alg": ALGORITHMS[kind], "typ": "vc+jwt", "kid": "#key-1"}
    theirs.add_signature(JWK.from_pem(signer.private_pem()), protected=json.dumps(header))
    token = read_token(theirs.serialize(compact=True))
    token.verify(signer.public_key)
    assert token.document == badge
    assert token.method_id == "did:web:school.example#key-1"


def test_ed25519_goes_by_both_of_its_names(signers, badge, forge):
    ed25519 = signers[KeyKind.ED25519]
    for name in ("EdDSA", "Ed25519"):
        token = read_token(forge({**HEADER, "alg": name}, badge, by=ed25519))
        token.verify(ed25519.public_key)
    with pytest.raises(SuiteUnsupported):
        read_token(forge({**HEADER, "alg": "Ed448"}, badge, by=ed25519))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_change_in_any_part_is_found(part, signer, badge, b64):
    parts = vc_jose.sign(badge, **signer.arguments()).split(".")
    changed = {
        0: b64({**HEADER, "kid": "did:web:other.example#key-1"}),
        1: b64({**badge, "name": "Weighs everything"}),
        2: b64(signer.sign(b"something else")),
    }
    parts[part] = changed[part]
    with pytest.raises(ProofInvalid):
        read_token(".".join(parts)).verify(signer.public_key)


def test_a_signature_that_is_none_is_refused(signer, badge):
    header, payload, _ = vc_jose.sign(badge, **signer.arguments()).split(".")
    for signature in ("", "AAAA", "A" * 86):
        with pytest.raises((ProofInvalid, ProofMalformed)):
            read_token(f"{header}.{payload}.{signature}").verify(signer.public_key)


def test_sign_and_verify_are_a_pair_for_files(signers, badge, presentation):
    for kind in KINDS:
        for document in (badge, presentation):
            token = vc_jose.sign(document, **signers[kind].arguments())
            assert vc_jose.verify(token, signers[kind].jwk) == document
    with pytest.raises(ProofInvalid):
        vc_jose.verify(token, signers[KeyKind.P256].jwk)
    with pytest.raises(PublicKeyInvalid):
        vc_jose.verify(token, {"kty": "oct", "k": "c2VjcmV0"})


def test_a_presentation_carries_nonce_and_audience(signer, presentation):
    now = datetime(2026, 6, 2, tzinfo=UTC)
    text = vc_jose.sign(
        presentation,
        **signer.arguments(),
        nonce="n-1",
        audience="https://college.example",
        issued_at=now,
        expires=now.replace(day=3),
    )
    token = read_token(text)
    token.verify(signer.public_key)
    assert (token.media_type, token.document) == (VP_JWT, presentation)
    assert (token.nonce, token.audience) == ("n-1", ("https://college.example",))
    assert (token.issued_at, token.expires) == (now, now.replace(day=3))
    assert token.issuer == presentation["holder"]


@pytest.mark.parametrize(
    "credential",
    [
        {"type": ["VerifiableCredential"]},
        {"type": "EnvelopedVerifiableCredential", "id": "not-a-credential"},
        "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
        7,
    ],
)
def test_a_presentation_holds_secured_credentials_only(credential, signer, presentation, forge):
    presentation["verifiableCredential"].append(credential)
    with pytest.raises(JoseMalformed):
        vc_jose.sign(presentation, **signer.arguments())
    with pytest.raises(JoseMalformed):
        read_token(forge({**HEADER, "typ": "vp+jwt"}, presentation))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512"])
def test_what_nobody_in_particular_signed_is_refused(algorithm, badge, forge, b64):
    header = b64({**HEADER, "alg": algorithm})
    for text in (f"{header}.{b64(badge)}.", forge({**HEADER, "alg": algorithm}, badge)):
        with pytest.raises(JoseAlgorithmRefused):
            read_token(text)


@pytest.mark.parametrize("algorithm", ["PS256", "ES256K", "RS1", "None", "es256", ""])
def test_an_unknown_algorithm_is_not_judged(algorithm, badge, forge):
    with pytest.raises(SuiteUnsupported):
        read_token(forge({**HEADER, "alg": algorithm}, badge))


@pytest.mark.parametrize(
    "members",
    [
        {"alg": None},
        {"alg": 7},
        {"alg": ["ES256"]},
        {"kid": 7},
        {"kid": None},
        {"typ": {}},
        {"cty": "vp"},
        {"cty": "JWT"},
        {"iss": ["did:web:school.example"]},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"b64": "false"},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": 7},
    ],
)
def test_a_header_that_is_not_understood_is_refused(members, badge, forge):
    read_token(forge(HEADER, badge))
    with pytest.raises(JoseMalformed):
        read_token(forge({**HEADER, **members}, badge))


def test_headers_without_a_meaning_here_are_passed_over(signer, badge, forge):
    token = read_token(forge({**HEADER, "cty": "vc", "x-more": [1], "b64": True}, badge))
    token.verify(signer.public_key)
    assert token.document == badge


@pytest.mark.parametrize("typ", ["VC+JWT", "application/vc+jwt"])
def test_a_type_may_be_written_in_other_ways(typ, badge, forge):
    assert read_token(forge({**HEADER, "typ": typ}, badge)).media_type == VC_JWT


@pytest.mark.parametrize("typ", ["at+jwt", "kb+jwt", "vc+ld+jwt", "dc+sd-jwt", "vc+sd-jwt", ""])
def test_tokens_for_another_purpose_are_not_credentials(typ, badge, forge):
    with pytest.raises(SuiteUnsupported):
        read_token(forge({**HEADER, "typ": typ}, badge))
    with pytest.raises(SuiteUnsupported):
        vc_jose.verify(forge({**HEADER, "typ": typ}, badge), {})


def test_a_key_that_the_token_brings_is_not_used(signer, stranger, badge, forge):
    """The forger signs with a key of their own and puts that key into the header."""
    for own in (
        {"jwk": stranger.jwk},
        {"jku": "https://forger.example/keys"},
        {"x5u": "https://forger.example/chain"},
        {"x5c": ["MIIB"]},
    ):
        token = read_token(forge({**HEADER, **own}, badge, by=stranger))
        assert token.has_own_key
        with pytest.raises(ProofInvalid):
            token.verify(signer.public_key)
    assert not read_token(forge(HEADER, badge)).has_own_key


def test_kid_is_bound_by_the_signature(signer, badge, b64):
    text = vc_jose.sign(badge, **signer.arguments())
    swapped = ".".join([b64({**HEADER, "kid": "did:key:zForger"}), *text.split(".")[1:]])
    token = read_token(swapped)
    assert token.method_id == "did:key:zForger"
    with pytest.raises(ProofInvalid):
        token.verify(signer.public_key)


@pytest.mark.parametrize(
    ("kid", "method"),
    [
        ("#key-1", "did:web:school.example#key-1"),
        ("did:web:school.example#key-1", "did:web:school.example#key-1"),
        ("https://school.example/jwks/1", None),
        ("key-1", None),
    ],
)
def test_only_did_urls_name_a_method(kid, method, badge, forge):
    assert read_token(forge({**HEADER, "kid": kid}, badge)).method_id == method


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "did:web:other.example"),
        ("sub", "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a99"),
        ("jti", "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a99"),
    ],
)
def test_claims_agree_with_the_credential(claim, value, badge, forge):
    right = {"iss": badge["issuer"]["id"], "sub": badge["credentialSubject"]["id"]}
    right["jti"] = badge["id"]
    assert read_token(forge(HEADER, {**badge, **right})).document == badge
    with pytest.raises(JoseClaimsDiffer):
        read_token(forge(HEADER, {**badge, **right, claim: value}))
    with pytest.raises(JoseMalformed):
        read_token(forge(HEADER, {**badge, **right, claim: 7}))


def test_the_header_names_the_same_issuer(badge, forge):
    read_token(forge({**HEADER, "iss": "did:web:school.example"}, badge))
    with pytest.raises(JoseClaimsDiffer):
        read_token(forge({**HEADER, "iss": "did:web:other.example"}, badge))


def test_dates_of_the_token_are_its_own(badge, forge):
    payload = {**badge, "iat": 1_780_000_000, "nbf": 1_780_000_001.5, "exp": 1_790_000_000}
    token = read_token(forge(HEADER, payload))
    assert token.issued_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    assert token.not_before == datetime(2026, 5, 28, 20, 26, 41, 500_000, tzinfo=UTC)
    assert token.expires == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert token.document == badge


def test_the_w3c_tests_write_iat_as_text(badge, forge):
    token = read_token(forge(HEADER, {**badge, "iat": "2010-01-01T19:23:24Z"}))
    assert token.issued_at == datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
    for name in ("nbf", "exp"):
        with pytest.raises(JoseMalformed):
            read_token(forge(HEADER, {**badge, name: "2010-01-01T19:23:24Z"}))


@pytest.mark.parametrize("value", ["1", True, None, [], 10**399, -(10**20), 1e300])
def test_a_date_that_is_none_is_refused(value, badge, forge):
    for name in ("iat", "nbf", "exp"):
        with pytest.raises(JoseMalformed):
            read_token(forge(HEADER, {**badge, name: value}))


@pytest.mark.parametrize(
    "members",
    [
        {"vc": {}},
        {"vp": {}},
        {"vc": None},
        {"type": ["VerifiablePresentation"]},
        {"type": "Badge"},
        {"aud": []},
        {"aud": [7]},
        {"nonce": 7},
    ],
)
def test_a_payload_that_is_no_credential_is_refused(members, badge, forge):
    with pytest.raises(JoseMalformed):
        read_token(forge(HEADER, {**badge, **members}))


def test_a_document_does_not_bring_claims_of_its_own(signer, badge):
    for name in ("exp", "iss", "vc", "vp", "nonce"):
        with pytest.raises(JoseMalformed):
            vc_jose.sign({**badge, name: "x"}, **signer.arguments())


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b'{"type": "VerifiableCredential", "type": "X"}', JsonDuplicateMember),
        (b'{"id": {"a": 1, "a": 2}}', JsonDuplicateMember),
        (b"[]", JsonNotAnObject),
        (b"", JoseMalformed),
        (b"\xff", JsonInvalid),
        (b'{"a": NaN}', JsonInvalid),
        (b'{"a": "\\ud800"}', JsonSurrogate),
        (b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", JsonTooDeep),
    ],
)
def test_a_payload_has_one_meaning(payload, error, forge):
    with pytest.raises(error):
        read_token(forge(HEADER, payload))


def test_a_header_has_one_meaning(badge, forge):
    with pytest.raises(JsonDuplicateMember):
        read_token(forge(b'{"alg": "none", "alg": "ES256", "typ": "vc+jwt"}', badge))
    with pytest.raises(JsonTooDeep):
        read_token(forge(b'{"alg":"ES256","a":' + b"[" * 9 + b"]" * 9 + b"}", badge))


def test_base64url_is_in_its_one_form(signer, badge):
    text = vc_jose.sign(badge, **signer.arguments())
    header, payload, signature = text.split(".")
    stray = signature[:-1] + chr(ord(signature[-1]) + 1)
    for changed in (
        f"{text}=",
        f"{text}\n",
        f" {text}",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}\n.{signature}",
        f"{header}.{payload}.{stray}",
        text.replace("_", "/").replace("-", "+") + "+",
        f"{header}.{payload}",
        f"{text}.{signature}",
        f"{header}..{signature}",
    ):
        with pytest.raises(JoseMalformed):
            read_token(changed)


def test_other_forms_are_named(signer, badge):
    header, payload, signature = vc_jose.sign(badge, **signer.arguments()).split(".")
    in_json = f'{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}'
    with pytest.raises(JoseMalformed, match="JSON form"):
        read_token(in_json)
    with pytest.raises(JoseMalformed, match="encrypted"):
        read_token("a.b.c.d.e")


@pytest.mark.parametrize("text", [None, 7, b"a.b.c", "", ".", "..", "a", "é.a.a"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(JoseMalformed):
        read_token(text)


def test_sizes_are_bounded(monkeypatch, badge, forge, b64):
    long_header = forge({**HEADER, "x5c": ["A" * compact.MAX_HEADER_CHARACTERS]}, badge)
    with pytest.raises(JoseMalformed):
        read_token(long_header)
    with pytest.raises(JoseMalformed):
        read_token(f"{b64(HEADER)}.{b64(badge)}.{'A' * 4096}")
    monkeypatch.setattr(compact, "MAX_TOKEN_CHARACTERS", 1000)
    with pytest.raises(JoseMalformed):
        read_token(forge(HEADER, badge))


def test_what_has_no_json_form_is_not_signed(signer, badge):
    with pytest.raises(JsonSurrogate):
        vc_jose.sign({**badge, "name": "\ud800"}, **signer.arguments())
    with pytest.raises(JsonInvalid):
        vc_jose.sign({**badge, "name": float("nan")}, **signer.arguments())
    with pytest.raises(SuiteUnsupported):
        vc_jose.sign(badge, **{**signer.arguments(), "kind": KeyKind.SECP256K1})


PAYLOAD_OF_RFC_7515 = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
EXAMPLES = {
    "RFC 7515 A.2": (
        "eyJhbGciOiJSUzI1NiJ9",
        PAYLOAD_OF_RFC_7515,
        (
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
            "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
            "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
            "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
            "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
            "p0igcN_IoypGlUPQGe77Rw"
        ),
        {
            "kty": "RSA",
            "e": "AQAB",
            "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
            "-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b"
            "32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"
            "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJ"
            "H7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
            "yuXpoQ",
        },
    ),
    "RFC 7515 A.3": (
        "eyJhbGciOiJFUzI1NiJ9",
        PAYLOAD_OF_RFC_7515,
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        },
    ),
    "RFC 8037 A.4": (
        "eyJhbGciOiJFZERTQSJ9",
        "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_standards_verify(name):
    header, payload, signature, jwk = EXAMPLES[name]
    algorithm = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}[jwk["kty"]]
    key = PublicKey.from_jwk(jwk)
    Jws(f"{header}.{payload}.{signature}", {"alg": algorithm}, {}).verify(key)
    changed = signature[:8] + ("A" if signature[8] != "A" else "B") + signature[9:]
    with pytest.raises(ProofInvalid):
        Jws(f"{header}.{payload}.{changed}", {"alg": algorithm}, {}).verify(key)
