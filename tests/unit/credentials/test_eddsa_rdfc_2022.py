"""eddsa-rdfc-2022: made and checked, and the W3C vector."""

import json
from datetime import UTC, datetime

import pytest

from credentials import canonical
from credentials.canonical import canonicalize, without_proof
from credentials.errors import ProofInvalid, ProofMalformed, SuiteUnsupported
from credentials.proofs import data_integrity, eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from keys.public_key import PublicKey
from keys.signers.file import FileSigner

METHOD = "did:web:school.example#key-1"
CREATED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer():
    return FileSigner.generate()


@pytest.fixture
def signed(badge, signer):
    options = data_integrity.options(eddsa_rdfc_2022.CRYPTOSUITE, METHOD, CREATED)
    form = canonicalize(badge)
    badge["proof"] = eddsa_rdfc_2022.create(Unsecured(badge, canonical=form), options, signer.sign)
    return badge


def _verify(document, key):
    form = canonicalize(without_proof(document))
    eddsa_rdfc_2022.verify(
        Unsecured(without_proof(document), canonical=form), document["proof"], key
    )


def test_a_signed_badge_verifies(signed, signer):
    _verify(signed, signer.public_key)
    proof = data_integrity.DataIntegrityProof.read(signed["proof"])
    assert proof.created == CREATED
    assert proof.verification_method == METHOD
    assert not proof.chained


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-06-01T12:00:01Z"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": METHOD + "x"},
        {"domain": "a.example"},
    ],
)
def test_the_proofs_own_members_are_signed_too(signed, signer, change):
    signed["proof"].update(change)
    with pytest.raises(ProofInvalid):
        _verify(signed, signer.public_key)


def test_one_changed_character_or_another_key_is_refused(signed, signer):
    with pytest.raises(ProofInvalid):
        _verify({**signed, "name": "Weighs evidencE"}, signer.public_key)
    with pytest.raises(ProofInvalid):
        _verify(signed, FileSigner.generate().public_key)


@pytest.mark.parametrize(
    "change",
    [
        {"proofValue": "u123"},
        {"proofValue": "z" + "1" * 200},
        {"proofValue": None},
        {"@context": ["https://www.w3.org/ns/credentials/v2"]},
    ],
)
def test_a_proof_of_another_form_is_refused(signed, signer, change):
    signed["proof"].update(change)
    with pytest.raises(ProofMalformed):
        _verify(signed, signer.public_key)


@pytest.mark.parametrize(
    ("proof", "error"),
    [
        ({"type": "Ed25519Signature2020"}, SuiteUnsupported),
        ({"type": "DataIntegrityProof"}, ProofMalformed),
        ({"cryptosuite": 5}, ProofMalformed),
        ({"created": "yesterday"}, ProofMalformed),
        ({"created": "2026-06-01T12:00:00"}, ProofMalformed),
        ({"created": "2026-02-30T12:00:00Z"}, ProofMalformed),
        ({"verificationMethod": ["a"]}, ProofMalformed),
        ({"challenge": 7}, ProofMalformed),
    ],
)
def test_members_of_another_form_are_refused(signed, proof, error):
    members = proof if proof == {"type": "DataIntegrityProof"} else {**signed["proof"], **proof}
    with pytest.raises(error):
        data_integrity.DataIntegrityProof.read(members)


@pytest.mark.parametrize("proof", [None, [], "text", [1], [{}] * 17])
def test_a_set_of_proofs_is_objects_and_not_endless(proof):
    with pytest.raises(ProofMalformed):
        data_integrity.proofs_of({"proof": proof})
    assert data_integrity.proofs_of({}) == []
    assert data_integrity.proofs_of({"proof": {"type": "x"}}) == [{"type": "x"}]


def test_w3c_vector_verifies_and_reproduces(shared, monkeypatch):
    examples = json.loads((shared / "standards/contexts/vc-examples-v2.jsonld").read_text())
    bundled = canonical.context
    monkeypatch.setattr(
        canonical, "context", lambda url: examples if "examples" in url else bundled(url)
    )
    folder = shared / "vectors/w3c-di-eddsa"
    document = json.loads((folder / "eddsa-rdfc-2022/signedDataInt.json").read_text())
    pair = json.loads((folder / "keyPair.json").read_text())
    _verify(document, PublicKey.from_multikey(pair["publicKeyMultibase"]))
    with pytest.raises(ProofInvalid):
        _verify({**document, "name": "Other"}, PublicKey.from_multikey(pair["publicKeyMultibase"]))
