"""Judging: the numbers of Canvas, each method and condition, and what holds for all evidence."""

import itertools
import json
import os
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.competency.judgment_rows import rounded
from issuer.competency.mastery import (
    Level,
    Observation,
    judge,
    level_at,
    points_of,
    required_level,
    top_points,
)
from issuer.competency.rules import Combine, DecidedBy, MasteryRule, Method, Setting
from issuer.competency.words import points_in_words, rule_sentence

NOW = datetime(2026, 6, 30, tzinfo=UTC)
SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
CANVAS = SHARED / "vectors" / "canvas-outcomes.json"


def scale(*points: str) -> tuple[Level, ...]:
    return tuple(
        Level(f"level-{place}", f"Level {place}", "", Decimal(value), place)
        for place, value in enumerate(points, 1)
    )


FOUR = scale("1", "2", "3", "4")
FIVE = scale("1", "2", "3", "4", "5")


def rule(method: Method = Method.MOST_RECENT, **changes: object) -> MasteryRule:
    values: dict[str, object] = {"threshold": Decimal(3)}
    return MasteryRule("a-rule", 1, method, **(values | changes))  # type: ignore[arg-type]


def observations(*points: str, kind: str = "quiz", formative: bool = False) -> list[Observation]:
    """Oldest first, a day apart."""
    return [
        Observation(
            UUID(int=index + 1),
            Fraction(value),
            kind,
            NOW - timedelta(days=len(points) - index),
            formative,
        )
        for index, value in enumerate(points)
    ]


def canvas_vectors() -> list[dict[str, object]]:
    if not CANVAS.is_file():
        return []
    vectors: list[dict[str, object]] = json.loads(CANVAS.read_text(), parse_float=Decimal)[
        "vectors"
    ]
    return vectors


CANVAS_METHODS = {
    "latest": Method.MOST_RECENT,
    "highest": Method.HIGHEST,
    "average": Method.AVERAGE,
    "decaying_average": Method.DECAYING_AVERAGE,
    "standard_decaying_average": Method.STANDARD_DECAYING_AVERAGE,
    "n_mastery": Method.N_TIMES,
}


@pytest.mark.skipif(not CANVAS.is_file(), reason=f"no Canvas numbers at {CANVAS}")
@pytest.mark.parametrize("vector", canvas_vectors(), ids=lambda vector: f"{vector['method']}")
def test_canvas_gives_the_same_number(vector: dict[str, object]) -> None:
    method = CANVAS_METHODS[str(vector["method"])]
    parameter = int(str(vector.get("int", 0)))
    averaging = method in {Method.DECAYING_AVERAGE, Method.STANDARD_DECAYING_AVERAGE}
    possible, top = vector.get("possible"), vector.get("scale_max", 5)
    levels = scale("0", str(top))
    scores = [str(score) for score in vector["scores"] if score is not None]  # type: ignore[attr-defined]
    high = None if possible is None else Decimal(str(possible))
    points = [points_of(Decimal(score), None, high, top_points(levels)) for score in scores]
    mastery = judge(
        rule(
            method,
            threshold=Decimal(str(vector.get("mastery", 3))),
            n=parameter if method is Method.N_TIMES else 0,
            weight=Decimal(parameter) / 100 if averaging else None,
        ),
        levels,
        observations(*map(str, points)),
        NOW,
    )
    wanted = vector["expect"]
    shown = None if mastery.score is None else Decimal(points_in_words(mastery.score))
    assert shown == (None if wanted is None else Decimal(str(wanted)))


@pytest.mark.parametrize(
    ("method", "changes", "points", "score", "used"),
    [
        (Method.MOST_RECENT, {}, ("4", "2", "3"), "3", 1),
        (Method.HIGHEST, {}, ("2", "4", "3"), "4", 1),
        (Method.AVERAGE, {}, ("1", "2", "3", "4"), "5/2", 4),
        (Method.TRAILING_AVERAGE, {"n": 3}, ("1", "3", "3", "4"), "10/3", 3),
        (Method.TRAILING_AVERAGE, {"n": 3}, ("2", "3"), "5/2", 2),
        (Method.DECAYING_AVERAGE, {"weight": Decimal("0.65")}, ("2", "3", "4"), "139/40", 3),
        (Method.STANDARD_DECAYING_AVERAGE, {"weight": Decimal("0.5")}, ("2", "4", "4"), "7/2", 3),
        (Method.N_TIMES, {"n": 2}, ("1", "3", "4", "2"), "7/2", 2),
    ],
)
def test_each_method_is_exact(
    method: Method, changes: dict[str, object], points: tuple[str, ...], score: str, used: int
) -> None:
    mastery = judge(rule(method, **changes), FOUR, observations(*points), NOW)
    assert mastery.score == Fraction(score)
    assert len(mastery.used) == used
    assert len(mastery.considered) == len(points)


