"""Every signature suite with keys of our own: made, checked, and refused after any change."""

import copy
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import ProofInvalid, ProofMalformed, SuiteUnsupported, UndefinedTerm
from credentials.proofs import (
    configuration,
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    ed25519_signature_2020,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from credentials.proofs.chains import covered_by
from credentials.proofs.data_integrity import MEMBERS, DataIntegrityProof, options
from credentials.proofs.suites import SUITES, suite_of
from credentials.proofs.unsecured import Unsecured
from keys.multibase import base58btc_encode, base64url_encode
from keys.public_key import KeyKind, PublicKey
from schemas.errors import TouchstoneError

METHOD = "did:web:school.example#key-1"
CREATED = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTEXT_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"


class Key:
    """A private key of a kind, as signers are: raw signatures."""

    def __init__(self, kind):
        self.kind = kind
        self.curve = {KeyKind.P256: (ec.SECP256R1(), hashes.SHA256(), 32)}.get(
            kind, (ec.SECP384R1(), hashes.SHA384(), 48)
        )
        if kind is KeyKind.ED25519:
            self.private = Ed25519PrivateKey.generate()
            self.public_key = PublicKey(self.private.public_key().public_bytes_raw())
        else:
            self.private = ec.generate_private_key(self.curve[0])
            point = self.private.public_key().public_bytes(
                Encoding.X962, PublicFormat.CompressedPoint
            )
            self.public_key = PublicKey(point, kind)

    def sign(self, data):
        if self.kind is KeyKind.ED25519:
            return self.private.sign(data)
        _, hash_algorithm, size = self.curve
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hash_algorithm)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


KEYS = {kind: Key(kind) for kind in (KeyKind.ED25519, KeyKind.P256, KeyKind.P384)}
WAYS = {
    "eddsa-rdfc": (eddsa_rdfc_2022, KeyKind.ED25519),
    "eddsa-jcs": (eddsa_jcs_2022, KeyKind.ED25519),
    "ecdsa-rdfc-p256": (ecdsa_rdfc_2019, KeyKind.P256),
    "ecdsa-rdfc-p384": (ecdsa_rdfc_2019, KeyKind.P384),
    "ecdsa-jcs-p256": (ecdsa_jcs_2019, KeyKind.P256),
    "ecdsa-jcs-p384": (ecdsa_jcs_2019, KeyKind.P384),
}
OVER_JSON = {eddsa_jcs_2022, ecdsa_jcs_2019}


@pytest.fixture(params=WAYS, ids=str)
def way(request):
    return WAYS[request.param]


def _create(suite, key, document, **more):
    made = {**options(suite.CRYPTOSUITE, METHOD, CREATED), **more}
    if suite in {ecdsa_rdfc_2019, ecdsa_jcs_2019}:
        return suite.create(Unsecured(document), made, key.sign, kind=key.kind)
    return suite.create(Unsecured(document), made, key.sign)


def _verify(document, proof, key):
    DataIntegrityProof.read(proof)
    SUITES[suite_of(proof)](Unsecured(document), proof, key.public_key)


def test_what_was_signed_verifies_and_nothing_else(badge, way):
    suite, kind = way
    key = KEYS[kind]
    proof = _create(suite, key, badge)
    assert proof["proofValue"][0] == "z"
    _verify(badge, proof, key)
    with pytest.raises(ProofInvalid):
        _verify({**badge, "name": "Weighs evidencE"}, proof, key)
    with pytest.raises(ProofInvalid):
        _verify(badge, proof, Key(kind))


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-06-01T12:00:01Z"},
        {"expires": "2036-06-01T12:00:01Z"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": METHOD + "x"},
        {"domain": "a.example"},
        {"domain": ["a.example", "b.example"]},
        {"challenge": "7"},
        {"nonce": "7"},
        {"id": "urn:proof:1"},
    ],
)
def test_a_proofs_own_members_are_signed(badge, way, change):
    suite, kind = way
    _verify(badge, _create(suite, KEYS[kind], badge, **change), KEYS[kind])
    proof = _create(suite, KEYS[kind], badge)
    with pytest.raises(ProofInvalid):
        _verify(badge, {**proof, **change}, KEYS[kind])


