"""What a credential says of its evidence: each work once, by whom, where, and what came of it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from simulators.judging_store import NOW, Store
from sqlalchemy import event

from credentials.canonical import canonicalize
from credentials.models import check_credential
from issuer.competency import service
from issuer.competency.badge_check import VerifiedBadge
from issuer.competency.badges import BadgeTerms, take_in
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.minting import assemble

SCHOOL = assemble.School("did:web:northgate.example", "Northgate", "https://northgate.example")
NAMED = assemble.School(
    "did:web:northgate.example", "Northgate", "https://northgate.example", True, True
)
STATUS = {
    "id": "https://northgate.example/status/1#5",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "5",
    "statusListCredential": "https://northgate.example/status/1",
}
TWO: dict[str, Any] = {"name": "two", "version": 1, "method": "average", "threshold": 1}
ONE: dict[str, Any] = {"name": "one", "version": 1, "method": "average", "threshold": 1}
REVIEWER = {"assessorKind": "person", "assessorRole": "reviewer"}

THIRD = (
    "3 of 4 points, the last of three scores, because the others differ too much: "
    "a reviewer gave 2, a reviewer gave 4, a lead reviewer gave 3."
)


@pytest.fixture
def credential(store: Store) -> Any:
    """The credential of the one judgment of mastery there is, valid in every term."""

    def make(school: assemble.School = SCHOOL) -> Any:
        [judgment] = store.mintable()
        document = assemble.Assembly(school, NOW).credential(
            judgment, credential_id="urn:uuid:1", status=STATUS, salt="salt"
        )
        check_credential(document)
        canonicalize(document)
        return document

    return make


def second(store: Store, first: str, score: float, by: str, **more: Any) -> None:
    store.see(score, assessorId=by, secondRatingOf=first, **(REVIEWER | more))


@pytest.mark.parametrize(
    ("terms", "scores", "said"),
    [
        (
            {},
            (2, 4),
            "3 of 4 points, the mean of two scores: a reviewer gave 2, a reviewer gave 4.",
        ),
        (
            {"combine": "lower"},
            (2, 4),
            "2 of 4 points, the lowest of two scores: a reviewer gave 2, a reviewer gave 4.",
        ),
        (
            {"combine": "higher"},
            (2, 4),
            "4 of 4 points, the highest of two scores: a reviewer gave 2, a reviewer gave 4.",
        ),
        (
            {"combine": "adjudicate", "tolerance": 1},
            (2, 4, 3),
            THIRD,
        ),
    ],
)
def test_work_that_several_scored_is_there_once_with_all_of_them(
    store: Store, credential: Any, terms: dict[str, Any], scores: tuple[int, ...], said: str
) -> None:
    store.rules(TWO | {"raters": 2} | terms)
    first = store.see(scores[0], assessorId="a", **REVIEWER)
    second(store, first, scores[1], "b")
    for one in scores[2:]:
        second(store, first, one, "c", assessorRole="lead reviewer")
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"] == said
    [judgment] = store.mintable()
    assert judgment.evidence[0].used


def test_more_works_of_several_ask_no_more_questions(store: Store) -> None:
    asked: list[object] = []
    event.listen(store.engine, "before_cursor_execute", lambda *it: asked.append(it[2]))
    store.rules(TWO | {"raters": 2})
    counts = set()
    for number, competency in enumerate(("OT.1", "OT.2", "OT.3"), 1):
        first = store.see(3, on=competency, assessorId="tea", setting="out-of-school")
        second(store, first, 4, "b", on=competency)
        store.judge()
        asked.clear()
        assert len(store.mintable()) == number
        counts.add(len(asked))
    assert len(counts) == 1


def test_what_a_second_rating_adds_is_not_lost(store: Store, credential: Any) -> None:
    """Two ratings make one score whatever the rule; a link may come with the second."""
    store.rules(ONE)
    first = store.see(3, assessorId="a")
    second(store, first, 4, "b", artefactUrl="https://work.example/1", title="An essay")
    store.see(2)
    store.judge()
    work, other = credential()["evidence"]
    assert work["id"] == "https://work.example/1"
    assert work["narrative"].endswith("a person gave 3, a reviewer gave 4. An essay")
    assert other["narrative"] == "2 of 4 points, judged by a person."


def test_work_that_waits_for_another_assessor_says_so(store: Store, credential: Any) -> None:
    store.rules(TWO | {"raters": 2, "combine": "adjudicate", "tolerance": 1})
    first = store.see(3, assessorId="a")
    second(store, first, 3, "b")
    store.see(4, assessorId="a")
    other = store.see(1, assessorId="a")
    second(store, other, 4, "b")
    store.judge()
    done, alone, apart = [one["narrative"] for one in credential()["evidence"]]
    assert "It does not count" not in done
    assert alone.startswith("4 of 4 points, judged by a person. It does not count: It was scored")
    assert apart == (
        "scores: a person gave 1, a reviewer gave 4. It does not count: Its scores differ by more "
        "than the rule allows; a third assessor decides."
    )


def test_people_are_named_only_where_the_school_asks(store: Store, credential: Any) -> None:
    store.rules(ONE)
    store.see(4, assessorId="tea", assessorRole="teacher")
    store.see(4, assessorId="nobody-known", assessorRole="teacher")
    store.judge()
    assert {one["narrative"] for one in credential()["evidence"]} == {
        "4 of 4 points, judged by a teacher."
    }
    assert "Tess" not in json.dumps(credential())
    assert [one["narrative"] for one in credential(NAMED)["evidence"]] == [
        "4 of 4 points, judged by Tess Teacher (teacher).",
        "4 of 4 points, judged by a teacher.",
    ]


@pytest.mark.parametrize(
    ("assessor", "said"),
    [
        ({"assessorKind": "tool", "assessorId": "quiz-engine-2"}, "scored by quiz-engine-2"),
        ({"assessorKind": "tool", "assessorRole": "quiz", "assessorId": "x"}, "scored by quiz"),
        ({"assessorKind": "tool", "assessorId": "tea"}, "scored by a machine"),
        ({"assessorKind": "unknown"}, "by an assessor whom the school's records do not name"),
        ({"assessorKind": "unknown", "assessorRole": "employer"}, "given by an employer"),
        ({"assessorKind": "person"}, "judged by a person"),
    ],
)
def test_nobody_is_made_up(
    store: Store, credential: Any, assessor: dict[str, str], said: str
) -> None:
    store.rules(ONE)
    store.see(4, **assessor)
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"] == f"4 of 4 points, {said}."


def test_the_setting_is_said_and_only_the_standing_entry_shown(
    store: Store, credential: Any
) -> None:
    store.rules(ONE)
    old = store.see(1, setting="out-of-school", kind="work-experience", title="Wrong")
    store.see(
        3, setting="out-of-school", kind="work-experience", title="A week at sea", corrects=old
    )
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"] == "3 of 4 points, out of school, judged by a person. A week at sea"
    assert piece["genre"] == "work-experience"
    assert "Wrong" not in json.dumps(credential())


def badge(**changes: Any) -> VerifiedBadge:
    known: dict[str, Any] = {
        "id": "https://museum.example/badges/9",
        "issuer": "did:web:museum.example",
        "issuer_name": "City Museum",
        "achievement": "Young conservator",
        "level": "",
        "awarded_at": NOW,
        "holder": "",
        "identities": (),
        "sha256": "cd" * 32,
    }
    return VerifiedBadge(**(known | changes))


@pytest.mark.parametrize("identifier", ["https://museum.example/badges/9", "urn:uuid:9#part"])
def test_a_badge_says_whose_it_is(store: Store, credential: Any, identifier: str) -> None:
    store.rules(ONE)
    with session_scope(store.engine) as session:
        terms = BadgeTerms("ana", "OT.1", level="Meeting")
        own = "did:web:northgate.example"
        take_in(session, badge(id=identifier), terms, own_did=own, now=NOW)
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"] == (
        f"3 of 4 points, out of school, for the badge {identifier} of did:web:museum.example. "
        "Young conservator"
    )
    assert piece["description"] == f"SHA-256 of the badge: {'cd' * 32}"
    store.see(
        2,
        source="did:web:museum.example",
        sourcedId="less",
        corrects=f"{identifier}#{_competency(store)}#{_learner(store)}",
        setting="out-of-school",
    )
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"].startswith(
        f"2 of 4 points, out of school, for the badge {identifier} of did:web:museum.example."
    )


def _learner(store: Store) -> str:
    return str(store.mintable()[0].learner_id)


def _competency(store: Store) -> str:
    return str(store.mintable()[0].competency.id)


def test_a_file_cannot_make_a_badge(store: Store, credential: Any) -> None:
    store.rules(ONE)
    store.see(
        4,
        setting="out-of-school",
        assessorKind="unknown",
        assessorRole="badge issuer",
        assessorId="did:web:museum.example",
    )
    store.judge()
    [piece] = credential()["evidence"]
    assert piece["narrative"] == "4 of 4 points, out of school, given by a badge issuer."


def test_the_agreement_is_stated_as_it_was_and_makes_no_other_achievement(
    store: Store, tmp_path: Path
) -> None:
    store.rules(ONE | {"state_kappa": True})
    store.see(4)
    store.judge(kappa=Decimal("0.716"))
    [before] = store.mintable()
    assert before.reasons[-1] == "The agreement between assessors on this rubric (kappa) is 0.72."
    assert before.rule.sentence.endswith("on the rubric is stated with each judgment.")
    assert store.judge(kappa=Decimal("0.5")).unchanged == 1
    assert store.mintable() == [before]
    store.see(4, learner="bo")
    store.judge(kappa=None)
    other = next(one for one in store.mintable() if one.learner_sourced_id == "bo")
    assert other.reasons[-1].startswith("How well assessors agree on this rubric is not known,")
    assert _achievement(before) == _achievement(other)
    assert store.all_recompute()


def _achievement(judgment: MintableJudgment) -> object:
    return assemble.achievement(judgment, SCHOOL.base_url)


def test_an_agreement_that_is_required_and_stated_is_said_once(store: Store) -> None:
    store.rules(ONE | {"state_kappa": True, "least_kappa": 0.6})
    store.see(4)
    store.judge(kappa=Decimal("0.7"))
    [judgment] = store.mintable()
    assert sum("kappa" in one for one in judgment.reasons) == 1
    store.judge(kappa=None)
    assert not store.mintable()
    with session_scope(store.engine, read_only=True) as session:
        [standing] = service.judgments(session)
        told = service.explain(session, standing.id)
    assert sum("assessors agree" in one for one in told.reasons) == 1
    assert store.all_recompute()


def test_a_cluster_rests_on_its_members_and_names_who_judged_them(
    store: Store, credential: Any
) -> None:
    cluster = {"name": "any-two", "version": 1, "method": "k-of-members", "n": 2}
    store.rules(cluster, ONE | {"raters": 2, "raters_kinds": ["exhibition"], "threshold": 3})
    first = store.see(3, kind="exhibition", assessorId="tea", assessorRole="teacher")
    second(store, first, 4, "b", kind="exhibition")
    store.see(4, on="OT.2", assessorKind="tool", assessorId="engine")
    store.see(2, on="OT.3")
    store.judge()
    judgments = {one.competency.code: one for one in store.mintable()}
    assert set(judgments) == {"OT", "OT.1", "OT.2"}
    for school, teacher in ((SCHOOL, "a teacher"), (NAMED, "Tess Teacher (teacher)")):
        document = assemble.Assembly(school, NOW).credential(
            judgments["OT"], credential_id="urn:uuid:1", status=STATUS, salt="salt"
        )
        check_credential(document)
        said = {one["id"]: one["narrative"] for one in document["evidence"]}
        assert said == {
            f"urn:uuid:{judgments['OT.1'].judgment_id}": (
                f"Meeting, judged by {teacher}, a reviewer. OT.1"
            ),
            f"urn:uuid:{judgments['OT.2'].judgment_id}": "Advanced, judged by engine. OT.2",
        }
        assert {one["genre"] for one in document["evidence"]} == {"competency"}


def test_a_cluster_of_clusters_says_what_it_rests_on(store: Store) -> None:
    whole = {"name": "all", "version": 1, "method": "all-members", "members": ["OT"]}
    part = {"name": "part", "version": 1, "method": "k-of-members", "n": 1, "members": ["OT.1"]}
    store.rules(
        whole | {"applies_to": {"competencies": ["OT.3"]}},
        part | {"applies_to": {"competencies": ["OT"]}},
        ONE | {"name": "rest"},
    )
    store.see(4)
    store.judge()
    judgments = {one.competency.code: one for one in store.mintable()}
    [piece] = judgments["OT.3"].evidence
    assert (piece.title, piece.ratings) == ("OT", ())
    assert piece.id == str(judgments["OT"].judgment_id)
