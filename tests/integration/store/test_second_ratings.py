"""Second ratings: what makes one, every problem with its place, and evidence as it is listed."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from issuer.competency import service
from issuer.competency.evidence import EvidenceContent
from issuer.competency.evidence_listing import ListedEvidence
from issuer.competency.reports import EvidenceReport
from issuer.db import session_scope
from issuer.errors import ImportProblems

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Bring = Callable[..., EvidenceReport]


def entry(sourced_id: str, assessor: str = "tea", **changes: Any) -> dict[str, Any]:
    made = {
        "sourcedId": sourced_id,
        "learnerSourcedId": "ana",
        "competency": "OT.1",
        "kind": "exhibition",
        "score": 3,
        "assessorKind": "person",
        "assessorRole": "teacher",
        "assessorId": assessor,
        "observedAt": "2026-05-01T10:00:00Z",
    }
    return made | changes


def second(sourced_id: str = "s1", assessor: str = "ted", **changes: Any) -> dict[str, Any]:
    return entry(sourced_id, assessor, **({"secondRatingOf": "e1", "score": 2} | changes))


@pytest.fixture
def bring(school: Engine, tmp_path: Path) -> Bring:
    def bring(*entries: dict[str, Any]) -> EvidenceReport:
        path = tmp_path / "evidence.json"
        path.write_text(json.dumps({"evidence": entries}))
        with session_scope(school) as session:
            return service.import_evidence(session, path, NOW)

    return bring


@pytest.fixture
def listed(school: Engine) -> Callable[[], dict[str, ListedEvidence]]:
    def listed() -> dict[str, ListedEvidence]:
        with session_scope(school, read_only=True) as session:
            return {one.sourced_id: one for one in service.listed_evidence(session)}

    return listed


def codes(bring: Bring, *entries: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ImportProblems) as caught:
        bring(*entries)
    return [(one.code, one.column.rpartition("/")[2]) for one in caught.value.problems]


@pytest.mark.parametrize("apart", [False, True], ids=["same-file", "later-file"])
def test_a_second_rating_names_the_first(bring: Bring, listed: Any, apart: bool) -> None:
    files = [[entry("e1")], [second()]] if apart else [[entry("e1"), second()]]
    for entries in files:
        assert bring(*entries).added == len(entries)
        assert bring(*entries).nothing_changed
    assert listed()["s1"].second_rating_of == "e1"
    assert listed()["e1"].second_rating_of == ""


def test_a_third_rating_names_the_first_too(bring: Bring, listed: Any) -> None:
    bring(entry("e1"), second(), second("s2", "tim"))
    assert {one.second_rating_of for one in listed().values()} == {"", "e1"}


def test_a_second_rating_of_a_correction_is_of_its_first_entry(bring: Bring, listed: Any) -> None:
    chain = [entry("e1"), entry("e2", score=4, corrects="e1")]
    for _ in range(2):
        bring(*chain, second(secondRatingOf="e2"))
    assert listed()["s1"].second_rating_of == "e1"
    assert bring(second(secondRatingOf="e1")).nothing_changed


def test_a_second_rating_is_corrected_like_any_other(bring: Bring, listed: Any) -> None:
    bring(entry("e1"), second())
    assert bring(second("s2", score=4, corrects="s1")).corrected == 1
    assert [listed()[name].stands for name in ("e1", "s1", "s2")] == [True, False, True]


@pytest.mark.parametrize("apart", [False, True], ids=["same-file", "later-file"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"secondRatingOf": "e9"}, [("unknown-first-rating", "secondRatingOf")]),
        ({"secondRatingOf": "s1"}, [("bad-value", "secondRatingOf")]),
        ({"learnerSourcedId": "bo"}, [("other-work", "learnerSourcedId")]),
        ({"competency": "OT.2"}, [("other-work", "competency")]),
        ({"assessorId": "tea"}, [("same-assessor", "assessorId")]),
        ({"assessorId": "tea", "assessorKind": "tool"}, [("same-assessor", "assessorId")]),
        ({"assessorId": ""}, [("missing-value", "assessorId")]),
        ({"secondRatingOf": "anonymous"}, [("unknown-assessor", "secondRatingOf")]),
        ({"secondRatingOf": "s0"}, [("not-first-rating", "secondRatingOf")]),
        ({"assessorId": "tim"}, [("same-assessor", "assessorId")]),
        ({"source": "elsewhere"}, [("unknown-first-rating", "secondRatingOf")]),
        (
            {"learnerSourcedId": "bo", "competency": "OT.2", "assessorId": "tea"},
            [
                ("other-work", "learnerSourcedId"),
                ("other-work", "competency"),
                ("same-assessor", "assessorId"),
            ],
        ),
    ],
)
def test_what_is_no_second_rating(
    bring: Bring, change: dict[str, Any], expected: list[tuple[str, str]], apart: bool
) -> None:
    first = [entry("e1"), second("s0", "tim"), entry("anonymous", "")]
    if apart:
        bring(*first)
    found = codes(bring, *([] if apart else first), second(**change))
    assert found == [(f"evidence.{code}", column) for code, column in expected]


def test_a_second_rating_of_what_was_refused_is_no_second_problem(bring: Bring) -> None:
    found = codes(
        bring, entry("e1", competency="none"), second(), second("s2", secondRatingOf="s1")
    )
    assert found == [("evidence.unknown-competency", "competency")]


def test_the_first_rating_comes_first(bring: Bring) -> None:
    assert codes(bring, second(), entry("e1")) == [
        ("evidence.unknown-first-rating", "secondRatingOf")
    ]


def test_a_correction_is_of_the_same_learner(bring: Bring) -> None:
    bring(entry("e1"))
    assert codes(bring, entry("e2", learnerSourcedId="bo", corrects="e1")) == [
        ("evidence.other-learner", "learnerSourcedId")
    ]


def test_many_second_ratings_across_chunks(bring: Bring, listed: Any) -> None:
    works = [entry(f"e{n}", f"tea{n % 7}") for n in range(1_500)]
    again = [second(f"s{n}", f"ted{n % 5}", secondRatingOf=f"e{n}") for n in range(1_500)]
    assert bring(*works, *again).added == 3_000
    assert sum(bool(one.second_rating_of) for one in listed().values()) == 1_500


# --- setting and source ---


def test_setting_and_source_are_kept(bring: Bring, listed: Any) -> None:
    bring(entry("e1"), entry("e2", source="museum", setting="out-of-school", kind="internship"))
    found = {name: (one.source, one.setting) for name, one in listed().items()}
    assert found == {"e1": ("file", "school"), "e2": ("museum", "out-of-school")}


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"setting": "home"}, "bad-value", "setting"),
        ({"source": "oneroster"}, "reserved-source", "source"),
        ({"source": "did:web:museum.example"}, "bad-value", "source"),
        ({"source": "Two Words"}, "bad-value", "source"),
    ],
)
def test_settings_and_sources_that_are_none(
    bring: Bring, change: dict[str, Any], code: str, column: str
) -> None:
    assert codes(bring, entry("e1", **change)) == [(f"evidence.{code}", column)]


def test_the_same_name_of_two_sources_is_two_things(bring: Bring, school: Engine) -> None:
    assert bring(entry("e1"), entry("e1", source="district-sis")).added == 2
    assert codes(bring, entry("e7"), entry("e7", source="file")) == [
        ("evidence.duplicate", "sourcedId")
    ]


def test_what_older_releases_kept_is_still_the_same() -> None:
    content = EvidenceContent(
        source="file",
        sourced_id="e1",
        learner_id=UUID(int=1),
        competency_id=UUID(int=2),
        kind="quiz",
        score=None,
        score_min=None,
        score_max=None,
        level="",
        formative=False,
        assessor_kind="person",
        assessor_role="",
        assessor_id="",
        observed_at=NOW,
        artefact_url="",
        artefact_sha256="",
        title="",
        note="",
    )
    # As the release before settings and second ratings wrote it.
    assert content.digest().hex() == OLD_DIGEST


OLD_DIGEST = "45997602a83e9dce3a1f94f27a1453a64504712b4379e7fde16c56d55597c130"

# --- listing and export ---


def test_a_listing_says_everything(bring: Bring, listed: Any) -> None:
    bring(
        entry("e1", formative=True, artefactUrl="https://work.example/1", artefactSha256="a" * 64),
        second(note="Too kind", setting="out-of-school"),
    )
    one, other = listed()["e1"], listed()["s1"]
    assert (one.learner_sourced_id, one.competency_code, one.framework_title) == (
        "ana",
        "OT.1",
        "Five Goals",
    )
    assert (one.formative, one.artefact_url, one.artefact_sha256) == (
        True,
        "https://work.example/1",
        "a" * 64,
    )
    assert (other.assessor_id, other.note, other.setting) == ("ted", "Too kind", "out-of-school")
    assert (one.observed_at, one.recorded_at) == (datetime(2026, 5, 1, 10, tzinfo=UTC), NOW)


def test_an_export_can_be_imported_again(bring: Bring, school: Engine, tmp_path: Path) -> None:
    bring(
        entry("e1", score=None, level="Meeting"),
        entry("e2", score=40, scoreMin=10, scoreMax=50, title="Über, „all”\nof it"),
        second(source="file", setting="out-of-school"),
        second("s2", "tim", score=None, secondRatingOf="", corrects="s1"),
        entry("e1", source="district-sis"),
    )
    with session_scope(school, read_only=True) as session:
        rows = [one.cells() for one in service.listed_evidence(session)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path = tmp_path / "export.csv"
    path.write_text(stream.getvalue())
    with session_scope(school) as session:
        report = service.import_evidence(session, path, NOW)
    assert (report.added, report.unchanged) == (0, 5)


def test_a_listing_is_of_one_learner_if_asked(bring: Bring, school: Engine) -> None:
    bring(entry("e1"), entry("e2", learnerSourcedId="bo", competency="OT.2"))
    with session_scope(school, read_only=True) as session:
        [bo] = [one for one in service.listed_evidence(session) if one.sourced_id == "e2"]
        mine = service.listed_evidence(session, learner_id=bo.learner_id)
        assert [one.sourced_id for one in mine] == ["e2"]
        on_it = service.listed_evidence(session, competency_id=bo.competency_id)
        assert [one.sourced_id for one in on_it] == ["e2"]
