"""What judging looks at: levels, what was observed, and the pieces of work that come of it. Pure.

Several assessors may score the same work; how their scores become one is the rule's choice. Whether
an observation counts does not depend on the order in which anything arrived.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from issuer.competency.rules import Combine, MasteryRule, Method

_ADJUDICATORS: Final = 3
"""Assessors of a piece of work on which the first two differ too much."""


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
    """One piece of evidence, as far as judging needs it.

    Args:
        id: of the evidence.
        points: on the levels' scale.
        kind: such as ``quiz``.
        observed_at: when; aware.
        formative: given on the way, not at the end.
        setting: ``school`` or ``out-of-school``.
        assessor: who or what scored it; '' if that is not known.
        origin: the first entry of its chain of corrections; None if it is that itself.
        second_rating_of: origin of the entry by which another scored the same work first.
    """

    id: UUID
    points: Fraction
    kind: str
    observed_at: datetime
    formative: bool
    setting: str = "school"
    assessor: str = ""
    origin: UUID | None = None
    second_rating_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work that counts: the score that its ratings came to, oldest rating first."""

    ratings: tuple[Observation, ...]
    points: Fraction

    @property
    def kind(self) -> str:
        """The kind that the first rating gives it."""
        return self.ratings[0].kind

    @property
    def setting(self) -> str:
        """The setting that the first rating gives it."""
        return self.ratings[0].setting


@dataclass(frozen=True, slots=True)
class Selection:
    """What a rule makes of the evidence before it is scored.

    Args:
        pieces: those that count, oldest first.
        considered: all that the rule looked at, oldest first.
        left_out: for each observation that does not count, why not: a sentence.
        waiting: pieces of work that the rule looked at, and that need another assessor to count.
    """

    pieces: tuple[Piece, ...]
    considered: tuple[Observation, ...]
    left_out: dict[UUID, str]
    waiting: int


def age(one: Observation) -> tuple[datetime, UUID]:
    """Orders observations: by time, then by identifier."""
    return one.observed_at, one.id


def select(rule: MasteryRule, evidence: Iterable[Observation], now: datetime) -> Selection:
    """The pieces of work that count under a rule at a time."""
    left_out: dict[UUID, str] = {}
    looked_at = []
    for one in sorted(evidence, key=age):
        reason = _excluded(rule, one, now)
        if reason:
            left_out[one.id] = reason
        else:
            looked_at.append(one)
    pieces, considered, waiting = [], [], 0
    for ratings in works(looked_at):
        reason = outside(rule, ratings[0].observed_at, now)
        points: Fraction | None = None
        if not reason:
            considered += ratings
            points, reason = _combined(rule, ratings)
            waiting += points is None
        if points is None:
            left_out.update(dict.fromkeys((one.id for one in ratings), reason))
        else:
            pieces.append(Piece(tuple(ratings), points))
    return Selection(tuple(pieces), tuple(sorted(considered, key=age)), left_out, waiting)


def _excluded(rule: MasteryRule, one: Observation, now: datetime) -> str:
    """Why a rule does not look at an observation; '' if it does."""
    if one.observed_at > now:
        return "It had not been observed yet."
    if rule.exclude_formative and one.formative:
        return "It is formative, which does not count."
    if one.setting in rule.settings_excluded:
        return f"Evidence of the setting {one.setting} does not count."
    if rule.method is Method.WEIGHTED_BY_KIND and weight_of(rule, one.kind) is None:
        return f"The rule gives the kind {one.kind} no weight."
    return ""


def weight_of(rule: MasteryRule, kind: str) -> Decimal | None:
    """What a kind of evidence weighs under a rule; None if it does not count."""
    return dict(rule.kind_weights).get(kind, rule.other_kinds_weight)


def outside(rule: MasteryRule, observed_at: datetime, now: datetime) -> str:
    """Why work is outside the rule's window in time; '' if it is within it."""
    if rule.window_days and now - observed_at > timedelta(days=rule.window_days):
        return f"It is older than {rule.window_days} days."
    day = observed_at.astimezone(UTC).date()
    if rule.observed_from and day < rule.observed_from:
        return f"It was observed before {rule.observed_from.isoformat()}."
    if rule.observed_until and day > rule.observed_until:
        return f"It was observed after {rule.observed_until.isoformat()}."
    return ""


def works(looked_at: Sequence[Observation]) -> list[list[Observation]]:
    """Ratings of the same work together; works and ratings oldest first.

    Args:
        looked_at: oldest first.
    """
    if all(one.origin is None and one.second_rating_of is None for one in looked_at):
        return [[one] for one in looked_at]
    first: dict[UUID, UUID] = {}
    for one in looked_at:
        if one.second_rating_of is not None:
            first.setdefault(one.origin or one.id, one.second_rating_of)
    works: dict[UUID, list[Observation]] = {}
    for one in looked_at:
        works.setdefault(_root(one.origin or one.id, first), []).append(one)
    return list(works.values())


def _root(origin: UUID, first: dict[UUID, UUID]) -> UUID:
    """The entry that scored the work first; of entries that name each other, the lowest."""
    path: list[UUID] = []
    while origin in first:
        if origin in path:
            return min(path[path.index(origin) :])
        path.append(origin)
        origin = first[origin]
    return origin


_EXTREME: Final[Mapping[Combine, Callable[[list[Fraction]], Fraction]]] = {
    Combine.LOWER: min,
    Combine.HIGHER: max,
}


def _combined(rule: MasteryRule, ratings: list[Observation]) -> tuple[Fraction | None, str]:
    """The score of one piece of work; None, and why, if it does not count yet."""
    needed = rule.raters_of(one.kind for one in ratings)
    if needed == 1 and len(ratings) == 1:
        return ratings[0].points, ""
    counted = counted_ratings(rule, ratings)
    scores = [one.points for one in counted]
    if len(scores) < needed:
        return None, f"It was scored by {len(scores)} named assessors of {needed}."
    if rule.combine in _EXTREME:
        return _EXTREME[rule.combine](scores), ""
    if differ(rule, scores):
        return _adjudicated(counted)
    return sum(scores, Fraction()) / len(scores), ""


def _adjudicated(counted: Sequence[Observation]) -> tuple[Fraction | None, str]:
    """What the assessor who came after the others gave; None, and why, if that is nobody."""
    why = "Its scores differ by more than the rule allows; "
    *others, last = counted
    if len(counted) < _ADJUDICATORS:
        return None, f"{why}a third assessor decides."
    if last.observed_at <= max(one.observed_at for one in others):
        return None, f"{why}who decided is not known, because no score is later than all others."
    return last.points, ""


def counted_ratings(rule: MasteryRule, ratings: Sequence[Observation]) -> list[Observation]:
    """Of the ratings of one piece of work, oldest first, the last of each assessor.

    Where a rule asks for several assessors, those who are not named are none of them.
    """
    needed = rule.raters_of(one.kind for one in ratings)
    latest: dict[str, Observation] = {}
    for one in ratings:
        if one.assessor or needed == 1:
            latest[one.assessor or str(one.id)] = one
    return list(latest.values())


def differ(rule: MasteryRule, scores: Sequence[Fraction]) -> bool:
    """True if assessors differ by so much that the rule lets a third decide."""
    if rule.combine is not Combine.ADJUDICATE:
        return False
    return max(scores) - min(scores) > (rule.tolerance or 0)
