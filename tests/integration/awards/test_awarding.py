"""Awards from judgments, through the queue, from other issuers, and by what a chain says."""

from collections.abc import Callable
from typing import Any

import pytest

from issuer.awards.errors import (
    AwardChanged,
    AwardDecided,
    AwardDecisionIncomplete,
    AwardNotDue,
    AwardUnchecked,
    ReceivedTaken,
    ReceivedUnfit,
    UnknownDefinition,
)
from issuer.awards.progress import Standing
from issuer.competency.errors import BadgeRefused, BadgeUndecided
from issuer.db import session_scope
from issuer.errors import ImportProblems
from issuer.minting.award_documents import AwardUnit

Make = Callable[..., dict[str, Any]]
BOTH = {"all": [{"competency": "OT.1"}, {"competency": "OT.2"}]}
MEMBER = "did:web:member.example"
FROM_MEMBERS = {"credential": {"target_code": "X.1", "accredited": "network"}}
CONDITION = {
    "chain_id": 1,
    "contract": "0x0000000000000000000000000000000000000001",
    "function": "paid(address)",
    "arguments": ["{school.account}"],
    "equals": True,
}


def test_without_an_award_file_every_judgment_is_minted_as_it_is(school: Any) -> None:
    school.master("OT.1", "OT.2")
    assert school.award().nothing_changed
    assert [one.earned_as for one in school.units()] == [None, None]


def test_a_micro_credential_is_awarded_once_what_it_requires_is_mastered(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH))
    school.master("OT.1")
    assert school.award().nothing_changed
    found = school.progress()["lab"]
    assert found.standing is Standing.MISSING
    assert [one.told for one in found.open()] == ["Not mastered yet."]
    school.master("OT.2")
    assert school.award().awarded == 1
    assert school.award().nothing_changed
    [award] = school.awards()
    assert (award.state, award.judgment_id, len(award.basis)) == ("awarded", None, 2)
    assert len([one for one in school.units() if isinstance(one, AwardUnit)]) == 1
    assert school.progress()["lab"].standing is Standing.MET


def test_a_learner_without_anything_has_missing_requirements(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH))
    assert school.award().nothing_changed
    assert school.progress("cy")["lab"].standing is Standing.MISSING
    with pytest.raises(UnknownDefinition):
        school.progress("cy", "nothing")


def test_an_award_lapses_with_the_mastery_it_rests_on_and_comes_back_with_it(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH))
    school.master("OT.1", "OT.2")
    school.award()
    school.lose("OT.2")
    assert school.award().lapsed == 1
    assert school.states() == {}
    assert not [one for one in school.units() if isinstance(one, AwardUnit)]
    school.master("OT.2")
    school.master("OT.2")
    assert school.award().awarded == 1
    assert school.states() == {"lab": "awarded"}


def test_newer_evidence_that_keeps_mastery_makes_no_second_award(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH))
    school.master("OT.1", "OT.2")
    school.award()
    [before] = school.awards()
    school.master("OT.2")
    assert school.award().nothing_changed
    assert school.awards() == [before]


def test_an_award_waits_for_approval(school: Any, achievement: Make) -> None:
    school.define(achievement("lab", BOTH, award="approval"))
    school.master("OT.1", "OT.2")
    assert school.award().waiting == 1
    [award] = school.awards(state="waiting")
    assert not [one for one in school.units() if isinstance(one, AwardUnit)]
    school.approve(award)
    assert school.states() == {"lab": "awarded"}
    assert len([one for one in school.units() if isinstance(one, AwardUnit)]) == 1
    with pytest.raises(AwardDecided):
        school.approve(award)
    with pytest.raises(AwardDecided):
        school.decline(award)


def test_what_was_declined_is_not_awarded_again_unless_a_person_approves(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH, award="approval"))
    school.master("OT.1", "OT.2")
    school.award()
    [award] = school.awards()
    school.decline(award)
    assert school.award().nothing_changed
    assert school.states() == {"lab": "declined"}
    school.approve(award)
    assert school.states() == {"lab": "awarded"}


