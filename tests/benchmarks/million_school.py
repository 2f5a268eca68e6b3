"""The steps of million.py, each in a process of its own: found, fill, mint. Prints JSON."""

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

from credentials.canonical import canonicalize
from credentials.json_types import JsonObject
from credentials.merkle import leaf, walk
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
FIXED_WORK = 100
"""Credentials of the fixed piece of work."""
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
    measure = Measure(warm_up(settings, Path(base)))
    gc.freeze()
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
        "fixed_work_seconds": round(measure.fixed_work_seconds, 6),
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
    """Seconds of minting, and of a fixed piece of work that is done again after every thousand.

    A machine that is busy for long may become slower: then the fixed work takes longer too, and
    says by how much.

    Args:
        documents: canonicalised and hashed, they are the fixed work.
    """

    def __init__(self, documents: list[JsonObject]) -> None:
        self._documents = documents
        self.seconds = self.processor_seconds = self._fixed = 0.0
        self._times = 0

    @property
    def fixed_work_seconds(self) -> float:
        """Of the processor, for the fixed work, on the average."""
        return self._fixed / self._times

    def each(self, minting: Iterator[UUID]) -> UUID:
        """Mint to the end; the batch."""
        batch: UUID | None = None
        while True:
            started, processor = time.perf_counter(), time.process_time()
            minted = next(minting, None)
            self.seconds += time.perf_counter() - started
            self.processor_seconds += time.process_time() - processor
            if minted is None:
                break
            batch = minted
            self._do_fixed_work()
        assert batch is not None
        return batch

    def _do_fixed_work(self) -> None:
        start = time.process_time()
        for document in self._documents:
            leaf(canonicalize(document))
        self._fixed += time.process_time() - start
        self._times += 1


def warm_up(settings: Settings, base: Path) -> list[JsonObject]:
    """Mint the school as it is once, elsewhere: what a worker learns in its first minute.

    Returns:
        some of the credentials.
    """
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
    *_, batch = mint_without_chain(run, count)
    with session_scope(engine, read_only=True) as session:
        rows = repository.credentials_between(session, batch, 0, FIXED_WORK)
        documents: list[JsonObject] = [json.loads(row.document) for row in rows]
    engine.dispose()
    for file in copy.parent.glob(f"{copy.name}*"):
        file.unlink()
    return documents


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
            path = StoredTree(session, batch_id, count).path(position)
            assert walk(row.leaf, path).hex() == batch.root


STEPS = {"found": found_school, "fill": fill, "mint": mint}


if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(STEPS[step](*arguments)))
