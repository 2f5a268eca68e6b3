"""Keeps a batch's Merkle tree in rows, and makes one credential's path from a few of them."""

from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session

from credentials.merkle import HASH_BYTES, MerkleTree, Step
from issuer.minting import repository
from issuer.minting.models import NODES_A_ROW

_ROW_BYTES = NODES_A_ROW * HASH_BYTES


def store(session: Session, batch_id: UUID, tree: MerkleTree) -> None:
    """Store every level of the tree."""
    rows = [
        {
            "batch_id": batch_id,
            "level": level,
            "part": part,
            "hashes": nodes[part * _ROW_BYTES : (part + 1) * _ROW_BYTES],
        }
        for level, nodes in enumerate(tree.levels)
        for part in range(-(-len(nodes) // _ROW_BYTES))
    ]
    repository.add_nodes(session, rows)


class StoredTree:
    """A batch's tree, read from its rows; it keeps the rows of the last path that was asked for.

    Args:
        session: reads only.
        batch_id: the batch.
        size: number of leaves.
    """

    def __init__(self, session: Session, batch_id: UUID, size: int) -> None:
        self._session = session
        self._batch_id = batch_id
        self._size = size
        self._rows: dict[tuple[int, int], bytes] = {}

    def path(self, position: int) -> tuple[Step, ...]:
        """The siblings from a leaf up to the root, from one row a level at most.

        Raises:
            IndexError: the batch has no leaf at this position.
        """
        siblings = list(_siblings(self._size, position))
        self._read({(level, sibling // NODES_A_ROW) for level, sibling in siblings})
        return tuple(self._step(level, sibling) for level, sibling in siblings)

    def _read(self, places: set[tuple[int, int]]) -> None:
        kept = {place: self._rows[place] for place in places if place in self._rows}
        missing = places - set(kept)
        if missing:
            kept |= repository.node_rows(self._session, self._batch_id, missing)
        self._rows = kept

    def _step(self, level: int, sibling: int) -> Step:
        start = sibling % NODES_A_ROW * HASH_BYTES
        node = self._rows[level, sibling // NODES_A_ROW][start : start + HASH_BYTES]
        # A sibling with an even number stands on the left of its odd neighbour.
        return ("left" if sibling % 2 == 0 else "right", node)


def _siblings(size: int, position: int) -> Iterator[tuple[int, int]]:
    """(level, number) of each sibling; a last node without one moves up unchanged."""
    if not 0 <= position < size:
        raise IndexError(position)
    level = 0
    while size > 1:
        if position ^ 1 < size:
            yield level, position ^ 1
        position, size, level = position // 2, (size + 1) // 2, level + 1
