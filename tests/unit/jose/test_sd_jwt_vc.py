"""SD-JWT VC: what is kept back, what is shown, and to whom (RFC 9901, draft SD-JWT VC)."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

from credentials.errors import (
    DisclosureInvalid,
    JoseMalformed,
    JsonDuplicateMember,
    JsonInvalid,
    JsonSurrogate,
    JsonTooDeep,
    KeyBindingInvalid,
    ProofInvalid,
    SuiteUnsupported,
)
from credentials.jose import disclosures, sd_jwt_vc
from credentials.jose.disclosures import reveal
from credentials.jose.sd_jwt_vc import Challenge, HolderKey
from credentials.jose.tokens import SD_JWT_VC, VC_SD_JWT, read_token
from keys.public_key import KeyKind

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
VCT = "https://school.example/vct/badge"
ISSUER = "did:web:school.example"
CONTENT = {
    "name": "Weighs evidence",
    "achievement": {"name": "Weighs evidence", "criteria": {"narrative": "At least 3."}},
    "evidence": [{"name": "Essay"}, {"name": "Debate"}],
    "result": "Expert",
}
DISCLOSABLE = [
    "/name",
    "/achievement",
    "/achievement/criteria",
    "/evidence/0",
    "/evidence/1",
    "/result",
]
STATUS = {"status_list": {"idx": 7, "uri": "https://school.example/status/1"}}
CHALLENGE = Challenge("n-1", "https://college.example", NOW)


@pytest.fixture
def holder(signers):
    return signers[KeyKind.ED25519]


@pytest.fixture
def holder_key(holder):
    return HolderKey(holder.sign, holder.kind)


@pytest.fixture
def arguments(signer, holder):
    return {
        "vct": VCT,
        "issuer": ISSUER,
        "disclosable": DISCLOSABLE,
        "holder": holder.public_key,
        "issued_at": NOW,
        "not_before": NOW,
        "expires": NOW.replace(year=2036),
        "status": STATUS,
        **signer.arguments(),
    }


@pytest.fixture
def issued(arguments):
    return sd_jwt_vc.issue(CONTENT, **arguments)


def disclosure(b64, *parts):
    """A disclosure and the digest that refers to it."""
    text = b64(list(parts))
    return text, base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:-1]


def pointers(text):
    return [found.pointer for found in sd_jwt_vc.read(text).disclosures]


def forged(forge, payload, *texts, by=None, typ="dc+sd-jwt"):
    header = {"alg": "ES256", "typ": typ, "kid": "#key-1"}
    token = forge(header, payload, by=by) if by else forge(header, payload)
    return "~".join([token, *texts, ""])


@pytest.mark.parametrize("kind", [kind for kind in KeyKind if kind != KeyKind.SECP256K1])
def test_what_is_issued_verifies(kind, signers, arguments):
    issued = sd_jwt_vc.issue(CONTENT, **{**arguments, **signers[kind].arguments()})
    found = sd_jwt_vc.verify(issued, signers[kind].public_key, challenge=None)
    always = {"iss", "vct", "iat", "nbf", "exp", "status", "cnf"}
    assert {name: found.claims[name] for name in CONTENT} == CONTENT
    assert set(found.claims) == set(CONTENT) | always
    assert found.claims["status"] == STATUS
    other = KeyKind.P384 if kind != KeyKind.P384 else KeyKind.P256
    with pytest.raises(ProofInvalid):
        sd_jwt_vc.verify(issued, signers[other].public_key, challenge=None)


def test_what_is_kept_back_cannot_be_read(signer, issued):
    shown = sd_jwt_vc.present(issued, ["/name"])
    readable = b"".join(
        base64.urlsafe_b64decode(part + "===") for part in shown.replace("~", ".").split(".")
    )
    assert b"Weighs evidence" in readable
    for secret in (b"Expert", b"Essay", b"At least 3.", b'"achievement"', b'"result"'):
        assert secret not in readable
    found = sd_jwt_vc.verify(shown, signer.public_key, challenge=None)
    assert found.claims["name"] == "Weighs evidence"
    assert found.claims["evidence"] == []
    assert not {"achievement", "result"} & set(found.claims)
    assert set(found.claims) >= {"iss", "vct", "nbf", "exp", "status", "cnf"}


def test_a_part_is_shown_with_what_it_stands_in(issued):
    assert sorted(pointers(issued)) == sorted(DISCLOSABLE)
    shown = sd_jwt_vc.present(issued, ["/achievement/criteria"])
    assert sorted(pointers(shown)) == ["/achievement", "/achievement/criteria"]
    assert pointers(sd_jwt_vc.present(issued, ["/achievement"])) == ["/achievement"]
    shown = sd_jwt_vc.present(issued, ["/evidence/1"])
    assert sd_jwt_vc.read(shown).claims["evidence"] == [{"name": "Debate"}]
    for pointer in ("/evidence/2", "/status", "name", ""):
        with pytest.raises(DisclosureInvalid):
            sd_jwt_vc.present(issued, [pointer])


def test_salts_are_never_the_same(arguments):
    tokens = [sd_jwt_vc.issue(CONTENT, **arguments) for _ in range(2)]
    first, second = ({found.text for found in sd_jwt_vc.read(text).disclosures} for text in tokens)
    assert not first & second


def test_the_library_s_verifier_and_holder_agree(signer, issued, arguments):
    key = JWK(**signer.jwk)
    theirs = SDJWTVerifier(issued, lambda *_: key).get_verified_payload()
    assert theirs == sd_jwt_vc.read(issued).claims
    holder = SDJWTHolder(issued)
    holder.create_presentation({"result": True, "evidence": [False, True]})
    found = sd_jwt_vc.verify(holder.sd_jwt_presentation, signer.public_key, challenge=None)
    assert (found.claims["result"], found.claims["evidence"]) == ("Expert", [{"name": "Debate"}])


def test_key_binding_is_understood_by_the_library(signer, stranger, arguments):
    """The library reads holder keys of the kind P-256 only."""
    issued = sd_jwt_vc.issue(CONTENT, **{**arguments, "holder": stranger.public_key})
    shown = sd_jwt_vc.present(
        issued, ["/name"], holder=HolderKey(stranger.sign, stranger.kind), challenge=CHALLENGE
    )
    key = JWK(**signer.jwk)
    verified = SDJWTVerifier(shown, lambda *_: key, CHALLENGE.audience, CHALLENGE.nonce)
    ours = sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)
    assert verified.get_verified_payload() == ours.claims


def test_a_presentation_answers_one_challenge(signer, issued, holder_key):
    shown = sd_jwt_vc.present(issued, ["/name"], holder=holder_key, challenge=CHALLENGE)
    sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)
    for other in (
        Challenge("n-2", CHALLENGE.audience, NOW),
        Challenge("n-1", "https://other.example", NOW),
        Challenge("n-1", CHALLENGE.audience, NOW + timedelta(minutes=6)),
        Challenge("n-1", CHALLENGE.audience, NOW - timedelta(minutes=2)),
    ):
        with pytest.raises(KeyBindingInvalid):
            sd_jwt_vc.verify(shown, signer.public_key, challenge=other)
    later = Challenge("n-1", CHALLENGE.audience, NOW + timedelta(hours=1), timedelta(hours=2))
    sd_jwt_vc.verify(shown, signer.public_key, challenge=later)


@pytest.mark.parametrize(("nonce", "audience"), [("", "a"), ("n", ""), ("", "")])
def test_nonce_and_audience_go_together(nonce, audience):
    with pytest.raises(KeyBindingInvalid):
        Challenge(nonce, audience, NOW)


def test_key_binding_is_required_where_it_is_asked_for(signer, issued, holder_key):
    shown = sd_jwt_vc.present(issued, ["/name"])
    sd_jwt_vc.verify(shown, signer.public_key, challenge=None)
    with pytest.raises(KeyBindingInvalid):
        sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)
    with pytest.raises(KeyBindingInvalid):
        sd_jwt_vc.present(issued, [], holder=holder_key)
    with pytest.raises(KeyBindingInvalid):
        sd_jwt_vc.present(issued, [], challenge=CHALLENGE)


def test_key_binding_covers_what_is_shown(signer, issued, holder_key):
    """Neither more nor less than the holder chose can be shown with the holder's signature."""
    shown = sd_jwt_vc.present(issued, ["/name"], holder=holder_key, challenge=CHALLENGE)
    bound = shown.rsplit("~", 1)[1]
    for others in ([], ["/name", "/result"], ["/result"]):
        with pytest.raises(KeyBindingInvalid, match="sd_hash"):
            sd_jwt_vc.verify(
                sd_jwt_vc.present(issued, others) + bound, signer.public_key, challenge=CHALLENGE
            )


