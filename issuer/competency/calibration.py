"""Calibration: how far raters agree on each rubric, by pair of raters and over time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import agreement_repository as repository
from issuer.competency.agreement import (
    Agreement,
    Drift,
    Kappa,
    agreement,
    agreement_sentence,
    drift,
)
from issuer.competency.agreement_repository import DoubleRating, DoubleScore
from issuer.competency.errors import UnknownRubric
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import level_at, points_of, top_points
from issuer.competency.scales import Scales

DEFAULT_THRESHOLD: Final = Decimal("0.6")
"""A rubric whose kappa is under this is flagged."""
_REMEMBERED: Final = 65_536
"""Scores whose place on a rubric is worked out once."""
_MONTHS_IN_A_QUARTER: Final = 3


class Period(StrEnum):
    """What agreement over time is divided by, in UTC."""

    QUARTER = "quarter"
    TERM = "term"
    """The terms of the school's OneRoster academic sessions."""
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class RaterPair:
    """Two assessors, by name, and how far they agree; ``one`` comes first in the alphabet."""

    one: str
    other: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class PeriodAgreement:
    """A period and how far all raters agreed in it."""

    label: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class RubricAgreement:
    """What double scoring says of one rubric.

    Args:
        rubric_id: of the CASE CFRubric; that of the competency where no rubric describes it.
        title: of the rubric, or the competency's code and the levels it has instead.
        levels: how many levels it has. A rubric whose criteria differ in this is there once for
            each number.
        competencies: codes, or where there is none identifiers, of what was double-scored.
        raters: how many assessors.
        works: pieces of work that two or more scored.
        agreement: of second ratings with first ones.
        pairs: by pair of raters.
        periods: by period, in order.
        drift: None unless kappa is known of two periods.
    """

    rubric_id: UUID
    title: str
    levels: int
    competencies: tuple[str, ...]
    raters: int
    works: int
    agreement: Agreement
    pairs: tuple[RaterPair, ...]
    periods: tuple[PeriodAgreement, ...]
    drift: Drift | None

    @property
    def sentence(self) -> str:
        """For the reader of a credential."""
        return agreement_sentence(self.agreement, raters=self.raters, works=self.works)

    def is_below(self, threshold: Decimal) -> bool | None:
        """Whether kappa is under a threshold; None if it is not known."""
        kappa = self.agreement.kappa
        return None if kappa is None else kappa.is_below(threshold)


def calibration(
    session: Session, *, rubric: str = "", by: Period = Period.QUARTER
) -> list[RubricAgreement]:
    """What double scoring says of every rubric by which work was scored twice, by title.

    Args:
        session: reads only.
        rubric: identifier or title of a rubric, or a competency's code: that one only.
        by: how time is divided.

    Raises:
        UnknownRubric: no double-scored work is on a rubric of that name.
    """
    rubrics = _Rubrics(session)
    tallies = _tally(rubrics, repository.double_ratings(session), _labels(session, by))
    found = [_summary(rubrics, key, tally) for key, tally in tallies.items()]
    if rubric:
        found = [one for one in found if _is_called(one, rubric)]
        if not found:
            raise UnknownRubric(
                f"No work was scored twice on a rubric called {rubric[:100]}.",
                "`issuer calibration` lists those there are.",
            )
    return sorted(found, key=lambda one: (one.title, one.levels, one.rubric_id))


def kappa_of(session: Session, competency_ids: Iterable[UUID]) -> dict[UUID, Kappa | None]:
    """Kappa of the rubric of each competency, all evidence that stands considered.

    Args:
        session: reads only.
        competency_ids: any number of them.

    Returns:
        for each of them; None where kappa is not known.
    """
    wanted = list(competency_ids)
    rubrics = _Rubrics(session, wanted)
    keys = {one: rubrics.key(one) for one in wanted}
    tables: dict[_Key, Counter[tuple[int, int]]] = {}
    for one in repository.double_scores(session, rubrics.siblings(keys.values())):
        table = tables.setdefault(rubrics.key(one.competency_id), Counter())
        table[rubrics.places(one)] += one.works
    kappas = {key: agreement(table).kappa for key, table in tables.items()}
    return {one: kappas.get(key) for one, key in keys.items()}


