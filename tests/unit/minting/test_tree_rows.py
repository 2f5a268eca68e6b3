"""A path read from stored rows is the tree's own path, whatever the size."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine

from credentials.merkle import MerkleTree, walk
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.minting import tree
from issuer.minting.models import NODES_A_ROW, Batch

SIZES = [1, 2, 3, 5, 8, 13, 1_023, NODES_A_ROW, 1_025, 2_050, 2_051]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("tree") / "touchstone.db"
    made = make_engine(path)
    migrate(made)
    yield made
    made.dispose()


def leaves(size: int) -> list[bytes]:
    """So many different leaves."""
    return [hashlib.sha256(f"{size}:{index}".encode()).digest() for index in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_stored_paths_are_the_trees_paths(engine: Engine, size: int) -> None:
    built = MerkleTree.build(leaves(size))
    batch_id = uuid4()
    batch = Batch(
        id=batch_id,
        size=size,
        chain_id=1,
        anchor_method="did:web:x#ethereum-1",
        created_at=datetime.now(UTC),
    )
    with session_scope(engine) as session:
        session.add(batch)
        session.flush()
        tree.store(session, batch_id, built)
    places = {0, size // 2, size - 2, size - 1, *range(0, size, 97)} & set(range(size))
    with session_scope(engine, read_only=True) as session:
        stored = tree.StoredTree(session, batch_id, size)
        for position in places:
            path = stored.path(position)
            assert list(path) == built.path(position)
            assert walk(leaves(size)[position], path) == built.root


@pytest.mark.parametrize("position", [-1, 3])
def test_there_is_no_path_for_a_leaf_that_is_not_there(engine: Engine, position: int) -> None:
    with session_scope(engine, read_only=True) as session, pytest.raises(IndexError):
        tree.StoredTree(session, uuid4(), 3).path(position)
