"""OneRoster sets: the sample, every bad input with file, line and column, twice, and as a zip."""

import csv
import io
import os
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.competency.reports import OneRosterImport
from issuer.db import session_scope
from issuer.errors import ImportProblem, ImportProblems, NotFound
from issuer.learners import oneroster_source
from issuer.learners import service as learners
from issuer.learners.errors import OneRosterUnreadable

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
SAMPLE = SHARED / "samples" / "oneroster"
NOW = datetime(2026, 6, 30, tzinfo=UTC)
Tables = dict[str, list[dict[str, str]]]
COMMON = {"status": "active", "dateLastModified": "2026-06-01T00:00:00.000Z"}


def row(sourced_id: str, **cells: str) -> dict[str, str]:
    return {"sourcedId": sourced_id, **COMMON, **cells}


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


@pytest.fixture
def tables() -> Tables:
    """Two learners and a teacher, a class, two line items and three results."""
    people = (("ana", "Ana", "Alvarez"), ("bo", "Bo", "Berg"), ("tea", "Tess", "Teacher"))
    result = {"scoreStatus": "fully graded", "scoreDate": "2026-05-20", "comment": ""}
    return {
        "orgs": [row("org", name="A school", type="school")],
        "courses": [row("course", title="Science", orgSourcedId="org")],
        "classes": [
            row("class", title="Science 1", courseSourcedId="course", schoolSourcedId="org")
        ],
        "users": [
            row(
                key,
                enabledUser="true",
                username=key,
                givenName=given,
                familyName=family,
                email=f"{key}@school.example",
                password="Never.Read.1",
                preferredGivenName="Anita" if key == "ana" else "",
            )
            for key, given, family in people
        ],
        "roles": [
            row(
                f"role-{key}",
                userSourcedId=key,
                roleType="primary",
                role="teacher" if key == "tea" else "student",
                orgSourcedId="org",
            )
            for key, _, _ in people
        ],
        "enrollments": [
            row("enroll-ana", classSourcedId="class", schoolSourcedId="org", userSourcedId="ana",
                role="student")
        ],
        "categories": [row("task", title="Performance Task")],
        "lineItems": [
            row("item", title="Essay", classSourcedId="class", categorySourcedId="task",
                resultValueMin="0", resultValueMax="100"),
            row("open", title="Talk", classSourcedId="class", categorySourcedId="",
                resultValueMin="", resultValueMax=""),
        ],
        "results": [
            row("r1", lineItemSourcedId="item", studentSourcedId="ana", score="75", **result),
            row("r2", lineItemSourcedId="item", studentSourcedId="bo", score="50", **result),
            row("r3", lineItemSourcedId="open", studentSourcedId="bo", score="4", **result),
        ],
        "resultLearningObjectiveIds": [
            row("o1", resultSourcedId="r1", source="case", learningObjectiveId=guid("OT.1"),
                score=""),
            row("o2", resultSourcedId="r2", source="case", learningObjectiveId=guid("OT.2"),
                score="100"),
            row("o3", resultSourcedId="r3", source="unknown", learningObjectiveId="LO-7", score=""),
        ],
    }  # fmt: skip


def write(directory: Path, tables: Tables, manifest: dict[str, str] | None = None) -> Path:
    directory.mkdir(exist_ok=True)
    for old in directory.iterdir():
        old.unlink()
    lines = {"manifest.version": "1.0", "oneroster.version": "1.2"}
    lines |= {f"file.{name}": "bulk" for name in tables} | (manifest or {})
    text = "propertyName,value\r\n" + "".join(f"{key},{value}\r\n" for key, value in lines.items())
    (directory / "manifest.csv").write_text(text, newline="")
    for name, rows in tables.items():
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        (directory / f"{name}.csv").write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
    return directory


@pytest.fixture
def bring(engine: Engine, tmp_path: Path, framework: dict[str, Any]) -> Callable[..., Any]:
    """Writes a set and imports it, beside the framework of the fixture."""
    import json  # noqa: PLC0415

    case = tmp_path / "framework.json"
    case.write_text(json.dumps(framework))
    with session_scope(engine) as session:
        service.import_case(session, case, NOW)

    def bring(tables: Tables, manifest: dict[str, str] | None = None) -> OneRosterImport:
        path = write(tmp_path / "set", tables, manifest)
        with session_scope(engine) as session:
            return service.import_oneroster(session, path, NOW)

    return bring


