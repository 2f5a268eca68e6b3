"""A district whose files are those of docs/teachers.md, and its own commands."""

import json
import os
import re
import uuid
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from issuer.cli import run

PAGE = Path(__file__).parents[3] / "docs" / "teachers.md"
LEVELS = ("Not met", "Progressing", "Demonstrated", "Exemplary")
BASE = "https://district.example/ims/case/v1p1"
VARIABLES = {"TOUCHSTONE_PASSPHRASE": "correct horse battery staple"}


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class District:
    """A home, and the commands on it."""

    home: Path

    def run(self, *arguments: object) -> Told:
        """One command, whatever comes of it."""
        out, err = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in VARIABLES.items():
                patch.setenv(name, value)
            code = run([str(one) for one in (*arguments, "--home", self.home)])
        return Told(code, out.getvalue(), err.getvalue())

    def does(self, *arguments: object) -> str:
        """One command that has to succeed; what it said."""
        told = self.run(*arguments)
        assert told.code == os.EX_OK, told
        return told.out

    def listed(self, *arguments: object) -> list[dict[str, Any]]:
        """A listing."""
        found: list[dict[str, Any]] = json.loads(self.does(*arguments, "--json"))
        return found


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _node(name: str, kind: str, **members: Any) -> dict[str, Any]:
    changed = "2025-01-01T00:00:00Z"
    uri = f"{BASE}/{kind}/{_id(name)}"
    return {"identifier": _id(name), "uri": uri, "lastChangeDateTime": changed} | members


def _link(name: str) -> dict[str, Any]:
    return {"title": name, "identifier": _id(name), "uri": f"{BASE}/CFItems/{_id(name)}"}


def _framework() -> dict[str, Any]:
    """MC.1 with the components MC.1.1 and MC.1.2, and MC.2; all on the same levels."""
    items = {
        "MC.1": ("Micro-credential", "Leads discussions in which every student speaks."),
        "MC.1.1": ("Component", "Plans questions that have more than one answer."),
        "MC.1.2": ("Component", "Waits, and lets students answer one another."),
        "MC.2": ("Skill", "Uses questions to find out what students understand."),
    }
    parents = {"MC.1": "D", "MC.1.1": "MC.1", "MC.1.2": "MC.1", "MC.2": "D"}
    criteria = [
        _node(
            f"criterion {name}",
            "CFRubricCriteria",
            CFItemURI=_link(name),
            CFRubricCriterionLevels=[
                _node(f"{name} {quality}", "Levels", quality=quality, score=score)
                for score, quality in enumerate(LEVELS, 1)
            ],
        )
        for name in items
    ]
    return {
        "CFDocument": _node("D", "CFDocuments", title="Educator skills", creator="A district"),
        "CFItems": [
            _node(name, "CFItems", fullStatement=says, humanCodingScheme=name, CFItemType=kind)
            for name, (kind, says) in items.items()
        ],
        "CFAssociations": [
            _node(
                f"{name} is a child",
                "CFAssociations",
                associationType="isChildOf",
                originNodeURI=_link(name),
                destinationNodeURI=_link(parent),
            )
            for name, parent in parents.items()
        ],
        "CFRubrics": [_node("R", "CFRubrics", title="Rubric", CFRubricCriteria=criteria)],
    }


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The files of the page, by name."""
    blocks = re.findall(r"^```\w+ title=(\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return dict(blocks)


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> District:
    """A district with its framework, people and rules, and no evidence yet."""
    folder = tmp_path_factory.mktemp("district")
    roster = folder / "oneroster"
    roster.mkdir()
    manifest = ["oneroster.version,1.2", "file.users,bulk", "file.roles,bulk"]
    (roster / "manifest.csv").write_text("\n".join(["propertyName,value", *manifest, ""]))
    for name in ("users.csv", "roles.csv"):
        (roster / name).write_text(files[name])
    (folder / "framework.json").write_text(json.dumps(_framework()))
    (folder / "rules.toml").write_text(files["rules.toml"])
    made = District(folder / "home")
    address = ("--base-url", "https://district.example", "--chain-port", "0")
    made.does("init", "--name", "A district", *address)
    made.does("import", "case", folder / "framework.json")
    made.does("import", "oneroster", roster)
    made.does("import", "rules", folder / "rules.toml")
    return made


Take = Callable[..., Told]


@pytest.fixture
def take(district: District, tmp_path: Path, files: dict[str, str]) -> Take:
    """Imports evidence: lines under the header of the page, and judges."""

    def take(*lines: str) -> Told:
        path = tmp_path / "evidence.csv"
        header = files["evidence.csv"].splitlines()[0]
        path.write_text("\n".join([header, *lines, ""]))
        told = district.run("import", "evidence", path)
        district.does("judge")
        return told

    return take
