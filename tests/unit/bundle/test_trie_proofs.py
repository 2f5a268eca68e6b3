"""Proofs in tries: against tries built here from the definition, and against a real node."""

import pytest
import rlp
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.credential_anchor import storage_slot
from verifier.bundle.errors import BundleProofWrong, TrieProofInvalid
from verifier.bundle.trie import EMPTY_ROOT, look_up

# --- a trie from the definition (Yellow Paper, appendix D), to have something to prove in ---------


def nibbles(key):
    return [int(digit, 16) for digit in keccak(key).hex()]


def packed(path, *, leaf):
    """Hex-prefix encoding (appendix C)."""
    flag = 2 * leaf + len(path) % 2
    full = [flag, *path] if len(path) % 2 else [flag, 0, *path]
    return bytes(a * 16 + b for a, b in zip(full[::2], full[1::2], strict=True))


class Trie:
    """A whole trie: its root, and the proof of any key.

    Attributes:
        nodes: by the nibbles above them: those that stand by themselves, encoded.
    """

    def __init__(self, content):
        self.nodes = {}
        entries = [(nibbles(key), value) for key, value in content.items()]
        if entries:
            self.node((), entries)
        self.root = keccak(self.nodes[()]) if entries else EMPTY_ROOT

    def node(self, done, entries):
        """The node over (path, value) pairs that all begin with ``done``."""
        depth, first = len(done), entries[0][0]
        if len(entries) == 1:
            made = [packed(first[depth:], leaf=True), entries[0][1]]
        elif shared := self.shared(depth, [path for path, _ in entries]):
            child = self.child((*done, *shared), entries)
            made = [packed(shared, leaf=False), child]
        else:
            children = [
                self.child((*done, digit), [it for it in entries if it[0][depth] == digit])
                for digit in range(16)
            ]
            made = [*children, b""]
        encoded = rlp.encode(made)
        if not done or len(encoded) >= 32:
            self.nodes[done] = encoded
        return made

    def child(self, done, entries):
        if not entries:
            return b""
        made = self.node(done, entries)
        return keccak(self.nodes[done]) if done in self.nodes else made

    def shared(self, depth, paths):
        same = 0
        while len({path[depth + same] for path in paths}) == 1:
            same += 1
        return paths[0][depth : depth + same]

    def proof(self, key):
        """The encoded nodes on the way to a key."""
        path = tuple(nibbles(key))
        return [self.nodes[path[:n]] for n in range(len(path) + 1) if path[:n] in self.nodes]


unhurried = settings(deadline=None, max_examples=50)
KEYS = st.binary(min_size=1, max_size=32)
VALUES = st.binary(min_size=1, max_size=120)
CONTENTS = st.dictionaries(KEYS, VALUES, max_size=30)
CROWD = {number.to_bytes(32, "big"): b"\x84" + number.to_bytes(4, "big") for number in range(60)}


@unhurried
@given(CONTENTS, KEYS)
def test_what_is_there_is_found_and_what_is_not_is_shown_not_to_be(content, other):
    trie = Trie(content)
    for key, value in content.items():
        assert look_up(trie.root, key, trie.proof(key)) == value
    expected = content.get(other)
    assert look_up(trie.root, other, trie.proof(other)) == expected


def test_nodes_within_their_parents():
    """Hashed keys hardly ever share so much that their leaves get that short: made by hand."""
    path = nibbles(b"key")
    leaf = [packed(path[60:], leaf=True), b"\x05"]
    branch = [leaf if digit == path[59] else b"\x00" * 32 for digit in range(16)] + [b""]
    top = [packed(path[:59], leaf=False), keccak(rlp.encode(branch))]
    nodes = [rlp.encode(top), rlp.encode(branch)]
    assert look_up(keccak(nodes[0]), b"key", nodes) == b"\x05"
    with pytest.raises(TrieProofInvalid):
        look_up(keccak(nodes[0]), b"key", [*nodes, rlp.encode(leaf)])


@unhurried
@given(st.sampled_from(sorted(CROWD)), st.data())
def test_no_byte_can_be_changed(key, data):
    trie = _crowd()
    nodes = trie.proof(key)
    place = data.draw(st.integers(0, len(nodes) - 1))
    at = data.draw(st.integers(0, len(nodes[place]) - 1))
    change = data.draw(st.integers(1, 255))
    node = bytearray(nodes[place])
    node[at] ^= change
    nodes[place] = bytes(node)
    with pytest.raises(BundleProofWrong):
        look_up(trie.root, key, nodes)