def test_created_may_be_left_out(badge, way):
    suite, kind = way
    made = options(suite.CRYPTOSUITE, METHOD, CREATED)
    del made["created"]
    kinds = {"kind": kind} if suite in {ecdsa_rdfc_2019, ecdsa_jcs_2019} else {}
    proof = suite.create(Unsecured(badge), made, KEYS[kind].sign, **kinds)
    _verify(badge, proof, KEYS[kind])
    assert DataIntegrityProof.read(proof).created is None


def test_a_key_of_another_kind_is_refused(badge, way):
    suite, kind = way
    proof = _create(suite, KEYS[kind], badge)
    for other in KEYS.values():
        if other.kind is not kind:
            with pytest.raises(ProofInvalid):
                _verify(badge, proof, other)


@pytest.mark.parametrize("kind", [KeyKind.ED25519, KeyKind.P521, KeyKind.SECP256K1, KeyKind.RSA])
@pytest.mark.parametrize("suite", [ecdsa_rdfc_2019, ecdsa_jcs_2019])
def test_ecdsa_is_not_made_with_other_keys(badge, suite, kind):
    made = options(suite.CRYPTOSUITE, METHOD, CREATED)
    with pytest.raises(ProofInvalid):
        suite.create(Unsecured(badge), made, KEYS[KeyKind.P256].sign, kind=kind)


@pytest.mark.parametrize(
    "value", [None, 7, "", "z", "z0", "u123", "z" + "1" * 200, "zz zz", ["z1"], {"@value": "z1"}]
)
def test_values_of_another_form_are_refused(badge, way, value):
    suite, kind = way
    proof = {**_create(suite, KEYS[kind], badge), "proofValue": value}
    with pytest.raises((ProofMalformed, ProofInvalid)):
        suite.verify(Unsecured(badge), proof, KEYS[kind].public_key)


def test_the_same_signature_under_other_headers_is_refused(badge, way):
    suite, kind = way
    proof = _create(suite, KEYS[kind], badge)
    signature = configuration.signature_of(proof)
    spellings = [
        proof["proofValue"][1:],
        base64url_encode(signature),
        proof["proofValue"] + "=",
        proof["proofValue"] + " ",
        "z1" + proof["proofValue"][1:],
    ]
    for value in spellings:
        with pytest.raises((ProofMalformed, ProofInvalid)):
            _verify(badge, {**proof, "proofValue": value}, KEYS[kind])
    without = {name: value for name, value in proof.items() if name != "proofValue"}
    with pytest.raises(ProofMalformed):
        suite.verify(Unsecured(badge), without, KEYS[kind].public_key)


def test_every_byte_of_a_signature_counts(badge, way):
    suite, kind = way
    proof = _create(suite, KEYS[kind], badge)
    signature = configuration.signature_of(proof)
    for place in range(0, len(signature), 7):
        other = bytearray(signature)
        other[place] ^= 1
        with pytest.raises(ProofInvalid):
            _verify(badge, {**proof, "proofValue": base58btc_encode(bytes(other))}, KEYS[kind])
    for cut in (signature[:-1], signature + b"\1", b"\0" + signature):
        with pytest.raises(ProofInvalid):
            _verify(badge, {**proof, "proofValue": base58btc_encode(cut)}, KEYS[kind])


