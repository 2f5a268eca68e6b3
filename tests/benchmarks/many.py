"""Minting thousands of credentials beside its bare parts and PyPI cert-issuer.

All on the same credentials and the same count, a thousand at a time in turns: a machine that is
slower for a while is slower for all. The bare parts are what no minting can do without: the
canonical form with its hash, an Ed25519 signature, and a row in a SQLite table.
"""

import gc
import secrets
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import crowd
import orjson
from cert_issuer_peer import ready_to_issue
from school import School, mint_without_chain

from credentials.canonical import canonicalize
from credentials.json_types import JsonObject
from credentials.merkle import leaf
from issuer.db import session_scope
from issuer.minting import repository
from issuer.minting.models import CHUNK
from issuer.minting.run import Mint

MINT: Final = "Touchstone mint many"
BARE: Final = "bare parts of minting"
CERT_ISSUER: Final = "cert-issuer sign many"
CERT_ISSUER_ROUNDS: Final = 1
"""It takes minutes."""


def measure(school: School, count: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of the processor that each takes for ``count`` credentials, round by round."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with filled(school, count) as database:
        for number in range(rounds):
            for name, taken in _round(school, database, count, number).items():
                seconds[name].append(taken)
    return dict(seconds)


def _round(school: School, database: Path, count: int, number: int) -> dict[str, float]:
    taken = {MINT: 0.0, BARE: 0.0} | ({CERT_ISSUER: 0.0} if number < CERT_ISSUER_ROUNDS else {})
    with school.ready_to_mint(database) as run, bare_table(school) as table:
        minting = mint_without_chain(run, count)
        for first in range(0, count + CHUNK, CHUNK):
            start = time.process_time()
            batch = next(minting, None)
            taken[MINT] += time.process_time() - start
            documents = [] if batch is None else minted(run, batch, first)
            if documents:
                taken[BARE] += bare_parts(school, table, documents)
                if CERT_ISSUER in taken:
                    taken[CERT_ISSUER] += cert_issuer(documents)
    return taken


@contextmanager
def filled(school: School, count: int) -> Iterator[Path]:
    """The school's database, from before it minted, with so many judgments to mint."""
    with tempfile.TemporaryDirectory() as directory, school.ready_to_mint(school.database) as run:
        assert crowd.fill(run.engine, count) == count
        target = Path(directory) / "filled.db"
        with closing(sqlite3.connect(str(run.engine.url.database))) as source:
            source.execute("VACUUM INTO ?", (str(target),))
        yield target


@contextmanager
def bare_table(school: School) -> Iterator[sqlite3.Connection]:
    """A SQLite table with a key, in a file of its own."""
    path = school.database.with_name("bare.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as table:
        table.execute("PRAGMA journal_mode = WAL")
        table.execute("PRAGMA synchronous = NORMAL")
        table.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, document TEXT, signature BLOB)")
        yield table
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def bare_parts(school: School, table: sqlite3.Connection, documents: list[JsonObject]) -> float:
    """Seconds that these credentials' canonical forms, signatures and rows take alone."""
    sign, configuration = school.publisher.signer.sign, secrets.token_bytes(32)
    start = time.process_time()
    rows = [
        (one["id"], orjson.dumps(one).decode(), sign(configuration + leaf(canonicalize(one))))
        for one in documents
    ]
    table.execute("BEGIN")
    table.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
    table.execute("COMMIT")
    return time.process_time() - start


def cert_issuer(documents: list[JsonObject]) -> float:
    """Seconds that PyPI cert-issuer takes to issue the same."""
    with ready_to_issue(documents) as issue:
        start = time.process_time()
        issue()
        return time.process_time() - start


def minted(run: Mint, batch: UUID, first: int) -> list[JsonObject]:
    """The bare credentials of a chunk."""
    with session_scope(run.engine, read_only=True) as session:
        rows = repository.credentials_between(session, batch, first, CHUNK)
        documents: list[JsonObject] = [orjson.loads(row.document) for row in rows]
    gc.collect()
    return documents
