"""A judged and a minted school, its commands, its site, and faults to bring upon them."""

import importlib
import json
import os
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import event
from sqlalchemy.engine import Engine

from demo.sample.generate import SampleOptions, generate
from issuer.app import create_app
from issuer.cli import run
from issuer.settings import Settings

PASSPHRASE = "correct horse battery staple"
BASE_URL = "http://127.0.0.1:8327"
VARIABLES = {"TOUCHSTONE_PASSPHRASE": PASSPHRASE, "INSECURE_LOOPBACK": "1"}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The code of its error."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        [last] = [line for line in self.err.splitlines() if line.startswith("error[")]
        return last.removeprefix("error[").partition("]")[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as a JSON listing."""
        assert self.code == 0, self.err
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


Issuer = Callable[..., Said]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The passphrase and the switch."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def issuer(capfd: pytest.CaptureFixture[str]) -> Issuer:
    """Runs one command in this process."""

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample school."""
    directory = tmp_path_factory.mktemp("sample")
    generate(directory, SampleOptions(learners=3, seed=7, competencies=3))
    return directory


def _once(home: Path, *command: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        assert run([*command, "--home", str(home)]) == os.EX_OK


@pytest.fixture(scope="session")
def judged_once(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """The home of a school that has judged and not minted."""
    home = tmp_path_factory.mktemp("school") / "home"
    _once(home, "init", "--name", "Northgate", "--base-url", BASE_URL, "--chain-port", "0")
    _once(home, "import", "case", str(sample / "framework.json"))
    _once(home, "import", "oneroster", str(sample / "oneroster"))
    _once(home, "import", "evidence", str(sample / "evidence.csv"))
    _once(home, "judge")
    return home


@pytest.fixture(scope="session")
def minted_once(tmp_path_factory: pytest.TempPathFactory, judged_once: Path) -> Path:
    """The home of a school that has minted; never changed by a test."""
    home = tmp_path_factory.mktemp("minted") / "home"
    shutil.copytree(judged_once, home)
    _once(home, "mint")
    return home


@pytest.fixture
def judged(judged_once: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(judged_once, tmp_path / "home"))


@pytest.fixture
def minted(minted_once: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(minted_once, tmp_path / "home"))


def _counted(home: Path) -> dict[str, int]:
    """Rows of the tables that must not lose or double anything."""
    queries = {
        "credentials": "SELECT count(*) FROM credential",
        "judgments minted": "SELECT count(DISTINCT judgment_id) FROM batch_item",
        "items": "SELECT count(*) FROM batch_item",
        "released": "SELECT count(*) FROM batch WHERE state = 'released'",
        "batches": "SELECT count(*) FROM batch",
        "anchors": (
            "SELECT count(*) FROM anchor JOIN batch ON batch.id = batch_id"
            " WHERE anchor.state = 'confirmed'"
        ),
    }
    with closing(sqlite3.connect(home / "touchstone.db")) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in queries.items()}


@pytest.fixture
def whole(issuer: Issuer) -> Callable[[Path], None]:
    """Mints what is left and asserts that all is there, and once."""

    def check(home: Path) -> None:
        said = issuer("mint", "--home", home)
        assert said.code == 0, said.err
        found = _counted(home)
        assert found["credentials"] == found["items"] == found["judgments minted"] > 0
        assert found["batches"] == found["released"] == found["anchors"] == 1
        rows = issuer("credentials", "--json", "--home", home).rows
        assert {row["standing"] for row in rows} == {"released"}
        assert len({row["id"] for row in rows}) == len(rows) == found["credentials"]
        again = issuer("mint", "--home", home)
        assert "Nothing new to mint" in again.out
        assert _counted(home) == found

    return check


@pytest.fixture
def pragma() -> Iterator[Callable[[str], None]]:
    """Says a PRAGMA on every SQLite connection that is opened from then on, in this process."""
    added: list[Callable[..., None]] = []

    def say(text: str) -> None:
        def on_connect(connection: Any, _record: object) -> None:
            if isinstance(connection, sqlite3.Connection):
                connection.execute(f"PRAGMA {text}").close()

        # An engine's own listeners come before the class's: what is said here has the last word.
        event.listen(Engine, "connect", on_connect)
        added.append(on_connect)

    yield say
    for listener in added:
        event.remove(Engine, "connect", listener)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Has every connection that is opened from then on wait only a moment for another writer."""
    opening = importlib.import_module("issuer.db.engine")
    return lambda: monkeypatch.setattr(opening, "BUSY_TIMEOUT_MS", 50)


Site = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def open_site() -> Site:
    """Serves a home on a free port of this machine for the time of a block."""

    @contextmanager
    def serve(home: Path, **options: Any) -> Iterator[httpx.Client]:
        settings = Settings.load(home, insecure_loopback=True)
        app = create_app(settings, **options)
        config = uvicorn.Config(app, log_level="critical", server_header=False)
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                    yield client
            finally:
                server.should_exit = True
                thread.join(timeout=30)
                app.state.site.engine.dispose()

    return serve


@pytest.fixture
def node() -> Iterator[Callable[[dict[str, Any]], str]]:
    """Starts a node that gives fixed answers; its JSON-RPC address."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answers: dict[str, Any]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                result = answers.get(asked["method"])
                body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()
