"""Faults to bring upon a school, and what must be there after them all the same."""

import importlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine


@pytest.fixture(autouse=True)
def _told(environment: pytest.MonkeyPatch) -> None:
    """Every test here has the passphrase and the switch."""


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
def whole(issuer: Callable[..., Any]) -> Callable[[Path], None]:
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
