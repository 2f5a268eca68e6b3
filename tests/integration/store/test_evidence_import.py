"""Evidence files: CSV and JSON, every bad input with its place, corrections, and twice."""

import csv
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from issuer.competency import evidence_cells, service
from issuer.competency.errors import EvidenceUnreadable
from issuer.competency.reports import EvidenceReport
from issuer.db import session_scope
from issuer.errors import ImportProblem, ImportProblems

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Entry = dict[str, Any]
Bring = Callable[..., EvidenceReport]


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def entry(sourced_id: str = "e1", **changes: Any) -> Entry:
    made: Entry = {
        "sourcedId": sourced_id,
        "learnerSourcedId": "ana",
        "competency": guid("OT.1"),
        "framework": "",
        "kind": "exhibition",
        "score": "3",
        "scoreMin": "",
        "scoreMax": "",
        "level": "",
        "formative": "false",
        "assessorKind": "person",
        "assessorRole": "teacher",
        "assessorId": "tea",
        "observedAt": "2026-05-01T10:00:00Z",
        "artefactUrl": "https://work.school.example/1",
        "artefactSha256": "ab" * 32,
        "note": "A talk, with questions",
        "corrects": "",
    }
    return made | changes


def as_csv(entries: list[Entry]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(entries[0]))
    writer.writeheader()
    writer.writerows(entries)
    return stream.getvalue().encode()


def as_json(entries: list[Entry]) -> bytes:
    return json.dumps({"evidence": entries}).encode()


@pytest.fixture
def bring(school: Engine, tmp_path: Path) -> Bring:
    def bring(entries: list[Entry] | bytes, name: str = "evidence.csv") -> EvidenceReport:
        path = tmp_path / name
        if isinstance(entries, list):
            entries = as_json(entries) if name.endswith(".json") else as_csv(entries)
        path.write_bytes(entries)
        with session_scope(school) as session:
            return service.import_evidence(session, path, NOW)

    return bring


def problems_of(bring: Bring, *args: Any) -> tuple[ImportProblem, ...]:
    with pytest.raises(ImportProblems) as caught:
        bring(*args)
    return caught.value.problems


def kept(engine: Engine, columns: str) -> list[tuple[Any, ...]]:
    with session_scope(engine, read_only=True) as session:
        rows = session.execute(text(f"SELECT {columns} FROM evidence ORDER BY rowid"))  # noqa: S608
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", ["evidence.csv", "evidence.json"])
def test_evidence_comes_in_once(school: Engine, bring: Bring, name: str) -> None:
    entries = [
        entry("e1"),
        entry("e2", competency="OT.2", framework="Five Goals", score="80", scoreMax="100"),
        entry("e3", competency="OT.1", score="", level="meeting", formative="true"),
    ]
    first = bring(entries, name)
    assert (first.added, first.unchanged) == (3, 0)
    again = bring(entries, name)
    assert again.nothing_changed
    assert again.sentence == "3 pieces of evidence; already imported, nothing changed."
    assert kept(school, "sourced_id, score, score_max, level, formative") == [
        ("e1", "3", None, "", 0),
        ("e2", "80", "100", "", 0),
        ("e3", "3", None, "Meeting", 1),
    ]


def test_json_says_the_same_as_csv(school: Engine, bring: Bring) -> None:
    bring([entry("e1", score="3.5", scoreMax="5")])
    typed = entry("e1", score=3.5, scoreMax=5.0, formative=False, scoreMin=None)
    del typed["framework"]
    assert bring([typed], "evidence.json").nothing_changed