def test_only_the_holder_binds(signer, stranger, signers, issued, arguments):
    for other in (stranger, signers[KeyKind.P384]):
        shown = sd_jwt_vc.present(
            issued, [], holder=HolderKey(other.sign, other.kind), challenge=CHALLENGE
        )
        with pytest.raises(KeyBindingInvalid):
            sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)
    unbound = sd_jwt_vc.issue(CONTENT, **{**arguments, "holder": None})
    key = HolderKey(stranger.sign, stranger.kind)
    shown = sd_jwt_vc.present(unbound, [], holder=key, challenge=CHALLENGE)
    with pytest.raises(KeyBindingInvalid):
        sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)


@pytest.mark.parametrize(
    "members",
    [
        {"nonce": None},
        {"nonce": ["n-1"]},
        {"aud": ["https://college.example"]},
        {"sd_hash": None},
        {"iat": None},
        {"iat": "2026-06-02T12:00:00Z"},
        {"iat": True},
    ],
)
def test_a_holder_s_token_has_all_its_claims(members, signer, issued, holder, forge):
    bare = sd_jwt_vc.present(issued, [])
    right = {
        "nonce": "n-1",
        "aud": "https://college.example",
        "iat": int(NOW.timestamp()),
        "sd_hash": disclosures.hash_of({})(bare),
    }
    header = {"alg": "EdDSA", "typ": "kb+jwt"}
    sd_jwt_vc.verify(bare + forge(header, right, by=holder), signer.public_key, challenge=CHALLENGE)
    wrong = {name: value for name, value in {**right, **members}.items() if value is not None}
    with pytest.raises((KeyBindingInvalid, JoseMalformed)):
        sd_jwt_vc.verify(
            bare + forge(header, wrong, by=holder), signer.public_key, challenge=CHALLENGE
        )


