"""What each proof of a set or a chain covers, and which chains are refused."""

from datetime import UTC, datetime

import pytest

from credentials.canonical import without_proof
from credentials.errors import ProofInvalid, ProofMalformed
from credentials.merkle import leaf
from credentials.proofs import eddsa_rdfc_2022, merkle_proof_2019
from credentials.proofs.chains import anchored_forms, covered_by
from credentials.proofs.data_integrity import (
    DataIntegrityProof,
    options,
    previous_proofs,
    proofs_of,
)
from credentials.proofs.merkle_proof_2019 import MerkleProof
from credentials.proofs.unsecured import Unsecured
from keys.signers.file import FileSigner

METHOD = "did:web:school.example#key-1"
CREATED = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _proof(name, previous=None):
    proof = {"type": "DataIntegrityProof", "proofValue": "z1", "id": f"urn:proof:{name}"}
    return proof if previous is None else {**proof, "previousProof": previous}


def _covered(document, proof):
    return [found["id"] for found in proofs_of(covered_by(document, proof).document)]


def test_a_proof_of_a_set_covers_the_bare_document(badge):
    document = {**badge, "proof": [_proof("a"), _proof("b")]}
    assert covered_by(document, document["proof"][0]).document == badge
    bare = Unsecured(badge)
    assert covered_by(document, document["proof"][1], bare=bare) is bare


@pytest.mark.parametrize(
    ("previous", "covered"),
    [
        ("urn:proof:a", ["urn:proof:a"]),
        (["urn:proof:a"], ["urn:proof:a"]),
        (["urn:proof:b", "urn:proof:a"], ["urn:proof:a", "urn:proof:b"]),
    ],
)
def test_a_proof_of_a_chain_covers_the_proofs_that_it_names(badge, previous, covered):
    last = _proof("c", previous)
    document = {**badge, "proof": [_proof("a"), _proof("b"), last]}
    assert _covered(document, last) == covered


@pytest.mark.parametrize(
    "previous",
    [None, 7, "", [], [7], [""], {}, ["urn:proof:a", "urn:proof:a"], True, [["urn:proof:a"]]],
)
def test_previous_proofs_of_another_form_are_refused(badge, previous):
    last = {**_proof("c"), "previousProof": previous}
    with pytest.raises(ProofMalformed):
        previous_proofs(last)
    with pytest.raises(ProofMalformed):
        covered_by({**badge, "proof": [_proof("a"), last]}, last)


@pytest.mark.parametrize(
    "others",
    [
        [],
        [_proof("b")],
        [{**_proof("a"), "id": 7}],
        [{**_proof("a"), "id": ["urn:proof:a"]}],
        [_proof("a"), _proof("a")],
        [_proof("a", "urn:proof:missing")],
        [_proof("a", "urn:proof:c")],
        [_proof("a", "urn:proof:b"), _proof("b", ["urn:proof:c"])],
        [_proof("a", "urn:proof:b"), _proof("b", ["urn:proof:a"])],
        [_proof("a", "urn:proof:a")],
    ],
)
def test_missing_circular_and_doubled_proofs_are_refused(badge, others):
    last = _proof("c", "urn:proof:a")
    with pytest.raises(ProofMalformed):
        covered_by({**badge, "proof": [*others, last]}, last)


def test_a_nameless_proof_in_a_circle_is_refused_too(badge):
    last = {n: v for n, v in _proof("c", "urn:proof:a").items() if n != "id"}
    document = {**badge, "proof": [_proof("a", "urn:proof:b"), _proof("b", "urn:proof:a"), last]}
    with pytest.raises(ProofMalformed):
        covered_by(document, last)


def test_a_chain_is_made_and_checked(badge):
    first, second = FileSigner.generate(), FileSigner.generate()
    suite = eddsa_rdfc_2022.CRYPTOSUITE
    one = eddsa_rdfc_2022.create(
        Unsecured(badge), options(suite, METHOD, CREATED, id="urn:proof:1"), first.sign
    )
    later = options(suite, METHOD, CREATED, previousProof="urn:proof:1")
    document = {**badge, "proof": [one, later]}
    two = eddsa_rdfc_2022.create(covered_by(document, later), later, second.sign)
    document = {**badge, "proof": [one, two]}
    assert DataIntegrityProof.read(two).previous == ("urn:proof:1",)
    eddsa_rdfc_2022.verify(covered_by(document, two), two, second.public_key)
    other = {**one, "created": "2026-06-01T12:00:01Z"}
    changed = {**badge, "proof": [other, two]}
    with pytest.raises(ProofInvalid):
        eddsa_rdfc_2022.verify(covered_by(changed, two), two, second.public_key)
    without = {n: v for n, v in two.items() if n != "previousProof"}
    with pytest.raises(ProofInvalid):
        eddsa_rdfc_2022.verify(covered_by(document, without), without, second.public_key)


def test_an_anchor_is_read_over_the_bare_document_or_with_the_proofs_before_it(badge):
    proof = options(eddsa_rdfc_2022.CRYPTOSUITE, METHOD, CREATED)
    proof = eddsa_rdfc_2022.create(Unsecured(badge), proof, FileSigner.generate().sign)
    anchor = options(merkle_proof_2019.CRYPTOSUITE, METHOD, CREATED)
    document = {**badge, "proof": [proof, anchor]}
    bare, behind = anchored_forms(document, 1)
    assert bare.document == without_proof(document)
    assert behind.document == {**badge, "proof": [proof]}
    assert [form.document for form in anchored_forms(document, 0)] == [badge]
    leaves = [leaf(form.canonical) for form in (bare, behind)]
    assert leaves[0] != leaves[1]
    for own in leaves:
        merkle_proof_2019.verify_path(MerkleProof(own, own, (), ()), own)