def test_a_file_may_leave_out_what_it_does_not_know(school: Engine, bring: Bring) -> None:
    needed = ("sourcedId", "learnerSourcedId", "competency", "kind", "score", "observedAt")
    bring([{name: entry()[name] for name in needed}])
    assert kept(school, "assessor_kind, formative, note") == [("unknown", 0, "")]


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"learnerSourcedId": "nobody"}, "unknown-person", "learnerSourcedId"),
        ({"learnerSourcedId": ""}, "missing-value", "learnerSourcedId"),
        ({"competency": "OT.99"}, "unknown-competency", "competency"),
        ({"competency": guid("none")}, "unknown-competency", "competency"),
        ({"competency": "OT.1", "framework": "Six"}, "unknown-competency", "competency"),
        ({"kind": "exhibtion"}, "unknown-kind", "kind"),
        ({"kind": "Not A Kind!"}, "unknown-kind", "kind"),
        ({"score": "5"}, "score-out-of-range", "score"),
        ({"score": "-0.5"}, "score-out-of-range", "score"),
        ({"score": "101", "scoreMax": "100"}, "score-out-of-range", "score"),
        ({"score": "1", "scoreMin": "2", "scoreMax": "5"}, "score-out-of-range", "score"),
        ({"score": "three"}, "bad-number", "score"),
        ({"score": "", "level": ""}, "missing-value", "score"),
        ({"score": "", "level": "Splendid"}, "unknown-level", "level"),
        ({"scoreMin": "1"}, "bad-value", "scoreMax"),
        ({"scoreMin": "5", "scoreMax": "5"}, "bad-value", "scoreMax"),
        ({"formative": "perhaps"}, "bad-value", "formative"),
        ({"assessorKind": "committee"}, "bad-value", "assessorKind"),
        ({"observedAt": "1 May"}, "bad-date", "observedAt"),
        ({"observedAt": ""}, "missing-value", "observedAt"),
        ({"observedAt": "2026-08-01"}, "in-the-future", "observedAt"),
        ({"artefactUrl": "javascript:alert(1)"}, "bad-value", "artefactUrl"),
        ({"artefactUrl": "https://a.example/ b"}, "bad-value", "artefactUrl"),
        ({"artefactSha256": "abc"}, "bad-value", "artefactSha256"),
        ({"sourcedId": ""}, "missing-value", "sourcedId"),
        ({"sourcedId": "x" * 256}, "bad-value", "sourcedId"),
        ({"note": "x" * 10_001}, "bad-value", "note"),
        ({"corrects": "never"}, "unknown-corrected", "corrects"),
        ({"corrects": "e2"}, "unknown-corrected", "corrects"),
    ],
)
@pytest.mark.parametrize("name", ["evidence.csv", "evidence.json"])
def test_a_wrong_cell_is_named(
    school: Engine, bring: Bring, change: Entry, code: str, column: str, name: str
) -> None:
    problem = problems_of(bring, [entry("e1"), entry("e2", **change)], name)[0]
    assert (problem.code, problem.file) == (f"evidence.{code}", name)
    if name.endswith(".csv"):
        assert (problem.line, problem.column) == (3, column)
    else:
        assert (problem.line, problem.column) == (None, f"/evidence/1/{column}")
    assert kept(school, "id") == []


def test_hints_are_given(bring: Bring) -> None:
    found = problems_of(bring, [entry("e1", kind="exhibtion"), entry("e2", competency="OT.11")])
    assert [one.hint for one in found] == ["Did you mean 'exhibition'?", "Did you mean 'OT.1'?"]


def test_all_problems_come_at_once(school: Engine, bring: Bring) -> None:
    entries = [entry(f"e{n}", score="9") for n in range(2_500)]
    with pytest.raises(ImportProblems) as caught:
        bring(entries)
    assert len(caught.value.problems) + caught.value.more == 2_500
    assert kept(school, "id") == []


def test_an_ambiguous_code_needs_its_framework(
    school: Engine, bring: Bring, tmp_path: Path, framework: dict[str, Any]
) -> None:
    other = json.loads(json.dumps(framework).replace(guid("OT.2"), guid("other OT.2")))
    other["CFDocument"] |= {"identifier": guid("other"), "title": "Other Goals"}
    other |= {"CFItems": other["CFItems"][2:3], "CFAssociations": [], "CFRubrics": []}
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    with session_scope(school) as session:
        service.import_case(session, path, NOW)
    found = problems_of(bring, [entry(competency="OT.2")])
    assert found[0].code == "evidence.ambiguous-competency"
    assert bring([entry(competency="OT.2", framework="Other Goals")]).added == 1