def test_a_decision_names_who_and_why(school: Any, achievement: Make) -> None:
    from simulators.judging_store import NOW  # noqa: PLC0415

    from issuer.awards import service  # noqa: PLC0415

    school.define(achievement("lab", BOTH, award="approval"))
    school.master("OT.1", "OT.2")
    school.award()
    [award] = school.awards()
    for by, reason in (("", "x"), ("x", " "), ("x" * 256, "x")):
        with (
            session_scope(school.engine) as session,
            pytest.raises(AwardDecisionIncomplete),
        ):
            service.decline(session, award.id, by=by, reason=reason, now=NOW, who="cli")
    assert school.states() == {"lab": "waiting"}


def test_judgments_that_are_covered_wait_too_and_are_minted_under_their_own_id(
    school: Any,
) -> None:
    school.define(
        {
            "key": "first",
            "version": 1,
            "type": "Badge",
            "award": "approval",
            "title": "First",
            "applies_to": {"competencies": ["OT.1"]},
        },
        {
            "key": "step",
            "version": 1,
            "type": "Competency",
            "award": "never",
            "applies_to": {"competencies": ["OT.2"]},
        },
    )
    school.master("OT.1", "OT.2", "OT.3")
    assert school.award().waiting == 1
    assert [one.competency.code for one in school.units()] == ["OT.3"]
    [award] = school.awards()
    school.approve(award)
    units = {one.competency.code: one for one in school.units()}
    assert set(units) == {"OT.1", "OT.3"}
    assert units["OT.1"].judgment_id == award.judgment_id
    assert (units["OT.1"].earned_as.type, units["OT.1"].earned_as.title) == ("Badge", "First")
    assert school.award().nothing_changed


def test_a_cluster_is_a_badge_where_the_file_says_so(school: Any) -> None:
    school.rules(
        {
            "name": "goal",
            "version": 1,
            "method": "all-members",
            "applies_to": {"competencies": ["OT"]},
        },
        {"name": "steady", "version": 1, "method": "trailing-average", "n": 3, "threshold": 3},
    )
    school.define({"key": "goals", "version": 1, "type": "Badge", "applies_to": {"clusters": True}})
    school.master("OT.1", "OT.2", "OT.3")
    kinds = {one.competency.code: one.earned_as for one in school.units()}
    assert kinds["OT"].type == "Badge"
    assert kinds["OT.1"] is None


def test_a_judgment_that_falls_leaves_the_queue(school: Any) -> None:
    school.define(
        {"key": "all", "version": 1, "type": "Badge", "award": "approval", "applies_to": {}}
    )
    school.master("OT.1")
    school.award()
    [award] = school.awards()
    school.lose("OT.1")
    with pytest.raises(AwardNotDue):
        school.approve(award)
    assert school.award().lapsed == 1
    assert school.awards(state="waiting") == []


def test_a_diploma_rests_on_pathways_and_on_what_never_is_awarded_alone(
    school: Any, achievement: Make
) -> None:
    school.define(
        achievement(
            "diploma",
            {"all": [{"achievement": "lab"}, {"achievement": "step"}]},
            type="Diploma",
        ),
        achievement("lab", BOTH),
        achievement("step", {"k": 1, "of": [{"competency": "OT.3"}]}, award="never"),
    )
    school.master("OT.1", "OT.2", "OT.3")
    assert school.award().awarded == 2
    assert school.states() == {"lab": "awarded", "diploma": "awarded"}
    kinds = {one.terms.type: one for one in school.units() if isinstance(one, AwardUnit)}
    assert set(kinds) == {"MicroCredential", "Diploma"}
    assert {view.code for view in kinds["Diploma"].terms.competencies} == {"OT.1", "OT.2", "OT.3"}


