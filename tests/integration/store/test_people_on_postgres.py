"""The same imports on PostgreSQL: full, delta, 1.1, demographics, Canvas."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulators.postgres import Server
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.db import session_scope
from issuer.errors import ImportProblems

NOW = datetime(2026, 6, 30, tzinfo=UTC)
USERS = ["sourcedId,status,givenName,familyName,identifier", "ana,,Ana,Alvarez,S-1", "bo,,Bo,Berg,"]
RESULTS = [
    "sourcedId,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate",
    "r1,item,ana,fully graded,75,2026-05-20",
    "r2,item,bo,fully graded,50,2026-05-20",
]


@pytest.fixture
def postgres(server: Server) -> Iterator[Engine]:
    made = server.migrated()
    yield made
    made.dispose()


def write(folder: Path, version: str, files: dict[str, Iterable[str]], mode: str = "bulk") -> Path:
    folder.mkdir()
    manifest = ["propertyName,value", f"oneroster.version,{version}"]
    manifest += [f"file.{name},{mode}" for name in files]
    for name, lines in {**files, "manifest": manifest}.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return folder


@pytest.mark.slow
def test_people_and_results_on_postgres(
    postgres: Engine, tmp_path: Path, framework: dict[str, Any]
) -> None:
    (tmp_path / "framework.json").write_text(json.dumps(framework))
    competency = framework["CFItems"][1]["identifier"]
    objectives = ["sourcedId,resultSourcedId,source,learningObjectiveId"]
    objectives += [f"o{one},r{one},case,{competency}" for one in (1, 2)]
    files: dict[str, Iterable[str]] = {
        "users": USERS,
        "lineItems": ["sourcedId,title,resultValueMin,resultValueMax", "item,Essay,0,100"],
        "results": RESULTS,
        "resultLearningObjectiveIds": objectives,
        "demographics": ["sourcedId,sex", "ana,female", "bo,male"],
    }
    full = write(tmp_path / "full", "1.2", files)
    with session_scope(postgres) as session:
        service.import_case(session, tmp_path / "framework.json", NOW)
    with session_scope(postgres) as session:
        report = service.import_oneroster(session, full, NOW, ["sex"])
    assert report.evidence.added == 2
    with session_scope(postgres) as session:
        assert service.import_oneroster(session, full, NOW, ["sex"]).nothing_changed
    fewer = write(tmp_path / "fewer", "1.2", {"users": USERS[:2], "results": RESULTS[:2]})
    with session_scope(postgres) as session:
        gone = service.import_oneroster(session, fewer, NOW)
    assert gone.roster.files["results.csv"].gone_ids == ["r2"]
    assert gone.evidence.nothing_changed, "a result that is listed no more was still given"
    with session_scope(postgres, read_only=True) as session:
        kept = session.execute(text("SELECT sourced_id, status FROM person ORDER BY 1")).all()
    assert [tuple(one) for one in kept] == [("ana", "active"), ("bo", "gone")]


@pytest.mark.slow
def test_1_1_and_canvas_on_postgres(
    postgres: Engine, tmp_path: Path, framework: dict[str, Any]
) -> None:
    (tmp_path / "framework.json").write_text(json.dumps(framework))
    orgs = ["sourcedId,name,type", "north,North,school", "south,South,school"]
    header = "sourcedId,status,orgSourcedIds,role,givenName,familyName,identifier"
    users = [header, 'ana,,"north,south",student,Ana,Alvarez,S-1']
    first = write(tmp_path / "first", "1.1", {"orgs": orgs, "users": users})
    moved = [header, "ana,,south,student,Ana,Alvarez,S-1"]
    then = write(tmp_path / "then", "1.1", {"users": moved}, "delta")
    with session_scope(postgres) as session:
        service.import_case(session, tmp_path / "framework.json", NOW)
        assert service.import_oneroster(session, first, NOW).roster.files["users.csv"].added == 1
    with session_scope(postgres) as session:
        report = service.import_oneroster(session, then, NOW)
    assert report.roster.files["users.csv (roles)"].gone == 1
    columns = "student sis id,learning outcome name,learning outcome id,outcome score,assessment id"
    canvas = tmp_path / "canvas.csv"
    canvas.write_text(f"{columns}\nS-1,OT.1,501,3,31\n")
    for added in (1, 0):
        with session_scope(postgres) as session:
            assert service.import_canvas(session, canvas, NOW).evidence.added == added
    canvas.write_text(f"{columns}\nS-2,OT.1,501,3,31\n")
    with session_scope(postgres) as session, pytest.raises(ImportProblems):
        service.import_canvas(session, canvas, NOW)
