"""Merkle trees over canonical documents, as Blockcerts verifiers walk them (MerkleProof2019 §4).

Leaf = SHA-256 of the canonical N-Quads; parent = SHA-256(left ‖ right) over raw bytes; an odd last
node moves up unchanged.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from credentials.errors import MerkleInvalid

HASH_BYTES = 32
Side = Literal["left", "right"]
Step = tuple[Side, bytes]
"""A sibling on the way up: on which side it stands, and its hash."""


def leaf(canonical: str) -> bytes:
    """The leaf of a document: SHA-256 of its canonical N-Quads, 32 bytes."""
    return hashlib.sha256(canonical.encode("utf-8")).digest()


def parent(left: bytes, right: bytes) -> bytes:
    """The node above two nodes."""
    return hashlib.sha256(left + right).digest()


def parents(nodes: bytes) -> bytes:
    """The nodes above a level, or above a part of it that begins at an even node.

    Args:
        nodes: 32 bytes each, one after the other; an odd last one moves up unchanged.
    """
    return b"".join(
        hashlib.sha256(pair).digest() if len(pair) == 2 * HASH_BYTES else pair
        for pair in (
            nodes[start : start + 2 * HASH_BYTES] for start in range(0, len(nodes), 2 * HASH_BYTES)
        )
    )


def walk(start: bytes, path: Sequence[Step]) -> bytes:
    """The root that a path leads to from a leaf."""
    node = start
    for side, sibling in path:
        node = parent(sibling, node) if side == "left" else parent(node, sibling)
    return node


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """All levels of a tree, each as its nodes' hashes one after the other.

    Attributes:
        levels: from the leaves up to the root; each a multiple of 32 bytes.
    """

    levels: tuple[bytes, ...]

    @classmethod
    def build(cls, leaves: Sequence[bytes]) -> Self:
        """The tree over ``leaves`` (32 bytes each, at least one).

        Raises:
            MerkleInvalid: no leaf, or one of another length.
        """
        if not leaves or any(len(item) != HASH_BYTES for item in leaves):
            raise MerkleInvalid("A Merkle tree needs at least one leaf, each of 32 bytes.")
        levels = [b"".join(leaves)]
        while len(levels[-1]) > HASH_BYTES:
            levels.append(parents(levels[-1]))
        return cls(tuple(levels))

    @property
    def root(self) -> bytes:
        """The root: 32 bytes."""
        return self.levels[-1]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self.levels[0]) // HASH_BYTES

    def path(self, index: int) -> list[Step]:
        """The siblings from leaf ``index`` up to the root, in O(log n).

        Raises:
            IndexError: no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        steps: list[Step] = []
        for level in self.levels[:-1]:
            sibling = index ^ 1
            node = level[sibling * HASH_BYTES : (sibling + 1) * HASH_BYTES]
            if node:
                steps.append(("left" if sibling < index else "right", node))
            index //= 2
        return steps

    def to_bytes(self) -> bytes:
        """All levels one after the other; the number of leaves tells them apart again."""
        return b"".join(self.levels)

    @classmethod
    def from_bytes(cls, data: bytes, size: int) -> Self:
        """The tree that :meth:`to_bytes` wrote for ``size`` leaves.

        Raises:
            MerkleInvalid: the bytes are not those of a tree of that size.
        """
        levels, start = [], 0
        for count in _level_sizes(size):
            levels.append(data[start : start + count * HASH_BYTES])
            start += count * HASH_BYTES
        if size < 1 or start != len(data):
            raise MerkleInvalid(f"The stored tree does not have {size} leaves.")
        return cls(tuple(levels))


def _level_sizes(size: int) -> Iterator[int]:
    while size > 1:
        yield size
        size = (size + 1) // 2
    yield size