def test_a_holder_s_token_is_of_its_own_type(issued, holder, forge):
    for typ in ("JWT", "vc+jwt", "dc+sd-jwt"):
        with pytest.raises(KeyBindingInvalid):
            sd_jwt_vc.read(issued + forge({"alg": "EdDSA", "typ": typ}, {}, by=holder))
    with pytest.raises(KeyBindingInvalid):
        sd_jwt_vc.read(issued + "not-a-token")


def test_a_disclosure_cannot_be_forged(issued, b64):
    token, *texts, _ = issued.split("~")
    forged_text, _ = disclosure(b64, "salt", "result", "Expert in everything")
    for changed in ([*texts, forged_text], [forged_text], [*texts[:-1], forged_text]):
        with pytest.raises(DisclosureInvalid):
            sd_jwt_vc.read("~".join([token, *changed, ""]))
    with pytest.raises(DisclosureInvalid):
        sd_jwt_vc.read("~".join([token, *texts, texts[0], ""]))


def test_a_part_cannot_be_shown_without_what_it_stands_in(issued):
    token, *texts, _ = issued.split("~")
    inner = next(
        found for found in sd_jwt_vc.read(issued).disclosures if found.pointer.endswith("criteria")
    )
    assert inner.text in texts
    with pytest.raises(DisclosureInvalid):
        sd_jwt_vc.read(f"{token}~{inner.text}~")


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b'["salt"]',
        b'["salt", "name", 1, 2]',
        b'[1, "name", "value"]',
        b'["salt", 7, "value"]',
        b'["salt", "_sd", []]',
        b'["salt", "...", "x"]',
        b'["salt", "_sd_alg", "sha-256"]',
        b'{"salt": 1}',
        b'"salt"',
        b"7",
    ],
)
def test_a_malformed_disclosure_is_refused(text, b64):
    encoded = b64(text)
    digest = disclosures.hash_of({})(encoded)
    with pytest.raises(DisclosureInvalid):
        reveal({"_sd": [digest]}, [encoded])


