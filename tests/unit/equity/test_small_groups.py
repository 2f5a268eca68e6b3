"""No small group can be computed from what the equity view shows, whatever is subtracted."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.equity.figures import Figures
from issuer.equity.suppression import shown

Sizes = dict[str, int]
groups = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 30), min_size=1)


class Span:
    """Everything that can be computed from some sums, by adding and subtracting their multiples."""

    def __init__(self, rows: list[list[int]]) -> None:
        self.basis: list[tuple[int, list[Fraction]]] = []
        for row in rows:
            left = self.reduced(row)
            pivot = next((place for place, one in enumerate(left) if one), None)
            if pivot is not None:
                self.basis.append((pivot, [one / left[pivot] for one in left]))

    def reduced(self, row: list[int]) -> list[Fraction]:
        left = [Fraction(one) for one in row]
        for pivot, other in self.basis:
            if left[pivot]:
                factor = left[pivot]
                left = [a - factor * b for a, b in zip(left, other, strict=True)]
        return left

    def __contains__(self, row: list[int]) -> bool:
        return not any(self.reduced(row))


def published(units: list[Sizes], least: int) -> tuple[list[tuple[int, str]], list[list[int]]]:
    """All cells (competency, group), and the sums of cells that the view tells at every level."""
    cells = [(number, value) for number, unit in enumerate(units) for value in unit]
    told: list[set[tuple[int, str]]] = []
    everywhere: set[tuple[int, str]] = set()
    by_value: dict[str, set[tuple[int, str]]] = {}
    for number, unit in enumerate(units):
        may = shown(unit, least)
        if may.total:
            whole = {(number, value) for value in unit}
            told.append(whole)
            everywhere |= whole
        for value in may.values:
            told.append({(number, value)})
            by_value.setdefault(value, set()).add((number, value))
    told += [everywhere, *by_value.values()]
    return cells, [[int(cell in one) for cell in cells] for one in told if one]


@settings(deadline=None)
@given(st.lists(groups, min_size=1, max_size=3), st.integers(5, 12))
def test_no_small_group_can_be_computed(units: list[Sizes], least: int) -> None:
    cells, rows = published(units, least)
    span = Span(rows)
    for number, unit in enumerate(units):
        for size in range(1, len(unit) + 1):
            for some in combinations(unit, size):
                if sum(unit[value] for value in some) >= least:
                    continue
                small = {(number, value) for value in some}
                assert [int(cell in small) for cell in cells] not in span, (unit, some)


@given(groups, st.integers(5, 12))
def test_one_hidden_group_never_stands_alone(unit: Sizes, least: int) -> None:
    may = shown(unit, least)
    hidden = unit.keys() - may.values
    assert all(unit[value] >= least for value in may.values)
    if may.total and hidden:
        assert sum(unit[value] for value in hidden) >= least
        assert len(hidden) > 1 or len(unit) == 1
    if not may.total:
        assert sum(unit.values()) < least
        assert not may.values


@given(groups, st.integers(5, 12))
def test_large_groups_are_all_shown(unit: Sizes, least: int) -> None:
    large = {value: count + least for value, count in unit.items()}
    assert shown(large, least).values == large.keys()


def test_the_check_itself_sees_what_a_total_gives_away() -> None:
    span = Span([[1, 1, 1], [0, 1, 0], [0, 0, 1]])
    assert [1, 0, 0] in span
    assert [1, 0, 0] not in Span([[1, 1, 1], [0, 0, 1]])


def test_the_smallest_that_is_shown_hides_the_small_one() -> None:
    assert shown({"a": 3, "b": 40, "c": 12, "d": 25}, 10).values == {"b", "d"}
    assert shown({"a": 3, "b": 4, "c": 12, "d": 25}, 10).values == {"d"}
    assert shown({"a": 6, "b": 6, "c": 12}, 10).values == {"c"}
    assert shown({"a": 3, "b": 40}, 10).values == set()
    assert shown({"a": 9}, 10).total is False


def test_nothing_below_five_is_a_setting() -> None:
    with pytest.raises(ValueError, match="fewer than 5"):
        shown({"a": 40}, 4)


@given(st.lists(st.integers(0, 50), min_size=1))
def test_the_median_of_counted_days_is_the_median(days: list[int]) -> None:
    figures = Figures()
    for one in days:
        figures.add(1, 2, one)
    figures.add(3, 4, None)
    ordered = sorted(days)
    middle = (ordered[(len(days) - 1) // 2] + ordered[len(days) // 2]) / Fraction(2)
    assert figures.median_days == middle
    assert figures.mastery_rate == Fraction(len(days), len(days) + 3)
    assert figures.mean_attempts == Fraction(2 * len(days) + 4, len(days) + 3)
