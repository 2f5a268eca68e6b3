"""Teachers gather evidence too: nobody judges his own, and a tool's quiz needs one assessor."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from simulators.judging_store import NOW, Store
from sqlalchemy import text

from issuer.competency import service
from issuer.competency.badge_check import VerifiedBadge
from issuer.competency.badges import BadgeTerms, take_in
from issuer.competency.errors import BadgeUnfit, OwnProposal
from issuer.db import session_scope
from issuer.errors import ImportProblems
from issuer.learners import service as learners

MIXED: dict[str, Any] = {
    "name": "mixed",
    "version": 1,
    "method": "weighted-by-kind",
    "threshold": 3,
    "kind_weights": {"classroom-video": 2, "quiz": 1},
    "kinds_required": ["classroom-video", "quiz"],
    "raters": 2,
    "raters_kinds": ["classroom-video"],
}
VIDEO: dict[str, Any] = {"learner": "tea", "kind": "classroom-video"}
QUIZ: dict[str, Any] = {
    "learner": "tea",
    "kind": "quiz",
    "assessorKind": "tool",
    "assessorId": "engine",
}


def refused(store: Store, *scores: float | None, **entry: Any) -> list[str]:
    with pytest.raises(ImportProblems) as error:
        store.see(*(scores or (4,)), **entry)
    return [one.code for one in error.value.problems]


def test_two_raters_of_some_kinds_only(store: Store) -> None:
    store.rules(MIXED)
    store.see(4, **QUIZ)
    video = store.see(3, assessorId="r1", **VIDEO)
    assert store.judge().mastered == 0
    told = store.explain()
    assert "There is no evidence of the kind classroom-video." in told.reasons
    assert "Work of the kind classroom-video counts only when at least two" in told.rule.sentence
    store.see(4, assessorId="r2", secondRatingOf=video, **VIDEO)
    assert store.judge().mastered == 1
    [judgment] = store.mintable()
    assert judgment.learner_name == "Tess Teacher"
    assert str(judgment.score) == "3.67"
    assert len(judgment.evidence) == 2
    assert store.all_recompute()


def test_calling_work_something_else_gets_nobody_around_the_second_rater(store: Store) -> None:
    """A rating that says quiz does not make a video one."""
    store.rules(MIXED | {"least_evidence": 2, "kinds_required": ["quiz"]})
    store.see(4, **QUIZ)
    quiz = store.see(4, **(QUIZ | {"assessorId": "r1"}))
    store.see(4, assessorId="r1", **VIDEO)
    assert store.judge().mastered == 1  # two quizzes; the video waits
    store.see(4, assessorId="r2", secondRatingOf=quiz, **VIDEO)
    store.rules(MIXED | {"version": 2, "raters": 2, "kinds_required": ["quiz"]})
    store.judge()
    [judgment] = store.mintable()
    assert [bool(one.why_not) for one in judgment.evidence] == [False, False, True]


def test_who_decides_between_two_came_after_both(store: Store) -> None:
    """A third score of the same day, with no hour, may as well have been there before."""
    one_day = {"kind": "project", "observedAt": "2026-02-01"}
    terms = {"raters": 2, "combine": "adjudicate", "tolerance": 0}
    store.rules({"name": "a", "version": 1, "method": "most-recent", "threshold": 3} | terms)
    first = store.see(2, assessorId="r1", **one_day)
    store.see(4, assessorId="r2", secondRatingOf=first, **one_day)
    last = store.see(4, assessorId="r3", secondRatingOf=first, **one_day)
    assert store.judge().mastered == 0
    assert "no score is later than all others" in store.explain().evidence[0].why
    later = one_day | {"observedAt": "2026-02-02"}
    store.see(4, assessorId="r3", secondRatingOf=first, corrects=last, **later)
    assert store.judge().mastered == 1
    assert store.all_recompute()


@pytest.mark.parametrize("name", ["tea", " TEA ", "id", "tess@school.example"])
def test_nobody_judges_his_own_evidence(store: Store, name: str) -> None:
    with session_scope(store.engine) as session:
        session.execute(text("UPDATE person SET email = 'Tess@school.example' WHERE email = ''"))
        if name == "id":
            name = str(learners.find_learner(session, "tea").id)
    assert refused(store, assessorId=name, **VIDEO) == ["evidence.own-work"]
    assert refused(store, **(QUIZ | {"assessorId": name})) == ["evidence.own-work"]


def test_nobody_corrects_his_own_score_but_may_take_it_back(store: Store) -> None:
    first = store.see(2, assessorId="r1", **VIDEO)
    assert refused(store, 4, assessorId="tea", corrects=first, **VIDEO) == ["evidence.own-work"]
    assert refused(store, 4, assessorId="tea", secondRatingOf=first, **VIDEO) == [
        "evidence.own-work"
    ]
    store.see(None, assessorId="tea", corrects=first, **VIDEO)


@pytest.mark.parametrize(
    "link",
    [
        "http://video.example/1",
        "HTTP://video.example/1",
        "https://me:secret@video.example/1",
        "https://me@video.example",
        "https://",
        "file:///etc/passwd",
    ],
)
def test_links_that_are_not_https_are_refused(store: Store, link: str) -> None:
    assert refused(store, artefactUrl=link, **VIDEO) == ["evidence.bad-value"]


@pytest.mark.parametrize(
    "link", ["https://video.example/watch?v=a@b", "https://v.example", "urn:isbn:9780141036144"]
)
def test_links_that_lead_somewhere_safely_are_kept(store: Store, link: str) -> None:
    store.see(4, artefactUrl=link, artefactSha256="ab" * 32, **VIDEO)


@pytest.mark.parametrize("kind", ["classroom-video", "student-work", "reflection", "lesson-plan"])
def test_kinds_of_teachers_evidence_are_known(store: Store, kind: str) -> None:
    store.see(4, learner="tea", kind=kind)
    assert refused(store, learner="tea", kind=f"{kind}s") == ["evidence.unknown-kind"]


@pytest.mark.parametrize("by", ["tea", "Tess Teacher", "  tess   TEACHER"])
def test_nobody_confirms_a_proposal_about_himself(store: Store, by: str) -> None:
    store.rules({"name": "p", "version": 1, "method": "highest", "threshold": 3} | _BOTH)
    store.see(4, assessorId="r1", **VIDEO)
    store.judge()
    proposal = _standing(store)
    with session_scope(store.engine) as session:
        for decide in (service.confirm, service.decline):
            with pytest.raises(OwnProposal):
                decide(session, proposal, by=by, reason="I am good.", now=NOW)
        service.confirm(session, proposal, by="Ana Alvarez", reason="Seen.", now=NOW)
    [judgment] = store.mintable()
    assert judgment.reasons[-1] == "A person confirmed it."


_BOTH = {"decided_by": "both"}


def _standing(store: Store) -> UUID:
    with session_scope(store.engine, read_only=True) as session:
        [found] = service.judgments(session)
        return found.id


def test_a_badge_that_somebody_gave_himself_is_no_evidence(store: Store) -> None:
    own = VerifiedBadge(
        id="urn:uuid:1",
        issuer="did:key:z6Mk",
        issuer_name="Tess",
        achievement="Everything",
        level="",
        awarded_at=datetime(2026, 1, 1, tzinfo=UTC),
        holder="did:key:z6Mk",
        identities=(),
        sha256="ab" * 32,
    )
    terms = BadgeTerms("tea", "OT.1", level="Meeting")
    with session_scope(store.engine) as session, pytest.raises(BadgeUnfit):
        take_in(session, own, terms, own_did="did:web:school.example", now=NOW)


def test_teachers_are_listed_by_their_role(store: Store) -> None:
    with session_scope(store.engine, read_only=True) as session:
        assert [one.sourced_id for one in learners.learners(session, "teacher")] == ["tea"]
        assert {one.sourced_id for one in learners.learners(session)} == {"ana", "bo"}
