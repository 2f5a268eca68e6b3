"""The database is full, locked, away, damaged, older or newer: said plainly, and nothing lost."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from issuer import db

Issuer = Callable[..., Any]
Site = Callable[..., Any]
PAGE = 4096
DOCUMENTS = ["/.well-known/did.json", "/issuer", "/status/1"]


def pages_of(home: Path) -> int:
    with closing(sqlite3.connect(home / "touchstone.db")) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


@pytest.mark.parametrize(
    "room",
    [1, pytest.param(6, marks=pytest.mark.slow), pytest.param(12, marks=pytest.mark.slow)],
    ids=lambda pages: f"{pages}-pages-left",
)
def test_a_full_disk_stops_minting_and_loses_nothing(
    issuer: Issuer, judged: Path, pragma: Callable[[str], None], whole: Any, room: int
) -> None:
    pragma(f"max_page_count = {pages_of(judged) + room}")
    said = issuer("mint", "--home", judged)
    assert said.error == "database.full"
    assert "touchstone.db" in said.err
    pragma("max_page_count = 1073741823")
    whole(judged)


@pytest.mark.slow
def test_what_the_engine_knew_is_not_needed_to_go_on(
    issuer: Issuer, judged: Path, pragma: Callable[[str], None], whole: Any
) -> None:
    """A restore brings back the database alone: neither workflow.db nor the workers' names."""
    pragma(f"max_page_count = {pages_of(judged) + 12}")
    assert issuer("mint", "--home", judged).error == "database.full"
    for part in judged.glob("workflow.db*"):
        part.unlink()
    shutil.rmtree(judged / "slots", ignore_errors=True)
    pragma("max_page_count = 1073741823")
    whole(judged)


def test_a_limit_of_the_system_is_named_as_what_it_is(
    issuer: Issuer, judged: Path, sample: Path, tmp_path: Path
) -> None:
    """Where a quota or a file size limit stops the file, SQLite only says: disk I/O error."""
    with (sample / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    more = tmp_path / "more.csv"
    with more.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"sourcedId": f"more-{row['sourcedId']}", "secondRatingOf": ""})
    limit = 8 * PAGE
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "from issuer.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, "import", "evidence", more, "--home", judged],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
        timeout=120,
    )
    assert child.returncode == 1
    assert "Traceback" not in child.stderr
    assert "error[database.disk]" in child.stderr
    said = issuer("import", "evidence", more, "--home", judged)
    assert f"{len(rows)} pieces of evidence added" in said.out


