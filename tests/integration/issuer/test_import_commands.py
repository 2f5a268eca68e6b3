"""``issuer import``: tried first, reported by table, for people and for programs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Issuer = Callable[..., Any]
USERS = "sourcedId,status,dateLastModified,givenName,familyName\n"
ROW = "x-1,active,2026-06-01T00:00:00Z,Xenia,Yusuf\n"


@pytest.fixture
def delta(tmp_path: Path) -> Path:
    """A delta with one more person."""
    folder = tmp_path / "delta"
    folder.mkdir()
    manifest = "propertyName,value\noneroster.version,1.2\nfile.users,delta\n"
    (folder / "manifest.csv").write_text(manifest)
    (folder / "users.csv").write_text(USERS + ROW)
    return folder


def test_a_dry_run_says_what_would_change_and_keeps_nothing(
    issuer: Issuer, judged: Path, delta: Path
) -> None:
    for _ in range(2):
        said = issuer("import", "oneroster", delta, "--dry-run", "--home", judged)
        assert said.code == 0
        assert said.out.startswith("Dry run, nothing was kept: 1 added")
    said = issuer("import", "oneroster", delta, "--home", judged)
    assert said.out.startswith("1 added")
    said = issuer("import", "oneroster", delta, "--dry-run", "--home", judged)
    assert "nothing changed" in said.out


def test_a_dry_run_finds_the_problems_of_a_real_one(
    issuer: Issuer, judged: Path, delta: Path
) -> None:
    (delta / "users.csv").write_text(USERS.replace("givenName", "given_name") + ROW + "y\n")
    said = issuer("import", "oneroster", delta, "--dry-run", "--home", judged)
    assert said.error == "oneroster.misspelt-column"
    assert "Did you mean 'givenName'?" in said.err


def test_a_report_for_programs_counts_every_table(
    issuer: Issuer, judged: Path, delta: Path
) -> None:
    said = issuer("import", "oneroster", delta, "--json", "--home", judged)
    found = json.loads(said.out)
    assert (found["dryRun"], found["nothingChanged"]) == (False, False)
    assert found["tables"][0] == {
        "table": "users.csv",
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "gone_ids": [],
    }


def test_a_person_is_told_who_is_gone(issuer: Issuer, judged: Path, delta: Path) -> None:
    issuer("import", "oneroster", delta, "--home", judged)
    (delta / "users.csv").write_text(USERS + ROW.replace("active", "tobedeleted"))
    said = issuer("import", "oneroster", delta, "--home", judged)
    assert "1 no longer there" in said.out
    full = (delta / "manifest.csv").read_text().replace("delta", "bulk")
    (delta / "manifest.csv").write_text(full)
    said = issuer("import", "oneroster", delta, "--dry-run", "--json", "--home", judged)
    assert json.loads(said.out)["tables"][0]["gone"] > 0
    said = issuer("import", "oneroster", delta, "--dry-run", "--home", judged)
    assert "No longer there, users.csv: " in said.err


@pytest.mark.parametrize("kind", ["case", "evidence", "rules"])
def test_every_import_can_be_tried_first(
    issuer: Issuer, judged: Path, sample: Path, kind: str, tmp_path: Path
) -> None:
    rules = '[[rules]]\nname = "newest"\nversion = 1\nmethod = "most-recent"\nthreshold = 3\n'
    (tmp_path / "rules.toml").write_text(rules)
    path = {
        "case": sample / "framework.json",
        "evidence": sample / "evidence.csv",
        "rules": tmp_path / "rules.toml",
    }[kind]
    said = issuer("import", kind, path, "--dry-run", "--json", "--home", judged)
    assert json.loads(said.out)["dryRun"] is True
    again = issuer("import", kind, path, "--dry-run", "--json", "--home", judged)
    assert again.out == said.out


def test_canvas_results_come_in_by_command(
    issuer: Issuer, judged: Path, sample: Path, tmp_path: Path
) -> None:
    with (sample / "evidence.csv").open(encoding="utf-8") as stream:
        one = next(iter(csv.DictReader(stream)))
    header = "student sis id,learning outcome name,learning outcome id,outcome score,assessment id"
    report = tmp_path / "results.csv"
    report.write_text(f"{header}\n{one['learnerSourcedId']},Bridges,5,2,31\n")
    said = issuer("import", "canvas", report, "--home", judged)
    assert said.error == "canvas.unknown-competency"
    (tmp_path / "map.csv").write_text(f"outcome,competency\nBridges,{one['competency']}\n")
    arguments = ("import", "canvas", report, "--outcomes", tmp_path / "map.csv")
    assert "1 pieces of evidence added" in issuer(*arguments, "--home", judged).out
    assert "nothing changed" in issuer(*arguments, "--home", judged).out


def test_demographics_are_named_on_the_command_line(
    issuer: Issuer, judged: Path, delta: Path
) -> None:
    manifest = (delta / "manifest.csv").read_text() + "file.demographics,delta\n"
    (delta / "manifest.csv").write_text(manifest)
    (delta / "demographics.csv").write_text("sourcedId,sex,asian\nx-1,female,true\n")
    arguments = ("import", "oneroster", delta, "--json", "--home", judged)
    said = issuer(*arguments, "--with-demographics", "sex,asian")
    assert [one["table"] for one in json.loads(said.out)["tables"][:2]] == [
        "users.csv",
        "demographics.csv",
    ]
    said = issuer(*arguments, "--with-demographics", "gender")
    assert said.error == "oneroster.unknown-demographic"
