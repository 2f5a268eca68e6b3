"""How long the Merkle proof of one credential takes in a batch of 2^20, from stored rows."""

import hashlib
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy.engine import Engine

from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.minting import tree
from issuer.minting.delivery import Delivery
from issuer.minting.models import Batch, BatchState, Credential

LEAVES: Final = 1 << 20
PROOFS: Final = 200


@contextmanager
def anchored_batch(leaves: int = LEAVES) -> Iterator[tuple[Engine, Batch]]:
    """A database with the stored tree of a batch with made-up leaves."""
    with tempfile.TemporaryDirectory() as directory:
        engine = make_engine(Path(directory) / "tree.db")
        migrate(engine)
        now = datetime.now(UTC)
        batch = Batch(
            id=uuid4(),
            state=BatchState.RELEASED,
            size=leaves,
            anchor_transaction=f"0x{secrets.token_hex(32)}",
            chain_id=11155111,
            anchor_method="did:web:school.example#ethereum-1",
            created_at=now,
            anchored_at=now,
        )
        with session_scope(engine) as session:
            session.add(batch)
            session.flush()
            batch.root = tree.store_levels(session, batch.id, map(made_up, range(leaves))).hex()
            session.add(batch)
        try:
            yield engine, batch
        finally:
            engine.dispose()


def made_up(position: int) -> bytes:
    """The leaf at a position."""
    return hashlib.sha256(position.to_bytes(8, "big")).digest()


def delivered(engine: Engine, batch: Batch, position: int) -> dict[str, object]:
    """The Merkle proof of one credential, made as for a delivery of it alone."""
    row = Credential(
        id="",
        batch_id=batch.id,
        position=position,
        learner_id=batch.id,
        achievement_id=batch.id,
        document="{}",
        leaf=made_up(position),
        proof="{}",
    )
    with session_scope(engine, read_only=True) as session:
        proof: dict[str, object] = Delivery(session, batch).document(row)["proof"][0]
    return proof


def measure(leaves: int = LEAVES, proofs: int = PROOFS) -> list[float]:
    """Seconds of the processor for each of so many proofs at random positions."""
    with anchored_batch(leaves) as (engine, batch):
        seconds = []
        for _ in range(proofs):
            position = secrets.randbelow(leaves)
            start = time.process_time()
            delivered(engine, batch, position)
            seconds.append(time.process_time() - start)
    return seconds
