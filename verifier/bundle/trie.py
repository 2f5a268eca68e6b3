"""Proofs in Ethereum's tries: what stands under a key, or that nothing does.

Modified Merkle-Patricia trie, Yellow Paper appendix D, in its secure form: a key's path is its
Keccak-256. A proof is the list of nodes from the root down, as ``eth_getProof`` gives them
(EIP-1186). Each node has to be the one that its parent names by hash; none may be left over; and a
node that is shorter than a hash stands within its parent and never by itself.
"""

from collections.abc import Sequence

import rlp
from eth_hash.auto import keccak

from verifier.bundle.errors import TrieProofInvalid
from verifier.bundle.rlp_form import Item, decode

EMPTY_ROOT = keccak(rlp.encode(b""))
"""Root of a trie without any key."""
MAX_NODE_BYTES = 600
"""A branch with 16 children has 532 bytes."""
HASH_BYTES = 32
_BRANCH_ITEMS = 17
_SHORT_ITEMS = 2
_LEAF_FLAG, _ODD_FLAG = 2, 1


def look_up(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """The value under ``key`` in the trie with this root; None if the proof shows that none is.

    Args:
        root: Keccak-256 of the trie's first node.
        key: as it is before hashing: an address of 20 bytes, a slot of 32.
        nodes: the proof.

    Raises:
        TrieProofInvalid: a node is not the one that belongs there, or not a node; or one is
            missing; or there are more than the path has.
        RlpInvalid: a node is not canonical RLP.
    """
    walk = _Walk(list(nodes))
    found = None if root == EMPTY_ROOT else walk.follow(root, _nibbles(keccak(key)))
    if walk.waiting:
        raise TrieProofInvalid("A proof holds nodes that do not belong to it.")
    return found


class _Walk:
    """One way down.

    Attributes:
        waiting: nodes that were not used yet.
    """

    def __init__(self, nodes: list[bytes]) -> None:
        self.waiting = nodes

    def follow(self, root: bytes, path: bytes) -> bytes | None:
        """The value at the end of ``path``, one nibble a byte; None if the path ends before."""
        reference: Item = root
        while reference != b"":
            node = self._node(reference)
            if len(node) == _BRANCH_ITEMS:
                reference, path = _branch(node, path)
                continue
            steps, is_leaf = _steps(node[0])
            if is_leaf:
                return _leaf_value(node[1], steps, path)
            if path[: len(steps)] != steps:
                _check_child(node[1])
                return None
            reference, path = _check_child(node[1]), path[len(steps) :]
        return None

    def _node(self, reference: Item) -> list[Item]:
        """The node that its parent names by hash, or holds within itself."""
        item = reference if isinstance(reference, list) else self._by_hash(reference)
        if not isinstance(item, list) or len(item) not in {_BRANCH_ITEMS, _SHORT_ITEMS}:
            raise TrieProofInvalid("A proof holds something that is no node.")
        return item

    def _by_hash(self, wanted: bytes) -> Item:
        if not self.waiting:
            raise TrieProofInvalid("A proof ends before its path does.")
        data = self.waiting.pop(0)
        if keccak(data) != wanted:
            raise TrieProofInvalid("A node is not the one that the node above it names.")
        return decode(data, max_bytes=MAX_NODE_BYTES)


def _branch(node: list[Item], path: bytes) -> tuple[Item, bytes]:
    """The child that the path's next nibble leads to; empty if there is none."""
    if not path:
        raise TrieProofInvalid("A path goes on behind its end.")
    if node[-1] != b"":
        raise TrieProofInvalid("A branch holds a value, which no key of this trie can have.")
    children = [_check_child(child, may_be_empty=True) for child in node[:-1]]
    return children[path[0]], path[1:]


def _check_child(child: Item, *, may_be_empty: bool = False) -> Item:
    """A reference to a node: its hash, or the node itself if it is shorter than a hash."""
    if isinstance(child, list):
        fits = len(rlp.encode(child)) < HASH_BYTES
    else:
        fits = len(child) == HASH_BYTES or (may_be_empty and not child)
    if not fits:
        raise TrieProofInvalid("A node names its child in another way than by its hash.")
    return child


def _steps(encoded: Item) -> tuple[bytes, bool]:
    """The nibbles of a short node, and whether it is a leaf (hex-prefix encoding, appendix C)."""
    if not isinstance(encoded, bytes) or not encoded:
        raise TrieProofInvalid("A node does not say which way it leads.")
    nibbles = _nibbles(encoded)
    flag = nibbles[0]
    is_odd = bool(flag & _ODD_FLAG)
    if flag > _LEAF_FLAG + _ODD_FLAG or (not is_odd and nibbles[1] != 0):
        raise TrieProofInvalid("A node does not say which way it leads.")
    steps, is_leaf = nibbles[1 if is_odd else 2 :], flag >= _LEAF_FLAG
    if not steps and not is_leaf:
        raise TrieProofInvalid("A node leads nowhere.")
    return steps, is_leaf


def _leaf_value(value: Item, steps: bytes, path: bytes) -> bytes | None:
    if not isinstance(value, bytes) or not value:
        raise TrieProofInvalid("A leaf holds no value.")
    if len(steps) != len(path):
        raise TrieProofInvalid("A leaf is that of a key of another length.")
    return value if steps == path else None


def _nibbles(data: bytes) -> bytes:
    """Each byte as two, of four bits."""
    return bytes(nibble for byte in data for nibble in (byte >> 4, byte & 0x0F))
