"""The commands that write a framework to a file and list what matches a competency."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Issuer = Callable[..., Any]


@pytest.fixture
def home(judged_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(judged_once, tmp_path / "home"))


def test_a_framework_is_written_as_it_was_imported(
    issuer: Issuer, judged_once: Path, sample: Path, tmp_path: Path
) -> None:
    [row] = issuer("frameworks", "--json", "--home", judged_once).rows
    assert row["version"] == 1
    original = json.loads((sample / "framework.json").read_bytes())
    for name in (row["id"], row["title"]):
        file = tmp_path / "out.json"
        said = issuer("export", "case", name, "-o", file, "--home", judged_once)
        assert (said.code, said.out) == (0, f"The framework is in {file}\n")
        assert json.loads(file.read_bytes()) == original
    made = issuer(
        "export", "case", row["id"], "-o", file, "--case-version", "1.0", "--home", judged_once
    )
    assert made.code == 0
    assert "caseVersion" not in json.loads(file.read_bytes())["CFDocument"]


def test_what_cannot_be_written_is_said(issuer: Issuer, judged_once: Path, tmp_path: Path) -> None:
    [row] = issuer("frameworks", "--json", "--home", judged_once).rows
    file = tmp_path / "out.json"
    asked = ("export", "case", row["id"], "--home", judged_once)
    assert issuer(*asked, "-o", tmp_path).error == "cli.file-unwritable"
    assert issuer(*asked, "-o", file, "--case-version", "3").error == "case.unknown-version"
    assert issuer(*asked, "-o", file, "--number", 9).error == "framework.version-not-found"
    missing = issuer("export", "case", "Nothing", "-o", file, "--home", judged_once)
    assert missing.error == "framework.not-found"
    assert not file.exists()


def test_a_learner_is_exported_with_and_without_the_word(
    issuer: Issuer, judged_once: Path, tmp_path: Path
) -> None:
    for words in ((), ("learner",)):
        said = issuer("export", *words, "nobody", tmp_path / "x", "--home", judged_once)
        assert said.error == "issuer.not-found"


def test_a_crosswalk_is_listed(issuer: Issuer, home: Path, sample: Path, tmp_path: Path) -> None:
    package = json.loads((sample / "framework.json").read_bytes())
    item = package["CFItems"][-1]
    assert issuer("crosswalk", item["identifier"], "--home", home).code == 0
    link = {"title": "Elsewhere", "identifier": "x", "uri": "https://other.example/x"}
    package["CFAssociations"].append(
        package["CFAssociations"][0]
        | {
            "identifier": "5b5f9983-eabb-4661-aca4-9e0c81046772",
            "associationType": "exactMatchOf",
            "originNodeURI": link | {"identifier": item["identifier"], "uri": item["uri"]},
            "destinationNodeURI": link,
        }
    )
    file = tmp_path / "newer.json"
    file.write_text(json.dumps(package))
    assert issuer("import", "case", file, "--home", home).code == 0
    rows = issuer("crosswalk", item["humanCodingScheme"], "--json", "--home", home).rows
    assert [(one["relation"], one["title"], one["here"]) for one in rows] == [
        ("exactMatchOf", "Elsewhere", False)
    ]
    assert "Elsewhere" in issuer("crosswalk", item["uri"], "--home", home).out
    assert issuer("crosswalk", "Nothing.1", "--home", home).error == "competency.not-found"
