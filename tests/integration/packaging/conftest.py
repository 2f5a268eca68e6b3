"""A host that serves a school's documents on loopback, and the environment with nothing else."""

import http.server
import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


class Host:
    """Published documents by path, served on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        documents = self.documents

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = documents.get(self.path)
                body = json.dumps(found or {}).encode("utf-8")
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing: the test reads what the verifier says."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that is stopped at the end at the latest."""
    running = Host()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def alone(repository: Path) -> Path:
    """The folder of commands of the environment that holds the verifier's wheel alone."""
    folder = repository / ".venv-verifier" / "bin"
    if not (folder / "verifier").exists():
        pytest.skip("no environment of the verifier alone here: make setup-dev")
    return folder


@pytest.fixture
def run_alone(alone: Path, tmp_path: Path) -> Run:
    """Run a command there, in a folder from which nothing of the checkout can be imported."""

    def run(program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        # The guard's folder stays on PYTHONPATH: the child reaches no further than the tests.
        environment = {**os.environ, "COLUMNS": "200"}
        assert re.search(r"tests.guard$", environment["PYTHONPATH"].split(os.pathsep)[0])
        environment["PYTHONPATH"] = environment["PYTHONPATH"].split(os.pathsep)[0]
        return subprocess.run(
            [alone / program, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
