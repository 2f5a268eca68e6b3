"""The restore drill of docs/operations.md: a copy made while serving goes on elsewhere."""

import csv
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Issuer = Callable[..., Any]
SMALL = ("issuer.toml", "keys", "chain")


def back_up(home: Path, to: Path) -> None:
    """As the page says: the database by SQLite's own online copy, the rest as files."""
    to.mkdir()
    with (
        closing(sqlite3.connect(home / "touchstone.db")) as source,
        closing(sqlite3.connect(to / "touchstone.db")) as target,
    ):
        source.backup(target)
    for name in SMALL:
        part = home / name
        copy = shutil.copytree if part.is_dir() else shutil.copy2
        copy(part, to / name)


def more_evidence(sample: Path, tmp_path: Path, home: Path, issuer: Issuer) -> None:
    """Work of another day, so that further judgments can be minted."""
    with (sample / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path / "more.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            for number in range(4):
                again = {"sourcedId": f"{row['sourcedId']}-more-{number}"}
                again |= {"corrects": "", "secondRatingOf": ""}
                again |= {"level": "4", "score": ""} if "level" in row else {}
                writer.writerow(row | {k: v for k, v in again.items() if k in row})
    assert issuer("import", "evidence", path, "--home", home).code == 0
    assert issuer("judge", "--home", home).code == 0


@pytest.mark.slow
def test_a_copy_made_while_serving_goes_on_elsewhere(
    issuer: Issuer, minted: Path, sample: Path, tmp_path: Path, open_site: Any
) -> None:
    listing = issuer("credentials", "--json", "--home", minted).rows
    with open_site(minted) as client, closing(sqlite3.connect(minted / "touchstone.db")) as writer:
        assert client.get("/status/1").status_code == 200
        writer.execute("BEGIN IMMEDIATE")  # somebody is in the middle of something
        writer.execute("UPDATE credential SET document = 'half done'")
        back_up(minted, tmp_path / "backup")
        writer.rollback()
        served = client.get("/status/1").text
        shutil.move(minted, tmp_path / "lost")
    home = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "backup", home)
    with open_site(home) as client:
        assert client.get("/status/1").text == served
    assert issuer("credentials", "--json", "--home", home).rows == listing
    assert "Nothing new to mint" in issuer("mint", "--home", home).out
    more_evidence(sample, tmp_path, home, issuer)
    said = issuer("mint", "--home", home)
    assert said.code == 0, said.err
    rows = issuer("credentials", "--json", "--home", home).rows
    assert rows[: len(listing)] == listing
    assert len({row["id"] for row in rows}) == len(rows)
    with closing(sqlite3.connect(home / "touchstone.db")) as connection:
        query = "SELECT count(*), count(DISTINCT judgment_id) FROM batch_item"
        items, judgments = connection.execute(query).fetchone()
        nonces = connection.execute("SELECT nonce FROM anchor").fetchall()
    assert items == judgments == len(rows)
    assert len(set(nonces)) == len(nonces)
    for learner in {row["learner"] for row in rows if "learner" in row}:
        assert issuer("export", learner, tmp_path / "out", "--home", home).code == 0
