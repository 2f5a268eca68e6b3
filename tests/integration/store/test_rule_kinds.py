"""Every kind of rule through the store: judged, explained in words, and formed again."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from simulators.judging_store import NOW, Store

from issuer.competency import recomputing, service
from issuer.competency.errors import DecisionIncomplete, NoProposal
from issuer.competency.reports import JudgingReport
from issuer.db import session_scope


def rule(name: str = "latest", version: int = 1, **members: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"name": name, "version": version, "method": "most-recent"}
    if "level" not in members and not str(members.get("method")).endswith("-members"):
        base["threshold"] = 3
    return base | members


def why(store: Store) -> dict[str, str]:
    """For each piece of evidence by its points: why the score does not come from it."""
    return {str(one.points): one.why for one in store.explain().evidence}


def test_a_threshold_may_be_the_name_of_a_level(store: Store) -> None:
    store.rules(rule(level="leading", applies_to={"competencies": ["OT.1"]}), rule("rest"))
    store.see(4)
    assert store.judge().mastered == 1
    told = store.explain()
    assert told.rule.sentence == (
        "The most recent piece of evidence is at least leading (4 of 4 points)."
    )
    assert store.mintable()[0].required_level.name == "Leading"
    store.see(3)
    assert store.judge().mastered == 0
    assert store.all_recompute()


def test_a_level_that_the_competency_has_not_is_reported(store: Store) -> None:
    store.see(4)
    store.judge()
    store.rules(rule(level="Proficient"))  # OT.1 has a rubric of its own
    store.see(4, on="OT.2")
    report = store.judge()
    assert (report.new, report.superseded, report.unruled) == (1, 0, 1)
    [problem] = report.problems
    assert problem.endswith("no level Proficient, only Starting, Growing, Meeting, Leading.")
    assert problem.startswith("Rule latest version 1 cannot be used: OT.1 ")


def test_kinds_weigh_and_others_do_not_count(store: Store) -> None:
    weights = {"exhibition": 3, "quiz": 1}
    store.rules(rule("kinds", method="weighted-by-kind", kind_weights=weights))
    store.see(2, kind="quiz")
    store.see(4, kind="exhibition")
    store.see(1, kind="interview")
    assert store.judge().mastered == 1
    told = store.explain()
    assert told.score == Decimal("3.5")
    assert why(store)["1"] == "The rule gives the kind interview no weight."
    store.rules(
        rule("kinds", 2, method="weighted-by-kind", kind_weights=weights, other_kinds_weight=4)
    )
    assert store.judge().mastered == 0
    assert store.all_recompute()


def test_a_window_moves_and_old_evidence_falls_out(store: Store) -> None:
    store.rules(rule("year", method="highest", window_days=200))
    store.see(4)
    assert store.judge().mastered == 1
    assert store.judge(NOW + timedelta(days=10)).unchanged == 1
    assert store.judge(NOW + timedelta(days=30)) == JudgingReport(1, 0, 1, 0, 0)
    assert why(store)["4"] == "It is older than 200 days."
    assert store.all_recompute()


def test_days_and_settings_bound_what_counts(store: Store) -> None:
    store.rules(
        rule(
            "term",
            method="average",
            observed_from="2026-02-01",
            observed_until="2026-02-28",
            settings_required=["out-of-school"],
            least_of_kind={"project": 2},
        )
    )
    store.see(1)
    store.see(4, observedAt="2026-02-28T23:59:59Z")
    store.see(3, observedAt="2026-02-01T00:00:00Z")
    assert store.judge().mastered == 0
    assert store.explain().reasons[1:] == ("There is no evidence of the setting out-of-school.",)
    store.change("UPDATE evidence SET setting = 'out-of-school' WHERE score = '3'")
    store.rules(rule("away", method="average", settings_excluded=["school"]))
    assert store.judge().mastered == 1
    assert store.explain().score == 3
    assert store.explain().recomputation.equal
    assert not store.all_recompute()  # what was judged before says something else now


@pytest.mark.parametrize(
    ("terms", "scores", "score"),
    [
        ({"combine": "mean"}, (2, 4), "3"),
        ({"combine": "lower"}, (2, 4), "2"),
        ({"combine": "higher"}, (2, 4), "4"),
        ({"combine": "adjudicate", "tolerance": 1}, (2, 3), "2.5"),
        ({"combine": "adjudicate", "tolerance": 1}, (2, 4), None),
        ({"combine": "adjudicate", "tolerance": 1}, (2, 4, 3), "3"),
    ],
)
def test_two_assessors_make_one_score(
    store: Store, terms: dict[str, Any], scores: tuple[int, ...], score: str | None
) -> None:
    store.rules(rule("two", method="average", raters=2, **terms))
    first = store.see(scores[0], assessorId="a")
    store.judge()
    assert store.explain().evidence[0].why == "It was scored by 1 named assessors of 2."
    for number, one in enumerate(scores[1:]):
        store.rate(first, one, by=f"other-{number}")
    store.judge()
    assert store.explain().score == (None if score is None else Decimal(score))
    assert store.all_recompute()


def test_the_same_assessor_twice_is_one_and_work_scored_twice_counts_once(store: Store) -> None:
    store.rules(rule("two", raters=2))
    first = store.see(4, assessorId="a")
    store.rate(first, 4, by="a")
    assert store.judge().mastered == 0
    store.rules(rule("twice", method="n-times", n=2))
    assert store.judge().mastered == 0
    store.see(4)
    assert store.judge().mastered == 1
    assert store.all_recompute()


def test_agreement_between_assessors_is_asked_for(store: Store) -> None:
    store.rules(rule("calibrated", least_kappa=0.6))
    store.see(4)
    assert store.judge().mastered == 0
    assert "not known" in store.explain().reasons[1]
    assert store.judge(kappa=Decimal("0.5999")).mastered == 0
    assert "(kappa) is 0.59; at least 0.6" in store.explain().reasons[1]
    assert store.judge(kappa=Decimal("0.61")).mastered == 1
    assert store.explain().kappa == Decimal("0.61")
    assert store.judge(kappa=Decimal("0.7")) == JudgingReport(0, 1, 0, 1, 0)
    assert store.all_recompute()


def cluster(name: str = "goal", **members: Any) -> dict[str, Any]:
    return rule(name, applies_to={"competencies": ["OT"]}, **members)


@pytest.mark.parametrize(
    ("terms", "mastered", "score"),
    [
        ({"method": "all-members"}, False, "2.33"),
        ({"method": "all-members", "members": ["OT.1", "OT.2"]}, True, "3.5"),
        ({"method": "k-of-members", "n": 2}, True, "3.5"),
        ({"method": "k-of-members", "n": 2, "threshold": 4}, False, "3.5"),
        ({"method": "k-of-members", "n": 3}, False, None),
        ({"method": "k-of-members", "n": 2, "members_required": ["OT.3"]}, False, "3.5"),
        ({"method": "weighted-members", "threshold": 3}, False, "2.33"),
        (
            {"method": "weighted-members", "threshold": 3, "member_weights": {"OT.1": 4}},
            True,
            "3.17",
        ),
    ],
)
def test_a_cluster_is_judged_by_its_members(
    store: Store, terms: dict[str, Any], mastered: bool, score: str | None
) -> None:
    store.rules(cluster(**terms), rule())
    store.see(4)
    store.see(3, on="OT.2")
    store.judge()
    told = store.explain(competency_code="OT")
    assert told.mastered is mastered
    assert told.score == (None if score is None else Decimal(score))
    assert {one.name for one in told.members if one.mastered} == {"OT.1", "OT.2"}
    assert store.judge().new == 0
    assert store.all_recompute()
    assert ("OT" in {one.competency.code for one in store.mintable()}) is mastered


def test_layers_follow_their_members(store: Store) -> None:
    store.rules(
        rule("top", method="all-members", members=["OT"], applies_to={"competencies": ["OT.3"]}),
        cluster(method="all-members", members=["OT.1"]),
        rule(),
    )
    store.see(4)
    assert store.judge().mastered == 3
    store.see(1)
    assert store.judge() == JudgingReport(3, 0, 3, 0, 0)
    assert store.all_recompute()


def test_a_cluster_of_itself_or_of_the_unknown_is_reported(store: Store) -> None:
    store.rules(
        rule("up", method="all-members", members=["OT"], applies_to={"competencies": ["OT.3"]}),
        cluster("down", method="all-members", members=["OT.3"]),
        rule("lost", method="all-members", members=["X"], applies_to={"competencies": ["OT.2"]}),
        rule(),
    )
    store.see(4)
    report = store.judge()
    assert report.mastered == 1
    assert [one.split(":")[0] for one in sorted(report.problems)] == [
        "Rule down version 1 cannot be used",
        "Rule lost version 1 cannot be used",
        "Rule up version 1 cannot be used",
    ]


def decide(store: Store, verdict: str, **more: Any) -> uuid.UUID:
    told = store.explain()
    with session_scope(store.engine) as session:
        return getattr(service, verdict)(
            session, told.judgment_id, by="Ms Reed", reason="I saw it.", now=NOW, **more
        )


def test_a_person_confirms_and_the_judgment_can_be_minted(store: Store) -> None:
    store.rules(rule(decided_by="both"))
    store.see(4)
    store.judge()
    assert store.mintable() == []
    proposal = store.explain()
    made = decide(store, "confirm")
    told = store.explain()
    assert (told.judgment_id, told.state, told.mastered) == (made, "decided", True)
    assert told.decision is not None
    assert (told.decision.decided_by, told.decision.reason) == ("Ms Reed", "I saw it.")
    assert told.decision.proposal_id == proposal.judgment_id
    assert [one.judgment_id for one in store.mintable()] == [made]
    assert "Ms Reed" not in " ".join(told.reasons)
    assert store.judge() == JudgingReport(0, 1, 0, 1, 0)
    assert store.all_recompute()


def test_a_person_declines_or_gives_another_level(store: Store) -> None:
    store.rules(rule(decided_by="person"))
    store.see(4)
    store.judge()
    decide(store, "decline")
    assert not store.explain().mastered
    assert store.mintable() == []
    decide(store, "confirm", level="Meeting")
    told = store.explain()
    assert (told.level_name, told.score, told.mastered) == ("Meeting", 3, True)
    decide(store, "confirm", level="Growing")
    assert not store.explain().mastered
    assert store.all_recompute()
    store.change("UPDATE judgment_decision SET reason = 'Another.'")
    assert not store.all_recompute()


def test_a_decision_holds_again_when_its_proposal_does(store: Store) -> None:
    store.rules(
        rule(decided_by="both"),
    )
    store.see(4)
    store.judge()
    made = decide(store, "confirm")
    wrong = store.see(1)
    store.judge()
    assert store.explain().state == "proposed"
    store.see(None, corrects=wrong)
    store.judge()
    assert store.explain().judgment_id == made
    assert store.judge().unchanged == 1
    assert store.all_recompute()


def test_a_cluster_waits_for_a_member_that_a_person_decides(store: Store) -> None:
    store.rules(cluster(method="k-of-members", n=1), rule(decided_by="both"))
    store.see(4)
    store.judge()
    assert store.explain(competency_code="OT").reasons[-1] == (
        "OT.1 waits for a person's decision."
    )
    with session_scope(store.engine) as session:
        (one,) = [one for one in service.judgments(session) if one.state == "proposed"]
        service.confirm(session, one.id, by="A", reason="B", now=NOW)
    assert store.judge() == JudgingReport(1, 1, 1, 2, 0)
    assert store.all_recompute()


def test_a_decision_that_cannot_be_is_refused(store: Store) -> None:
    store.rules(rule(decided_by="both", applies_to={"competencies": ["OT.1"]}), rule("machine"))
    store.see(4)
    store.judge()
    with pytest.raises(DecisionIncomplete, match="no level"):
        decide(store, "confirm", level="Proficient")
    first = store.explain().judgment_id
    with session_scope(store.engine) as session, pytest.raises(DecisionIncomplete):
        service.decline(session, first, by=" ", reason="x", now=NOW)
    decide(store, "confirm")
    with session_scope(store.engine) as session, pytest.raises(NoProposal, match="superseded"):
        service.decline(session, first, by="A", reason="x", now=NOW)
    store.rules(rule("machine"))
    store.judge()
    with pytest.raises(NoProposal, match="by its rule"):
        decide(store, "confirm")


def test_an_explanation_says_what_each_piece_did(store: Store) -> None:
    store.rules(rule("steady", method="trailing-average", n=2, exclude_formative=True))
    store.see(1, 3, 4)
    store.see(2, formative=True)
    wrong = store.see(0)
    store.see(None, corrects=wrong)
    store.judge()
    told = store.explain()
    assert why(store) == {
        "1": "It counted, but the score does not come from it.",
        "3": "",
        "4": "",
        "2": "It is formative, which does not count.",
        "0": "It had been corrected or withdrawn.",
    }
    assert [one.used for one in told.evidence] == [False, True, True, False, False]
    assert told.recomputation.equal
    assert told.decided_by == "The rule decided it."


def test_superseded_judgments_are_explained_and_tampering_shows(store: Store) -> None:
    store.rules(rule())
    store.see(4)
    store.judge()
    old = store.explain().judgment_id
    store.see(2)
    store.judge(NOW + timedelta(days=1))
    with session_scope(store.engine, read_only=True) as session:
        told = service.explain(session, old)
    assert told.superseded_by is not None
    assert told.recomputation.equal
    store.change("UPDATE evidence SET score = '1' WHERE score = '4'")
    with session_scope(store.engine, read_only=True) as session:
        report = service.recompute_all(session)
        told = service.explain(session, old)
    assert (report.judgments, report.failures) == (2, 1)
    assert report.failed[0].judgment_id == old
    assert "mastered is True; formed again it is False." in told.recomputation.differences


def test_all_judgments_are_formed_again_a_chunk_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.rules(rule())
    for learner in ("ana", "bo"):
        for code in ("OT.1", "OT.2", "OT.3"):
            store.see(3, learner=learner, on=code)
    store.judge()
    asked: list[int] = []
    read = recomputing.repository.kept

    def kept(session: Any, ids: Any) -> Any:
        asked.append(len(ids))
        return read(session, ids)

    monkeypatch.setattr(recomputing.repository, "kept", kept)
    monkeypatch.setattr(recomputing, "CHUNK", 4)
    heard: list[tuple[int, int]] = []
    with session_scope(store.engine, read_only=True) as session:
        report = service.recompute_all(session, lambda *so_far: heard.append(so_far))
    assert (report.judgments, report.failures) == (6, 0)
    assert (asked, heard) == ([4, 2], [(4, 6), (6, 6)])
