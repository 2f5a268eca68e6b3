"""VC-JWT 1.1 as 1EdTech uses it: both shapes, every registered claim compared (OB 3.0 §8.2)."""

import json

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from credentials.errors import JoseClaimsDiffer, JoseMalformed, ProofInvalid, SuiteUnsupported
from credentials.jose import vc_jwt
from credentials.jose.tokens import JWT, read_token
from keys.public_key import KeyKind

HEADER = {"alg": "ES256", "typ": "JWT", "kid": "did:web:school.example#key-1"}
OTHER = {
    "iss": "did:web:other.example",
    "sub": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a99",
    "jti": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a99",
    "nbf": 1_780_315_201,
    "exp": 1_780_315_200,
}


@pytest.fixture
def claims(badge):
    return {
        "iss": badge["issuer"]["id"],
        "sub": badge["credentialSubject"]["id"],
        "jti": badge["id"],
        "nbf": 1_780_315_200,
        "exp": 2_095_934_400,
    }


@pytest.fixture
def version_1(badge):
    """The same badge on VC 1.1."""
    badge["@context"][0] = "https://www.w3.org/2018/credentials/v1"
    badge["issuanceDate"] = badge.pop("validFrom")
    badge["expirationDate"] = badge.pop("validUntil")
    return badge


@pytest.fixture
def presentation():
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiablePresentation"],
        "holder": "did:key:zHolder",
        "verifiableCredential": [],
    }


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.P256, KeyKind.ED25519])
@pytest.mark.parametrize("nested", [False, True])
def test_what_is_signed_verifies(kind, nested, signers, badge):
    signer = signers[kind]
    token = read_token(vc_jwt.sign(badge, **signer.arguments(), nested=nested))
    token.verify(signer.public_key)
    assert (token.media_type, token.document) == (JWT, badge)
    assert token.issuer == "did:web:school.example"
    with pytest.raises(ProofInvalid):
        token.verify(signers[KeyKind.P384].public_key)


def test_the_claims_are_those_of_the_standard(signer, badge, claims):
    """OB 3.0 §8.2.4.2, read with another implementation."""
    token = JWS()
    token.deserialize(vc_jwt.sign(badge, **signer.arguments()), JWK(**signer.jwk))
    assert token.jose_header == HEADER
    assert json.loads(token.payload) == {**claims, **badge}


@pytest.mark.parametrize("nested", [False, True])
def test_version_1_has_other_names_for_its_dates(nested, signer, version_1, claims):
    token = read_token(vc_jwt.sign(version_1, **signer.arguments(), nested=nested))
    assert token.document == version_1
    assert {name: token.jws.payload[name] for name in claims} == claims


@pytest.mark.parametrize("claim", OTHER)
@pytest.mark.parametrize("nested", [False, True])
def test_every_claim_is_compared(claim, nested, badge, claims, forge):
    content = {"vc": badge} if nested else badge
    assert read_token(forge(HEADER, {**claims, **content})).document == badge
    with pytest.raises(JoseClaimsDiffer, match=claim):
        read_token(forge(HEADER, {**claims, **content, claim: OTHER[claim]}))


@pytest.mark.parametrize("claim", OTHER)
@pytest.mark.parametrize("nested", [False, True])
def test_every_claim_is_required(claim, nested, badge, claims, forge):
    content = {"vc": badge} if nested else badge
    del claims[claim]
    with pytest.raises(JoseClaimsDiffer, match=claim):
        read_token(forge(HEADER, {**claims, **content}))


@pytest.mark.parametrize(
    ("claim", "path"),
    [
        ("sub", ("credentialSubject", "id")),
        ("jti", ("id",)),
        ("exp", ("validUntil",)),
        ("nbf", ("validFrom",)),
    ],
)
def test_a_claim_says_nothing_that_the_credential_does_not_say(claim, path, badge, claims, forge):
    """Among the claims a credential is whole, so a claim without its member contradicts it."""
    node = badge
    for member in path[:-1]:
        node = node[member]
    del node[path[-1]]
    with pytest.raises(JoseClaimsDiffer, match=claim):
        read_token(forge(HEADER, {**claims, **badge}))


def test_what_a_credential_does_not_say_needs_no_claim(badge, claims, forge):
    del badge["validUntil"], claims["exp"]
    del badge["credentialSubject"]["id"], claims["sub"]
    assert read_token(forge(HEADER, {**claims, **badge})).document == badge


def test_a_nested_credential_may_leave_members_to_the_claims(badge, claims, forge):
    """VC 1.1 §6.3.1.2: what the claims say is put back where the data model has it."""
    whole = {**badge, "issuer": {"id": badge["issuer"]["id"], "name": "A school"}}
    vc = {name: value for name, value in whole.items() if name not in ("id", "validFrom")}
    del vc["validUntil"]
    vc["issuer"] = {"name": "A school"}
    vc["credentialSubject"] = {
        name: value for name, value in badge["credentialSubject"].items() if name != "id"
    }
    assert read_token(forge(HEADER, {**claims, "vc": vc})).document == whole
    vc["credentialSubject"] = [vc["credentialSubject"]]
    del vc["issuer"]
    filled = read_token(forge(HEADER, {**claims, "vc": vc})).document
    assert filled["credentialSubject"][0]["id"] == claims["sub"]
    assert filled["issuer"] == claims["iss"]