def problems_of(
    bring: Callable[..., Any], tables: Tables, manifest: dict[str, str] | None = None
) -> tuple[ImportProblem, ...]:
    with pytest.raises(ImportProblems) as caught:
        bring(tables, manifest)
    return caught.value.problems


def where(problem: ImportProblem) -> tuple[str, str, int | None, str]:
    return problem.code.removeprefix("oneroster."), problem.file, problem.line, problem.column


def rows_in(engine: Engine, table: str) -> int:
    with session_scope(engine, read_only=True) as session:
        count = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    return int(count)


def kept_bytes(engine: Engine) -> bytes:
    """Everything in the database's files, the write-ahead log included."""
    database = Path(str(engine.url.database))
    return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))


@pytest.mark.skipif(not SAMPLE.is_dir(), reason=f"no OneRoster sample at {SAMPLE}")
def test_somebody_elses_set_is_imported(engine: Engine) -> None:
    with session_scope(engine) as session:
        report = service.import_oneroster(session, SAMPLE, NOW)
        found = learners.learners(session)
    assert [one.name for one in found] == ["Bruce Wayne"]
    assert report.roster.files["users.csv"].added == 1
    assert "userProfiles.csv is not used, and was not read." in report.roster.notes
    assert b"brucewayne" in kept_bytes(engine)
    assert b"Batman.Ru1ez" not in kept_bytes(engine)


def test_people_and_results_come_in_and_the_second_time_nothing_changes(
    engine: Engine, bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    first = bring(tables)
    assert first.roster.files["users.csv"].added == 3
    assert first.evidence.added == 2
    again = bring(tables)
    assert again.nothing_changed
    assert "already imported, nothing changed" in again.sentence
    with session_scope(engine, read_only=True) as session:
        assert [one.name for one in learners.learners(session)] == ["Anita Alvarez", "Bo Berg"]
        assert learners.find_learner(session, "ana@school.example").sourced_id == "ana"
        with pytest.raises(NotFound):
            learners.find_learner(session, "nobody")


def test_no_password_reaches_the_database(
    engine: Engine, bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    bring(tables)
    assert b"ana@school.example" in kept_bytes(engine)
    assert b"Never.Read" not in kept_bytes(engine)


def test_a_changed_row_is_changed_and_the_person_keeps_the_id(
    engine: Engine, bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    bring(tables)
    with session_scope(engine, read_only=True) as session:
        before = learners.find_learner(session, "bo")
    tables["users"][1]["familyName"] = "Bergson"
    report = bring(tables)
    assert report.roster.files["users.csv"].changed == 1
    assert report.roster.files["users.csv"].unchanged == 2
    with session_scope(engine, read_only=True) as session:
        after = learners.find_learner(session, "bo")
    assert (after.id, after.name) == (before.id, "Bo Bergson")


def test_a_delta_may_refer_to_what_was_imported_before(
    bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    bring(tables)
    more = dict(tables["results"][0], sourcedId="r9", studentSourcedId="bo")
    report = bring({"results": [more]}, {"file.results": "delta"})
    assert report.roster.files["results.csv"].added == 1


def test_a_set_is_read_from_a_zip_archive(
    engine: Engine, tables: Tables, bring: Callable[..., Any], tmp_path: Path
) -> None:
    tables.pop("resultLearningObjectiveIds")
    folder = write(tmp_path / "unzipped", tables)
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in folder.iterdir():
            opened.write(file, f"export/{file.name}")
    with session_scope(engine) as session:
        assert service.import_oneroster(session, archive, NOW).roster.files["users.csv"].added == 3


def test_an_archive_that_grows_too_large_is_refused(
    engine: Engine, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables["users"] = [row(f"u{n}", givenName="x" * 1_000, familyName="y") for n in range(500)]
    folder = write(tmp_path / "unzipped", tables)
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in folder.iterdir():
            opened.write(file, file.name)
    monkeypatch.setattr(oneroster_source, "MAX_FILE_BYTES", 100_000)
    with pytest.raises(OneRosterUnreadable, match=r"users\.csv"), session_scope(engine) as session:
        service.import_oneroster(session, archive, NOW)
    assert rows_in(engine, "org") == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"plain text"])
def test_what_is_no_set_is_refused(engine: Engine, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(content)
    with pytest.raises(OneRosterUnreadable), session_scope(engine) as session:
        service.import_oneroster(session, path, NOW)
    with pytest.raises(OneRosterUnreadable), session_scope(engine) as session:
        service.import_oneroster(session, tmp_path / "absent", NOW)


def test_a_directory_without_a_manifest_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportProblems) as caught, session_scope(engine) as session:
        service.import_oneroster(session, tmp_path, NOW)
    assert caught.value.code == "oneroster.missing-file"


def test_a_file_that_the_manifest_promises_is_missing(
    bring: Callable[..., Any], tables: Tables
) -> None:
    found = problems_of(bring, tables, {"file.scoreScales": "bulk"})
    assert [where(one) for one in found] == [
        ("missing-file", "manifest.csv", 14, "file.scoreScales")
    ]
    assert "scoreScales.csv" in found[0].sentence


def test_a_missing_file_of_people_is_one_problem_not_hundreds(
    bring: Callable[..., Any], tables: Tables
) -> None:
    del tables["users"]
    found = problems_of(bring, tables, {"file.users": "bulk"})
    assert [one.code for one in found] == ["oneroster.missing-file"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"file.user": "bulk"}, "bad-manifest"),
        ({"file.users": "full"}, "bad-manifest"),
        ({"oneroster.version": "1.0"}, "unsupported-version"),
        ({"manifest.version": "2.0"}, "unsupported-version"),
    ],
)
def test_a_wrong_manifest_is_named(
    bring: Callable[..., Any], tables: Tables, line: dict[str, str], code: str
) -> None:
    found = problems_of(bring, tables, line)
    assert where(found[0])[:2] == (code, "manifest.csv")


