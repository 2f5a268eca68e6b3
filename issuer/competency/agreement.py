"""How far two raters of the same work agree: a pure function of how often which levels met.

Ratings are places on a rubric, counted from 1, the lowest; 0 is a score below its lowest level.
Kappa is Cohen's (1968) with quadratic weights: one minus the mean square of the distance between
two ratings of a work, over what it would be if each rater had given the same levels as often, but
to works at random. Everything up to the square root of the variance is exact. Why this interval and
these limits stands in docs/decisions/0015-agreement.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from math import ceil, erfc, exp, floor, pi, sqrt
from typing import Final

from issuer.competency.words import in_words

Table = Mapping[tuple[int, int], int]
"""(place given by the one, place given by the other) -> how many pieces of work."""
Distance = Callable[[int, int], int]

LEAST_PAIRS: Final = 20
"""Fewer double-scored pieces of work say nothing: the interval would not hold what it promises."""
CONFIDENCE: Final = Decimal("0.95")
NORMAL_QUANTILE: Final = Decimal("1.959963984540054")
"""97.5 % of a normal distribution lie below it."""
CHANCE: Final = 0.05
"""A difference that chance alone brings more often than this is not called one."""
_FEWEST_PERIODS: Final = 2
_PRECISION: Final = 40
_STEP: Final = Decimal("0.000001")
"""Ends of an interval are rounded outwards to this."""


class Unknown(StrEnum):
    """Why there is no kappa."""

    TOO_FEW = "too-few"
    """Fewer than LEAST_PAIRS pieces of work were scored twice."""
    NO_VARIANCE = "no-variance"
    """One of the raters gave every piece of work the same level: no agreement could be told from
    chance."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Quadratic weighted kappa with its 95 % confidence interval.

    Args:
        value: exact, from -1 (no worse is possible) over 0 (as by chance) to 1.
        low, high: the interval, within -1 and 1.
        standard_error: of the value, for comparing two.
        pairs: double-scored pieces of work that it comes from.
    """

    value: Fraction
    low: Decimal
    high: Decimal
    standard_error: Decimal
    pairs: int

    def is_below(self, threshold: Decimal) -> bool:
        """True if the value is under a threshold, by however little."""
        return self.value < Fraction(threshold)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What double scoring says.

    Args:
        pairs: double-scored pieces of work.
        exact: those that both gave the same level.
        adjacent: those whose levels are neighbours.
        kappa: None if it is not known.
        unknown: why it is not known; None if it is.
    """

    pairs: int
    exact: int
    adjacent: int
    kappa: Kappa | None
    unknown: Unknown | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether kappa changed between periods by more than chance would.

    Args:
        chance: the share of cases in which chance alone brings differences as large as these.
        change: kappa of the last period less that of the first, exact.
    """

    chance: float
    change: Fraction

    @property
    def is_real(self) -> bool:
        """True if chance is no good explanation."""
        return self.chance < CHANCE


def agreement(table: Table, least_pairs: int = LEAST_PAIRS) -> Agreement:
    """Count and measure.

    Args:
        table: how often which two places met.
        least_pairs: fewest pieces of work from which kappa is known.
    """
    pairs = sum(table.values())
    unknown = _unknown(table, pairs, least_pairs)
    return Agreement(
        pairs=pairs,
        exact=sum(count for (one, other), count in table.items() if one == other),
        adjacent=sum(count for (one, other), count in table.items() if abs(one - other) == 1),
        kappa=_kappa(table, pairs) if unknown is None else None,
        unknown=unknown,
    )


def _unknown(table: Table, pairs: int, least_pairs: int) -> Unknown | None:
    if pairs < max(least_pairs, 2):
        return Unknown.TOO_FEW
    places = [{pair[rater] for pair, count in table.items() if count} for rater in (0, 1)]
    return Unknown.NO_VARIANCE if any(len(given) == 1 for given in places) else None


def squared(one: int, other: int) -> int:
    """How grave a disagreement is: the square of its distance."""
    return (one - other) ** 2


def weighted_kappa(table: Table, distance: Distance = squared) -> tuple[Fraction, Fraction]:
    """Kappa and its large-sample variance (Fleiss, Cohen and Everitt 1969), both exact.

    Args:
        table: both raters used more than one place, else ZeroDivisionError.
        distance: how grave a disagreement is; 0 for none.
    """
    pairs = sum(table.values())
    rows, columns = _margin(table, 0), _margin(table, 1)
    # The mean distance of each place from what the other rater gives.
    from_row = {
        i: Fraction(sum(distance(i, j) * n for j, n in columns.items()), pairs) for i in rows
    }
    from_column = {
        j: Fraction(sum(distance(i, j) * n for i, n in rows.items()), pairs) for j in columns
    }
    observed = Fraction(sum(distance(i, j) * n for (i, j), n in table.items()), pairs)
    expected = sum((from_row[i] * n for i, n in rows.items()), Fraction()) / pairs
    ratio = observed / expected
    spread = Fraction()
    for (i, j), n in table.items():
        if n:
            influence = distance(i, j) - ratio * (from_row[i] + from_column[j])
            spread += n * (influence + observed) ** 2
    return 1 - ratio, spread / (pairs**2 * expected**2)


def _margin(table: Table, rater: int) -> dict[int, int]:
    counts: dict[int, int] = {}
    for pair, count in table.items():
        if count:
            counts[pair[rater]] = counts.get(pair[rater], 0) + count
    return counts


def _kappa(table: Table, pairs: int) -> Kappa:
    value, variance = weighted_kappa(table)
    with localcontext(prec=_PRECISION):
        error = _decimal(variance).sqrt() if variance else _error_of_perfection(table, pairs)
        middle, reach = _decimal(value), error * NORMAL_QUANTILE
        low = (middle - reach).quantize(_STEP, ROUND_FLOOR)
        high = (middle + reach).quantize(_STEP, ROUND_CEILING)
    return Kappa(value, max(low, Decimal(-1)), min(high, Decimal(1)), error, pairs)


def _error_of_perfection(table: Table, pairs: int) -> Decimal:
    """What takes the place of a variance of nothing, as of raters who never disagreed.

    That no disagreement was seen is no proof that there is none: as many pieces of work may still
    be one level apart as an exact (Clopper and Pearson) 95 % interval of their share allows.
    """
    share = 1 - ((1 - CONFIDENCE) / 2) ** (Decimal(1) / pairs)
    rows, columns = _margin(table, 0), _margin(table, 1)
    by_chance = sum(squared(i, j) * n * m for i, n in rows.items() for j, m in columns.items())
    return share / _decimal(Fraction(by_chance, pairs**2)) / NORMAL_QUANTILE


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def drift(kappas: Sequence[Kappa]) -> Drift | None:
    """Whether the kappas of several periods differ by more than chance (Fleiss 1981, §13.1).

    Args:
        kappas: of periods in their order, of the same rubric; different pieces of work.

    Returns:
        None if there are fewer than two.
    """
    if len(kappas) < _FEWEST_PERIODS:
        return None
    values = [float(one.value) for one in kappas]
    weights = [float(one.standard_error) ** -2 for one in kappas]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    statistic = sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
    return Drift(chi_square_tail(statistic, len(kappas) - 1), kappas[-1].value - kappas[0].value)


def chi_square_tail(statistic: float, degrees: int) -> float:
    """The share of a chi-square distribution above a value.

    Args:
        statistic: at least 0.
        degrees: of freedom, at least 1.
    """
    half = statistic / 2
    tail, freedom = (erfc(sqrt(half)), 1) if degrees % 2 else (exp(-half), 2)
    term = (2 * sqrt(half) * exp(-half) / sqrt(pi)) if degrees % 2 else half * exp(-half)
    while freedom < degrees:
        tail += term
        freedom += 2
        term *= half / (freedom / 2)
    return min(tail, 1.0)


def agreement_sentence(found: Agreement, *, raters: int, works: int) -> str:
    """What double scoring says, for the reader of a credential.

    Such as: 'Two raters scored 48 pieces of work: 75 % exact, 98 % within one level; quadratic
    weighted kappa 0.81 (95 % confidence interval 0.70 to 0.92).'

    Args:
        found: the agreement.
        raters: how many people and tools scored.
        works: how many pieces of work they scored, each scored by two of them or more.
    """
    if not found.pairs:
        return "No piece of work was scored by two raters."
    who = in_words(raters).capitalize()
    among = f"{who} raters" if raters == _TWO else f"{who} raters, two or more for each,"
    pieces = "one piece" if works == 1 else f"{works:,} pieces"
    shares = (
        f"{percent(found.exact, found.pairs)} exact, "
        f"{percent(found.exact + found.adjacent, found.pairs)} within one level"
    )
    return f"{among} scored {pieces} of work: {shares}; {kappa_in_words(found)}."


def kappa_in_words(found: Agreement) -> str:
    """Kappa with its interval, or why it is not known; no full stop."""
    if found.kappa is None:
        return f"quadratic weighted kappa is not known, because {_REASONS[found.unknown]}"
    low, high = two_decimals(found.kappa.low), two_decimals(found.kappa.high, up=True)
    value = two_decimals(found.kappa.value)
    return f"quadratic weighted kappa {value} (95 % confidence interval {low} to {high})"


_TWO: Final = 2
_REASONS: Final[Mapping[Unknown | None, str]] = {
    Unknown.TOO_FEW: f"fewer than {LEAST_PAIRS} pieces of work were scored twice",
    Unknown.NO_VARIANCE: "one of the raters gave every piece of work the same level",
}


def percent(part: int, whole: int) -> str:
    """A share in whole percent; neither none nor all is ever said of what is not."""
    rounded = round(Fraction(100 * part, whole))
    if 0 < part < whole:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded} %"


def two_decimals(value: Fraction | Decimal, *, up: bool = False) -> str:
    """A number with two decimals, rounded down: 0.599 never reads as 0.60."""
    hundredths = Fraction(value) * 100
    return format(Decimal(ceil(hundredths) if up else floor(hundredths)).scaleb(-2), ".2f")
