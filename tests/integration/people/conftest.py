"""A school on a port of its own that has minted, and a reader who checks from outside."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn

from demo.sample.generate import SampleOptions, generate
from issuer.app import create_app
from issuer.cli import run
from issuer.db import engine as make_engine
from issuer.identity.node import open_node
from issuer.settings import Settings

VARIABLES = {"TOUCHSTONE_PASSPHRASE": "correct horse battery staple", "INSECURE_LOOPBACK": "1"}


def verdicts(files: Sequence[Path], node: str) -> list[str]:
    """What ``verifier check``, a program of its own, finds about files."""
    command = [sys.executable, "-m", "verifier.cli", "check", *map(str, files), "--json"]
    said = subprocess.run(
        [*command, "--rpc", f"11155111={node}"], capture_output=True, timeout=120, check=False
    )
    assert said.stdout, said.stderr
    return [one["verdict"] for one in json.loads(said.stdout)["results"]]


@dataclass
class School:
    """One school's home, with the port on which it is served."""

    home: Path
    port: int
    sample: Path
    call: Callable[..., Any]

    def issuer(self, *arguments: object) -> str:
        """One command, which has to succeed; what it says."""
        said = self.call(*arguments, "--home", self.home)
        assert said.code == os.EX_OK, said.err
        return str(said.out)

    def rows(self, *arguments: object) -> list[dict[str, Any]]:
        """The same, as a listing."""
        found: list[dict[str, Any]] = json.loads(self.issuer(*arguments, "--json"))
        return found

    def refused(self, *arguments: object) -> str:
        """One command, which has to fail; the code of its error."""
        return str(self.call(*arguments, "--home", self.home).error)

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.load(self.home, environ={}, insecure_loopback=True)

    @contextmanager
    def served(self) -> Iterator[tuple[httpx.Client, str]]:
        """Served at its own address, with its chain: a client, and the chain's address."""
        engine = make_engine(self.settings.database)
        with open_node(self.settings) as node:
            app = create_app(self.settings, engine=engine, node_url=node.url)
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", server_header=False))
            with socket.create_server(("127.0.0.1", self.port)) as listener:
                thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
                thread.start()
                try:
                    with httpx.Client(
                        base_url=self.settings.base_url, trust_env=False, timeout=60
                    ) as client:
                        yield client, node.url
                finally:
                    server.should_exit = True
                    thread.join(timeout=30)
                    engine.dispose()

    def pages(self, client: httpx.Client) -> dict[str, str]:
        """Every page of the site that can be read without saying who one is."""
        described = client.get("/openapi.json").json()["paths"]
        routes = {path for path, verbs in described.items() if "get" in verbs} | UNLISTED
        places = {
            "list_id": ["1"],
            "batch_id": [row["id"] for row in self.rows("batches")],
            "achievement_id": self.achievements(),
        }
        paths = {path for route in routes for path in _filled(route, places)}
        return {path: client.get(path, follow_redirects=True).text for path in paths}

    def achievements(self) -> list[str]:
        """The ids of what can be earned here."""
        with closing(sqlite3.connect(self.home / "touchstone.db")) as connection:
            rows = connection.execute("SELECT id FROM achievement").fetchall()
        return [str(UUID(row[0])) for row in rows]


UNLISTED = {"/", "/metrics", "/health", "/openapi.json", "/nothing"}
"""Pages that the description of the API leaves out."""


def _filled(route: str, places: dict[str, list[str]]) -> set[str]:
    """A route with all that can stand in its places; others are asked as they are."""
    for name, values in places.items():
        if f"{{{name}}}" in route:
            return {route.replace(f"{{{name}}}", value) for value in values}
    return {route}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample school."""
    directory = tmp_path_factory.mktemp("sample")
    generate(directory, SampleOptions(learners=6, seed=7, competencies=4))
    return directory


@pytest.fixture(scope="session")
def minted_school_once(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> tuple[Path, int]:
    """The home of a school that has minted, and its port; never changed by a test."""
    home = tmp_path_factory.mktemp("people") / "home"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    base = f"http://127.0.0.1:{port}"
    commands = (
        ("init", "--name", "Northgate", "--base-url", base, "--chain-port", "0"),
        ("import", "case", str(sample / "framework.json")),
        ("import", "oneroster", str(sample / "oneroster")),
        ("import", "evidence", str(sample / "evidence.csv")),
        ("judge",),
        ("mint",),
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        for command in commands:
            assert run([*command, "--home", str(home)]) == os.EX_OK, command
    return home, port


@pytest.fixture
def school(
    minted_school_once: tuple[Path, int], sample: Path, tmp_path: Path, issuer: Callable[..., Any]
) -> School:
    """A copy for one test."""
    home, port = minted_school_once
    return School(Path(shutil.copytree(home, tmp_path / "home")), port, sample, issuer)


@pytest.fixture
def check() -> Callable[[Sequence[Path], str], list[str]]:
    """Runs the verifier's own command."""
    return verdicts