def test_a_proof_of_one_suite_is_none_of_another(badge, way):
    suite, kind = way
    proof = _create(suite, KEYS[kind], badge)
    for other, _ in WAYS.values():
        if other is not suite:
            named = {**proof, "cryptosuite": other.CRYPTOSUITE}
            with pytest.raises(ProofMalformed):
                other.verify(Unsecured(badge), proof, KEYS[kind].public_key)
            with pytest.raises((ProofInvalid, ProofMalformed)):
                other.verify(Unsecured(badge), named, KEYS[kind].public_key)
    with pytest.raises(ProofMalformed):
        _create(suite, KEYS[kind], badge, type="Other")


@pytest.mark.parametrize("name", ["gpa", "@type", "@nest", "https://w3id.org/security#expiration"])
def test_members_that_no_standard_knows_are_refused_before_and_after_signing(badge, way, name):
    suite, kind = way
    proof = _create(suite, KEYS[kind], badge)
    with pytest.raises(ProofMalformed):
        suite.verify(Unsecured(badge), {**proof, name: "4.0"}, KEYS[kind].public_key)
    with pytest.raises(ProofMalformed):
        DataIntegrityProof.read({**proof, name: "4.0"})
    with pytest.raises(ProofMalformed):
        _create(suite, KEYS[kind], badge, **{name: "4.0"})


@pytest.mark.parametrize("suite", [eddsa_rdfc_2022, ecdsa_rdfc_2019], ids=lambda s: s.CRYPTOSUITE)
def test_a_term_that_no_context_defines_is_not_signed_in_silence(badge, suite):
    kind = KeyKind.ED25519 if suite is eddsa_rdfc_2022 else KeyKind.P256
    with pytest.raises(UndefinedTerm):
        _create(suite, KEYS[kind], {**badge, "gpa": "4.0"})
    proof = _create(suite, KEYS[kind], badge)
    with pytest.raises(UndefinedTerm):
        _verify({**badge, "gpa": "4.0"}, proof, KEYS[kind])
    with pytest.raises(UndefinedTerm):
        configuration.rdf_config_hash({**proof, "gpa": "4.0"}, badge["@context"])
    with pytest.raises(TouchstoneError):
        _create(suite, KEYS[kind], {n: v for n, v in badge.items() if n != "@context"})


# --- contexts


@pytest.mark.parametrize("suite", [eddsa_jcs_2022, ecdsa_jcs_2019], ids=lambda s: s.CRYPTOSUITE)
def test_a_proof_over_json_carries_the_contexts_it_was_made_with(badge, suite):
    key = KEYS[KeyKind.ED25519 if suite is eddsa_jcs_2022 else KeyKind.P256]
    proof = _create(suite, key, badge)
    assert proof["@context"] == badge["@context"]
    first, second = badge["@context"]
    _verify({**badge, "@context": [first, second, "https://a.example/v1"]}, proof, key)
    for contexts in ([second, first], [first], first, [], None, ["https://a.example/v1", first]):
        with pytest.raises((ProofMalformed, ProofInvalid)):
            _verify({**badge, "@context": contexts}, proof, key)
    for contexts in ([first], first, [], None, [second, first], {}):
        with pytest.raises((ProofMalformed, ProofInvalid)):
            _verify(badge, {**proof, "@context": contexts}, key)
    bare = {name: value for name, value in proof.items() if name != "@context"}
    with pytest.raises(ProofInvalid):
        _verify(badge, bare, key)


def test_json_without_contexts_is_signed_too():
    key = KEYS[KeyKind.ED25519]
    document = {"id": "urn:uuid:1", "points": 4}
    proof = _create(eddsa_jcs_2022, key, document)
    assert "@context" not in proof
    _verify(document, proof, key)
    with pytest.raises(ProofMalformed):
        _verify(document, {**proof, "@context": ["https://www.w3.org/ns/credentials/v2"]}, key)


def test_one_context_as_text_is_the_beginning_of_a_list(badge):
    key = KEYS[KeyKind.ED25519]
    document = {**badge, "@context": "https://www.w3.org/ns/credentials/v2"}
    proof = _create(eddsa_jcs_2022, key, document)
    _verify(document, proof, key)
    _verify({**document, "@context": [document["@context"], "https://a.example/v1"]}, proof, key)


