"""CASE packages in the database: twice, changed, shrunk, and beside another framework."""

import copy
import json
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from issuer.competency import service
from issuer.competency.errors import CaseUnreadable, UnknownCompetency
from issuer.competency.models import Competency
from issuer.competency.reports import CaseReport
from issuer.db import session_scope
from issuer.errors import ImportProblems

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
REAL = SHARED / "samples" / "case" / "smarter-balanced-math.json"
NOW = datetime(2026, 6, 30, tzinfo=UTC)


def import_value(engine: Engine, path: Path, value: dict[str, Any]) -> CaseReport:
    path.write_text(json.dumps(value))
    with session_scope(engine) as session:
        return service.import_case(session, path, NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "framework.json"


@pytest.mark.skipif(not REAL.is_file(), reason=f"no CASE sample at {REAL}")
def test_a_real_framework_is_imported_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        first = service.import_case(session, REAL, NOW)
    assert (first.items, first.associations, first.external) == (585, 3_368, 2_005)
    with session_scope(engine) as session:
        again = service.import_case(session, REAL, NOW)
        listed = service.frameworks(session)
        leaves = service.leaf_competencies(session, first.framework_id)
    assert again.nothing_changed
    assert again.sentence.endswith("already imported, nothing changed.")
    assert [(one.competencies, one.associations) for one in listed] == [(585, 3_368)]
    area = next(one for one in leaves if one.code == "M.G3.C1MD.TI.3.MD.C.6")
    assert area.path[0] == "3"
    assert area.path[-1] == "Target I"


def test_what_changed_is_counted(engine: Engine, file: Path, framework: dict[str, Any]) -> None:
    first = import_value(engine, file, framework)
    assert (first.added, first.changed, first.removed) == (
        1 + len(framework["CFItems"]) + len(framework["CFAssociations"]) + 1,
        0,
        0,
    )
    changed = copy.deepcopy(framework)
    changed["CFItems"][1]["fullStatement"] = "Says something else."
    gone = changed["CFItems"].pop()
    changed["CFAssociations"] = [
        one
        for one in changed["CFAssociations"]
        if one["originNodeURI"]["identifier"] != gone["identifier"]
    ]
    report = import_value(engine, file, changed)
    assert (report.added, report.changed, report.removed) == (0, 1, 2)
    with session_scope(engine) as session:
        views = service.competency_views(session, report.framework_id)
        kept = session.get(Competency, uuid.UUID(gone["identifier"]))
        assert kept is not None
        assert kept.removed_at == NOW
    assert [one.statement for one in views][1] == "Says something else."
    assert uuid.UUID(gone["identifier"]) not in {one.id for one in views}
    back = import_value(engine, file, framework)
    assert (back.added, back.changed, back.removed) == (1, 2, 0)


def test_a_changed_title_is_a_change(engine: Engine, file: Path, framework: dict[str, Any]) -> None:
    import_value(engine, file, framework)
    framework["CFDocument"]["title"] = "Another title"
    report = import_value(engine, file, framework)
    assert (report.added, report.changed, report.removed) == (0, 1, 0)
    with session_scope(engine) as session:
        assert [one.title for one in service.frameworks(session)] == ["Another title"]


def test_changed_rubrics_are_replaced(
    engine: Engine, file: Path, framework: dict[str, Any]
) -> None:
    import_value(engine, file, framework)
    criterion = framework["CFRubrics"][0]["CFRubricCriteria"][0]
    competency = uuid.UUID(criterion["CFItemURI"]["identifier"])
    with session_scope(engine) as session:
        assert len(service.competency_levels(session, competency)) == 4
    criterion["CFRubricCriterionLevels"].pop()
    report = import_value(engine, file, framework)
    assert (report.added, report.changed, report.removed) == (0, 1, 0)
    with session_scope(engine) as session:
        assert [one.position for one in service.competency_levels(session, competency)] == [1, 2, 3]
    framework["CFRubrics"] = []
    assert import_value(engine, file, framework).removed == 1
    with session_scope(engine) as session:
        levels = service.competency_levels(session, competency)
    assert [(one.name, int(one.points)) for one in levels] == [
        ("Beginning", 1),
        ("Developing", 2),
        ("Proficient", 3),
        ("Advanced", 4),
    ]


def test_a_bad_package_leaves_the_framework_as_it_was(
    engine: Engine, file: Path, framework: dict[str, Any]
) -> None:
    import_value(engine, file, framework)
    bad = copy.deepcopy(framework)
    bad["CFItems"][0]["fullStatement"] = "Changed"
    bad["CFItems"][1]["fullStatement"] = 7
    with pytest.raises(ImportProblems):
        import_value(engine, file, bad)
    assert import_value(engine, file, framework).nothing_changed


def test_an_identifier_of_another_framework_is_refused(
    engine: Engine, file: Path, framework: dict[str, Any]
) -> None:
    import_value(engine, file, framework)
    other = copy.deepcopy(framework)
    other["CFDocument"]["identifier"] = str(uuid.uuid4())
    other["CFAssociations"] = []
    with pytest.raises(ImportProblems) as caught:
        import_value(engine, file, other)
    assert caught.value.code == "case.duplicate-identifier"
    with session_scope(engine) as session:
        assert len(service.frameworks(session)) == 1


def test_no_file_and_no_competency_are_named(session: Session, tmp_path: Path) -> None:
    with pytest.raises(CaseUnreadable, match=r"absent\.json"):
        service.import_case(session, tmp_path / "absent.json", NOW)
    with pytest.raises(UnknownCompetency):
        service.competency_view(session, uuid.uuid4())