def test_k_of_with_a_required_member_and_a_level(school: Any, achievement: Make) -> None:
    school.define(
        achievement(
            "some",
            {
                "k": 2,
                "of": [
                    {"competency": "OT.1", "required": True},
                    {"competency": "OT.2"},
                    {"competency": "OT.3"},
                ],
            },
        )
    )
    school.master("OT.2", "OT.3")
    assert school.award().nothing_changed
    school.master("OT.1")
    assert school.award().awarded == 1


def test_another_version_takes_the_place_of_what_was_not_made_yet(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", BOTH, award="approval"))
    school.master("OT.1", "OT.2")
    school.award()
    with pytest.raises(AwardChanged):
        school.define(achievement("lab", BOTH, award="approval", title="Other"))
    school.define(achievement("lab", BOTH, award="approval", title="Other", version=2))
    report = school.award()
    assert (report.lapsed, report.waiting) == (1, 1)
    old, new = sorted(school.awards(), key=lambda one: one.version)
    assert (old.state, old.superseded_by, new.state) == ("lapsed", new.id, "waiting")


def test_a_credential_of_an_accredited_member_counts_and_after_withdrawal_it_does_not(
    school: Any, achievement: Make
) -> None:
    requires = {"all": [{"competency": "OT.1"}, FROM_MEMBERS]}
    school.define(achievement("diploma", requires, type="Diploma"))
    school.master("OT.1")
    school.receive(MEMBER)
    assert school.progress()["diploma"].standing is Standing.UNKNOWN
    report = school.award()
    assert (report.held, report.awarded) == (1, 0)
    [award] = school.awards()
    assert f"does not accredit {MEMBER}" in award.reason
    school.world.members = {MEMBER}
    assert school.award().awarded == 1
    school.world.members = set()
    school.receive(MEMBER, "bo")
    school.master("OT.1", learner="bo")
    assert school.award().held == 1
    assert school.award().nothing_changed


@pytest.mark.parametrize(
    "terms",
    [
        {"issuers": ["did:web:other.example"]},
        {"issuers": [MEMBER], "level": "Excellent"},
        {"issuers": [MEMBER], "achievement_id": "https://member.example/a"},
    ],
)
def test_a_credential_that_does_not_fit_does_not_count(
    school: Any, achievement: Make, terms: dict[str, Any]
) -> None:
    school.define(achievement("lab", {"credential": {"target_code": "X.1"} | terms}))
    school.receive(MEMBER)
    assert school.award().nothing_changed
    assert school.progress()["lab"].standing is Standing.MISSING


def test_a_credential_is_looked_at_again_when_an_award_rests_on_it(
    school: Any, achievement: Make
) -> None:
    school.define(achievement("lab", {"credential": {"target_code": "X.1", "issuers": [MEMBER]}}))
    school.receive(MEMBER)
    school.world.refused = BadgeUndecided("Its status list does not answer.", "")
    assert school.award().held == 1
    assert "does not answer" in school.awards()[0].reason
    school.world.refused = BadgeRefused("It was withdrawn.", "")
    school.award()
    assert "withdrawn" in school.awards()[0].reason
    assert school.progress()["lab"].standing is Standing.MISSING
    school.world.refused = None
    assert school.award().awarded == 1
    [unit] = [one for one in school.units() if isinstance(one, AwardUnit)]
    assert MEMBER in unit.evidence[0].narrative


def test_a_received_credential_is_one_learners_and_not_our_own(school: Any) -> None:
    first = school.receive(MEMBER, id="urn:uuid:0")
    assert first.is_new
    assert not school.receive(MEMBER, id="urn:uuid:0").is_new
    with pytest.raises(ReceivedTaken):
        school.receive(MEMBER, "bo", id="urn:uuid:0")
    with pytest.raises(ReceivedUnfit):
        school.receive("did:web:us.example")
    with pytest.raises(ReceivedUnfit):
        school.receive(MEMBER, achievement_id="x" * 3_000)


def test_a_condition_that_cannot_be_asked_or_does_not_hold_leaves_the_award_held(
    school: Any, achievement: Make
) -> None:
    school.define(
        achievement("lab", BOTH, conditions=[CONDITION], accredited_by="network", award="approval")
    )
    school.master("OT.1", "OT.2")
    school.world.down = True
    assert school.award().held == 1
    [award] = school.awards()
    assert "The node does not answer." in award.reason
    with pytest.raises(AwardUnchecked):
        school.approve(award)
    school.world.down, school.world.condition_holds = False, False
    assert school.award().nothing_changed
    assert "does not hold" in school.awards()[0].reason
    with pytest.raises(AwardNotDue):
        school.approve(award)
    school.world.condition_holds, school.world.school_is_member = True, False
    school.award()
    assert "accredits this school" in school.awards()[0].reason
    school.world.school_is_member = True
    assert school.award().waiting == 1
    school.approve(school.awards()[0])
    assert school.states() == {"lab": "awarded"}


def test_a_run_counts_what_it_held_itself(school: Any, achievement: Make) -> None:
    school.define(achievement("lab", BOTH, conditions=[CONDITION]))
    school.world.down = True
    school.master("OT.1", "OT.2")
    school.master("OT.1", "OT.2", learner="bo")
    assert school.award().held == 2
    school.master("OT.1", "OT.2", learner="cy")
    assert school.award().held == 1
    assert school.award().nothing_changed
    school.lose("OT.1")
    report = school.award()
    assert (report.held, report.lapsed) == (0, 1)
    school.world.down = False
    assert school.award().awarded == 2


def test_judgments_under_a_condition_are_held(school: Any) -> None:
    school.define(
        {
            "key": "all",
            "version": 1,
            "type": "Competency",
            "applies_to": {},
            "conditions": [CONDITION],
        }
    )
    school.world.condition_holds = False
    school.master("OT.1")
    assert school.award().held == 1
    assert school.units() == []
    school.world.condition_holds = True
    assert school.award().awarded == 1
    assert [one.earned_as.conditions != () for one in school.units()] == [True]


def test_nobody_is_asked_where_nothing_is_held(school: Any, achievement: Make) -> None:
    school.define(achievement("lab", BOTH))
    school.master("OT.1", "OT.2")
    school.award()
    assert school.world.asked == 0


def test_a_killed_run_is_run_again_and_doubles_nothing(
    school: Any, achievement: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.awards import service  # noqa: PLC0415

    school.define(achievement("lab", BOTH, conditions=[CONDITION]), achievement("sea", BOTH))
    school.master("OT.1", "OT.2")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "evaluate", killed)
        with pytest.raises(KeyboardInterrupt):
            school.award()
    assert school.awards() == []
    with monkeypatch.context() as patch:
        patch.setattr(service, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            school.award()
    assert school.states() == {"lab": "held", "sea": "awarded"}
    school.award()
    school.award()
    assert school.states() == {"lab": "awarded", "sea": "awarded"}
    assert len(school.awards()) == 2


def test_a_file_that_names_no_competency_is_refused(school: Any, achievement: Make) -> None:
    with pytest.raises(ImportProblems) as caught:
        school.define(achievement("lab", {"competency": "OT.9"}))
    assert caught.value.code == "awards.unknown-competency"
    assert school.award().nothing_changed


@pytest.mark.slow
def test_the_same_on_postgresql(postgres_school: Any, achievement: Make) -> None:
    school = postgres_school
    school.define(
        achievement("diploma", {"all": [{"achievement": "lab"}, FROM_MEMBERS]}),
        achievement("lab", BOTH, award="approval"),
        {"key": "all", "version": 1, "type": "Badge", "award": "approval", "applies_to": {}},
    )
    school.world.members = {MEMBER}
    school.master("OT.1", "OT.2")
    school.receive(MEMBER)
    assert school.award().waiting == 3
    for one in school.awards(state="waiting"):
        school.approve(one)
    assert school.award().awarded == 1
    assert sorted(school.states().items()) == [
        ("all", "awarded"),
        ("diploma", "awarded"),
        ("lab", "awarded"),
    ]
    assert len(school.units()) == 4
    school.lose("OT.2")
    assert school.award().lapsed == 2