@pytest.mark.parametrize("suite", [eddsa_rdfc_2022, ecdsa_rdfc_2019], ids=lambda s: s.CRYPTOSUITE)
def test_a_proof_over_rdf_brings_no_contexts_of_its_own(badge, suite):
    key = KEYS[KeyKind.ED25519 if suite is eddsa_rdfc_2022 else KeyKind.P256]
    proof = _create(suite, key, badge)
    _verify(badge, {**proof, "@context": badge["@context"]}, key)
    with pytest.raises(ProofMalformed):
        _verify(badge, {**proof, "@context": badge["@context"][:1]}, key)


# --- Ed25519Signature2020


def _sign_2020(document, contexts=None, **more):
    made = {
        "type": "Ed25519Signature2020",
        "created": "2026-06-01T12:00:00Z",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        **more,
    }
    config = configuration.rdf_config_hash(made, contexts or document["@context"])
    data = config + configuration.digest(Unsecured(document).canonical.encode())
    return {**made, "proofValue": base58btc_encode(KEYS[KeyKind.ED25519].sign(data))}


def _verify_2020(document, proof, key=KEYS[KeyKind.ED25519]):
    assert suite_of(proof) == "Ed25519Signature2020"
    SUITES[suite_of(proof)](Unsecured(document), proof, key.public_key)


@pytest.fixture
def old(badge):
    return {**badge, "@context": [*badge["@context"], CONTEXT_2020]}


def test_the_older_signature_is_verified(old):
    proof = _sign_2020(old)
    _verify_2020(old, proof)
    with pytest.raises(ProofInvalid):
        _verify_2020({**old, "name": "Another"}, proof)
    with pytest.raises(ProofInvalid):
        _verify_2020(old, {**proof, "created": "2026-06-01T12:00:01Z"})
    with pytest.raises(ProofInvalid):
        _verify_2020(old, proof, KEYS[KeyKind.P256])
    for change in (
        {"gpa": "4.0"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"proofValue": None},
        {"jws": "a..b"},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
    ):
        with pytest.raises(ProofMalformed):
            _verify_2020(old, {**proof, **change})


@pytest.mark.parametrize("contexts", [CONTEXT_2020, [CONTEXT_2020]])
def test_the_older_signature_may_bring_the_context_of_its_suite(badge, contexts):
    proof = {**_sign_2020(badge, contexts), "@context": contexts}
    _verify_2020(badge, proof)
    with pytest.raises(ProofInvalid):
        _verify_2020({**badge, "name": "Another"}, proof)
    bare = {name: value for name, value in proof.items() if name != "@context"}
    with pytest.raises(UndefinedTerm):
        _verify_2020(badge, bare)


# --- reading proofs


@pytest.mark.parametrize(
    ("proof", "error"),
    [
        ({}, ProofMalformed),
        ({"type": None}, ProofMalformed),
        ({"type": ["DataIntegrityProof"]}, ProofMalformed),
        ({"type": "RsaSignature2018"}, SuiteUnsupported),
        ({"type": "DataIntegrityProof"}, ProofMalformed),
        ({"type": "DataIntegrityProof", "cryptosuite": 7}, ProofMalformed),
        ({"type": "DataIntegrityProof", "cryptosuite": ""}, ProofMalformed),
    ],
)
def test_the_suite_of_a_proof_is_said_or_refused(proof, error):
    assert suite_of({"type": "DataIntegrityProof", "cryptosuite": "new-2030"}) == "new-2030"
    with pytest.raises(error):
        suite_of(proof)