def test_a_subject_among_several_is_none(badge, claims, forge):
    badge["credentialSubject"] = [badge["credentialSubject"], {"id": "urn:uuid:other"}]
    for content in (badge, {"vc": badge}):
        with pytest.raises(JoseClaimsDiffer, match="sub"):
            read_token(forge(HEADER, {**claims, **content}))
    del claims["sub"]
    assert read_token(forge(HEADER, {**claims, **badge})).document == badge


def test_a_date_is_compared_to_the_second(badge, claims, forge):
    badge["validFrom"] = "2026-06-01T14:00:00.750+02:00"
    assert read_token(forge(HEADER, {**claims, **badge})).document == badge
    with pytest.raises(JoseClaimsDiffer):
        read_token(forge(HEADER, {**claims, **badge, "nbf": claims["nbf"] - 1}))


def test_a_credential_from_before_1970_can_be_signed(signer, badge):
    badge["validFrom"] = "1962-06-30T12:00:00.5Z"
    token = read_token(vc_jwt.sign(badge, **signer.arguments()))
    assert token.document == badge
    assert token.not_before is not None
    assert token.not_before.year == 1962


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "application/jwt"])
def test_the_type_is_jwt_or_absent(typ, badge, claims, forge):
    header = {name: value for name, value in {**HEADER, "typ": typ}.items() if value}
    assert read_token(forge(header, {**claims, **badge})).media_type == JWT
    with pytest.raises(SuiteUnsupported):
        read_token(forge({**header, "typ": "openid4vci-proof+jwt"}, {**claims, **badge}))


def test_an_own_key_is_never_the_key(signer, stranger, badge, claims, forge):
    """1EdTech lets a token bring `jwk`; whoever reads it learns that, and does not use it."""
    header = {"alg": "ES256", "typ": "JWT", "jwk": stranger.jwk}
    token = read_token(forge(header, {**claims, **badge}, by=stranger))
    assert token.has_own_key
    assert (token.key_id, token.method_id) == (None, None)
    with pytest.raises(ProofInvalid):
        token.verify(signer.public_key)


@pytest.mark.parametrize(
    "payload",
    [
        {"vc": None},
        {"vc": "eyJ"},
        {"vc": []},
        {"vc": {}},
        {"vc": {"type": ["VerifiableCredential"]}, "vp": {}},
        {"vp": {"@context": [], "type": ["VerifiableCredential"]}},
        {"vc": {"@context": [], "type": ["VerifiablePresentation"]}},
        {"vc": {"@context": [], "type": ["VerifiablePresentation", "VerifiableCredential"]}},
        {"type": ["VerifiableCredential"]},
        {"@context": []},
        {},
    ],
)
def test_a_payload_of_neither_shape_is_refused(payload, claims, forge):
    with pytest.raises((JoseMalformed, JoseClaimsDiffer)):
        read_token(forge(HEADER, {**claims, **payload}))


def test_two_credentials_in_one_token_are_refused(badge, claims, forge):
    """One reader would take the nested one, another the members beside it."""
    with pytest.raises(JoseMalformed):
        read_token(forge(HEADER, {**claims, **badge, "vc": badge}))


def test_a_presentation_carries_nonce_and_audience(signer, presentation):
    text = vc_jwt.sign(presentation, **signer.arguments(), nonce="n-1", audience="verifier")
    token = read_token(text)
    token.verify(signer.public_key)
    assert token.document == presentation
    assert (token.issuer, token.nonce, token.audience) == ("did:key:zHolder", "n-1", ("verifier",))


def test_a_presentation_is_its_holder_s(presentation, forge):
    payload = {"iss": "did:key:zHolder", "vp": presentation}
    assert read_token(forge(HEADER, payload)).issuer == "did:key:zHolder"
    with pytest.raises(JoseClaimsDiffer):
        read_token(forge(HEADER, {**payload, "iss": "did:key:zOther"}))
    del presentation["holder"]
    assert read_token(forge(HEADER, payload)).document["holder"] == "did:key:zHolder"


def test_what_cannot_be_read_is_not_signed(signer, badge):
    for broken in ({**badge, "exp": 1}, {**badge, "vc": {}}, {"type": ["VerifiableCredential"]}):
        with pytest.raises(JoseMalformed):
            vc_jwt.sign(broken, **signer.arguments())
    del badge["validFrom"]
    with pytest.raises(JoseClaimsDiffer):
        vc_jwt.sign(badge, **signer.arguments())
