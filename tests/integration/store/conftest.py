"""A migrated database: SQLite in a file, and for some modules real PostgreSQL as well."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulators.databases import migrated
from simulators.judging_store import Store
from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.competency import service
from issuer.db import session_scope

ON_BOTH = {
    "test_calibration.py",
    "test_case_api.py",
    "test_crosswalk.py",
    "test_framework_versions.py",
    "test_judging.py",
    "test_rule_kinds.py",
    "test_second_ratings.py",
}
"""Modules whose tests run on PostgreSQL too; those runs are slow tests."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Both databases for the modules above."""
    if "engine" in metafunc.fixturenames and Path(metafunc.module.__file__ or "").name in ON_BOTH:
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
        metafunc.parametrize("engine", kinds, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if getattr(request, "param", "sqlite") == "sqlite":
        made = migrated(tmp_path / "touchstone.db")
    else:
        made = request.getfixturevalue("server").migrated()
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with session_scope(engine) as opened:
        yield opened


BASE = "https://school.example/ims/case/v1p1"


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def node(name: str, kind: str, **members: Any) -> dict[str, Any]:
    uri = f"{BASE}/{kind}/{guid(name)}"
    changed = "2026-01-01T00:00:00Z"
    return {"identifier": guid(name), "uri": uri, "lastChangeDateTime": changed} | members


def case_link(name: str) -> dict[str, Any]:
    return {"title": name, "identifier": guid(name), "uri": f"{BASE}/CFItems/{guid(name)}"}


@pytest.fixture
def framework() -> dict[str, Any]:
    """A goal OT with competencies OT.1 (with a rubric), OT.2 and OT.3."""
    names = ("OT", "OT.1", "OT.2", "OT.3")
    levels = [
        node(f"L{score}", "Levels", quality=quality, description=f"{quality} work.", score=score)
        for score, quality in enumerate(("Starting", "Growing", "Meeting", "Leading"), 1)
    ]
    criterion = node("C", "Criteria", CFItemURI=case_link("OT.1"), CFRubricCriterionLevels=levels)
    return {
        "CFDocument": node("D", "CFDocuments", title="Five Goals", creator="A school"),
        "CFItems": [
            node(
                name,
                "CFItems",
                fullStatement=f"Does {name}.",
                humanCodingScheme=name,
                CFItemType="Goal" if name == "OT" else "Competency",
            )
            for name in names
        ],
        "CFAssociations": [
            node(
                f"{name} is a child",
                "CFAssociations",
                associationType="isChildOf",
                originNodeURI=case_link(name),
                destinationNodeURI=case_link("D" if name == "OT" else "OT"),
            )
            for name in names
        ],
        "CFRubrics": [node("R", "CFRubrics", title="Rubric", CFRubricCriteria=[criterion])],
    }


@pytest.fixture
def school(engine: Engine, tmp_path: Path, framework: dict[str, Any]) -> Engine:
    """The framework, two learners (ana, bo) and a teacher (tea)."""
    (tmp_path / "framework.json").write_text(json.dumps(framework))
    folder = tmp_path / "roster"
    folder.mkdir()
    files = {
        "manifest": [
            "propertyName,value",
            "oneroster.version,1.2",
            "file.users,bulk",
            "file.roles,bulk",
        ],
        "users": [
            "sourcedId,givenName,familyName,email",
            "ana,Ana,Alvarez,ana@school.example",
            "bo,Bo,Berg,",
            "tea,Tess,Teacher,",
        ],
        "roles": [
            "sourcedId,userSourcedId,role",
            "r-ana,ana,student",
            "r-bo,bo,student",
            "r-tea,tea,teacher",
        ],
    }
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with session_scope(engine) as opened:
        service.import_case(opened, tmp_path / "framework.json", now)
        service.import_oneroster(opened, folder, now)
    return engine


@pytest.fixture
def store(school: Engine, tmp_path: Path) -> Store:
    return Store(school, tmp_path)