def test_the_threshold_itself_is_mastery_and_a_hair_below_is_not() -> None:
    at = judge(rule(Method.AVERAGE), FOUR, observations("2", "4"), NOW)
    below = judge(rule(Method.AVERAGE), FOUR, observations("2", "3.999999999999"), NOW)
    assert at.mastered
    assert at.level is FOUR[2]
    assert not below.mastered
    assert "2.99 of 4 points" in below.reasons[0]


def test_n_times_below_n_gives_no_score() -> None:
    mastery = judge(rule(Method.N_TIMES, n=3), FOUR, observations("4", "4", "2"), NOW)
    assert mastery.score is None
    assert mastery.level is None
    assert not mastery.mastered
    assert mastery.reasons == (
        "Pieces of evidence that reach 3 of 4 points: 2; at least 3 are asked for.",
    )


def test_too_little_evidence_is_no_mastery_and_enough_is() -> None:
    asked = rule(least_evidence=2)
    alone = judge(asked, FOUR, observations("4"), NOW)
    assert not alone.mastered
    assert alone.level is FOUR[3]
    assert alone.reasons[1] == "Pieces of evidence: 1; at least 2 are asked for."
    assert judge(asked, FOUR, observations("1", "4"), NOW).mastered


def test_a_kind_that_is_asked_for_has_to_be_there() -> None:
    asked = rule(kinds_required=("exhibition", "quiz"))
    without = judge(asked, FOUR, observations("4"), NOW)
    assert not without.mastered
    assert without.reasons[1] == "There is no evidence of the kind exhibition."
    shown = Observation(UUID(int=99), Fraction(4), "exhibition", NOW, False)
    assert judge(asked, FOUR, [*observations("4"), shown], NOW).mastered


def test_formative_evidence_counts_unless_it_is_excluded() -> None:
    formative = observations("4", formative=True)
    assert judge(rule(), FOUR, formative, NOW).mastered
    excluded = judge(rule(exclude_formative=True), FOUR, formative, NOW)
    assert not excluded.mastered
    assert excluded.considered == ()
    assert excluded.reasons[0] == "There is no evidence that counts."


def test_what_has_not_been_observed_yet_does_not_count() -> None:
    later = Observation(UUID(int=9), Fraction(4), "quiz", NOW + timedelta(seconds=1), False)
    assert not judge(rule(), FOUR, [later], NOW).mastered
    assert judge(rule(), FOUR, [later], NOW + timedelta(seconds=1)).mastered


def test_at_the_same_time_the_identifier_decides() -> None:
    first = Observation(UUID(int=1), Fraction(1), "quiz", NOW, False)
    second = Observation(UUID(int=2), Fraction(4), "quiz", NOW, False)
    assert judge(rule(), FOUR, [second, first], NOW) == judge(rule(), FOUR, [first, second], NOW)
    assert judge(rule(), FOUR, [second, first], NOW).score == 4


def test_without_levels_nothing_is_mastered() -> None:
    assert not judge(rule(), (), observations("4"), NOW).mastered
    assert required_level(rule(), ()) is None


def test_a_score_below_the_lowest_level_reaches_none() -> None:
    low = judge(rule(threshold=Decimal("0.5")), FOUR, observations("0.6"), NOW)
    assert low.level is None
    assert not low.mastered


@pytest.mark.parametrize(
    ("score", "low", "high", "points"),
    [
        ("3", None, None, "3"),
        ("50", None, "100", "2"),
        ("100", "0", "100", "4"),
        ("60", "20", "100", "2"),
        ("1", None, "3", "4/3"),
        ("5", "5", "5", "0"),
    ],
)
def test_a_score_on_its_own_scale_becomes_points(
    score: str, low: str | None, high: str | None, points: str
) -> None:
    bounds = [None if bound is None else Decimal(bound) for bound in (low, high)]
    assert points_of(Decimal(score), bounds[0], bounds[1], top_points(FOUR)) == Fraction(points)


RULES_IN_WORDS = [
    (rule(), "The most recent piece of evidence is at least 3 of 4 points."),
    (rule(Method.HIGHEST), "The best piece of evidence is at least 3 of 4 points."),
    (
        rule(Method.TRAILING_AVERAGE, n=3, least_evidence=3),
        "The average of the last three pieces of evidence is at least 3 of 4 points.",
    ),
    (
        rule(Method.N_TIMES, n=2, threshold=Decimal("2.5"), exclude_formative=True),
        "At least two pieces of evidence reach 2.5 of 4 points. Formative evidence does not count.",
    ),
    (
        rule(
            Method.DECAYING_AVERAGE,
            weight=Decimal("0.65"),
            least_evidence=4,
            kinds_required=("exhibition",),
            decided_by=DecidedBy.PERSON,
        ),
        (
            "The average in which the latest piece of evidence counts 65 % and the mean of the "
            "older ones counts the rest is at least 3 of 4 points. There are at least four pieces "
            "of evidence. Each of these kinds is there: exhibition. A person decides."
        ),
    ),
]


@pytest.mark.parametrize(("asked", "words"), RULES_IN_WORDS)
def test_a_rule_reads_as_a_sentence(asked: MasteryRule, words: str) -> None:
    assert rule_sentence(asked, Decimal(4)) == words


