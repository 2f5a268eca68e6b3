"""Progress towards an achievement: what is held decides, in whatever order it came."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.awards.definitions import (
    AchievementLeaf,
    CompetencyLeaf,
    CredentialLeaf,
    Definition,
    Group,
    Policy,
)
from issuer.awards.progress import (
    Held,
    HeldCompetency,
    HeldCredential,
    Known,
    Named,
    Standing,
    progress,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEVELS = ("Starting", "Growing", "Meeting", "Leading")
NAMES = ("A", "B", "C", "D")
IDS = {name: uuid.uuid5(uuid.NAMESPACE_URL, name) for name in NAMES}
MEMBER, OTHER = "did:web:member.example", "did:web:other.example"
LEAVES = [CompetencyLeaf(name) for name in NAMES]
LEAVES += [CompetencyLeaf(name, level="Leading") for name in NAMES]
KNOWN = Known({leaf: Named(IDS[leaf.competency], leaf.competency) for leaf in LEAVES}, {})
FROM_MEMBERS = CredentialLeaf(target_code="X", accredited="network")


def defined(group: Group, key: str = "goal", policy: Policy = Policy.AUTOMATIC) -> Definition:
    return Definition(key, 1, "Diploma", f"The {key}", "About it.", policy, requires=group)


def mastered(*names: str, position: int = 3) -> Held:
    return Held({IDS[name]: HeldCompetency(IDS[name], position, LEVELS) for name in names})


def credential(issuer: str = MEMBER, **more: Any) -> HeldCredential:
    values: dict[str, Any] = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, issuer + str(sorted(more.items()))),
        "issuer": issuer,
        "achievement_id": "https://member.example/a",
        "achievement_type": "Course",
        "targets": (("https://frameworks.example/x", "X"),),
        "levels": ("Fair", "Good"),
        "position": 1,
        "valid_from": NOW - timedelta(days=1),
        "valid_until": None,
    }
    return HeldCredential(**(values | more))


leaf = st.sampled_from([*LEAVES, FROM_MEMBERS, CredentialLeaf(target_code="X", issuers=(OTHER,))])


def grouped(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Group]:
    return st.lists(members, min_size=1, max_size=4).flatmap(
        lambda of: st.builds(
            Group,
            st.integers(1, len(of)),
            st.just(tuple(of)),
            st.just(()) | st.just((0,)),
        )
    )


trees = grouped(leaf | grouped(leaf))
things = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(1, 4)), unique_by=lambda one: one[0]
)
credentials = st.lists(
    st.builds(credential, st.sampled_from([MEMBER, OTHER]), refused=st.sampled_from(["", "Gone."])),
    unique_by=lambda one: one.id,
)
answers = st.sampled_from([True, False, "The node does not answer."])


@given(trees, things, credentials, answers, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(
    tree: Group, have: Any, brought: Any, answer: Any, chance: random.Random
) -> None:
    known = Known(KNOWN.competencies, {}, {("network", MEMBER): answer})
    found = []
    for _ in range(2):
        chance.shuffle(have)
        chance.shuffle(brought)
        held = Held(
            {IDS[name]: HeldCompetency(IDS[name], place, LEVELS) for name, place in have},
            {},
            tuple(brought),
        )
        found.append(progress(defined(tree), held, known, NOW))
    assert found[0] == found[1]
    assert found[0].rests_on() == found[1].rests_on()


@given(trees, things, credentials, st.sampled_from(NAMES))
def test_more_evidence_of_mastery_never_takes_anything_away(
    tree: Group, have: Any, brought: Any, more: str
) -> None:
    order = [Standing.MISSING, Standing.UNKNOWN, Standing.MET]
    before = {IDS[name]: HeldCompetency(IDS[name], place, LEVELS) for name, place in have}
    after = before | {IDS[more]: HeldCompetency(IDS[more], 4, LEVELS)}
    was, now = (
        progress(defined(tree), Held(held, {}, tuple(brought)), KNOWN, NOW).standing
        for held in (before, after)
    )
    assert order.index(now) >= order.index(was)


@given(trees, things, credentials)
def test_what_is_not_known_is_met_only_if_it_turns_out_so(
    tree: Group, have: Any, brought: Any
) -> None:
    held = Held(
        {IDS[name]: HeldCompetency(IDS[name], place, LEVELS) for name, place in have},
        {},
        tuple(one for one in brought if not one.refused),
    )
    unasked = progress(defined(tree), held, KNOWN, NOW).standing
    results = {
        progress(
            defined(tree),
            held,
            Known(KNOWN.competencies, {}, {("network", MEMBER): a, ("network", OTHER): b}),
            NOW,
        ).standing
        for a in (True, False)
        for b in (True, False)
    }
    assert Standing.UNKNOWN not in results
    if unasked is not Standing.UNKNOWN:
        assert results == {unasked}


def test_a_level_is_asked_for_on_the_competencys_own_scale() -> None:
    goal = defined(Group(1, (CompetencyLeaf("A", level="Leading"),)))
    assert progress(goal, mastered("A", position=4), KNOWN, NOW).standing is Standing.MET
    below = progress(goal, mastered("A"), KNOWN, NOW)
    assert below.standing is Standing.MISSING
    assert below.open()[0].told == "Only the level Meeting is reached."
    odd = Held({IDS["A"]: HeldCompetency(IDS["A"], 1, ("Pass",))})
    assert progress(goal, odd, KNOWN, NOW).standing is Standing.UNKNOWN


def test_a_competency_that_is_gone_is_not_known() -> None:
    goal = defined(Group(1, (CompetencyLeaf("Z"),)))
    assert progress(goal, mastered("A"), KNOWN, NOW).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"refused": "It was withdrawn."}, "not accepted: It was withdrawn."),
        ({"valid_until": NOW}, "no longer valid"),
        ({"valid_from": NOW + timedelta(days=1)}, "not valid yet"),
        ({"position": None, "levels": ()}, "states no level"),
        ({"levels": ("Pass",), "position": 1}, "knows no level Good"),
        ({}, "of the level Fair"),
    ],
)
def test_a_credential_that_does_not_count_says_why(more: dict[str, Any], says: str) -> None:
    wanted = CredentialLeaf(target_code="X", issuers=(MEMBER,), level="Good")
    held = Held(credentials=(credential(**more),))
    found = progress(defined(Group(1, (wanted,))), held, KNOWN, NOW)
    assert found.standing is Standing.MISSING
    assert says in found.open()[0].told


def test_an_achievement_counts_once_it_is_awarded_or_at_once_where_it_never_is() -> None:
    step = Group(1, (CompetencyLeaf("A"),))
    goal = defined(Group(1, (AchievementLeaf("step"),)))
    for policy, standing in ((Policy.AUTOMATIC, Standing.MISSING), (Policy.NEVER, Standing.MET)):
        known = Known(KNOWN.competencies, {"step": defined(step, "step", policy)})
        assert progress(goal, mastered("A"), known, NOW).standing is standing
    known = Known(KNOWN.competencies, {"step": defined(step, "step")})
    awarded = Held(awards={"step": IDS["A"]})
    found = progress(goal, awarded, known, NOW)
    assert [(one.kind, one.id) for one in found.rests_on()] == [("award", IDS["A"])]
