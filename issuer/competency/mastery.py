"""From evidence to a judgment: a pure function of (rule, levels, evidence, now).

Arithmetic is exact (fractions), ties in time are broken by identifier, and nothing is read but the
arguments: so the order of evidence never matters, and whoever is entitled to the evidence can form
the same judgment again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from issuer.competency.rules import MasteryRule, Method
from issuer.competency.words import score_sentence


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a rubric. ``position`` counts from 1, the lowest."""

    id: str
    name: str
    description: str
    points: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One piece of evidence, as far as judging needs it; ``points`` on the levels' scale."""

    id: UUID
    points: Fraction
    kind: str
    observed_at: datetime
    formative: bool


@dataclass(frozen=True, slots=True)
class Mastery:
    """What the rule made of the evidence.

    Args:
        level: the highest level whose points the score reaches; None if it reaches none.
        score: in points; None where the rule gives none.
        mastered: True only if everything the rule asks for is there.
        reasons: sentences, the score first, then whatever is missing.
        considered: identifiers of all evidence that the rule looked at, oldest first.
        used: identifiers of the evidence that the score came from, oldest first.
    """

    level: Level | None
    score: Fraction | None
    mastered: bool
    reasons: tuple[str, ...]
    considered: tuple[UUID, ...]
    used: tuple[UUID, ...]


def judge(
    rule: MasteryRule, levels: Sequence[Level], evidence: Iterable[Observation], now: datetime
) -> Mastery:
    """Judge one learner on one competency.

    Args:
        rule: the rule.
        levels: the competency's levels, lowest first.
        evidence: in any order; what was observed after ``now`` does not count yet.
        now: the time of the judgment.

    Returns:
        The judgment; with no evidence, one that is not mastered and has no score.
    """
    counted = sorted(
        (
            one
            for one in evidence
            if one.observed_at <= now and not (rule.exclude_formative and one.formative)
        ),
        key=_age,
    )
    score, used = _score(rule, counted)
    level = None if score is None else level_at(score, levels)
    missing = _missing(rule, counted)
    reached = score is not None and score >= rule.threshold and level is not None
    return Mastery(
        level=level,
        score=score,
        mastered=reached and not missing,
        reasons=(score_sentence(rule, score, len(used), top_points(levels)), *missing),
        considered=tuple(one.id for one in counted),
        used=tuple(one.id for one in used),
    )


def _age(one: Observation) -> tuple[datetime, UUID]:
    return one.observed_at, one.id


_Scored = tuple[Fraction | None, list[Observation]]


def _score(rule: MasteryRule, counted: list[Observation]) -> _Scored:
    """The score and the evidence it came from; ``counted`` is in order of time."""
    return _METHODS[rule.method](rule, counted) if counted else (None, [])


def _most_recent(_rule: MasteryRule, counted: list[Observation]) -> _Scored:
    return counted[-1].points, counted[-1:]


def _highest(_rule: MasteryRule, counted: list[Observation]) -> _Scored:
    best = max(counted, key=lambda one: one.points)
    return best.points, [best]


def _average(_rule: MasteryRule, counted: list[Observation]) -> _Scored:
    return _mean(counted), counted


def _trailing_average(rule: MasteryRule, counted: list[Observation]) -> _Scored:
    latest = counted[-rule.n :]
    return _mean(latest), latest


def _decaying_average(rule: MasteryRule, counted: list[Observation]) -> _Scored:
    *older, latest = counted
    if not older:
        return latest.points, counted
    weight = _weight(rule)
    return weight * latest.points + (1 - weight) * _mean(older), counted


def _standard_decaying_average(rule: MasteryRule, counted: list[Observation]) -> _Scored:
    weight, score = _weight(rule), counted[0].points
    for one in counted[1:]:
        score = (1 - weight) * score + weight * one.points
    return score, counted


def _n_times(rule: MasteryRule, counted: list[Observation]) -> _Scored:
    reached = [one for one in counted if one.points >= rule.threshold]
    return (_mean(reached) if len(reached) >= rule.n else None), reached


_METHODS: Final[Mapping[Method, Callable[[MasteryRule, list[Observation]], _Scored]]] = {
    Method.MOST_RECENT: _most_recent,
    Method.HIGHEST: _highest,
    Method.AVERAGE: _average,
    Method.TRAILING_AVERAGE: _trailing_average,
    Method.DECAYING_AVERAGE: _decaying_average,
    Method.STANDARD_DECAYING_AVERAGE: _standard_decaying_average,
    Method.N_TIMES: _n_times,
}


def _mean(counted: Sequence[Observation]) -> Fraction:
    return sum((one.points for one in counted), Fraction()) / len(counted)


def _weight(rule: MasteryRule) -> Fraction:
    return Fraction(1) if rule.weight is None else Fraction(rule.weight)


def _missing(rule: MasteryRule, counted: list[Observation]) -> list[str]:
    """What the rule asks for besides the score, and is not there."""
    missing = []
    if len(counted) < rule.least_evidence:
        missing.append(
            f"Pieces of evidence: {len(counted)}; at least {rule.least_evidence} are asked for."
        )
    kinds = {one.kind for one in counted}
    missing += [
        f"There is no evidence of the kind {kind}."
        for kind in rule.kinds_required
        if kind not in kinds
    ]
    return missing


def level_at(score: Fraction | Decimal, levels: Sequence[Level]) -> Level | None:
    """The highest level whose points the score reaches; None if it reaches none."""
    reached = [level for level in levels if level.points <= score]
    return reached[-1] if reached else None


def required_level(rule: MasteryRule, levels: Sequence[Level]) -> Level | None:
    """The level at which mastery starts: that of the threshold, or the lowest above it.

    Whoever reaches the threshold reaches this level; None only if there are no levels.
    """
    if not levels:
        return None
    return level_at(rule.threshold, levels) or levels[0]


def top_points(levels: Sequence[Level]) -> Decimal:
    """Points of the highest level; 0 if there are no levels."""
    return levels[-1].points if levels else Decimal()


def points_of(
    score: Decimal, score_min: Decimal | None, score_max: Decimal | None, top: Decimal
) -> Fraction:
    """A score on the scale of levels whose highest has ``top`` points.

    Without a range of its own the score is in points already. With one, its share of the range
    becomes that share of the highest level's points: 50 of 0..100 is 2 on a scale up to 4.
    """
    if score_max is None:
        return Fraction(score)
    low = Fraction(score_min or 0)
    width = Fraction(score_max) - low
    if width <= 0:  # refused on import; a range that is none never counts for anyone
        return Fraction(0)
    return (Fraction(score) - low) / width * Fraction(top)