def test_all_suites_are_listed_and_none_that_is_no_signature():
    assert set(SUITES) == {
        eddsa_rdfc_2022.CRYPTOSUITE,
        eddsa_jcs_2022.CRYPTOSUITE,
        ecdsa_rdfc_2019.CRYPTOSUITE,
        ecdsa_jcs_2019.CRYPTOSUITE,
        ecdsa_sd_2023.CRYPTOSUITE,
        ed25519_signature_2020.PROOF_TYPE,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7},
        {"id": ""},
        {"id": "not a url"},
        {"id": None},
        {"nonce": 7},
        {"nonce": None},
        {"domain": 7},
        {"domain": None},
        {"domain": ["a.example", 7]},
        {"domain": [["a.example"]]},
        {"domain": ""},
        {"challenge": None},
        {"created": None},
        {"created": 0},
        {"expires": "2026-06-01"},
        {"proofValue": None},
        {"proofValue": {}},
        {"proofPurpose": None},
        {"proofPurpose": ["assertionMethod"]},
        {"verificationMethod": {"id": METHOD}},
        {"previousProof": []},
        {"unknown": "x"},
    ],
)
def test_members_of_another_type_are_refused(badge, change):
    proof = _create(eddsa_rdfc_2022, KEYS[KeyKind.ED25519], badge)
    members = DataIntegrityProof.read({**proof, "domain": ["a.example"], "nonce": "n", "id": "a:b"})
    assert (members.domain, members.nonce, members.id) == (("a.example",), "n", "a:b")
    assert members.previous == ()
    with pytest.raises(ProofMalformed):
        DataIntegrityProof.read({**proof, **change})


def test_nothing_that_is_signed_is_changed(badge, way):
    suite, kind = way
    before = copy.deepcopy(badge)
    proof = _create(suite, KEYS[kind], badge)
    kept = copy.deepcopy(proof)
    _verify(badge, proof, KEYS[kind])
    assert badge == before
    assert proof == kept


# --- anything in the place of anything

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["@id", "_:b", "urn:x", "z6Mk", "u2V0B", "DataIntegrityProof", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(sorted(MEMBERS)), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(MEMBERS)), value=_JSON, suite=st.sampled_from(sorted(SUITES)))
def test_any_member_of_any_value_ends_in_an_error_of_ours(whole_badge, name, value, suite):
    proof = {**options(suite, METHOD, CREATED), "proofValue": "z" + "1" * 64, name: value}
    if suite == ed25519_signature_2020.PROOF_TYPE:
        proof = {n: v for n, v in proof.items() if n != "cryptosuite"} | {"type": suite}
    document = {**whole_badge, "proof": proof}
    for key in KEYS.values():
        with pytest.raises(TouchstoneError):
            SUITES[suite](covered_by(document, proof), proof, key.public_key)
    for read in (DataIntegrityProof.read, suite_of):
        try:
            read(proof)
        except TouchstoneError:
            continue


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(["@context", "name", "proof", "id", "type"]), value=_JSON)
def test_any_document_is_signed_or_refused(whole_badge, name, value):
    document = {**whole_badge, name: value}
    for suite, kind in WAYS.values():
        try:
            proof = _create(suite, KEYS[kind], document)
        except TouchstoneError:
            continue
        _verify(document, proof, KEYS[kind])


@pytest.mark.parametrize("added", ["https://w3id.org/security/data-integrity/v2", None])
def test_documents_of_the_first_data_model_name_a_context_for_their_proof(way, added):
    suite, kind = way
    document = {
        "@context": ["https://www.w3.org/2018/credentials/v1", *([added] if added else [])],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:school.example",
        "issuanceDate": "2026-06-01T12:00:00Z",
        "credentialSubject": {"id": "urn:uuid:1"},
    }
    if added is None and suite not in OVER_JSON:
        with pytest.raises(UndefinedTerm):
            _create(suite, KEYS[kind], document)
        return
    proof = _create(suite, KEYS[kind], document)
    _verify(document, proof, KEYS[kind])
    with pytest.raises(ProofInvalid):
        _verify({**document, "issuer": "did:web:other.example"}, proof, KEYS[kind])