def test_a_misspelt_header_is_guessed(bring: Callable[..., Any], tables: Tables) -> None:
    for one in tables["users"]:
        one["preferedGivenName"] = one.pop("preferredGivenName")
    found = problems_of(bring, tables)
    assert [where(one) for one in found] == [
        ("misspelt-column", "users.csv", 1, "preferedGivenName")
    ]
    assert found[0].hint == "Did you mean 'preferredGivenName'?"


@pytest.mark.parametrize(
    ("table", "index", "change", "code", "column"),
    [
        ("roles", 1, {"userSourcedId": "nobody"}, "unknown-person", "userSourcedId"),
        ("enrollments", 0, {"classSourcedId": "none"}, "unknown-class", "classSourcedId"),
        ("enrollments", 0, {"userSourcedId": "none"}, "unknown-person", "userSourcedId"),
        ("results", 2, {"studentSourcedId": "none"}, "unknown-person", "studentSourcedId"),
        ("results", 2, {"lineItemSourcedId": "none"}, "unknown-line-item", "lineItemSourcedId"),
        ("classes", 0, {"schoolSourcedId": "none"}, "unknown-org", "schoolSourcedId"),
        ("lineItems", 0, {"categorySourcedId": "none"}, "unknown-category", "categorySourcedId"),
        ("results", 0, {"score": "100.01"}, "score-out-of-range", "score"),
        ("results", 1, {"score": "-1"}, "score-out-of-range", "score"),
        ("results", 1, {"score": "many"}, "bad-number", "score"),
        ("results", 1, {"scoreDate": "20/05/2026"}, "bad-date", "scoreDate"),
        ("results", 1, {"scoreDate": ""}, "missing-value", "scoreDate"),
        ("roles", 1, {"sourcedId": "role-ana"}, "duplicate", "sourcedId"),
        ("roles", 1, {"sourcedId": ""}, "missing-value", "sourcedId"),
        ("users", 0, {"dateLastModified": "yesterday"}, "bad-date", "dateLastModified"),
        ("users", 0, {"status": "gone"}, "bad-value", "status"),
        ("users", 0, {"familyName": ""}, "missing-value", "familyName"),
        ("users", 0, {"givenName": "x" * 2_001}, "bad-value", "givenName"),
        ("lineItems", 0, {"resultValueMax": "0"}, "bad-value", "resultValueMax"),
        ("resultLearningObjectiveIds", 1, {"score": "101"}, "score-out-of-range", "score"),
        (
            "resultLearningObjectiveIds",
            1,
            {"resultSourcedId": "none"},
            "unknown-result",
            "resultSourcedId",
        ),
        ("resultLearningObjectiveIds", 0, {"source": "moon"}, "bad-value", "source"),
        (
            "resultLearningObjectiveIds",
            0,
            {"learningObjectiveId": guid("not there")},
            "unknown-learning-objective",
            "learningObjectiveId",
        ),
        (
            "resultLearningObjectiveIds",
            0,
            {"learningObjectiveId": "no guid"},
            "unknown-learning-objective",
            "learningObjectiveId",
        ),
    ],
)
def test_a_wrong_cell_is_named_with_file_line_and_column(
    engine: Engine,
    bring: Callable[..., Any],
    tables: Tables,
    table: str,
    index: int,
    change: dict[str, str],
    code: str,
    column: str,
) -> None:
    tables[table][index] |= change
    found = problems_of(bring, tables)
    assert [where(one) for one in found] == [(code, f"{table}.csv", index + 2, column)]
    assert rows_in(engine, "org") == 0
    assert rows_in(engine, "evidence") == 0