def test_a_disclosure_has_one_meaning(b64):
    for text, error in (
        (b'["salt", "name", {"a": 1, "a": 2}]', JsonDuplicateMember),
        (b'["salt", "name", ' + b"[" * 100 + b"]" * 100 + b"]", JsonTooDeep),
    ):
        encoded = b64(text)
        with pytest.raises(error):
            reveal({"_sd": [disclosures.hash_of({})(encoded)]}, [encoded])
    encoded = b64(b'["salt", "name", 1]') + "="
    with pytest.raises(DisclosureInvalid):
        reveal({"_sd": [disclosures.hash_of({})(encoded)]}, [encoded])


def test_the_examples_of_rfc_9901():
    """§4.2.1 and §4.2.2: their disclosures, and the digests that the RFC gives for them."""
    member = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    element = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0"
    payload = {
        "_sd": ["X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"],
        "nationalities": ["DE", {"...": "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"}, "UK"],
    }
    found = reveal(payload, [element, member])
    assert found.claims == {"family_name": "Möbius", "nationalities": ["DE", "FR", "UK"]}
    assert {entry.pointer for entry in found.disclosures} == {"/family_name", "/nationalities/1"}
    assert reveal(payload, [element]).claims == {"nationalities": ["DE", "FR", "UK"]}
    assert reveal(payload, []).claims == {"nationalities": ["DE", "UK"]}


def test_a_digest_stands_once(b64):
    text, digest = disclosure(b64, "salt", "name", "Ada")
    element, element_digest = disclosure(b64, "salt", "Ada")
    assert reveal({"_sd": [digest]}, [text]).claims == {"name": "Ada"}
    for payload in (
        {"_sd": [digest, digest]},
        {"_sd": [digest], "a": {"_sd": [digest]}},
        {"a": [{"...": element_digest}, {"...": element_digest}]},
        {"_sd": ["kept-back", "kept-back"]},
    ):
        with pytest.raises(DisclosureInvalid):
            reveal(payload, [])
    for payload in ({"_sd": [element_digest]}, {"a": [{"...": digest}]}):
        with pytest.raises(DisclosureInvalid):
            reveal(payload, [element if "_sd" in payload else text])


@pytest.mark.parametrize(
    "payload",
    [
        {"_sd": "digest"},
        {"_sd": {}},
        {"_sd": [7]},
        {"_sd": [["x"]]},
        {"a": [{"...": 7}]},
        {"a": [{"...": "x", "b": 1}]},
        {"...": "x"},
        {"a": {"_sd_alg": "sha-256"}},
        {"_sd_alg": "md5"},
        {"_sd_alg": 7},
        {"_sd_alg": None},
    ],
)
def test_malformed_digests_are_refused(payload):
    with pytest.raises(DisclosureInvalid):
        reveal(payload, [])


