"""Keeps a batch's Merkle tree in rows, and makes one credential's path from a few of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from credentials.errors import MerkleInvalid
from credentials.merkle import HASH_BYTES, Step, parents
from issuer.minting import tree_repository as rows
from issuer.minting.models import NODES_A_ROW

_ROW_BYTES: Final = NODES_A_ROW * HASH_BYTES
_ROWS_AT_ONCE: Final = 64
"""Rows that one statement stores: 2 MiB."""


def build(session: Session, batch_id: UUID, after: Sequence[bytes] = ()) -> bytes:
    """Build and store the tree over a batch's stored credentials; the root, 32 bytes.

    Args:
        session: the step's; the caller commits.
        batch_id: the batch.
        after: leaves that stand after those of the credentials.

    Raises:
        MerkleInvalid: there is no leaf.
    """
    return store_levels(session, batch_id, chain(rows.leaves(session, batch_id), after))


def store_levels(session: Session, batch_id: UUID, leaves: Iterable[bytes]) -> bytes:
    """Build the tree over a batch's leaves and store every level, in memory of some rows a level.

    Whatever was stored of it before is stored anew.

    Args:
        session: the step's; the caller commits.
        batch_id: the batch.
        leaves: 32 bytes each, in the order of their positions; read once, so they may be streamed.

    Returns:
        the root, 32 bytes.

    Raises:
        MerkleInvalid: no leaf, or one of another length.
    """
    rows.drop_nodes(session, batch_id)
    writer = _Writer(session, batch_id)
    for leaf in leaves:
        writer.add(leaf)
    return writer.finish()


class _Writer:
    """Stores nodes as they become known, leaf by leaf and level by level."""

    def __init__(self, session: Session, batch_id: UUID) -> None:
        self._session = session
        self._batch_id = batch_id
        self._open: list[bytearray] = [bytearray()]
        """The row of each level that is not full yet."""
        self._parts = [0]
        self._waiting: list[dict[str, Any]] = []

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        if len(leaf) != HASH_BYTES:
            raise MerkleInvalid("A leaf of a Merkle tree has 32 bytes.")
        self._open[0] += leaf
        if len(self._open[0]) == _ROW_BYTES:
            self._close(0)

    def finish(self) -> bytes:
        """Store what is left and return the root."""
        level, root = 0, b""
        while level < len(self._open):
            if self._parts[level] == 0 and len(self._open[level]) <= HASH_BYTES:
                root = bytes(self._open[level])
            if self._open[level]:
                self._close(level, top=bool(root))
            level += 1
        if not root:
            raise MerkleInvalid("A Merkle tree needs at least one leaf.")
        self._flush()
        return root

    def _close(self, level: int, *, top: bool = False) -> None:
        """Store a level's open row; its parents go to the level above."""
        nodes = bytes(self._open[level])
        self._open[level].clear()
        self._waiting.append(
            {
                "batch_id": self._batch_id,
                "level": level,
                "part": self._parts[level],
                "hashes": nodes,
            }
        )
        self._parts[level] += 1
        if len(self._waiting) == _ROWS_AT_ONCE:
            self._flush()
        if top:
            return
        if level + 1 == len(self._open):
            self._open.append(bytearray())
            self._parts.append(0)
        self._open[level + 1] += parents(nodes)
        if len(self._open[level + 1]) == _ROW_BYTES:
            self._close(level + 1)

    def _flush(self) -> None:
        if self._waiting:
            rows.add_nodes(self._session, self._waiting)
            self._waiting = []


class StoredTree:
    """A batch's tree, read from its rows.

    The first path is read node by node. Who asks for a second will ask for its neighbours: from
    then on whole rows are read, and those of the last path are kept.

    Args:
        session: reads only.
        batch_id: the batch.
        size: number of leaves.
    """

    def __init__(self, session: Session, batch_id: UUID, size: int) -> None:
        self._session = session
        self._batch_id = batch_id
        self._size = size
        self._asked = False
        self._rows: dict[tuple[int, int], bytes] = {}

    def path(self, position: int) -> tuple[Step, ...]:
        """The siblings from a leaf up to the root, from one row a level at most.

        Raises:
            IndexError: the batch has no leaf at this position.
        """
        siblings = list(_siblings(self._size, position))
        nodes = self._nodes if self._asked else self._single_nodes
        self._asked = True
        # A sibling with an even number stands on the left of its odd neighbour.
        return tuple(
            ("left" if sibling % 2 == 0 else "right", node)
            for (_, sibling), node in zip(siblings, nodes(siblings), strict=True)
        )

    def _single_nodes(self, siblings: Sequence[tuple[int, int]]) -> list[bytes]:
        places = [
            (level, sibling // NODES_A_ROW, sibling % NODES_A_ROW * HASH_BYTES + 1)
            for level, sibling in siblings
        ]
        found = rows.nodes(self._session, self._batch_id, places)
        return [found[level] for level, _ in siblings]

    def _nodes(self, siblings: Sequence[tuple[int, int]]) -> list[bytes]:
        self._read({(level, sibling // NODES_A_ROW) for level, sibling in siblings})
        nodes = []
        for level, sibling in siblings:
            start = sibling % NODES_A_ROW * HASH_BYTES
            nodes.append(self._rows[level, sibling // NODES_A_ROW][start : start + HASH_BYTES])
        return nodes

    def _read(self, places: set[tuple[int, int]]) -> None:
        kept = {place: self._rows[place] for place in places if place in self._rows}
        missing = places - set(kept)
        if missing:
            kept |= rows.node_rows(self._session, self._batch_id, missing)
        self._rows = kept


def _siblings(size: int, position: int) -> Iterator[tuple[int, int]]:
    """(level, number) of each sibling; a last node without one moves up unchanged."""
    if not 0 <= position < size:
        raise IndexError(position)
    level = 0
    while size > 1:
        if position ^ 1 < size:
            yield level, position ^ 1
        position, size, level = position // 2, (size + 1) // 2, level + 1
