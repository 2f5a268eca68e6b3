"""From evidence to a judgment: a pure function of (rule, levels, evidence, now).

Arithmetic is exact (fractions), ties in time are broken by identifier, and nothing is read but the
arguments: so the order of evidence never matters, and whoever is entitled to the evidence can form
the same judgment again. Clusters are judged by issuer.competency.clusters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final
from uuid import UUID

from issuer.competency.observations import Level, Observation, Piece, Selection, select, weight_of
from issuer.competency.rules import MasteryRule, Method
from issuer.competency.words import points_in_words, score_sentence

__all__ = [
    "Level",
    "Mastery",
    "Observation",
    "judge",
    "level_at",
    "mean",
    "points_of",
    "required_level",
    "resolved",
    "top_points",
]


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
    rule: MasteryRule,
    levels: Sequence[Level],
    evidence: Iterable[Observation],
    now: datetime,
    kappa: Decimal | None = None,
) -> Mastery:
    """Judge one learner on one competency.

    Args:
        rule: the rule.
        levels: the competency's levels, lowest first.
        evidence: in any order; what was observed after ``now`` does not count yet.
        now: the time of the judgment.
        kappa: agreement between the assessors of the competency's rubric; None if it is not known.

    Returns:
        The judgment; with no evidence, one that is not mastered and has no score.
    """
    asked = resolved(rule, levels)
    if asked is None or asked.threshold is None:
        reason = f"The competency has no level {rule.level}, which the rule asks for."
        return Mastery(None, None, False, (reason,), (), ())
    selection = select(asked, evidence, now)
    score, used = _score(asked, list(selection.pieces))
    level = None if score is None else level_at(score, levels)
    missing = [*_missing(asked, selection), *_uncalibrated(asked, kappa)]
    reached = score is not None and score >= asked.threshold and level is not None
    sentence = score_sentence(asked, score, len(used), top_points(levels))
    return Mastery(
        level=level,
        score=score,
        mastered=reached and not missing,
        reasons=(sentence, *missing, *_notes(asked, selection, kappa)),
        considered=tuple(one.id for one in selection.considered),
        used=_identifiers(selection, used),
    )


def resolved(rule: MasteryRule, levels: Sequence[Level]) -> MasteryRule | None:
    """The rule with its threshold in points; None if the levels have none of the name it asks for.

    A cluster that asks for no threshold starts at the lowest level.
    """
    if rule.threshold is not None:
        return rule
    if not rule.level:
        return replace(rule, threshold=levels[0].points if levels else Decimal())
    wanted = rule.level.casefold()
    named = next((level for level in levels if level.name.casefold() == wanted), None)
    return None if named is None else replace(rule, threshold=named.points)


def _identifiers(selection: Selection, used: Sequence[Piece]) -> tuple[UUID, ...]:
    """Of the ratings of the pieces that the score came from, oldest first."""
    ids = {rating.id for piece in used for rating in piece.ratings}
    return tuple(one.id for one in selection.considered if one.id in ids)


_Scored = tuple[Fraction | None, list[Piece]]


def _score(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    """The score and the pieces it came from; ``counted`` is in order of time."""
    method = _METHODS.get(rule.method)
    return method(rule, counted) if counted and method is not None else (None, [])


def _most_recent(_rule: MasteryRule, counted: list[Piece]) -> _Scored:
    return counted[-1].points, counted[-1:]


def _highest(_rule: MasteryRule, counted: list[Piece]) -> _Scored:
    best = max(counted, key=lambda one: one.points)
    return best.points, [best]


def _average(_rule: MasteryRule, counted: list[Piece]) -> _Scored:
    return _mean(counted), counted


def _trailing_average(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    latest = counted[-rule.n :]
    return _mean(latest), latest


def _decaying_average(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    *older, latest = counted
    if not older:
        return latest.points, counted
    weight = _weight(rule)
    return weight * latest.points + (1 - weight) * _mean(older), counted


def _standard_decaying_average(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    weight, score = _weight(rule), counted[0].points
    for one in counted[1:]:
        score = (1 - weight) * score + weight * one.points
    return score, counted


def _n_times(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    reached = [one for one in counted if one.points >= (rule.threshold or 0)]
    return (_mean(reached) if len(reached) >= rule.n else None), reached


def _weighted_by_kind(rule: MasteryRule, counted: list[Piece]) -> _Scored:
    weights = [Fraction(weight_of(rule, one.kind) or 0) for one in counted]
    whole = sum(weights, Fraction())
    if not whole:
        return None, []
    points = (weight * one.points for weight, one in zip(weights, counted, strict=True))
    return sum(points, Fraction()) / whole, counted


_METHODS: Final[Mapping[Method, Callable[[MasteryRule, list[Piece]], _Scored]]] = {
    Method.MOST_RECENT: _most_recent,
    Method.HIGHEST: _highest,
    Method.AVERAGE: _average,
    Method.TRAILING_AVERAGE: _trailing_average,
    Method.DECAYING_AVERAGE: _decaying_average,
    Method.STANDARD_DECAYING_AVERAGE: _standard_decaying_average,
    Method.N_TIMES: _n_times,
    Method.WEIGHTED_BY_KIND: _weighted_by_kind,
}


def _mean(counted: Sequence[Piece]) -> Fraction:
    return mean([one.points for one in counted])


def mean(points: Sequence[Fraction]) -> Fraction:
    """The mean of at least one number of points, reduced once instead of after each sum."""
    whole = lcm(*(one.denominator for one in points))
    total = sum(one.numerator * (whole // one.denominator) for one in points)
    return Fraction(total, whole * len(points))


def _weight(rule: MasteryRule) -> Fraction:
    return Fraction(1) if rule.weight is None else Fraction(rule.weight)


def _missing(rule: MasteryRule, selection: Selection) -> list[str]:
    """What the rule asks for besides the score, and is not there."""
    counted = selection.pieces
    missing = []
    if len(counted) < rule.least_evidence:
        missing.append(
            f"Pieces of evidence: {len(counted)}; at least {rule.least_evidence} are asked for."
        )
    kinds = [one.kind for one in counted]
    missing += [
        f"There is no evidence of the kind {kind}."
        for kind in rule.kinds_required
        if kind not in kinds
    ]
    missing += [
        f"Pieces of evidence of the kind {kind}: {kinds.count(kind)}; "
        f"at least {least} are asked for."
        for kind, least in rule.least_of_kind
        if kinds.count(kind) < least
    ]
    settings = {one.setting for one in counted}
    missing += [
        f"There is no evidence of the setting {setting}."
        for setting in rule.settings_required
        if setting not in settings
    ]
    return missing


_TOO_FEW: Final = "because too little of its evidence was scored twice"


def is_calibrated(rule: MasteryRule, kappa: Decimal | None) -> bool:
    """True if the agreement between assessors is as good as the rule asks, or it does not ask."""
    return rule.least_kappa is None or (kappa is not None and kappa >= rule.least_kappa)


def _uncalibrated(rule: MasteryRule, kappa: Decimal | None) -> list[str]:
    if is_calibrated(rule, kappa) or rule.least_kappa is None:
        return []
    asked = f"at least {points_in_words(rule.least_kappa)} is asked for."
    if kappa is None:
        return [f"How well assessors agree on this rubric is not known, {_TOO_FEW}; {asked}"]
    shown = points_in_words(kappa, rule.least_kappa)
    return [f"The agreement between assessors on this rubric (kappa) is {shown}; {asked}"]


def _notes(rule: MasteryRule, selection: Selection, kappa: Decimal | None) -> list[str]:
    """What a reader should know besides, though nothing is missing for it."""
    notes = []
    if selection.waiting:
        notes.append(
            f"Pieces of work that count only once another assessor has scored them: "
            f"{selection.waiting}."
        )
    if rule.asks_kappa and kappa is not None and is_calibrated(rule, kappa):
        shown = points_in_words(kappa, rule.least_kappa)
        notes.append(f"The agreement between assessors on this rubric (kappa) is {shown}.")
    elif rule.state_kappa and rule.least_kappa is None:
        notes.append(f"How well assessors agree on this rubric is not known, {_TOO_FEW}.")
    return notes


def level_at(score: Fraction | Decimal, levels: Sequence[Level]) -> Level | None:
    """The highest level whose points the score reaches; None if it reaches none."""
    reached = [level for level in levels if level.points <= score]
    return reached[-1] if reached else None


def required_level(rule: MasteryRule, levels: Sequence[Level]) -> Level | None:
    """The level at which mastery starts: that of the threshold, or the lowest above it.

    Whoever reaches the threshold reaches this level; None only if there are no levels, or none of
    the name that the rule asks for.
    """
    asked = resolved(rule, levels)
    if not levels or asked is None or asked.threshold is None:
        return None
    return level_at(asked.threshold, levels) or levels[0]


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