def test_a_disclosed_claim_replaces_nothing(b64):
    text, digest = disclosure(b64, "salt", "name", "Eve")
    other, other_digest = disclosure(b64, "pepper", "name", "Eva")
    for payload, texts in (
        ({"name": "Ada", "_sd": [digest]}, [text]),
        ({"_sd": [digest, other_digest]}, [text, other]),
    ):
        with pytest.raises(DisclosureInvalid):
            reveal(payload, texts)


def test_disclosures_within_each_other_end_somewhere(b64):
    texts, digest = [], "none"
    for _ in range(disclosures.MAX_DEPTH):
        text, digest = disclosure(b64, "salt", "a", {"_sd": [digest]})
        texts.append(text)
    with pytest.raises(DisclosureInvalid, match="nested"):
        reveal({"_sd": [digest]}, texts)


def test_other_hashes_are_read(b64):
    text = b64(["salt", "name", "Ada"])
    for name in ("sha-256", "sha-384", "sha-512"):
        raw = hashlib.new(name.replace("-", ""), text.encode()).digest()
        payload = {"_sd_alg": name, "_sd": [b64(raw)]}
        assert reveal(payload, [text]).claims == {"name": "Ada"}
        with pytest.raises(DisclosureInvalid):
            reveal({**payload, "_sd_alg": "sha3-256"}, [text])


@pytest.mark.parametrize("claim", sorted(sd_jwt_vc.ALWAYS_DISCLOSED))
def test_what_verifiers_need_is_never_kept_back(claim, forge, b64, arguments):
    text, digest = disclosure(b64, "salt", claim, "x")
    payload = {"iss": ISSUER, "vct": VCT, "_sd": [digest]}
    payload.pop(claim, None)
    with pytest.raises(DisclosureInvalid, match="kept back"):
        sd_jwt_vc.read(forged(forge, payload, text))
    with pytest.raises(JoseMalformed):
        sd_jwt_vc.issue({claim: "x"}, **{**arguments, "disclosable": [f"/{claim}"]})


@pytest.mark.parametrize(
    "members",
    [
        {"vct": None},
        {"vct": 7},
        {"vct": ""},
        {"iss": 7},
        {"status": "x"},
        {"cnf": []},
        {"@context": ["https://www.w3.org/ns/credentials/v2"]},
    ],
)
def test_an_sd_jwt_vc_has_one_type(members, forge):
    payload = {"iss": ISSUER, "vct": VCT}
    sd_jwt_vc.read(forged(forge, payload))
    payload |= members
    payload = {name: value for name, value in payload.items() if value is not None}
    with pytest.raises(JoseMalformed):
        sd_jwt_vc.read(forged(forge, payload))


def test_the_token_says_what_it_is(forge):
    payload = {"iss": ISSUER, "vct": VCT}
    for typ in ("dc+sd-jwt", "vc+sd-jwt", "application/dc+sd-jwt"):
        assert read_token(forged(forge, payload, typ=typ)).media_type == SD_JWT_VC
    for typ in ("JWT", "vc+jwt", "kb+jwt"):
        with pytest.raises(SuiteUnsupported):
            sd_jwt_vc.read(forged(forge, payload, typ=typ))


def test_a_token_of_any_kind_is_read(signer, issued, holder_key):
    shown = sd_jwt_vc.present(issued, ["/name"], holder=holder_key, challenge=CHALLENGE)
    token = read_token(shown)
    token.verify(signer.public_key)
    assert (token.media_type, token.issuer) == (SD_JWT_VC, ISSUER)
    assert token.text == shown
    assert token.document["name"] == "Weighs evidence"
    assert (token.nonce, token.audience) == (None, ())
    assert token.expires == NOW.replace(year=2036)


def test_only_iss_names_the_issuer_of_an_sd_jwt_vc(forge):
    payload = {"iss": ISSUER, "vct": VCT, "issuer": "did:web:other.example"}
    assert read_token(forged(forge, payload)).issuer == ISSUER


