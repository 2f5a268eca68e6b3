"""The archive of a person: everything, nothing about others, the same bytes every time."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from issuer import db
from issuer.people import service
from issuer.people.archive import write_archive
from issuer.people.holdings import HOLDINGS

LEARNER = "hp-learner-0001"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def archive(school: Any, tmp_path: Path) -> dict[str, bytes]:
    path = tmp_path / "out.zip"
    assert "files about" in school.issuer("person", "export", LEARNER, "-o", path)
    assert path.stat().st_mode & 0o077 == 0
    return contents(path)


def test_the_manifest_names_every_file_with_its_digest(archive: dict[str, bytes]) -> None:
    manifest = json.loads(archive.pop("manifest.json"))
    assert manifest["person"]["sourcedId"] == LEARNER
    listed = {one["name"]: (one["bytes"], one["sha256"]) for one in manifest["files"]}
    assert listed == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in archive.items()
    }
    assert b"Northgate" in archive["README.txt"]


def test_every_table_that_holds_something_is_in_it(school: Any, archive: dict[str, bytes]) -> None:
    engine = db.engine(school.settings.database)
    with db.session_scope(engine, read_only=True) as session:
        counts = service.holdings_of(session, LEARNER)
    engine.dispose()
    records = {one.table: json.loads(archive[f"records/{one.table}.json"]) for one in HOLDINGS}
    assert {table: len(rows) for table, rows in records.items() if rows} == counts
    assert counts.keys() >= {"person", "person_role", "enrollment", "result", "evidence"}
    assert counts.keys() >= {"judgment", "credential", "batch_item", "status_entry"}
    [person] = records["person"]
    assert person["sourced_id"] == LEARNER
    assert all(one["reason"] is None for one in records["status_entry"])


def test_credentials_are_as_delivered_and_judgments_are_explained(
    school: Any, archive: dict[str, bytes], tmp_path: Path, check: Callable[..., list[str]]
) -> None:
    school.issuer("export", LEARNER, tmp_path / "delivered")
    delivered = {path.name: path.read_bytes() for path in (tmp_path / "delivered").iterdir()}
    found = {n.split("/")[1]: data for n, data in archive.items() if n.startswith("credentials/")}
    assert found == delivered
    minted = {row["judgment_id"] for row in json.loads(archive["records/batch_item.json"])}
    judgments = {row["id"]: row for row in json.loads(archive["judgments.json"])}
    assert minted <= judgments.keys()
    for row in judgments.values():
        assert row["rule"]["inWords"].endswith(".")
        assert row["formedAgain"] == {"equal": True, "differences": []}
    [batch] = json.loads(archive["batches.json"])
    assert batch["anchor_transaction"].startswith("0x")


def test_nothing_about_other_people_is_in_it(school: Any, archive: dict[str, bytes]) -> None:
    everything = b"\n".join(archive.values()).decode()
    users = (school.sample / "oneroster" / "users.csv").read_text("utf-8").splitlines()
    names = users[0].split(",")
    for line in users[1:]:
        person = dict(zip(names, line.split(","), strict=True))
        for word in ("sourcedId", "username", "email"):
            present = person[word] in everything
            assert present == (person["sourcedId"] == LEARNER), person[word]
    evidence = json.loads(archive["records/evidence.json"])
    assert {row["assessor_id"] for row in evidence} > {"assessor-1"}


def test_a_teacher_is_told_how_often_he_assessed_and_of_nobody(school: Any, tmp_path: Path) -> None:
    school.issuer("person", "export", "hp-teacher-001", "-o", tmp_path / "t.zip")
    found = contents(tmp_path / "t.zip")
    assert json.loads(found["as-assessor.json"])["evidenceOfOthers"] > 0
    assert json.loads(found["records/evidence.json"]) == []
    assert b"hp-learner" not in b"".join(found.values())


def test_the_same_data_are_the_same_bytes(school: Any, tmp_path: Path) -> None:
    engine = db.engine(school.settings.database)
    made = []
    for name in ("one.zip", "two.zip"):
        with db.session_scope(engine, read_only=True) as session:
            files = service.person_files(session, LEARNER, school.settings, NOW)
        write_archive(dict(sorted(files.items(), reverse=True)), tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    engine.dispose()
    assert made[0] == made[1]


def test_nobody_and_nowhere_are_errors(school: Any, tmp_path: Path) -> None:
    assert school.refused("person", "export", "nobody", "-o", tmp_path / "x.zip") == (
        "people.not-found"
    )
    nowhere = tmp_path / "no" / "x.zip"
    assert school.refused("person", "export", LEARNER, "-o", nowhere) == "people.archive-blocked"
    assert list(tmp_path.glob("*.zip")) == []
