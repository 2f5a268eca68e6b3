"""The steps of million.py, each in a process of its own: found, fill, mint. Prints JSON.

While it mints, it waits for a line before each chunk, so that million.py can let others have turns.
"""

import gc
import json
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import crowd
from school import (
    BASE_URL,
    CHEAP_SCRYPT,
    PASSPHRASE,
    copy_database,
    import_sample,
    mint_without_chain,
)
from sqlalchemy.engine import Engine

from credentials.merkle import walk
from issuer import db
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.commands.founding import Plan, found
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.node import open_node
from issuer.minting import anchored, repository, stages
from issuer.minting.run import Mint
from issuer.minting.tree import StoredTree
from issuer.settings import Settings

MIB = 1 << 20
KIB_OF_RSS = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ru_maxrss."""


def found_school(home: str, learners: str) -> dict[str, Any]:
    """A school with some learners, judged."""
    now = datetime.now(UTC)
    plan = Plan(
        home=Path(home),
        name="Benchmark School",
        base_url=BASE_URL,
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=CHEAP_SCRYPT,
    )
    settings = found(plan, PASSPHRASE, now - timedelta(minutes=1), lambda _: None)
    engine = db.engine(settings.database)
    import_sample(engine, Path(home).with_name("sample"), int(learners), now)
    engine.dispose()
    return {}


def fill(base: str, home: str, count: str) -> dict[str, Any]:
    """A copy of the school with so many judgments to mint."""
    start = time.perf_counter()
    shutil.copytree(base, home)
    engine = db.engine(Path(home) / "touchstone.db")
    assert crowd.fill(engine, int(count)) == int(count)
    engine.dispose()
    return {"seconds": time.perf_counter() - start}


def mint(base: str, home: str, count: str) -> dict[str, Any]:
    """Mint everything that the school has; figures of it."""
    settings = Settings.load(Path(home), environ={}, insecure_loopback=True)
    warm_up(settings, Path(base))
    gc.freeze()
    measure = Measure()
    engine = db.engine(settings.database)
    with chain(settings, engine) as run:
        sent = run.client.transaction_count(run.account.address)
        batch = measure.each(mint_without_chain(run, int(count)))
        seconds, processor = measure.seconds, measure.processor_seconds
        anchoring = time.perf_counter()
        anchored.prepare(run, batch)
        anchored.confirm(run, batch)
        anchoring = time.perf_counter() - anchoring
        sent = run.client.transaction_count(run.account.address) - sent
        checking = time.perf_counter()
        checked = stages.check(run, batch, 0)
        checking = time.perf_counter() - checking
        prove(run, batch, int(count))
    engine.dispose()
    return {
        "credentials": int(count),
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor, 3),
        "per_second": round(int(count) / seconds, 1),
        "anchoring_seconds": round(anchoring, 3),
        "self_check_seconds_a_thousand": round(checking / checked * 1000, 3),
        "transactions": sent,
        "peak_memory_mib": peak_memory_mib(),
        "database_mib": round((Path(home) / "touchstone.db").stat().st_size / MIB, 1),
    }


def peak_memory_mib() -> float:
    """The most memory that this process had at once."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OF_RSS
    return round(used / MIB, 1)


class Measure:
    """Seconds of minting, without those in which others have their turn."""

    def __init__(self) -> None:
        self.seconds = self.processor_seconds = 0.0

    def each(self, minting: Iterator[UUID]) -> UUID:
        """Mint to the end, each chunk when a line is read; the batch."""
        batch: UUID | None = None
        while True:
            wait_for_turn()
            started, processor = time.perf_counter(), time.process_time()
            minted = next(minting, None)
            self.seconds += time.perf_counter() - started
            self.processor_seconds += time.process_time() - processor
            if minted is None:
                break
            batch = minted
        assert batch is not None
        return batch


def wait_for_turn() -> None:
    """Say that the last turn is over, and read a line."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        sys.exit("Nobody gives turns any more.")


def warm_up(settings: Settings, base: Path) -> None:
    """Mint the school as it is once, elsewhere: what a worker learns in its first minute."""
    copy = settings.home / "warm-up.db"
    copy_database(base / "touchstone.db", copy)
    engine = db.engine(copy)
    nothing = cast("Any", None)
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
    clock = partial(datetime.now, UTC)
    run = Mint(engine, settings, publisher, nothing, nothing, "", clock)
    with session_scope(engine, read_only=True) as session:
        count = sum(1 for _ in run.store.ids(session))
    for _ in mint_without_chain(run, count):
        pass
    engine.dispose()
    for file in copy.parent.glob(f"{copy.name}*"):
        file.unlink()


@contextmanager
def chain(settings: Settings, engine: Engine) -> Iterator[Mint]:
    """What minting works with, the local chain running."""
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
    account = EthereumAccount.unlock(settings.keystore_path, PASSPHRASE)
    with open_node(settings) as node, EthereumClient.of(settings, node.url) as client:
        clock = partial(datetime.now, UTC)
        yield Mint(engine, settings, publisher, account, client, node.url, clock)


def prove(run: Mint, batch_id: UUID, count: int) -> None:
    """The stored tree leads from the first, the middle and the last leaf to the anchored root."""
    with session_scope(run.engine, read_only=True) as session:
        batch = repository.existing_batch(session, batch_id)
        assert batch.size == count
        for position in (0, count // 2, count - 1):
            [row] = repository.credentials_between(session, batch_id, position, 1)
            path = StoredTree(session, batch_id, batch.leaves).path(position)
            assert walk(row.leaf, path).hex() == batch.root


STEPS = {"found": found_school, "fill": fill, "mint": mint}


if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(STEPS[step](*arguments)))