def test_a_w3c_credential_can_be_selective_too(signer, badge, forge, b64):
    """VC-JOSE-COSE §3.2: the type is vc+sd-jwt, and the payload is the credential."""
    text, digest = disclosure(b64, "salt", "evidence", badge.pop("evidence"))
    payload = {**badge, "_sd": [digest], "_sd_alg": "sha-256"}
    token = read_token(forged(forge, payload, text, typ="vc+sd-jwt"))
    token.verify(signer.public_key)
    assert token.media_type == VC_SD_JWT
    assert token.document["evidence"][0]["name"] == "Essay"
    assert read_token(forged(forge, payload, typ="vc+sd-jwt")).document == badge
    with pytest.raises(JoseMalformed):
        read_token(forged(forge, payload, text))


@pytest.mark.parametrize("text", [None, 7, b"", "", "~", "~~", "a.b.c", "a.b.c~", "~a.b.c"])
def test_what_is_no_sd_jwt_is_refused(text):
    with pytest.raises(JoseMalformed):
        sd_jwt_vc.read(text)


def test_sizes_are_bounded(issued):
    token = issued.split("~", 1)[0]
    with pytest.raises(JoseMalformed):
        sd_jwt_vc.read(token + "~" * (disclosures.MAX_DISCLOSURES + 2))
    with pytest.raises(JoseMalformed):
        sd_jwt_vc.read(token + "~" + "A" * sd_jwt_vc.MAX_CHARACTERS + "~")
    with pytest.raises(DisclosureInvalid):
        reveal({}, ["A"] * (disclosures.MAX_DISCLOSURES + 1))


def test_what_is_anchored_stays_the_same(issued, holder_key):
    digest = sd_jwt_vc.issuer_jwt_digest(issued)
    assert digest == hashlib.sha256(issued.split("~")[0].encode()).digest()
    shown = sd_jwt_vc.present(issued, ["/name"], holder=holder_key, challenge=CHALLENGE)
    assert sd_jwt_vc.issuer_jwt_digest(shown) == digest


@pytest.mark.parametrize(
    ("content", "changes", "error"),
    [
        ({"_sd": []}, {}, JoseMalformed),
        ({"a": {"...": "x"}}, {}, JoseMalformed),
        ({"a": [{"_sd_alg": "x"}]}, {}, JoseMalformed),
        ({"iat": 1}, {}, JoseMalformed),
        ({"@context": []}, {}, JoseMalformed),
        ({}, {"vct": "badge"}, JoseMalformed),
        ({}, {"vct": "http://school.example/vct"}, JoseMalformed),
        ({}, {"disclosable": ["/name"]}, DisclosureInvalid),
        ({}, {"kind": KeyKind.SECP256K1}, SuiteUnsupported),
        ({"name": float("nan")}, {"disclosable": ["/name"]}, JsonInvalid),
        ({"name": "\ud800"}, {"disclosable": ["/name"]}, JsonSurrogate),
        ({"name": "x" * sd_jwt_vc.MAX_CHARACTERS}, {}, JoseMalformed),
    ],
)
def test_what_cannot_be_issued_is_refused(content, changes, error, arguments):
    with pytest.raises(error):
        sd_jwt_vc.issue(content, **{**arguments, "disclosable": [], **changes})


def test_key_binding_has_the_hash_that_the_token_names(signer, holder, forge, b64):
    text = b64(["salt", "name", "Ada"])
    digest = b64(hashlib.sha512(text.encode()).digest())
    payload = {"iss": ISSUER, "vct": VCT, "_sd_alg": "sha-512", "_sd": [digest]}
    payload["cnf"] = {"jwk": holder.jwk}
    shown = sd_jwt_vc.present(
        forged(forge, payload, text),
        ["/name"],
        holder=HolderKey(holder.sign, holder.kind),
        challenge=CHALLENGE,
    )
    found = sd_jwt_vc.verify(shown, signer.public_key, challenge=CHALLENGE)
    assert found.key_binding is not None
    assert len(json.dumps(found.key_binding.payload["sd_hash"])) > 80
