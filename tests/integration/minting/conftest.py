"""A judged school on SQLite or PostgreSQL, its chain, and its commands as processes to kill."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from simulators.postgres import Server
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from contracts.local_chain import LocalChain
from demo.sample import SampleOptions, generate
from issuer import db
from issuer.anchoring.ethereum import EthereumClient
from issuer.commands.founding import Plan, found
from issuer.competency import service as competency
from issuer.identity import service as identity
from issuer.minting import service as minting
from issuer.minting import stages
from issuer.minting.models import Batch, BatchChunk, BatchItem, BatchState, Credential
from issuer.minting.self_check import check_delivered, self_check
from issuer.settings import Settings
from issuer.workflow.runner import run_step

HERE = Path(__file__).parent
PASSPHRASE = "correct horse battery staple"
BASE_URL = "http://127.0.0.1:8329"
LEARNERS = 2
CHUNK = 4
"""Small, so that a batch has several."""
TIMEOUT_S = 180.0
LOOK_S = 0.01


class Command:
    """A command that was started.

    Attributes:
        pid: its process, which also leads its group.
        code: how it ended, as subprocess says it; None while it runs.
    """

    def __init__(self, starter: "Starter", pid: int, output: Path) -> None:
        self._starter = starter
        self._output = output
        self.pid = pid

    @property
    def code(self) -> int | None:
        """How it ended."""
        return self._starter.code_of(self.pid)

    @property
    def out(self) -> str:
        """What it wrote so far."""
        return self._output.with_suffix(".out").read_text()

    @property
    def err(self) -> str:
        """What it wrote to standard error so far."""
        return self._output.with_suffix(".err").read_text()

    def wait(self, seconds: float = TIMEOUT_S) -> int:
        """Its exit code, once it has ended."""
        deadline = time.monotonic() + seconds
        while (code := self.code) is None:
            assert time.monotonic() < deadline, (self.out, self.err)
            time.sleep(LOOK_S)
        return code

    def send(self, number: int) -> None:
        """Send a signal."""
        if self.code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """What kill -9 does; nothing if it has ended."""
        self.send(signal.SIGKILL)
        self.wait()


class Starter:
    """Starts commands: see cut_off.py."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[int] = []
        self._ended: dict[int, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "cut_off.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(
        self,
        arguments: Sequence[str],
        *,
        points: Sequence[str],
        chunk: int,
        variables: Mapping[str, str],
    ) -> Command:
        """Start a command."""
        number = len(self._started)
        output = self._folder / f"command-{number}"
        for kind in (".out", ".err"):
            output.with_suffix(kind).touch()
        order = {
            "arguments": list(arguments),
            "points": list(points),
            "chunk": chunk,
            "variables": dict(variables),
            "out": str(output),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"start": order}) + "\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + TIMEOUT_S
        while len(self._started) == number:
            assert time.monotonic() < deadline, "the starter does not answer"
            time.sleep(LOOK_S)
        return Command(self, self._started[number], output)

    def code_of(self, pid: int) -> int | None:
        """How a command ended; None while it runs."""
        return self._ended.get(pid)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "started" in told:
                self._started.append(told["started"])
                self._ended.pop(told["started"], None)
            else:
                self._ended[told["ended"]] = told["code"]

    def stop(self) -> None:
        """End it, and what it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass
class School:
    """A school that has judgments and no credentials, and a chain of its own that is running.

    Attributes:
        settings: with the chain's node as if it were elsewhere.
        engine: its database.
        chain: the running chain.
        mastered: how many credentials there are to be.
        sent: transactions of its account before it mints.
        starter: starts its commands.
        commands: those that were started and may still run.
    """

    settings: Settings
    engine: Engine
    chain: LocalChain
    starter: "Starter"
    mastered: int = 0
    sent: int = 0
    commands: list["Command"] = field(default_factory=list)

    def start(self, *arguments: str, points: Sequence[str] = (), chunk: int = CHUNK) -> "Command":
        """Start a command in a process group of its own, cut off at the points."""
        options = ["--home", str(self.settings.home), "--insecure-loopback"]
        started = self.starter.start(
            [*arguments, *options],
            points=points,
            chunk=chunk,
            variables={
                "TOUCHSTONE_PASSPHRASE": PASSPHRASE,
                "TOUCHSTONE_DATABASE_URL": self.settings.database_url,
                "TOUCHSTONE_RPC_URL": self.settings.rpc_url,
                "TOUCHSTONE_TRACEBACK": "1",
            },
        )
        self.commands.append(started)
        return started

    def run(self, *arguments: str, points: Sequence[str] = ()) -> "Command":
        """Run a command to its end."""
        started = self.start(*arguments, points=points)
        started.wait()
        return started

    def mint(self, *points: str) -> "Command":
        """``issuer mint``, cut off at the points."""
        return self.run("mint", "--json", points=points)

    def rows(self, query: Any) -> list[Any]:
        """What a query finds."""
        with db.session_scope(self.engine, read_only=True) as session:
            return list(session.execute(query))

    def batches(self) -> list[Batch]:
        """Every batch."""
        with db.session_scope(self.engine, read_only=True) as session:
            found = minting.batches(session)
            session.expunge_all()
            return found

    def client(self) -> EthereumClient:
        """Asks the chain."""
        return EthereumClient(self.chain.url, chain_id=self.settings.chain_id)

    def anchors(self) -> int:
        """Transactions that the chain has of the school since it was made."""
        with db.session_scope(self.engine, read_only=True) as session:
            address = identity.account_in_use(session).address
        with self.client() as client:
            return client.transaction_count(address) - self.sent

    def end_all(self) -> None:
        """End what was started and still runs."""
        for command in self.commands:
            command.kill()

    def check_minted_once(self) -> None:
        """Nothing is lost, nothing is there twice, one transaction, and every credential holds."""
        [batch] = self.batches()
        assert (batch.state, batch.size) == (BatchState.RELEASED, self.mastered)
        items = self.rows(select(BatchItem.judgment_id, BatchItem.credential_id))
        assert len({judgment for judgment, _ in items}) == len(items) == self.mastered
        stored = self.rows(select(Credential.id, Credential.position))
        assert {one for one, _ in stored} == {credential for _, credential in items}
        assert sorted(place for _, place in stored) == list(range(self.mastered))
        chunks = self.rows(select(BatchChunk.signed_at, BatchChunk.checked_at))
        assert len(chunks) == -(-self.mastered // CHUNK)
        assert all(signed and checked for signed, checked in chunks)
        assert self.anchors() == 1
        self.check_delivered([one for one, _ in stored])

    def check_delivered(self, credential_ids: list[str]) -> None:
        """Our verifier accepts each as its learner gets it."""
        run: Any = _Reader(self.settings)
        with (
            db.session_scope(self.engine, read_only=True) as session,
            self_check(
                stages._published(run, session),
                chain_id=self.settings.chain_id,
                node_url=self.chain.url,
                confirmations=1,
                now=datetime.now(UTC),
            ) as ready,
        ):
            for credential_id in credential_ids:
                check_delivered(ready, minting.deliver(session, credential_id))


@dataclass(frozen=True)
class _Reader:
    """As much of a run as what is published needs."""

    settings: Settings


def _judged_home(home: Path, database_url: str = "") -> Settings:
    """Found a school, import a sample, and judge."""
    now = datetime.now(UTC)
    plan = Plan(
        home=home,
        name="Northgate",
        base_url=BASE_URL,
        chain_port=0,
        database_url=database_url,
        insecure_loopback=True,
        scrypt_n=2**10,
    )
    settings = found(plan, PASSPHRASE, now, lambda _step: None)
    engine = db.engine(settings.database)
    sample = home.parent / f"{home.name}-sample"
    generate(sample, SampleOptions(learners=LEARNERS))
    work: list[tuple[Callable[..., object], str]] = [
        (competency.import_case, "framework.json"),
        (competency.import_oneroster, "oneroster"),
        (competency.import_evidence, "evidence.csv"),
    ]
    for step, name in work:
        run_step(name, engine, partial(_import, step, sample / name, now))
    run_step("judge", engine, lambda session: competency.judge_all(session, now))
    engine.dispose()
    return settings


def _import(step: Callable[..., object], path: Path, now: datetime, session: Session) -> object:
    return step(session, path, now)


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Starts commands, for as long as the tests run."""
    made = Starter(tmp_path_factory.mktemp("commands"))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a judged school on SQLite, made once."""
    return _judged_home(tmp_path_factory.mktemp("sqlite") / "home").home


@pytest.fixture(scope="session")
def postgres_home(tmp_path_factory: pytest.TempPathFactory, server: Server) -> tuple[Path, str]:
    """The home of a judged school on PostgreSQL, and the name of its database, made once."""
    name = server.create()
    home = tmp_path_factory.mktemp("postgres") / "home"
    return _judged_home(home, server.url(name)).home, name


@contextmanager
def _opened(home: Path, database_url: str, starter: Starter) -> Iterator[School]:
    with LocalChain(home / "chain", port=0) as chain:
        settings = Settings.load(
            home,
            environ={
                "TOUCHSTONE_RPC_URL": chain.url,
                "TOUCHSTONE_DATABASE_URL": database_url,
            },
            insecure_loopback=True,
        )
        engine = db.engine(settings.database)
        school = School(settings, engine, chain, starter)
        with db.session_scope(engine, read_only=True) as session:
            school.mastered = len(list(competency.mintable_ids(session)))
        school.sent = school.anchors()
        try:
            yield school
        finally:
            school.end_all()
            engine.dispose()


@pytest.fixture
def sqlite_school(sqlite_home: Path, starter: Starter, tmp_path: Path) -> Iterator[School]:
    """A copy of the school on SQLite."""
    home = shutil.copytree(sqlite_home, tmp_path / "home")
    with _opened(home, "", starter) as school:
        yield school


@pytest.fixture
def postgres_school(
    postgres_home: tuple[Path, str], server: Server, starter: Starter, tmp_path: Path
) -> Iterator[School]:
    """A copy of the school on PostgreSQL, its database with it."""
    original, template = postgres_home
    home = shutil.copytree(original, tmp_path / "home")
    with _opened(home, server.url(server.create(template)), starter) as school:
        yield school


@pytest.fixture
def school(request: pytest.FixtureRequest) -> School:
    """The school on the database that the test is marked with: ``sqlite`` or ``postgres``."""
    found = request.getfixturevalue(f"{request.param}_school")
    assert isinstance(found, School)
    return found


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits, for a bounded time, until something is so."""

    def wait(condition: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came to be"
            time.sleep(0.05)

    return wait
