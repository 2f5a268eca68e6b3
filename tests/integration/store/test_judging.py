"""Judging everybody: rules, repetition, correction, superseding, recomputing, and for minting."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulators.judging_store import FIRST, NOW, Store
from sqlalchemy import Engine, event, text

from issuer.competency import service
from issuer.competency.errors import RuleChanged, RulesUnreadable, UnknownJudgment
from issuer.competency.reports import JudgingReport
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import CLUSTERS, Method
from issuer.db import session_scope


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def rule(name: str = "latest", version: int = 1, **members: Any) -> dict[str, Any]:
    base = {"name": name, "version": version, "method": "most-recent", "threshold": 3}
    return base | members


def test_judging_again_adds_nothing(store: Store) -> None:
    store.see(3, 4)
    store.see(2, 2, learner="bo", on="OT.2")
    assert store.judge() == JudgingReport(2, 0, 0, 1, 0)
    assert store.judge(NOW + timedelta(days=30)) == JudgingReport(0, 2, 0, 1, 0)
    assert store.all_recompute()


def test_new_evidence_supersedes_and_the_old_judgment_stays(store: Store) -> None:
    store.see(3, 4)
    store.judge()
    store.see(1)
    assert store.judge() == JudgingReport(1, 0, 1, 0, 0)
    with session_scope(store.engine, read_only=True) as session:
        found = service.judgments(session, standing_only=False)
        standing = service.judgments(session)
    assert len(found) == 2
    assert [one.superseded_by for one in found if not one.superseded_by] == [None]
    assert [one.superseded_by for one in found if one.superseded_by] == [standing[0].id]
    assert not standing[0].mastered
    assert store.mintable() == []
    assert store.all_recompute()


def test_a_correction_takes_the_place_of_what_it_corrects(store: Store) -> None:
    store.see(3)
    wrong = store.see(1)
    assert store.judge().mastered == 0
    store.see(4, corrects=wrong)
    assert store.judge() == JudgingReport(1, 0, 1, 1, 0)
    judgment = store.mintable()[0]
    assert [one.points for one in judgment.evidence] == [Decimal(3), Decimal(4)]


def test_withdrawn_evidence_takes_mastery_with_it(store: Store) -> None:
    store.rules(rule())
    only = store.see(4)
    assert store.judge().mastered == 1
    store.see(None, corrects=only)
    assert store.judge() == JudgingReport(1, 0, 1, 0, 0)
    assert store.judge() == JudgingReport(0, 1, 0, 0, 0)
    assert store.mintable() == []
    assert store.all_recompute()


def test_evidence_of_the_future_waits(store: Store) -> None:
    store.rules(rule())
    store.see(4)
    assert store.judge(FIRST).new == 0
    assert store.judge(FIRST + timedelta(days=2)).mastered == 1


def test_rules_apply_by_type_and_place_and_what_none_fits_is_counted(store: Store) -> None:
    store.rules(
        rule("best", method="highest", applies_to={"competencies": ["OT.2"]}),
        rule(
            "twice", method="n-times", n=2, applies_to={"within": ["OT"], "frameworks": [guid("D")]}
        ),
    )
    for on in ("OT", "OT.1", "OT.2"):
        store.see(4, 3, on=on)
    report = store.judge()
    assert (report.new, report.unruled) == (2, 1)
    with session_scope(store.engine, read_only=True) as session:
        rules = {one.competency_code: one.rule_name for one in service.judgments(session)}
    assert rules == {"OT.1": "twice", "OT.2": "best"}


def test_a_new_version_judges_anew_and_the_old_one_can_stand_again(store: Store) -> None:
    store.see(3, 3)
    store.rules(rule())
    assert store.judge().mastered == 1
    assert store.rules(rule(version=2, threshold=4))
    assert store.judge() == JudgingReport(1, 0, 1, 0, 0)
    assert store.rules(rule())
    assert store.judge() == JudgingReport(1, 0, 1, 1, 0)
    assert not store.rules(rule())
    assert store.judge() == JudgingReport(0, 1, 0, 1, 0)
    assert len(store.mintable()) == 1
    assert store.all_recompute()


def test_a_version_never_means_something_else(store: Store) -> None:
    store.rules(rule())
    with pytest.raises(RuleChanged, match="latest version 1") as caught:
        store.rules(rule(threshold=4))
    assert "version 2" in caught.value.remedy
    with pytest.raises(RulesUnreadable), session_scope(store.engine) as session:
        service.import_rules(session, store.folder / "absent.toml", NOW)


@pytest.mark.parametrize("decided_by", ["person", "both"])
def test_what_a_person_decides_is_only_proposed(store: Store, decided_by: str) -> None:
    store.rules(rule(decided_by=decided_by))
    store.see(4)
    assert store.judge().mastered == 1
    assert store.mintable() == []
    with session_scope(store.engine, read_only=True) as session:
        assert [one.state for one in service.judgments(session)] == ["proposed"]


def test_changed_levels_judge_anew(store: Store, framework: dict[str, Any], tmp_path: Path) -> None:
    store.see(3, 3)
    store.judge()
    criterion = framework["CFRubrics"][0]["CFRubricCriteria"][0]
    criterion["CFRubricCriterionLevels"][2]["quality"] = "Reaching"
    path = tmp_path / "framework.json"
    path.write_text(json.dumps(framework))
    with session_scope(store.engine) as session:
        service.import_case(session, path, NOW)
    assert store.judge() == JudgingReport(1, 0, 1, 1, 0)
    assert store.mintable()[0].level.name == "Reaching"
    assert store.all_recompute()


def test_all_that_minting_needs_is_there(store: Store) -> None:
    store.see(2, artefactUrl="https://work.school.example/a", artefactSha256="ab" * 32)
    store.see(60, 100, scoreMax=100, formative=True, assessorKind="tool", assessorRole="scorer")
    store.rules(rule("steady", method="trailing-average", n=2))
    store.judge()
    (found,) = store.mintable()
    assert (found.learner_name, found.learner_sourced_id) == ("Ana Alvarez", "ana")
    assert found.learner_email == "ana@school.example"
    assert (found.competency.code, found.competency.path) == ("OT.1", ("Does OT.",))
    assert found.competency.framework_title == "Five Goals"
    assert found.competency.uri.endswith(guid("OT.1"))
    assert found.rule.sentence == (
        "The average of the last two pieces of evidence is at least 3 of 4 points."
    )
    assert [level.name for level in found.levels] == ["Starting", "Growing", "Meeting", "Leading"]
    assert (found.level.name, found.required_level.name) == ("Meeting", "Meeting")
    assert found.level in found.levels
    assert found.score == Decimal("3.2")
    assert [one.points for one in found.evidence] == [Decimal(2), Decimal("2.4"), Decimal(4)]
    assert [one.used for one in found.evidence] == [False, True, True]
    assert found.evidence[0].artefact_sha256 == "ab" * 32
    assert found.evidence[1].assessor_kind == "tool"
    assert found.evidence[1].formative
    assert found.judged_at == NOW


def test_a_judgment_that_was_tampered_with_does_not_recompute(store: Store) -> None:
    store.see(1, 2)
    store.judge()
    with session_scope(store.engine) as session:
        (one,) = service.judgments(session)
        session.execute(text("UPDATE judgment SET mastered = true"))
        again = service.recompute(session, one.id)
    assert not again.equal
    assert again.differences == ("mastered is True; formed again it is False.",)
    with session_scope(store.engine) as session:
        session.execute(text("UPDATE judgment SET mastered = false"))
        # Somebody with the database in hand, whom a trigger does not stop.
        where = " ON evidence" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER evidence_no_update{where}"))
        session.execute(text("UPDATE evidence SET score = '4'"))
        assert not service.recompute(session, one.id).equal
        with pytest.raises(UnknownJudgment):
            service.recompute(session, uuid.uuid4())


def test_progress_is_told(store: Store) -> None:
    store.see(3)
    store.see(3, learner="bo")
    told: list[tuple[int, int]] = []
    with session_scope(store.engine) as session:
        service.judge_all(session, NOW, lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


def queries(engine: Engine, work: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_reading_is_set_wise(store: Store) -> None:
    store.rules(rule())
    store.see(3, 4)
    few = queries(store.engine, store.judge)
    few_read = queries(store.engine, store.mintable)
    for learner in ("ana", "bo"):
        for on in ("OT.1", "OT.2", "OT.3"):
            store.see(*[3] * 30, learner=learner, on=on)
    assert queries(store.engine, store.judge) <= few + 3
    assert queries(store.engine, store.mintable) == few_read


def test_two_hundred_learners_are_judged_in_time(store: Store) -> None:
    with session_scope(store.engine) as session:
        session.execute(
            text(
                "INSERT INTO person (id, sourced_id, status, digest, given_name, middle_name,"
                " family_name, preferred_given_name, preferred_middle_name, preferred_family_name,"
                " username, identifier, email, grades, primary_org_sourced_id)"
                " VALUES (:id, :name, 'active', :digest, :name, '', '', '', '', '', '', '', '', '',"
                " '')"
            ),
            [
                {"id": uuid.uuid4().hex, "name": f"p{number}", "digest": b"\0"}
                for number in range(200)
            ],
        )
    entries = [
        {
            "sourcedId": f"p{number}-{on}-{turn}",
            "learnerSourcedId": f"p{number}",
            "competency": on,
            "kind": "project",
            "score": 1 + (number + turn) % 4,
            "observedAt": (FIRST + timedelta(days=turn)).isoformat(),
        }
        for number in range(200)
        for on in ("OT.1", "OT.2", "OT.3")
        for turn in range(4)
    ]
    path = store.folder / "many.json"
    path.write_text(json.dumps({"evidence": entries}))
    with session_scope(store.engine) as session:
        assert service.import_evidence(session, path, NOW).added == 2_400
    started = time.process_time()
    assert store.judge().new == 600
    store.mintable()
    assert time.process_time() - started < 5


SCORES = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bo"]),
        st.sampled_from(["OT.1", "OT.2"]),
        st.integers(0, 4),
        st.integers(-9, 180),
    ),
    min_size=1,
    max_size=12,
)
"""Learner, competency, score, and when: days after FIRST, in whatever order."""


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    scores=SCORES,
    method=st.sampled_from(sorted(set(Method) - CLUSTERS)),
    threshold=st.integers(0, 4),
    least=st.integers(1, 3),
)
def test_whatever_passed_import_is_judged_and_recomputes(
    store: Store,
    scores: list[tuple[str, str, int, int]],
    method: Method,
    threshold: int,
    least: int,
) -> None:
    members: dict[str, Any] = {"method": method.value, "threshold": threshold}
    members |= {"least_evidence": least}
    if method in {Method.TRAILING_AVERAGE, Method.N_TIMES}:
        members["n"] = least
    if method in {Method.DECAYING_AVERAGE, Method.STANDARD_DECAYING_AVERAGE}:
        members["weight"] = 0.65
    if method is Method.WEIGHTED_BY_KIND:
        members |= {"kind_weights": {"project": 2}, "other_kinds_weight": 0.5}
    name = f"any-{method.value}-{threshold}-{least}"
    store.rules(rule(name, **members))
    for learner, on, score, day in scores:
        observed = (FIRST + timedelta(days=day)).isoformat()
        store.see(score, learner=learner, on=on, observedAt=observed)
    store.judge()
    again = store.judge()
    assert (again.new, again.superseded) == (0, 0)
    assert store.all_recompute()
    for one in store.mintable():
        assert one.level.position >= one.required_level.position


def test_the_shipped_rules_are_read_from_the_package() -> None:
    assert service.default_rules().assignments
    assert read_rules(b'[[rules]]\nname="a"\nversion=1\nmethod="highest"\nthreshold=1', "a.toml")
