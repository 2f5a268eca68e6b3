"""A path read from stored rows is the tree's own path, whatever the size."""

import hashlib
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from credentials.errors import MerkleInvalid
from credentials.merkle import MerkleTree, walk
from credentials.proofs import merkle_proof_2019
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.minting import tree
from issuer.minting.delivery import Delivery
from issuer.minting.models import NODES_A_ROW, Batch, Credential
from keys.multibase import base58btc_decode

GENEROUS_SECONDS = 0.05
"""Ten times what one of a million is to take (tests/benchmarks measures it)."""
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


def batch_of(batch_id: UUID, size: int) -> Batch:
    """An anchored batch of that size."""
    return Batch(
        id=batch_id,
        size=size,
        anchor_transaction="0x" + "ab" * 32,
        chain_id=11155111,
        anchor_method="did:web:x#ethereum-1",
        created_at=datetime.now(UTC),
    )


@pytest.mark.parametrize("size", SIZES)
def test_stored_paths_are_the_trees_paths(engine: Engine, size: int) -> None:
    built = MerkleTree.build(leaves(size))
    batch_id = uuid4()
    with session_scope(engine) as session:
        session.add(batch_of(batch_id, size))
        session.flush()
        assert tree.store_levels(session, batch_id, leaves(size)) == built.root
    places = {0, size // 2, size - 2, size - 1, *range(0, size, 97)} & set(range(size))
    with session_scope(engine, read_only=True) as session:
        stored = tree.StoredTree(session, batch_id, size)
        for position in places:
            path = stored.path(position)
            assert list(path) == built.path(position)
            assert tree.StoredTree(session, batch_id, size).path(position) == path
            assert walk(leaves(size)[position], path) == built.root


@pytest.mark.parametrize("position", [-1, 3])
def test_there_is_no_path_for_a_leaf_that_is_not_there(engine: Engine, position: int) -> None:
    with session_scope(engine, read_only=True) as session, pytest.raises(IndexError):
        tree.StoredTree(session, uuid4(), 3).path(position)


def test_a_tree_that_is_stored_anew_takes_the_old_ones_place(engine: Engine) -> None:
    batch_id = uuid4()
    with session_scope(engine) as session:
        session.add(batch_of(batch_id, 3_000))
        session.flush()
        tree.store_levels(session, batch_id, leaves(3_000))
        root = tree.store_levels(session, batch_id, leaves(1_500))
    with session_scope(engine, read_only=True) as session:
        path = tree.StoredTree(session, batch_id, 1_500).path(1_499)
        assert walk(leaves(1_500)[1_499], path) == root
        [[rows]] = session.connection().execute(
            text("SELECT count(*) FROM tree_nodes WHERE batch_id = :id"), {"id": batch_id.hex}
        )
    assert rows == 13, "two of leaves, one of each level above"


@pytest.mark.parametrize("wrong", [[], [b"x" * 31], [b"x" * 32, b""]])
def test_no_tree_without_leaves_or_of_other_lengths(engine: Engine, wrong: list[bytes]) -> None:
    with session_scope(engine, read_only=True) as session, pytest.raises(MerkleInvalid):
        tree.store_levels(session, uuid4(), wrong)


@pytest.mark.parametrize(
    "size", [40_000, pytest.param(1 << 20, marks=pytest.mark.slow, id="a million")]
)
def test_a_proof_of_a_large_batch_is_small_quick_and_true(engine: Engine, size: int) -> None:
    batch = batch_of(uuid4(), size)
    with session_scope(engine) as session:
        session.add(batch)
        session.flush()
        batch.root = tree.store_levels(session, batch.id, (made_up(n) for n in range(size))).hex()
        session.add(batch)
    seconds = []
    for position in (0, 1, size // 2, size - 2, size - 1, *range(7, size, size // 50)):
        row = credential_at(batch, position)
        started = time.process_time()
        with session_scope(engine, read_only=True) as session:
            proof = Delivery(session, batch).document(row)["proof"][0]
        seconds.append(time.process_time() - started)
        decoded = merkle_proof_2019.decode(proof)
        merkle_proof_2019.verify_path(decoded, made_up(position))
        assert decoded.root.hex() == batch.root
        value = base58btc_decode(proof["proofValue"], max_characters=2_000)
        assert len(value) <= 1_024
        with pytest.raises(MerkleInvalid):
            merkle_proof_2019.verify_path(decoded, made_up(position + 1))
    assert statistics.median(seconds) < GENEROUS_SECONDS


def made_up(position: int) -> bytes:
    """The leaf at a position."""
    return hashlib.sha256(position.to_bytes(8, "big")).digest()


def credential_at(batch: Batch, position: int) -> Credential:
    """As much of a credential as its delivery needs."""
    return Credential(
        id="",
        batch_id=batch.id,
        position=position,
        learner_id=batch.id,
        achievement_id=batch.id,
        document="{}",
        leaf=made_up(position),
        proof="{}",
    )