def agreement_sentences(session: Session, competency_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How far raters agree on the rubric of each competency, for a criteria narrative.

    Returns:
        only for those on whose rubric work was scored twice.
    """
    wanted = list(competency_ids)
    rubrics = _Rubrics(session, wanted)
    keys = {one: rubrics.key(one) for one in wanted}
    ratings = repository.double_ratings(session, rubrics.siblings(keys.values()))
    tallies = _tally(rubrics, ratings, lambda _: (date.min, ""))
    said = {key: _summary(rubrics, key, tally).sentence for key, tally in tallies.items()}
    return {one: said[key] for one, key in keys.items() if key in said}


_Key = tuple[UUID, int]
"""(rubric, or competency without one; number of levels)."""
_Label = tuple[date, str]
"""(what periods are put in order by, what they are called)."""


class _Rubrics:
    """By which rubric each competency is scored, and where on it a score stands."""

    def __init__(self, session: Session, competency_ids: Iterable[UUID] | None = None) -> None:
        """Reads the frameworks of these competencies, or all."""
        everything = competency_ids is None
        self.frameworks = (
            Frameworks(session) if everything else Frameworks.of(session, competency_ids or ())
        )
        wanted = {row.framework_id for row in self.frameworks.rows.values()}
        self.scales = Scales(session, wanted)
        self.names = repository.rubric_names(session, None if everything else wanted)
        self.place = lru_cache(maxsize=_REMEMBERED)(self._place)

    def key(self, competency_id: UUID) -> _Key:
        """The rubric of a competency."""
        rubric_id, _ = self.names.get(competency_id, (competency_id, ""))
        return rubric_id, len(self.scales.of(competency_id))

    def siblings(self, keys: Iterable[_Key]) -> list[UUID]:
        """All competencies of some rubrics."""
        wanted = set(keys)
        return [one for one in self.frameworks.rows if self.key(one) in wanted]

    def code(self, competency_id: UUID) -> str:
        """What a competency is called in a listing."""
        return self.frameworks.rows[competency_id].code or str(competency_id)

    def title(self, competency_id: UUID) -> str:
        """What its rubric is called in a listing."""
        name = self.names.get(competency_id)
        if name is None:
            return f"{self.code(competency_id)}, without a rubric"
        return name[1] or f"Rubric {name[0]}"

    def places(self, pair: DoubleRating | DoubleScore) -> tuple[int, int]:
        """Where on its rubric the two scores of a piece of work stand."""
        return (
            self.place(pair.competency_id, pair.first_score, pair.first_min, pair.first_max),
            self.place(pair.competency_id, pair.second_score, pair.second_min, pair.second_max),
        )

    def _place(
        self, competency_id: UUID, score: Decimal, low: Decimal | None, high: Decimal | None
    ) -> int:
        """The position of the level that a score reaches; 0 if it reaches none."""
        scale = self.scales.of(competency_id)
        level = level_at(points_of(score, low, high, top_points(scale)), scale)
        return 0 if level is None else level.position


@dataclass(slots=True)
class _Tally:
    """What was counted of one rubric."""

    table: Counter[tuple[int, int]] = field(default_factory=Counter)
    pairs: dict[tuple[str, str], Counter[tuple[int, int]]] = field(default_factory=dict)
    periods: dict[_Label, Counter[tuple[int, int]]] = field(default_factory=dict)
    competencies: set[UUID] = field(default_factory=set)
    works: int = 0
    last_work: UUID | None = None

    def add(self, rating: DoubleRating, places: tuple[int, int], label: _Label) -> None:
        """Count one double rating; those of one piece of work come after one another."""
        self.table[places] += 1
        self.periods.setdefault(label, Counter())[places] += 1
        who = (rating.first_assessor, rating.second_assessor)
        if who[0] > who[1]:
            who, places = (who[1], who[0]), (places[1], places[0])
        self.pairs.setdefault(who, Counter())[places] += 1
        self.competencies.add(rating.competency_id)
        self.works += rating.work != self.last_work
        self.last_work = rating.work


def _tally(
    rubrics: _Rubrics, ratings: Iterator[DoubleRating], label: Callable[[datetime], _Label]
) -> dict[_Key, _Tally]:
    found: dict[_Key, _Tally] = {}
    for one in ratings:
        tally = found.setdefault(rubrics.key(one.competency_id), _Tally())
        tally.add(one, rubrics.places(one), label(one.rated_at))
    return found


def _summary(rubrics: _Rubrics, key: _Key, tally: _Tally) -> RubricAgreement:
    rubric_id, levels = key
    periods = tuple(
        PeriodAgreement(label, agreement(table))
        for (_, label), table in sorted(tally.periods.items())
    )
    kappas = [one.agreement.kappa for one in periods if one.agreement.kappa is not None]
    return RubricAgreement(
        rubric_id=rubric_id,
        title=rubrics.title(next(iter(tally.competencies))),
        levels=levels,
        competencies=tuple(sorted(rubrics.code(one) for one in tally.competencies)),
        raters=len({name for pair in tally.pairs for name in pair}),
        works=tally.works,
        agreement=agreement(tally.table),
        pairs=tuple(
            RaterPair(*who, agreement(table)) for who, table in sorted(tally.pairs.items())
        ),
        periods=periods,
        drift=drift(kappas),
    )


def _is_called(one: RubricAgreement, name: str) -> bool:
    names = {str(one.rubric_id), one.title.casefold(), *map(str.casefold, one.competencies)}
    return name.casefold() in names


def _labels(session: Session, by: Period) -> Callable[[datetime], _Label]:
    """What says in which period a moment is."""
    if by is Period.TERM:
        return _term_label(repository.terms(session))
    return _quarter_label if by is Period.QUARTER else _year_label


def _quarter_label(moment: datetime) -> _Label:
    day = moment.astimezone(UTC).date()
    number = (day.month - 1) // _MONTHS_IN_A_QUARTER
    start = date(day.year, number * _MONTHS_IN_A_QUARTER + 1, 1)
    return start, f"{day.year}, quarter {number + 1}"


def _year_label(moment: datetime) -> _Label:
    year = moment.astimezone(UTC).year
    return date(year, 1, 1), str(year)


def _term_label(terms: list[tuple[date, date, str]]) -> Callable[[datetime], _Label]:
    def label(moment: datetime) -> _Label:
        day = moment.astimezone(UTC).date()
        # The latest that has begun: where one term's last day is the next one's first, the next.
        for start, end, title in reversed(terms):
            if start <= day <= end:
                return start, title
        return date.min, "outside of terms"

    return label
