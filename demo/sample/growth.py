"""How the learners of the sample grow: which evidence each gathers, when, and how well it went.

Nothing here is a claim about real learners. A learner starts somewhere, gains over two semesters
and has better and worse days. Only ``Random.random()`` is used, whose sequence for a seed is the
one that Python promises never to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from demo.sample.competencies import Competency

T = TypeVar("T")

DAYS = 290
"""Days of school life from the first to the last of the school year."""
LATE_START_DAYS = 60
"""The latest first evidence, in days after the start of the year."""
RESULT_SHARE = 0.55
"""How many of the pieces come from the gradebook; the others are evidence of other kinds."""
CORRECTED_SHARE = 0.01
"""How many pieces of evidence were recorded wrongly first and corrected later."""

FEATURED_MASTERED = 10
"""Competencies on which the featured learner certainly does well."""

START = 0.36
START_SPREAD = 0.26
GAIN = 0.44
GAIN_SPREAD = 0.5
ABILITY_SPREAD = 0.4
NOISE = 0.2
"""All six in parts of the distance from the lowest to the highest level."""


@dataclass(frozen=True)
class Workload:
    """How much each learner does.

    Attributes:
        competencies: how many competencies a learner works on.
        least: fewest pieces of evidence on one of them.
        most: most pieces of evidence on one of them.
    """

    competencies: int
    least: int
    most: int


@dataclass(frozen=True)
class Piece:
    """One observation of one learner on one competency.

    Attributes:
        day: days after the start of the school year.
        score: a score of the competency's scale.
        occasion: index of the class occasion that gave it; None for evidence of another kind.
        corrected_from: the score that was recorded first and then corrected, if it was.
    """

    competency: Competency
    day: int
    score: float
    occasion: int | None
    corrected_from: float | None = None


@dataclass(frozen=True)
class _Path:
    """How well a learner does on one competency: a line through the year."""

    start: float
    gain: float


def pieces_of(
    random: Random,
    pool: Sequence[Competency],
    workload: Workload,
    occasion_days: Sequence[int],
    *,
    featured: Sequence[Competency] | None = None,
) -> list[Piece]:
    """All that one learner shows in a year, in order of time.

    Args:
        random: the learner's own generator.
        pool: what can be learned.
        occasion_days: the days on which classes give scores.
        featured: not None for the learner whose outcome is arranged as the demonstration needs
            it: the competencies that this learner certainly works on, the first of which stays
            below mastery; where empty, any, as for everybody else.
    """
    ability = spread(random, ABILITY_SPREAD)
    pieces: list[Piece] = []
    chosen = shuffled(random, pool)[: workload.competencies]
    for rank, competency in enumerate(featured or chosen):
        path = _path(random, ability)
        if featured is not None and rank <= max(FEATURED_MASTERED, len(featured)):
            path = _FEATURED if rank else _BELOW
        count = workload.least + int(random.random() * (workload.most - workload.least + 1))
        pieces += _pieces(random, competency, path, count, occasion_days)
    return sorted(pieces, key=lambda piece: piece.day)


def shuffled(random: Random, things: Sequence[T]) -> list[T]:
    """The things in an order that depends on ``Random.random()`` alone."""
    return [thing for _, thing in sorted(((random.random(), t) for t in things), key=_first)]


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def spread(random: Random, width: float) -> float:
    """A number around 0, bell-shaped, never further away than half of ``width`` times three."""
    return width * (random.random() + random.random() + random.random() - 1.5)


def _path(random: Random, ability: float) -> _Path:
    start = START + ability + spread(random, START_SPREAD)
    return _Path(start=start, gain=GAIN + ability / 2 + spread(random, GAIN_SPREAD))


_BELOW = _Path(start=0.0, gain=0.1)
_FEATURED = _Path(start=0.6, gain=0.45)


def _pieces(
    random: Random,
    competency: Competency,
    path: _Path,
    count: int,
    occasion_days: Sequence[int],
) -> list[Piece]:
    """``count`` pieces on one competency, some from class occasions, in order of time."""
    share = 0.0 if competency.twice_scored else RESULT_SHARE
    from_class = min(sum(random.random() < share for _ in range(count)), len(occasion_days))
    occasions = sorted(shuffled(random, range(len(occasion_days)))[:from_class])
    days = [(occasion_days[occasion], occasion) for occasion in occasions]
    free = DAYS - LATE_START_DAYS
    for number in range(count - from_class):
        share = (number + random.random()) / (count - from_class)
        days.append((int(LATE_START_DAYS / 2 + share * free), -1))
    pieces = []
    for day, occasion in sorted(days):
        score = _score(random, competency.scores, path, day / DAYS)
        piece = Piece(competency, day, score, None if occasion < 0 else occasion)
        pieces.append(_sometimes_corrected(random, piece))
    return pieces


def _score(random: Random, scores: Sequence[float], path: _Path, share: float) -> float:
    """The level that a day's work reached: the path's height there, with a good or a bad day."""
    height = path.start + path.gain * share + spread(random, NOISE)
    place = round(height * (len(scores) - 1))
    return scores[max(0, min(place, len(scores) - 1))]


def _sometimes_corrected(random: Random, piece: Piece) -> Piece:
    """Now and then a piece that is not from the gradebook was typed wrongly at first."""
    lowest = piece.competency.scores[0]
    slipped = random.random() < CORRECTED_SHARE
    sure = piece.occasion is not None or piece.competency.twice_scored
    if sure or not slipped or piece.score == lowest:
        return piece
    return replace(piece, corrected_from=lowest)
