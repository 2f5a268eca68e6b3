"""Rules and scores in plain words: what a reader of a credential sees, and a registrar."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Final

from issuer.competency.rules import Combine, DecidedBy, MasteryRule, Method

_NUMBERS: Final = (
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)

_HALF: Final = Fraction(1, 2)
_REMEMBERED: Final = 16_384
"""Points that are put into words once."""


def in_words(number: int) -> str:
    """Small numbers as words: 3 -> 'three', 13 -> '13'."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


@lru_cache(maxsize=_REMEMBERED)
def points_in_words(points: Fraction | Decimal, threshold: Decimal | None = None) -> str:
    """Points with at most two decimals: 10/3 -> '3.33'.

    Rounding never lifts points over a threshold they do not reach: 2.999 under 3 is '2.99'.
    """
    exact = Fraction(points)
    hundredths = floor(exact * 100 + _HALF)
    if threshold is not None and exact < threshold <= Fraction(hundredths, 100):
        hundredths = floor(exact * 100)
    text = format(Decimal(hundredths).scaleb(-2), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _points(points: Decimal) -> str:
    """A number of points with its noun."""
    return f"{points_in_words(points)} {'point' if points == 1 else 'points'}"


def rule_sentence(rule: MasteryRule, top: Decimal) -> str:
    """The whole rule in plain words.

    Such as: 'The average of the last three pieces of evidence is at least 3 of 4 points.'

    Args:
        rule: the rule.
        top: points of the highest level of the competency.
    """
    asked = _asked(rule, top)
    if rule.is_cluster:
        first = _cluster_sentence(rule, asked)
    elif rule.method is Method.N_TIMES:
        pieces = "piece of evidence reaches" if rule.n == 1 else "pieces of evidence reach"
        first = f"At least {in_words(rule.n)} {pieces} {asked}."
    else:
        first = f"{_score_in_words(rule, rule.n)} is at least {asked}."
    return " ".join([first, *_conditions(rule)])


def _asked(rule: MasteryRule, top: Decimal) -> str:
    """The threshold: points, the name of a level, or both where both are known."""
    points = f"{points_in_words(rule.threshold or Decimal())} of {points_in_words(top)} points"
    if not rule.level:
        return points
    return f"{rule.level} ({points})" if rule.threshold is not None else f"the level {rule.level}"


def _cluster_sentence(rule: MasteryRule, asked: str) -> str:
    if rule.method is Method.WEIGHTED_MEMBERS:
        return f"The weighted average of the members is at least {asked}."
    member = "member" if rule.n == 1 else "members"
    how_many = f"At least {in_words(rule.n)} {member}"
    who = "All members" if rule.method is Method.ALL_MEMBERS else how_many
    verb = "is" if who.endswith("member") else "are"
    average = f", with an average of at least {asked}" if rule.threshold or rule.level else ""
    return f"{who} {verb} mastered{average}."


def score_sentence(rule: MasteryRule, score: Fraction | None, used: int, top: Decimal) -> str:
    """What the score came to, beside what the rule asks for.

    Args:
        rule: the rule, with its threshold in points.
        score: the score; None where the rule gives none.
        used: how many pieces of evidence it came from.
        top: points of the highest level.
    """
    threshold = rule.threshold or Decimal()
    asked = points_in_words(threshold)
    if rule.method is Method.N_TIMES:
        return (
            f"Pieces of evidence that reach {asked} of {points_in_words(top)} points: {used}; "
            f"at least {rule.n} are asked for."
        )
    if score is None:
        return "There is no evidence that counts."
    reached = f"{points_in_words(score, threshold)} of {points_in_words(top)} points"
    return f"{_score_in_words(rule, used)} is {reached}; at least {asked} is asked for."


_SCORES: Final[Mapping[Method, str]] = {
    Method.MOST_RECENT: "The most recent piece of evidence",
    Method.HIGHEST: "The best piece of evidence",
    Method.AVERAGE: "The average of all pieces of evidence",
    Method.TRAILING_AVERAGE: "The average of the last {pieces} of evidence",
    Method.DECAYING_AVERAGE: (
        "The average in which the latest piece of evidence counts {weight} % "
        "and the mean of the older ones counts the rest"
    ),
    Method.STANDARD_DECAYING_AVERAGE: (
        "The running average in which each new piece of evidence counts {weight} % "
        "and what was there before counts the rest"
    ),
    Method.N_TIMES: "The average of the pieces of evidence that reach the threshold",
    Method.WEIGHTED_BY_KIND: "The average in which each piece of evidence weighs {kinds}",
    Method.ALL_MEMBERS: "The average of the members",
    Method.K_OF_MEMBERS: "The average of the mastered members",
    Method.WEIGHTED_MEMBERS: "The weighted average of the members",
}


def _score_in_words(rule: MasteryRule, n: int) -> str:
    weight = "" if rule.weight is None else points_in_words(rule.weight * 100)
    pieces = "piece" if n == 1 else f"{in_words(n)} pieces"
    kinds = _kinds(rule) if rule.method is Method.WEIGHTED_BY_KIND else ""
    return _SCORES[rule.method].format(weight=weight, pieces=pieces, kinds=kinds)


def _kinds(rule: MasteryRule) -> str:
    weights = [f"{points_in_words(weight)} as {kind}" for kind, weight in rule.kind_weights]
    if rule.other_kinds_weight is not None:
        weights.append(f"{points_in_words(rule.other_kinds_weight)} as any other kind")
    return _listed(weights)


def _listed(words: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([part for part in (", ".join(words[:-1]), *words[-1:]) if part])


def _either(words: list[str]) -> str:
    """'a', 'a or b', 'a, b or c'."""
    return " or ".join([part for part in (", ".join(words[:-1]), *words[-1:]) if part])


def member_sentence(rule: MasteryRule, mastered: int, members: int) -> str:
    """How many members of a cluster are mastered, beside what the rule asks for."""
    if rule.method is Method.WEIGHTED_MEMBERS:
        return f"Members that are mastered: {mastered} of {members}."
    asked = "all are" if rule.method is Method.ALL_MEMBERS else f"at least {rule.n} are"
    return f"Members that are mastered: {mastered} of {members}; {asked} asked for."


def _conditions(rule: MasteryRule) -> list[str]:
    sentences = []
    if rule.least_evidence > max(rule.n, 1):
        sentences.append(f"There are at least {in_words(rule.least_evidence)} pieces of evidence.")
    if rule.kinds_required:
        sentences.append(f"Each of these kinds is there: {', '.join(rule.kinds_required)}.")
    if rule.least_of_kind:
        least = [f"{in_words(least)} of the kind {kind}" for kind, least in rule.least_of_kind]
        sentences.append(f"There are at least {_listed(least)}.")
    if rule.settings_required:
        sentences.append(f"Each of these settings is there: {', '.join(rule.settings_required)}.")
    if rule.exclude_formative:
        sentences.append("Formative evidence does not count.")
    if rule.settings_excluded:
        settings = _listed([str(one) for one in rule.settings_excluded])
        sentences.append(f"Evidence of the setting {settings} does not count.")
    if rule.method is Method.WEIGHTED_BY_KIND and rule.other_kinds_weight is None:
        sentences.append("Other kinds do not count.")
    return [*sentences, *_window(rule), *_assessors(rule), *_member_terms(rule), *_deciders(rule)]


def _window(rule: MasteryRule) -> list[str]:
    sentences = []
    if rule.window_days:
        days = "the last day" if rule.window_days == 1 else f"the last {rule.window_days:,} days"
        sentences.append(f"Only evidence of {days} counts.")
    since = f" from {rule.observed_from.isoformat()}" if rule.observed_from else ""
    until = f" until {rule.observed_until.isoformat()}" if rule.observed_until else ""
    if since or until:
        sentences.append(f"Only evidence{since}{until} counts.")
    return sentences


_COMBINED: Final[Mapping[Combine, str]] = {
    Combine.MEAN: "the mean of their scores counts",
    Combine.LOWER: "the lowest of their scores counts",
    Combine.HIGHER: "the highest of their scores counts",
    Combine.ADJUDICATE: (
        "the mean of their scores counts, and where they differ by more than {tolerance}, "
        "the score of a third"
    ),
}


_OF_SCORES: Final[Mapping[Combine, str]] = {
    Combine.MEAN: "the mean of {count} scores",
    Combine.LOWER: "the lowest of {count} scores",
    Combine.HIGHER: "the highest of {count} scores",
    Combine.ADJUDICATE: "the mean of {count} scores",
}


def combined_in_words(combine: Combine, count: int, *, by_third: bool) -> str:
    """How the scores that several assessors gave a piece of work became one; no full stop.

    Args:
        combine: as the rule says.
        count: how many scores.
        by_third: they differ by so much that the last assessor's counts alone.
    """
    if by_third:
        return f"the last of {in_words(count)} scores, because the others differ too much"
    return _OF_SCORES[combine].format(count=in_words(count))


def _assessors(rule: MasteryRule) -> list[str]:
    combined = _COMBINED[rule.combine].format(tolerance=_points(rule.tolerance or Decimal()))
    sentences = []
    if rule.raters > 1:
        count, kinds = in_words(rule.raters), ""
        if rule.raters_kinds:
            kinds = f" of the kind {_either(list(rule.raters_kinds))}"
        sentences.append(
            f"Work{kinds} counts only when at least {count} assessors scored it; {combined}."
        )
    elif rule.combine is not Combine.MEAN:
        sentences.append(f"Where several assessors scored the same work, {combined}.")
    if rule.least_kappa is not None:
        kappa = points_in_words(rule.least_kappa)
        sentences.append(f"Assessors agree on the rubric with a kappa of at least {kappa}.")
    elif rule.state_kappa:
        sentences.append("How far assessors agree on the rubric is stated with each judgment.")
    return sentences


def _member_terms(rule: MasteryRule) -> list[str]:
    sentences = []
    if rule.members:
        sentences.append(f"The members are {_listed(list(rule.members))}.")
    if rule.members_required:
        verb = "has" if len(rule.members_required) == 1 else "have"
        named = _listed(list(rule.members_required))
        sentences.append(f"{named} {verb} to be among the mastered ones.")
    if rule.method is Method.WEIGHTED_MEMBERS and rule.member_weights:
        weights = [f"{name} weighs {points_in_words(one)}" for name, one in rule.member_weights]
        sentences.append(f"{_listed(weights)}; any other weighs 1.")
    return sentences


def _deciders(rule: MasteryRule) -> list[str]:
    if rule.decided_by is DecidedBy.PERSON:
        return ["A person decides."]
    if rule.decided_by is DecidedBy.BOTH:
        return ["The rule proposes, and a person decides."]
    return []
