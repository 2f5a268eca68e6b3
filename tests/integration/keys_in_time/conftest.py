"""A school that mints, changes its keys, and mints again; a reader who checks from outside."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from demo.sample.generate import SampleOptions, generate
from issuer.app import create_app
from issuer.cli import run
from issuer.db import engine as make_engine
from issuer.identity.node import open_node
from issuer.settings import Settings

PASSPHRASE = "correct horse battery staple"
MOST_PEOPLE = 2
"""Whose files of one batch are checked."""
VARIABLES = {"TOUCHSTONE_PASSPHRASE": PASSPHRASE, "INSECURE_LOOPBACK": "1"}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as a JSON listing."""
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


@dataclass
class School:
    """One school's home, with the port on which it will be served."""

    home: Path
    port: int
    sample: Path
    call: Callable[..., Said]
    taken: int = 0
    known: set[str] = field(default_factory=set)

    def issuer(self, *arguments: object) -> Said:
        """One command, which has to succeed."""
        said = self.call(*arguments, "--home", self.home)
        assert said.code == os.EX_OK, said.err
        return said

    def refused(self, *arguments: object) -> str:
        """One command, which has to fail; what it says."""
        said = self.call(*arguments, "--home", self.home)
        assert said.code == 1
        return said.err

    def mint_some(self, count: int = 3) -> list[Path]:
        """Evidence of the next ``count`` learners, judged and minted: files of new credentials."""
        people = [f"hp-learner-{self.taken + number:04}" for number in range(1, count + 1)]
        self.taken += count
        header, *lines = (self.sample / "evidence.csv").read_text("utf-8").splitlines()
        kept = [line for line in lines if line.split(",")[1] in people]
        evidence = self.home.parent / f"evidence-{self.taken}.csv"
        evidence.write_text("\n".join([header, *kept, ""]), "utf-8")
        self.issuer("import", "evidence", evidence)
        self.issuer("judge")
        self.issuer("mint")
        rows = self.issuer("credentials", "--json").rows
        new = {row["id"]: row["learner_sourced_id"] for row in rows if row["id"] not in self.known}
        self.known |= set(new)
        files: list[Path] = []
        for person in sorted(set(new.values()))[:MOST_PEOPLE]:
            target = self.home.parent / "files" / f"{self.taken}-{person}"
            written = self.issuer("export", person, target, "--json").rows
            files += [Path(row["file"]) for row in written if row["id"] in new]
        assert files
        return files

    def anchored(self) -> list[datetime]:
        """When each batch was anchored, in the order of time."""
        times = [row["anchored_at"] for row in self.issuer("batches", "--json").rows]
        return sorted(datetime.fromisoformat(time) for time in times)

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.load(self.home, environ={}, insecure_loopback=True)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Served at its own address, with its chain; the chain's address."""
        engine = make_engine(self.settings.database)
        app = create_app(self.settings, engine=engine)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", server_header=False))
        with (
            open_node(self.settings) as node,
            socket.create_server(("127.0.0.1", self.port)) as listener,
        ):
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield node.url
            finally:
                server.should_exit = True
                thread.join(timeout=30)
                engine.dispose()


@dataclass(frozen=True)
class Checked:
    """What ``verifier check`` found about one file."""

    verdict: str
    codes: set[str]


def verify(files: Sequence[Path], node: str | None, *more: str) -> list[Checked]:
    """``verifier check``, a program of its own; ``node`` is the chain's, or None to ask none."""
    rpc = ["--rpc", f"11155111={node}"] if node else []
    command = [sys.executable, "-m", "verifier.cli", "check", *map(str, files), "--json", *rpc]
    said = subprocess.run([*command, *more], capture_output=True, timeout=120, check=False)
    assert said.stdout, said.stderr
    return [
        Checked(one["verdict"], {found["code"] for found in one["findings"]})
        for one in json.loads(said.stdout)["results"]
    ]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample school."""
    directory = tmp_path_factory.mktemp("sample")
    generate(directory, SampleOptions(learners=12, seed=7, competencies=4))
    return directory


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs one command of the issuer in this process."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    def ask(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return ask


@pytest.fixture
def school_with(tmp_path: Path, sample: Path, call: Callable[..., Said]) -> Callable[..., School]:
    """Founds a school with learners; more options of ``issuer init`` may be given."""

    def made(*options: str) -> School:
        school = School(tmp_path / "home", _free_port(), sample, call)
        base = f"http://127.0.0.1:{school.port}"
        named = ["--name", "Northgate", "--base-url", base, "--chain-port", "0"]
        school.issuer("init", *named, *options)
        school.issuer("import", "case", sample / "framework.json")
        school.issuer("import", "oneroster", sample / "oneroster")
        return school

    return made


@pytest.fixture
def school(school_with: Callable[..., School]) -> School:
    """A school with learners."""
    return school_with()


@pytest.fixture
def check() -> Callable[..., list[Checked]]:
    """Runs the verifier's own command."""
    return verify
