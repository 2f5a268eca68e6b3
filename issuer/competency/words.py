"""Rules and scores in plain words: what a reader of a credential sees, and a registrar."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from issuer.competency.rules import DecidedBy, MasteryRule, Method

_NUMBERS: Final = (
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


def in_words(number: int) -> str:
    """Small numbers as words: 3 -> 'three', 13 -> '13'."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def points_in_words(points: Fraction | Decimal, threshold: Decimal | None = None) -> str:
    """Points with at most two decimals: 10/3 -> '3.33'.

    Rounding never lifts points over a threshold they do not reach: 2.999 under 3 is '2.99'.
    """
    exact = Fraction(points)
    hundredths = floor(exact * 100 + Fraction(1, 2))
    if threshold is not None and exact < threshold <= Fraction(hundredths, 100):
        hundredths = floor(exact * 100)
    text = format(Decimal(hundredths).scaleb(-2), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rule_sentence(rule: MasteryRule, top: Decimal) -> str:
    """The whole rule in plain words.

    Such as: 'The average of the last three pieces of evidence is at least 3 of 4 points.'

    Args:
        rule: the rule.
        top: points of the highest level of the competency.
    """
    asked = f"{points_in_words(rule.threshold)} of {points_in_words(top)} points"
    if rule.method is Method.N_TIMES:
        pieces = "piece of evidence reaches" if rule.n == 1 else "pieces of evidence reach"
        first = f"At least {in_words(rule.n)} {pieces} {asked}."
    else:
        first = f"{_score_in_words(rule, rule.n)} is at least {asked}."
    return " ".join([first, *_conditions(rule)])


def score_sentence(rule: MasteryRule, score: Fraction | None, used: int, top: Decimal) -> str:
    """What the score came to, beside what the rule asks for.

    Args:
        rule: the rule.
        score: the score; None where the rule gives none.
        used: how many pieces of evidence it came from.
        top: points of the highest level.
    """
    asked = points_in_words(rule.threshold)
    if rule.method is Method.N_TIMES:
        return (
            f"Pieces of evidence that reach {asked} of {points_in_words(top)} points: {used}; "
            f"at least {rule.n} are asked for."
        )
    if score is None:
        return "There is no evidence that counts."
    reached = f"{points_in_words(score, rule.threshold)} of {points_in_words(top)} points"
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
}


def _score_in_words(rule: MasteryRule, n: int) -> str:
    weight = "" if rule.weight is None else points_in_words(rule.weight * 100)
    pieces = "piece" if n == 1 else f"{in_words(n)} pieces"
    return _SCORES[rule.method].format(weight=weight, pieces=pieces)


def _conditions(rule: MasteryRule) -> list[str]:
    sentences = []
    if rule.least_evidence > max(rule.n, 1):
        sentences.append(f"There are at least {in_words(rule.least_evidence)} pieces of evidence.")
    if rule.kinds_required:
        sentences.append(f"Each of these kinds is there: {', '.join(rule.kinds_required)}.")
    if rule.exclude_formative:
        sentences.append("Formative evidence does not count.")
    if rule.decided_by is DecidedBy.PERSON:
        sentences.append("A person decides.")
    elif rule.decided_by is DecidedBy.BOTH:
        sentences.append("The rule proposes, and a person decides.")
    return sentences
