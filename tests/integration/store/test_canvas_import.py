"""Canvas's outcome results: matched, kept with points, corrected, refused with their place."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.competency.errors import CanvasUnreadable
from issuer.competency.reports import CanvasImport
from issuer.db import session_scope
from issuer.errors import ImportProblem, ImportProblems
from issuer.learners import repository as learners
from issuer.learners.departed import begin_departed
from issuer.learners.errors import DepartedKeyMissing
from issuer.learners.models import DepartedPerson

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Row = dict[str, str]
Bring = Callable[..., CanvasImport]


def row(**changes: str) -> Row:
    """A row as Canvas writes it; names of columns with _ for spaces."""
    made = {
        "student name": "Alvarez, Ana",
        "student id": "7001",
        "student sis id": "ana",
        "assessment title": "Bridge report",
        "assessment id": "31",
        "assessment type": "assignment",
        "submission date": "2026-05-20T09:00:00Z",
        "submission score": "12.0",
        "learning outcome name": "OT.1",
        "learning outcome id": "501",
        "attempt": "1",
        "outcome score": "4.0",
        "assessment question": "",
        "assessment question id": "",
        "course name": "Physics",
        "course id": "9",
        "course sis id": "PHY",
        "section name": "A",
        "section id": "3",
        "section sis id": "",
        "assignment url": "https://canvas.example/courses/9/assignments/31",
        "learning outcome friendly name": "",
        "learning outcome points possible": "5.0",
        "learning outcome mastery score": "3.0",
        "learning outcome mastered": "1",
        "learning outcome rating": "Meets Mastery",
        "learning outcome rating points": "3.0",
        "account id": "1",
        "account name": "District",
        "enrollment state": "active",
    }
    return made | {key.replace("_", " "): value for key, value in changes.items()}


def as_csv(rows: list[Row]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


@pytest.fixture
def bring(school: Engine, tmp_path: Path) -> Bring:
    def bring(rows: list[Row] | bytes, mapping: str = "", now: datetime = NOW) -> CanvasImport:
        path = tmp_path / "outcome_results.csv"
        path.write_bytes(rows if isinstance(rows, bytes) else as_csv(rows))
        mapped = tmp_path / "map.csv" if mapping else None
        if mapped:
            mapped.write_text(mapping, encoding="utf-8")
        with session_scope(school) as session:
            return service.import_canvas(session, path, now, mapped)

    return bring


def problems_of(bring: Bring, *args: Any, **more: Any) -> tuple[ImportProblem, ...]:
    with pytest.raises(ImportProblems) as caught:
        bring(*args, **more)
    return caught.value.problems


def kept(engine: Engine, columns: str) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} FROM evidence ORDER BY rowid"  # noqa: S608 - of this file
    with session_scope(engine, read_only=True) as session:
        return [tuple(one) for one in session.execute(text(query))]


def test_a_row_becomes_evidence_once(school: Engine, bring: Bring) -> None:
    report = bring([row(), row(student_sis_id="bo", assessment_type="quiz")])
    assert (report.evidence.added, report.evidence.corrected) == (2, 0)
    assert kept(school, "source, kind, score, score_max, title, note") == [
        (
            "canvas",
            kind,
            "4",
            "5",
            "Bridge report",
            "Canvas: mastery at 3 points, mastered, rated Meets Mastery.",
        )
        for kind in ("assignment", "quiz")
    ]
    assert bring([row(), row(student_sis_id="bo", assessment_type="quiz")]).nothing_changed


def test_a_score_that_changed_is_a_correction_and_one_taken_back_a_withdrawal(
    school: Engine, bring: Bring
) -> None:
    bring([row()])
    assert bring([row(outcome_score="2.0")]).evidence.corrected == 1
    assert bring([row(outcome_score="")]).evidence.corrected == 1
    assert bring([row(outcome_score="")]).nothing_changed
    assert [one[0] for one in kept(school, "score")] == ["4", "2", None]
    assert bring([row(attempt="2", outcome_score="5")]).evidence.corrected == 0


def test_what_a_report_does_not_list_stays(school: Engine, bring: Bring) -> None:
    bring([row(), row(student_sis_id="bo")])
    assert bring([row()]).nothing_changed
    assert len(kept(school, "id")) == 2


def test_without_a_date_the_first_import_is_the_time(school: Engine, bring: Bring) -> None:
    undated = [row(submission_date="")]
    bring(undated)
    assert bring(undated, now=NOW + timedelta(days=3)).nothing_changed
    assert len(kept(school, "observed_at")) == 1


def test_a_student_in_two_sections_is_one_result(bring: Bring) -> None:
    twice = [row(), row(section_name="B", section_id="4")]
    assert bring(twice).evidence.added == 1
    twice[1]["outcome score"] = "1.0"
    found = problems_of(bring, twice)
    assert [(one.code, one.line) for one in found] == [("canvas.duplicate", 3)]


@pytest.mark.parametrize("name", ["OT.1", "Does OT.1.", "does  ot.1."])
def test_an_outcome_is_known_by_code_or_title(school: Engine, bring: Bring, name: str) -> None:
    bring([row(learning_outcome_name=name)])
    codes = "(SELECT code FROM competency c WHERE c.id = competency_id)"
    assert kept(school, codes) == [("OT.1",)]


@pytest.mark.parametrize("outcome", ["Building bridges", "501"])
def test_a_list_of_outcomes_says_what_names_do_not(
    school: Engine, bring: Bring, outcome: str
) -> None:
    rows = [row(learning_outcome_name="Building bridges")]
    assert [one.code for one in problems_of(bring, rows)] == ["canvas.unknown-competency"]
    bring(rows, f"outcome,competency\n{outcome},OT.2\n")
    codes = "(SELECT code FROM competency c WHERE c.id = competency_id)"
    assert kept(school, codes) == [("OT.2",)]


def test_a_student_is_known_by_identifier_where_only_one_has_it(
    school: Engine, bring: Bring
) -> None:
    with session_scope(school) as session:
        session.execute(text("UPDATE person SET identifier = 'S-1' WHERE sourced_id = 'bo'"))
    assert bring([row(student_sis_id="S-1")]).evidence.added == 1
    with session_scope(school) as session:
        session.execute(text("UPDATE person SET identifier = 'S-1' WHERE sourced_id = 'ana'"))
    found = problems_of(bring, [row(student_sis_id="S-1")])
    assert [one.code for one in found] == ["canvas.ambiguous-person"]


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"student_sis_id": "nobody"}, "unknown-person", "student sis id"),
        ({"student_sis_id": ""}, "missing-value", "student sis id"),
        ({"learning_outcome_name": "Nothing"}, "unknown-competency", "learning outcome name"),
        ({"outcome_score": "many"}, "bad-number", "outcome score"),
        ({"outcome_score": "6"}, "score-out-of-range", "outcome score"),
        ({"outcome_score": "-1"}, "score-out-of-range", "outcome score"),
        (
            {"learning_outcome_points_possible": "0"},
            "bad-value",
            "learning outcome points possible",
        ),
        (
            {"learning_outcome_points_possible": "", "outcome_score": "9"},
            "score-without-range",
            "learning outcome points possible",
        ),
        ({"submission_date": "20/05/2026"}, "bad-date", "submission date"),
        ({"submission_date": "2027-05-20"}, "in-the-future", "submission date"),
        ({"learning_outcome_mastered": "yes"}, "bad-value", "learning outcome mastered"),
        ({"assessment_id": "x" * 256}, "bad-value", "assessment id"),
    ],
)
def test_a_wrong_cell_is_named(
    school: Engine, bring: Bring, change: dict[str, str], code: str, column: str
) -> None:
    found = problems_of(bring, [row(student_sis_id="bo"), row(**change)])
    assert [(one.code, one.file, one.line, one.column) for one in found] == [
        (f"canvas.{code}", "outcome_results.csv", 3, column)
    ]
    assert kept(school, "id") == []


def test_every_problem_comes_at_once_and_a_stranger_once(bring: Bring) -> None:
    rows = [row(student_sis_id="nobody", attempt=str(one)) for one in range(5)]
    rows += [row(learning_outcome_name="OT.11", attempt=str(one)) for one in range(5)]
    found = problems_of(bring, rows, "outcome,competency\nA,OT.9\nB,\n")
    assert [(one.code.removeprefix("canvas."), one.file, one.line) for one in found] == [
        ("unknown-competency", "map.csv", 2),
        ("missing-value", "map.csv", 3),
        ("unknown-person", "outcome_results.csv", 2),
        ("unknown-competency", "outcome_results.csv", 7),
    ]
    assert found[3].hint.startswith("Did you mean 'OT.1'?")


def test_a_misspelt_header_is_guessed(bring: Bring) -> None:
    found = problems_of(bring, as_csv([row()]).replace(b"student sis id", b"student sis_id"))
    assert [(one.code, one.hint) for one in found] == [
        ("canvas.misspelt-column", "Did you mean 'student sis id'?")
    ]


def test_a_file_that_is_not_there_is_refused(school: Engine, tmp_path: Path) -> None:
    with session_scope(school) as session, pytest.raises(CanvasUnreadable):
        service.import_canvas(session, tmp_path / "none.csv", NOW)


def test_results_of_somebody_who_was_deleted_here_are_left_out(
    school: Engine, bring: Bring, tmp_path: Path
) -> None:
    rows = [row(), row(student_sis_id="zoe", attempt="2")]
    assert [one.code for one in problems_of(bring, rows)] == ["canvas.unknown-person"]
    (tmp_path / "report.csv").write_bytes(as_csv(rows))
    with session_scope(school) as session:
        departed = begin_departed(session, tmp_path)
        mark, check = departed.mark("zoe"), departed.key_check
        gone = DepartedPerson(mark=mark, key_check=check, departed_at=NOW, reason="Asked for.")
        learners.add_departed(session, gone)
    with session_scope(school) as session:
        with pytest.raises(DepartedKeyMissing):
            service.import_canvas(session, tmp_path / "report.csv", NOW)
        told = service.import_canvas(session, tmp_path / "report.csv", NOW, departed=departed)
    assert (told.evidence.added, told.departed) == (1, 1)
    assert told.sentence.endswith("Left out: 1 person deleted here, whom the file still has.")
