"""Agreement of two raters: published and hand-computed examples, and what always holds."""

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from issuer.competency.agreement import (
    LEAST_PAIRS,
    Agreement,
    Kappa,
    Unknown,
    agreement,
    agreement_sentence,
    chi_square_tail,
    drift,
    percent,
    two_decimals,
    weighted_kappa,
)

PLACES = st.integers(0, 5)
PAIRS = st.lists(st.tuples(PLACES, PLACES), min_size=2, max_size=200).filter(
    lambda pairs: all(len({pair[rater] for pair in pairs}) > 1 for rater in (0, 1))
)
"""Works that two raters scored, neither of them always the same."""


def table(rows: list[list[int]]) -> Counter[tuple[int, int]]:
    """A table as it is printed, as counts; cells of 0 stay in it."""
    return Counter({(i, j): n for i, row in enumerate(rows) for j, n in enumerate(row)})


def known(pairs: list[tuple[int, int]]) -> Kappa:
    """Kappa of some pairs, however few."""
    found = agreement(Counter(pairs), least_pairs=2)
    assert found.kappa is not None
    return found.kappa


SAS = table([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
"""A table whose kappas SAS PROC FREQ prints, with their asymptotic standard errors (ASE)."""


@pytest.mark.parametrize(
    ("distance", "kappa", "error"),
    [
        (lambda i, j: int(i != j), 0.4842, 0.1380),
        (lambda i, j: abs(i - j), 0.4701, 0.1457),
    ],
    ids=["unweighted", "linear"],
)
def test_the_formulas_give_what_sas_prints(distance, kappa, error) -> None:
    value, variance = weighted_kappa(SAS, distance)
    assert float(value) == pytest.approx(kappa, abs=5e-5)
    assert sqrt(variance) == pytest.approx(error, abs=5e-5)


FLEISS = table([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
"""Fleiss, Cohen and Everitt (1969): 200 people, three diagnoses; weights of the disagreements in
ninths."""
GRAVITY = [[0, 9, 5], [9, 0, 3], [5, 3, 0]]


def test_the_example_of_fleiss_cohen_and_everitt() -> None:
    value, variance = weighted_kappa(FLEISS, lambda i, j: int(i != j))
    assert (round(float(value), 3), round(sqrt(variance), 4)) == (0.429, 0.0537)
    value, variance = weighted_kappa(FLEISS, lambda i, j: GRAVITY[i][j])
    assert (round(float(value), 3), round(float(variance), 6)) == (0.507, 0.003248)


def test_quadratic_weights_give_what_r_prints() -> None:
    # The second and third rater of `anxiety` in the R package irr; kappa2(…, "squared"), which
    # numbers the levels that occur: 5 does not.
    second = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
    third = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]
    number = {1: 1, 2: 2, 3: 3, 4: 4, 6: 5}
    counts = Counter(zip(map(number.get, second), map(number.get, third), strict=True))
    value, _ = weighted_kappa(counts)
    assert float(value) == pytest.approx(0.2520325, abs=5e-8)


def test_by_hand() -> None:
    # Ten works at 1 and 1, five at 1 and 2, five at 2 and 2: 0.25 of the weight is seen; by chance
    # it would be 15/20 · 10/20 + 5/20 · 10/20 = 0.5. So kappa is a half. The squares of what each
    # pair moves it by, times 0.5²: 1-1 (ten): 0 − ½(½ + ¼) + ¼ = −⅛; 1-2 (five): 1 − ½(½ + ¾) + ¼
    # = ⅝; 2-2 (five): 0 − ½(½ + ¾) + ¼ = −⅜. 10/64 + 125/64 + 45/64 = 180/64 over 20² · 0.25.
    found = weighted_kappa({(1, 1): 10, (1, 2): 5, (2, 2): 5})
    assert found == (Fraction(1, 2), Fraction(180, 64) / (400 * Fraction(1, 4)))
    kappa = agreement({(1, 1): 10, (1, 2): 5, (2, 2): 5}).kappa
    assert kappa is not None
    reach = 1.959964 * sqrt(180 / 6400)
    assert float(kappa.low) == pytest.approx(0.5 - reach, abs=2e-6)
    assert float(kappa.high) == pytest.approx(0.5 + reach, abs=2e-6)


def test_counts() -> None:
    found = agreement({(1, 1): 12, (1, 2): 5, (3, 2): 2, (1, 4): 1})
    assert (found.pairs, found.exact, found.adjacent) == (20, 12, 7)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({}, Unknown.TOO_FEW),
        ({(1, 1): LEAST_PAIRS - 1}, Unknown.TOO_FEW),
        ({(1, 1): LEAST_PAIRS // 2, (2, 2): LEAST_PAIRS // 2 - 1}, Unknown.TOO_FEW),
        ({(3, 3): 100}, Unknown.NO_VARIANCE),
        ({(3, 3): 50, (3, 4): 50}, Unknown.NO_VARIANCE),
        ({(3, 3): 50, (2, 3): 50, (1, 1): 0}, Unknown.NO_VARIANCE),
    ],
)
def test_what_is_not_known_is_no_number(counts, why) -> None:
    found = agreement(counts)
    assert (found.kappa, found.unknown) == (None, why)
    assert "is not known, because" in agreement_sentence(found, raters=2, works=9) or not counts


def test_one_more_pair_makes_it_known() -> None:
    found = agreement({(1, 1): LEAST_PAIRS // 2, (2, 2): LEAST_PAIRS - LEAST_PAIRS // 2})
    assert found.unknown is None
    assert found.kappa is not None
    assert found.kappa.value == 1


def test_never_having_disagreed_proves_nothing_for_good() -> None:
    few = agreement({(1, 1): 10, (2, 2): 10}).kappa
    many = agreement({(1, 1): 500, (2, 2): 500}).kappa
    assert few is not None
    assert many is not None
    # Clopper and Pearson: of 20, 16.84 % may still differ; by chance half of them would.
    assert float(few.low) == pytest.approx(1 - 0.16843 / 0.5, abs=1e-4)
    assert few.low < many.low < 1
    assert few.high == many.high == 1


@given(PAIRS)
def test_a_rater_agrees_with_himself(pairs) -> None:
    kappa = known([(one, one) for one, _ in pairs])
    assert kappa.value == 1


@given(PAIRS)
@example([(2, 3), (1, 0)])
def test_raters_can_change_places(pairs) -> None:
    assert known(pairs) == known([(other, one) for one, other in pairs])


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_does_not_matter(pairs, chance) -> None:
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert known(pairs) == known(shuffled)


@given(PAIRS)
def test_kappa_lies_in_its_interval_and_that_within_one(pairs) -> None:
    kappa = known(pairs)
    assert -1 <= kappa.low <= kappa.value <= kappa.high <= 1
    assert kappa.standard_error > 0


@given(PAIRS)
def test_quadratic_kappa_is_what_covariance_says(pairs) -> None:
    # Fleiss and Cohen (1973): 2 cov / (var + var + (difference of means)²).
    kappa, n = known(pairs), len(pairs)
    one, other = ([Fraction(pair[k]) for pair in pairs] for k in (0, 1))
    means = sum(one) / n, sum(other) / n
    covariance = sum((a - means[0]) * (b - means[1]) for a, b in zip(one, other, strict=True)) / n
    spread = sum((a - means[0]) ** 2 for a in one) / n + sum((b - means[1]) ** 2 for b in other) / n
    assert kappa.value == 2 * covariance / (spread + (means[0] - means[1]) ** 2)


@given(PAIRS, st.integers(1, 3))
def test_where_the_levels_begin_does_not_matter(pairs, step) -> None:
    assert known(pairs) == known([(one + step, other + step) for one, other in pairs])


def _raters(error: float, count: int, seed: int) -> list[tuple[int, int]]:
    chance = random.Random(seed)

    def rate(true: float) -> int:
        return min(max(round(true + chance.gauss(0, error)), 1), 4)

    works = [chance.uniform(1, 4) for _ in range(count)]
    return [(rate(work), rate(work)) for work in works]


def test_the_interval_holds_what_it_promises() -> None:
    true = known(_raters(0.6, 40_000, 1)).value
    held = 0
    for seed in range(300):
        kappa = known(_raters(0.6, 40, 1_000 + seed))
        held += kappa.low <= true <= kappa.high
    assert 0.90 <= held / 300 <= 0.99


@pytest.mark.parametrize(
    ("statistic", "degrees", "share"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (13.2767, 4, 0.01), (0, 5, 1)],
)
def test_tables_of_chi_square(statistic, degrees, share) -> None:
    assert chi_square_tail(statistic, degrees) == pytest.approx(share, abs=2e-6)


def test_drift_is_called_what_chance_does_not_explain() -> None:
    steady = [known(_raters(0.5, 200, seed)) for seed in (1, 2, 3)]
    fallen = [*steady, known(_raters(2.0, 200, 4))]
    calm, real = drift(steady), drift(fallen)
    assert calm is not None
    assert real is not None
    assert not calm.is_real
    assert real.is_real
    assert real.change < 0
    assert drift(steady[:1]) is None
    assert drift([]) is None


def test_two_periods_are_compared_as_two_numbers_are() -> None:
    one, other = known(_raters(0.5, 100, 5)), known(_raters(0.9, 100, 6))
    found = drift([one, other])
    assert found is not None
    z = float(one.value - other.value) / sqrt(one.standard_error**2 + other.standard_error**2)
    assert found.chance == pytest.approx(chi_square_tail(z**2, 1), rel=1e-9)


def test_chance_alone_is_seldom_called_drift() -> None:
    called = 0
    for seed in range(200):
        found = drift([known(_raters(0.7, 60, 2 * seed)), known(_raters(0.7, 60, 2 * seed + 1))])
        assert found is not None
        called += found.is_real
    assert called <= 24  # of 200, 10 are expected


def test_in_words() -> None:
    found = agreement({(2, 2): 12, (3, 3): 12, (4, 4): 12, (2, 3): 6, (3, 4): 5, (1, 3): 1})
    said = agreement_sentence(found, raters=2, works=48)
    assert said.startswith(
        "Two raters scored 48 pieces of work: 75 % exact, 98 % within one level; quadratic "
        "weighted kappa 0."
    )
    assert said.endswith(").")
    assert agreement_sentence(found, raters=5, works=40).startswith(
        "Five raters, two or more for each, scored 40 pieces of work: "
    )
    nothing = Agreement(0, 0, 0, None, Unknown.TOO_FEW)
    assert agreement_sentence(nothing, raters=0, works=0).startswith("No piece of work")


def test_rounding_never_flatters() -> None:
    assert two_decimals(Decimal("0.5999")) == "0.59"
    assert two_decimals(Decimal("-0.001")) == "-0.01"
    assert two_decimals(Decimal("0.701"), up=True) == "0.71"
    assert (percent(199, 200), percent(1, 1_000), percent(0, 9), percent(9, 9)) == (
        "99 %",
        "1 %",
        "0 %",
        "100 %",
    )


def test_below_is_by_however_little() -> None:
    kappa = Kappa(Fraction(5_999, 10_000), Decimal(0), Decimal(1), Decimal(1), 20)
    assert kappa.is_below(Decimal("0.6"))
    assert not kappa.is_below(Decimal("0.5999"))