def test_the_same_name_never_means_other_evidence(school: Engine, bring: Bring) -> None:
    bring([entry("e1")])
    found = problems_of(bring, [entry("e1", score="2")])
    assert found[0].code == "evidence.changed"
    assert "append a correction" in found[0].hint
    assert kept(school, "score") == [("3",)]


def test_a_correction_names_the_old_and_both_stay(school: Engine, bring: Bring) -> None:
    entries = [entry("e1"), entry("e2", score="2", corrects="e1")]
    report = bring(entries)
    assert (report.added, report.corrected) == (2, 1)
    assert bring(entries).nothing_changed
    assert bring([entry("e3", score="", corrects="e2")]).corrected == 1
    rows = kept(school, "sourced_id, score, origin_id")
    assert [(row[0], row[1]) for row in rows] == [("e1", "3"), ("e2", "2"), ("e3", None)]
    assert len({row[2] for row in rows}) == 1


@pytest.mark.parametrize("apart", [True, False], ids=["later-file", "same-file"])
def test_evidence_is_corrected_once(bring: Bring, apart: bool) -> None:
    first = [entry("e1"), entry("e2", score="2", corrects="e1")]
    second = [entry("e3", score="1", corrects="e1")]
    if apart:
        bring(first)
    found = problems_of(bring, second if apart else first + second)
    assert [one.code for one in found] == ["evidence.already-corrected"]


def test_a_correction_of_what_was_refused_is_no_second_problem(bring: Bring) -> None:
    found = problems_of(bring, [entry("e1", competency="none"), entry("e2", corrects="e1")])
    assert [one.code for one in found] == ["evidence.unknown-competency"]


def test_a_name_twice_in_one_file_is_refused(bring: Bring) -> None:
    found = problems_of(bring, [entry("e1"), entry("e1", score="2")])
    assert [(one.code, one.line) for one in found] == [("evidence.duplicate", 3)]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "evidence.csv", "evidence.empty-file"),
        (b"sourcedId,learner\n", "evidence.csv", "evidence.missing-column"),
        (b"\xff\xfe", "evidence.csv", "evidence.not-utf8"),
        (b"{", "evidence.json", "evidence.not-json"),
        (b"[]", "evidence.json", "evidence.not-json"),
        (b"{}", "evidence.json", "evidence.not-json"),
        (b'{"evidence": {}}', "evidence.json", "evidence.not-json"),
        (b'{"evidence": [{"title": "\\u0000"}]}', "evidence.json", "evidence.not-json"),
        (b'{"evidence": [3]}', "evidence.json", "evidence.bad-value"),
        (b'{"evidence": [{"kind": {}}]}', "evidence.json", "evidence.bad-value"),
        (b'{"evidence": [{"knd": "quiz"}]}', "evidence.json", "evidence.misspelt-column"),
    ],
)
def test_a_file_that_is_none_is_refused(bring: Bring, data: bytes, name: str, code: str) -> None:
    assert problems_of(bring, data, name)[0].code == code


def test_a_misspelt_header_is_guessed(bring: Bring) -> None:
    data = as_csv([entry()]).replace(b"artefactSha256", b"artifactSha256")
    found = problems_of(bring, data)
    assert [(one.code, one.line, one.column) for one in found] == [
        ("evidence.misspelt-column", 1, "artifactSha256")
    ]
    assert found[0].hint == "Did you mean 'artefactSha256'?"


def test_a_file_above_the_limit_is_not_read_whole(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(evidence_cells.JSON_LIMITS, max_bytes=50)
    monkeypatch.setattr(evidence_cells, "JSON_LIMITS", limits)
    [found] = problems_of(bring, b"{" + b" " * 100, "evidence.json")
    assert found.code == "evidence.too-large"
    assert "50 bytes" in found.sentence


def test_no_file_is_named(school: Engine, tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnreadable), session_scope(school) as session:
        service.import_evidence(session, tmp_path / "absent.csv", NOW)