@pytest.mark.slow
def test_a_writer_who_keeps_the_lock_is_told_apart(
    issuer: Issuer, judged: Path, impatient: Callable[[], None], whole: Any
) -> None:
    impatient()
    with closing(sqlite3.connect(judged / "touchstone.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = issuer("mint", "--home", judged)
        assert said.error == "database.busy"
        other.execute("ROLLBACK")
    whole(judged)


def test_who_only_reads_does_not_wait_for_a_writer(
    issuer: Issuer, minted: Path, open_site: Site, impatient: Callable[[], None]
) -> None:
    impatient()
    with closing(sqlite3.connect(minted / "touchstone.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE batch SET size = size")
        assert issuer("batches", "--json", "--home", minted).rows
        with open_site(minted) as client:
            assert [client.get(path).status_code for path in DOCUMENTS] == [200, 200, 200]
        other.execute("ROLLBACK")


def is_away(response: httpx.Response, code: str) -> None:
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    body = response.json()
    assert (body["status"], body["code"]) == (503, code)
    assert body["detail"]
    assert body["remedy"]
    assert "touchstone.db" not in response.text, "a stranger need not know where it is"


def moved_away(home: Path, to: Path) -> list[Path]:
    """Take the database with its journals away."""
    to.mkdir()
    return [Path(shutil.move(part, to / part.name)) for part in home.glob("touchstone.db*")]


def test_the_site_outlives_its_database(
    issuer: Issuer, minted: Path, open_site: Site, tmp_path: Path
) -> None:
    """The file is moved away and back, as a restore does it, while the site serves."""
    with open_site(minted) as client:
        before = [client.get(path).text for path in DOCUMENTS]
        for round_number in range(2):
            parts = moved_away(minted, tmp_path / f"away-{round_number}")
            for path in DOCUMENTS:
                is_away(client.get(path), "database.cannot-open")
            health = client.get("/health")
            assert health.status_code == 503
            assert health.json()["database"] == "database.cannot-open"
            assert "touchstone_issuer_database_up 0.0" in client.get("/metrics").text
            assert not (minted / "touchstone.db").exists(), "an empty one was made in its place"
            for part in parts:
                shutil.move(part, minted / part.name)
            assert [client.get(path).text for path in DOCUMENTS] == before
            assert client.get("/health").json()["status"] == "ok"


def test_the_site_serves_the_file_that_is_there_now(
    minted: Path, open_site: Site, tmp_path: Path
) -> None:
    """A file that was replaced is read, and not the one that is gone but still open."""
    with open_site(minted) as client:
        assert client.get("/status/1").status_code == 200
        copy = tmp_path / "copy.db"
        with (
            closing(sqlite3.connect(minted / "touchstone.db")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            target.execute("UPDATE status_list SET etag = 'replaced'")
            target.commit()
        moved_away(minted, tmp_path / "away")
        shutil.move(copy, minted / "touchstone.db")
        assert client.get("/status/1").headers["etag"] == '"replaced"'


def test_a_damaged_file_is_told_from_one_that_is_gone(
    minted: Path, open_site: Site, tmp_path: Path
) -> None:
    with open_site(minted) as client:
        assert client.get("/issuer").status_code == 200
        moved_away(minted, tmp_path / "away")
        (minted / "touchstone.db").write_bytes(b"this is no database" * 500)
        is_away(client.get("/issuer"), "database.unreadable")
        assert (minted / "touchstone.db").read_bytes().startswith(b"this is no database")


def test_a_locked_database_is_503_and_not_a_fault(
    minted: Path, open_site: Site, impatient: Callable[[], None]
) -> None:
    """A status list that has to be signed anew cannot be stored while another keeps the lock."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from issuer.settings import Settings  # noqa: PLC0415
    from keys.signers import open_signer  # noqa: PLC0415

    settings = Settings.load(minted, insecure_loopback=True)
    signer = open_signer(settings.signer, "correct horse battery staple")
    later = datetime.now(UTC) + timedelta(hours=48)
    impatient()
    with (
        closing(sqlite3.connect(minted / "touchstone.db", isolation_level=None)) as other,
        open_site(minted, signer=signer, clock=lambda: later) as client,
    ):
        other.execute("BEGIN IMMEDIATE")
        is_away(client.get("/status/1"), "database.busy")
        other.execute("ROLLBACK")
        assert client.get("/status/1").status_code == 200


def test_a_newer_database_is_left_alone(issuer: Issuer, minted: Path) -> None:
    engine = db.engine(minted / "touchstone.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    engine.dispose()
    for arguments in (["batches"], ["mint"], ["serve", "--port", "0"]):
        said = issuer(*arguments, "--home", minted)
        assert said.error == "database.unknown-version"
        assert "newer release" in said.err
    with closing(sqlite3.connect(minted / "touchstone.db")) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert found == ("9999_future",)


@pytest.mark.slow
def test_an_older_database_is_brought_up_to_date_when_it_is_opened(
    issuer: Issuer, judged: Path, tmp_path: Path, whole: Any
) -> None:
    config = Config()
    config.set_main_option("script_location", "issuer:migrations")
    engine = db.engine(judged / "touchstone.db")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006_status_purposes")
    engine.dispose()
    assert issuer("batches", "--json", "--home", judged).rows == []
    with closing(sqlite3.connect(judged / "touchstone.db")) as connection:
        [version] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert version > "0006_status_purposes"
    whole(judged)