def test_a_definition_gives_the_rule_back() -> None:
    for asked, _ in RULES_IN_WORDS:
        assert MasteryRule.from_definition(json.loads(json.dumps(asked.definition()))) == asked


DECIMALS = st.decimals(0, 100, places=2)
WORKS = [UUID(int=number) for number in range(1, 6)]
EVIDENCE = st.lists(
    st.builds(
        Observation,
        id=st.uuids(),
        points=st.builds(Fraction, st.decimals(0, 5, places=3)),
        kind=st.sampled_from(["quiz", "exhibition", "project"]),
        observed_at=st.integers(-300, 100).map(lambda days: NOW + timedelta(days=days)),
        formative=st.booleans(),
        setting=st.sampled_from(Setting),
        assessor=st.sampled_from(["", "a", "b", "c"]),
        origin=st.sampled_from([None, *WORKS]),
        second_rating_of=st.sampled_from([None, *WORKS]),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)
RULES = st.builds(
    MasteryRule,
    name=st.just("any"),
    version=st.just(1),
    method=st.sampled_from(Method),
    threshold=st.decimals(0, 6, places=2),
    n=st.integers(1, 6),
    weight=st.decimals("0.01", 1, places=2),
    least_evidence=st.integers(1, 6),
    kinds_required=st.sampled_from([(), ("quiz",), ("exhibition", "quiz")]),
    exclude_formative=st.booleans(),
    decided_by=st.sampled_from(DecidedBy),
    kind_weights=st.sampled_from([(("quiz", Decimal(1)), ("exhibition", Decimal("2.5")))]),
    other_kinds_weight=st.sampled_from([None, Decimal("0.5")]),
    least_of_kind=st.sampled_from([(), (("quiz", 2),)]),
    window_days=st.sampled_from([0, 0, 30]),
    settings_excluded=st.sampled_from([(), (Setting.SCHOOL,)]),
    settings_required=st.sampled_from([(), (Setting.OUT_OF_SCHOOL,)]),
    raters=st.integers(1, 2),
    combine=st.sampled_from(Combine),
    tolerance=st.sampled_from([Decimal(0), Decimal(1)]),
    raters_kinds=st.sampled_from([(), ("quiz",), ("exhibition", "project")]),
    state_kappa=st.booleans(),
)
SCALES = st.sampled_from([(), FOUR, FIVE, scale("0", "2.5"), scale("1", "1", "3")])


@settings(deadline=None, max_examples=300)
@given(RULES, SCALES, EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_evidence_never_matters(
    asked: MasteryRule,
    levels: tuple[Level, ...],
    evidence: list[Observation],
    chance: random.Random,
) -> None:
    shuffled = list(evidence)
    chance.shuffle(shuffled)
    assert judge(asked, levels, evidence, NOW) == judge(asked, levels, shuffled, NOW)


@settings(deadline=None, max_examples=300)
@given(RULES, SCALES, EVIDENCE)
def test_what_holds_for_every_judgment(
    asked: MasteryRule, levels: tuple[Level, ...], evidence: list[Observation]
) -> None:
    mastery = judge(asked, levels, evidence, NOW)
    assert set(mastery.used) <= set(mastery.considered) <= {one.id for one in evidence}
    assert mastery.reasons
    assert (mastery.score is None) or mastery.considered
    if mastery.score is not None:
        points = [one.points for one in evidence]
        assert min(points) <= mastery.score <= max(points)
        assert mastery.level == level_at(mastery.score, levels)
    if mastery.mastered:
        required = required_level(asked, levels)
        assert mastery.score is not None
        assert mastery.score >= (asked.threshold or 0)
        assert mastery.level is not None
        assert required is not None
        assert mastery.level.position >= required.position


@settings(deadline=None, max_examples=200)
@given(RULES, SCALES, EVIDENCE)
def test_what_was_considered_is_all_that_is_needed_to_judge_again(
    asked: MasteryRule, levels: tuple[Level, ...], evidence: list[Observation]
) -> None:
    first = judge(asked, levels, evidence, NOW)
    only = [one for one in evidence if one.id in set(first.considered)]
    assert judge(asked, levels, only, NOW) == first


def test_many_decays_stay_exact_and_printable() -> None:
    asked = rule(Method.STANDARD_DECAYING_AVERAGE, weight=Decimal("0.123457"))
    points = list(itertools.islice(itertools.cycle(["1", "4", "2.75"]), 1_500))
    mastery = judge(asked, FOUR, observations(*points), NOW)
    approximately = float(points[0])
    for value in points[1:]:
        approximately = (1 - 0.123457) * approximately + 0.123457 * float(value)
    assert mastery.score is not None
    assert float(mastery.score) == pytest.approx(approximately)
    assert float(rounded(mastery.score)) == pytest.approx(approximately)
    assert float(points_in_words(mastery.score)) == pytest.approx(approximately, abs=0.005)