@unhurried
@given(st.sampled_from(sorted(CROWD)), st.data())
def test_no_node_can_be_taken_added_or_moved(key, data):
    trie = _crowd()
    nodes = trie.proof(key)
    place = data.draw(st.integers(0, len(nodes) - 1))
    extra = data.draw(st.sampled_from([*nodes, b"\x80", b"\xc0", rlp.encode([b"\x20", b"v"])]))
    for changed in (
        nodes[:place] + nodes[place + 1 :],
        [*nodes[:place], extra, *nodes[place:]],
        [*nodes, extra],
        nodes[::-1],
        [],
    ):
        if changed != nodes:
            with pytest.raises(BundleProofWrong):
                look_up(trie.root, key, changed)


@unhurried
@given(st.sampled_from(sorted(CROWD)), st.binary(min_size=33, max_size=40))
def test_the_proof_of_one_key_says_nothing_about_another(key, other):
    trie = _crowd()
    if trie.proof(other) != trie.proof(key):
        with pytest.raises(BundleProofWrong):
            look_up(trie.root, other, trie.proof(key))
    with pytest.raises(BundleProofWrong):
        look_up(b"\x11" * 32, key, trie.proof(key))


_made = []


def _crowd():
    if not _made:
        _made.append(Trie(CROWD))
    return _made[0]


PATH = nibbles(b"key")
ALL, EVEN_LEAF = packed(PATH, leaf=True), b"\x20"
FULL = [b"\x01" * 32] * 16
MALFORMED = {
    "no list": b"abc",
    "an empty list": [],
    "three items": [b"a", b"b", b"c"],
    "eighteen items": [*FULL, b"", b""],
    "an empty path": [b"", b"v"],
    "an unknown flag": [b"\x40" + ALL[1:], b"v"],
    "a second nibble beside an even flag": [b"\x21" + ALL[1:], b"v"],
    "an extension that leads nowhere": [b"\x00", b"\x01" * 32],
    "an extension to a short reference": [packed(PATH[:3], leaf=False), b"\x01" * 31],
    "an extension to nothing": [packed(PATH[:3], leaf=False), b""],
    "a leaf of a shorter key": [packed(PATH[:62], leaf=True), b"v"],
    "a leaf of a longer key": [packed([*PATH, 1, 1], leaf=True), b"v"],
    "a leaf without a value": [ALL, b""],
    "a leaf that holds a list": [ALL, [b"v"]],
    "a path that is a list": [[ALL], b"v"],
    "a branch with a value": [*FULL, b"v"],
    "a branch with a short reference": [*FULL[:15], b"\x01", b""],
    "a branch with a long node within": [*FULL[:15], [b"\x01" * 40, b"v"], b""],
    "a branch with an empty node within": [[]] * 16 + [b""],
}


@pytest.mark.parametrize("node", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_node_is_refused_though_its_hash_is_right(node):
    encoded = rlp.encode(node)
    with pytest.raises(BundleProofWrong):
        look_up(keccak(encoded), b"key", [encoded])


@pytest.mark.parametrize(
    "encoded",
    [b"\xf8\x02\x20\x76", b"\xc2\x20\x76\x00", b"\xc3\x81\x20\x76", b"\xc1", b"", b"\xc1" * 500],
)
def test_only_canonical_rlp_is_read(encoded):
    with pytest.raises(BundleProofWrong):
        look_up(keccak(encoded), b"key", [encoded])


def test_nodes_have_a_greatest_size():
    encoded = rlp.encode([ALL, b"v" * 600])
    with pytest.raises(BundleProofWrong):
        look_up(keccak(encoded), b"key", [encoded])
    encoded = rlp.encode([ALL, b"v" * 500])
    assert look_up(keccak(encoded), b"key", [encoded]) == b"v" * 500


def test_an_empty_trie_holds_nothing():
    assert look_up(EMPTY_ROOT, b"key", []) is None
    with pytest.raises(TrieProofInvalid):
        look_up(EMPTY_ROOT, b"key", [b"\x80"])


# --- what a real node proves ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 12])
def test_the_proofs_of_a_real_node(count, chain, client, new_account, contract):
    wallet = new_account()
    roots = [bytes([number]) * 32 for number in range(1, count + 1)]
    for root in roots:
        wallet.write(contract, root)
    block = client.block("latest")
    slots = [storage_slot(wallet.address, root) for root in [*roots, b"\xee" * 32]]
    found = client.proof(contract, slots, block.number)
    state_root = bytes.fromhex(block.header["stateRoot"][2:])
    account = rlp.decode(look_up(state_root, bytes.fromhex(contract[2:]), found.proof))
    assert account[2:] == [found.storage_hash, found.code_hash]
    for slot, storage in zip(slots, found.storage, strict=True):
        value = look_up(found.storage_hash, slot, storage.proof)
        told = int(chain.rpc("eth_getStorageAt", contract, "0x" + slot.hex(), "latest"), 16)
        assert (0 if value is None else int.from_bytes(rlp.decode(value), "big")) == told
    assert value is None
    nobody = client.proof("0x" + "12" * 20, [], block.number)
    assert look_up(state_root, b"\x12" * 20, nobody.proof) is None