def test_all_problems_of_all_files_come_at_once(
    engine: Engine, bring: Callable[..., Any], tables: Tables
) -> None:
    tables["users"][2]["familyName"] = ""
    tables["roles"][0]["userSourcedId"] = "nobody"
    tables["results"][0]["score"] = "900"
    tables["results"][1]["scoreDate"] = "soon"
    found = problems_of(bring, tables)
    assert [where(one) for one in found] == [
        ("missing-value", "users.csv", 4, "familyName"),
        ("unknown-person", "roles.csv", 2, "userSourcedId"),
        ("bad-date", "results.csv", 3, "scoreDate"),
        ("score-out-of-range", "results.csv", 2, "score"),
    ]
    assert rows_in(engine, "person") == 0


def test_whoever_catches_the_problems_commits_nothing(
    engine: Engine, tables: Tables, tmp_path: Path
) -> None:
    tables["results"][0]["score"] = "900"
    path = write(tmp_path / "set", tables)
    with session_scope(engine) as session, pytest.raises(ImportProblems):
        service.import_oneroster(session, path, NOW)
    assert rows_in(engine, "org") == 0


def test_a_result_becomes_evidence_and_its_change_a_correction(
    engine: Engine, bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    bring(tables)
    tables["results"][0]["score"] = "25"
    changed = bring(tables).evidence
    assert (changed.added, changed.corrected, changed.unchanged) == (1, 1, 1)
    assert bring(tables).nothing_changed
    tables["results"][0]["score"] = "75"
    assert bring(tables).evidence.corrected == 1
    assert bring(tables).nothing_changed
    tables["results"][0]["status"] = "tobedeleted"
    assert bring(tables).evidence.corrected == 1
    assert bring(tables).nothing_changed
    tables["results"][0]["status"] = "active"
    assert bring(tables).evidence.corrected == 1
    with session_scope(engine, read_only=True) as session:
        kept = session.execute(
            text("SELECT sourced_id, score, kind, title FROM evidence ORDER BY rowid")
        ).all()
    assert [tuple(one) for one in kept] == [
        ("o1", "75", "performance-task", "Essay"),
        ("o2", "100", "performance-task", "Essay"),
        ("o1#2", "25", "performance-task", "Essay"),
        ("o1#3", "75", "performance-task", "Essay"),
        ("o1#4", None, "performance-task", "Essay"),
        ("o1#5", "75", "performance-task", "Essay"),
    ]


def test_what_is_not_fully_graded_is_no_evidence(
    bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    tables["results"][0]["scoreStatus"] = "submitted"
    assert bring(tables).evidence.added == 1


def test_a_score_that_says_not_out_of_how_many_has_to_fit_the_levels(
    bring: Callable[..., OneRosterImport], tables: Tables
) -> None:
    tables["resultLearningObjectiveIds"][2] |= {
        "source": "case",
        "learningObjectiveId": guid("OT.3"),
    }
    assert bring(tables).evidence.added == 3
    tables["results"][2]["score"] = "85"
    found = problems_of(bring, tables)
    assert [one.code for one in found] == ["oneroster.score-without-range"]
