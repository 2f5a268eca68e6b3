"""Merkle trees and the proof that carries their paths."""

import contextlib
import hashlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials import merkle
from credentials.errors import MerkleInvalid, ProofMalformed
from credentials.proofs import merkle_proof_2019 as suite
from keys.multibase import base58btc_decode, base58btc_encode

hashes = st.binary(min_size=32, max_size=32)
ANCHOR = suite.Anchor(11155111, "0x" + "ab" * 32)


def _slow_root(nodes):
    """The rule of DESIGN written out once more: pairs are hashed, an odd last one moves up."""
    while len(nodes) > 1:
        nodes = [
            hashlib.sha256(nodes[i] + nodes[i + 1]).digest() if i + 1 < len(nodes) else nodes[i]
            for i in range(0, len(nodes), 2)
        ]
    return nodes[0]


@given(st.lists(hashes, min_size=1, max_size=40))
def test_every_leaf_has_a_path_to_the_root(leaves):
    tree = merkle.MerkleTree.build(leaves)
    assert tree.root == _slow_root(leaves)
    assert tree.size == len(leaves)
    for index, leaf in enumerate(leaves):
        assert merkle.walk(leaf, tree.path(index)) == tree.root
    assert merkle.MerkleTree.from_bytes(tree.to_bytes(), len(leaves)) == tree


@given(st.lists(hashes, min_size=2, max_size=20, unique=True), st.data())
def test_no_other_leaf_fits_a_path(leaves, data):
    tree = merkle.MerkleTree.build(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(hashes.filter(lambda item: item != leaves[index]))
    assert merkle.walk(other, tree.path(index)) != tree.root


def test_trees_that_cannot_be_are_refused():
    for leaves in ([], [b"short"]):
        with pytest.raises(MerkleInvalid):
            merkle.MerkleTree.build(leaves)
    for size in (0, 1, 3, 10**9):
        with pytest.raises(MerkleInvalid):
            merkle.MerkleTree.from_bytes(b"x" * 96, size)
    with pytest.raises(IndexError):
        merkle.MerkleTree.build([b"x" * 32]).path(1)


def _proof(leaves, index):
    tree = merkle.MerkleTree.build(leaves)
    return suite.MerkleProof(tree.root, leaves[index], tuple(tree.path(index)), (ANCHOR,))


@given(st.lists(hashes, min_size=1, max_size=9), st.data())
def test_a_proof_is_read_back_and_leads_to_its_root(leaves, data):
    proof = _proof(leaves, data.draw(st.integers(0, len(leaves) - 1)))
    assert suite.decode(suite.create(proof, {})) == proof
    suite.verify_path(proof, proof.target)


@given(st.lists(hashes, min_size=2, max_size=9, unique=True))
def test_a_proof_of_another_document_or_root_is_refused(leaves):
    proof = _proof(leaves, 0)
    with pytest.raises(MerkleInvalid):
        suite.verify_path(proof, leaves[1])
    other_root = suite.MerkleProof(b"r" * 32, proof.target, proof.path, proof.anchors)
    with pytest.raises(MerkleInvalid):
        suite.verify_path(other_root, proof.target)


GOOD = [
    [0, cbor2.dumps(b"r" * 32)],
    [1, cbor2.dumps(b"t" * 32)],
    [2, [[[0, 1], [1, 11155111], [2, cbor2.dumps(b"x" * 32)]]]],
    [3, [[0, cbor2.dumps(b"s" * 32)]]],
]


def _with(index, value):
    return [*GOOD[:index], [index, value], *GOOD[index + 1 :]]


def test_hexadecimal_text_is_read_as_well():
    proof = {"proofValue": base58btc_encode(cbor2.dumps(_with(0, cbor2.dumps("72" * 32))))}
    assert suite.decode(proof).root == b"r" * 32


@pytest.mark.parametrize(
    "content",
    [
        GOOD[:3],
        [*GOOD, GOOD[0]],
        _with(0, b"r" * 32),
        _with(0, cbor2.dumps(b"short")),
        _with(0, cbor2.dumps("zz" * 32)),
        _with(2, [[[0, 0], [1, 1], [2, cbor2.dumps(b"x" * 32)]]]),
        _with(2, [[[0, 1], [1, -5], [2, cbor2.dumps(b"x" * 32)]]]),
        _with(2, [[[0, 1], [1, True], [2, cbor2.dumps(b"x" * 32)]]]),
        _with(2, [[[0, 1], [1, 1]]]),
        _with(3, [[7, cbor2.dumps(b"s" * 32)]]),
        _with(3, [[0, cbor2.dumps(b"s" * 32)]] * 65),
        _with(3, 5),
        5,
        [[[1], 2]],
    ],
)
def test_values_of_another_form_are_refused(content):
    with pytest.raises(ProofMalformed):
        suite.decode({"proofValue": base58btc_encode(cbor2.dumps(content))})


@pytest.mark.parametrize("value", ["", "z", "zzz", "u123", None, 5, "z" + "1" * 9000])
def test_values_that_are_no_cbor_are_refused(value):
    with pytest.raises(ProofMalformed):
        suite.decode({"proofValue": value})


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(data):
    with contextlib.suppress(ProofMalformed):
        suite.decode({"proofValue": base58btc_encode(data)})


usual_proofs = st.builds(
    suite.MerkleProof,
    root=hashes,
    target=hashes,
    path=st.lists(st.tuples(st.sampled_from(["left", "right"]), hashes), max_size=66).map(tuple),
    anchors=st.integers(1, 2**64 - 1).map(lambda chain: (suite.Anchor(chain, "0x" + "5c" * 32),)),
)


def _outcome(read, encoded):
    try:
        return read(encoded)
    except ValueError:
        return "refused"


@given(usual_proofs, st.data())
def test_the_fast_lane_reads_what_the_strict_reader_reads(proof, data):
    encoded = bytearray(base58btc_decode(suite.create(proof, {})["proofValue"]))
    for _ in range(data.draw(st.integers(0, 2))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    quickly = _outcome(suite._read_usual, bytes(encoded))
    assert quickly in (None, _outcome(suite._read, bytes(encoded)))


@given(usual_proofs)
def test_what_we_write_takes_the_fast_lane(proof):
    encoded = base58btc_decode(suite.create(proof, {})["proofValue"])
    read = suite._read_usual(encoded)
    assert read == (proof if len(proof.path) <= suite.MAX_STEPS else None)
