"""What a rule makes of a row of scores, whoever has them, worked out once.

Many learners have the same scores in the same order; only the identifiers differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from sys import intern
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from issuer.competency.judging_evidence import FIXED
from issuer.competency.judging_terms import Terms
from issuer.competency.judgment_rows import (
    PARTS,
    SEEN,
    ObservedRow,
    calibration_of,
    has_window,
    listed,
    moment,
    observation,
    outcome,
    points_as_read,
    seen_by,
    spelt,
)
from issuer.competency.mastery import judge, top_points
from issuer.competency.observations import Observation, outside

MAX_PATTERNS: Final = 100_000
"""Rows of scores whose outcome is remembered; about a kilobyte each."""
_PLACES: Final = tuple(UUID(int=place) for place in range(1_000))
"""Identifiers of the first pieces of evidence; more are made where there are more."""
_LAST: Final = len(_PLACES) - 1
_SOME_TIMES: Final = tuple(
    datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=place) for place in range(len(_PLACES))
)
"""Observed then, where the rule does not ask when: times compare faster than identifiers."""


class Shape(NamedTuple):
    """The outcome of a row of scores: places instead of identifiers.

    Args:
        considered, used: which pieces, from 0.
        all_looked_at: all of them are considered.
        same: those considered are those used.
        rest: the columns of a JudgmentRow from its rule on, as they are kept.
    """

    considered: tuple[int, ...]
    used: tuple[int, ...]
    all_looked_at: bool
    same: bool
    rest: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the evidence on one competency becomes judgments; made once a run.

    Args:
        terms: what it is judged by.
        scale_key, version_key: as the database spells them.
        named: what the identifier of a judgment follows from, between learner and evidence.
        calibrated: and what comes after the evidence.
        pick: from a row that was read, what the rule sees, as JSON arrays.
        seen: the names of it.
        asks_when: the last of it is when it was observed.
        state: decided or proposed.
        kappa: as it is kept.
    """

    terms: Terms
    scale_key: str
    version_key: str
    named: str
    calibrated: str
    pick: Callable[[Sequence[Any]], tuple[str, ...]]
    seen: tuple[str, ...]
    asks_when: bool
    state: str
    kappa: str | None


def plan_of(
    terms: Terms, competency_id: str, names: Sequence[str], kept: Callable[[str], str], state: str
) -> Plan:
    """The plan of a competency.

    Args:
        terms: what it is judged by.
        competency_id: with hyphens.
        names: columns that were read after FIXED.
        kept: spells an identifier as the database does.
        state: decided or proposed.
    """
    rule = terms.rule
    seen = seen_by(rule)
    return Plan(
        terms=terms,
        scale_key=kept(terms.scale_id),
        version_key=kept(terms.version_id),
        named=PARTS.join(("", competency_id, rule.name, str(rule.version), terms.scale_id)),
        calibrated="".join(PARTS + one for one in calibration_of(rule, terms.kappa)),
        pick=_picking([len(FIXED) + names.index(name) for name in seen]),
        seen=seen,
        asks_when=has_window(rule),
        state=state,
        kappa=spelt(terms.kappa),
    )


def _picking(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[str, ...]]:
    """Takes these places of a row; of one alone, a tuple too."""
    if len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1))
    return itemgetter(*places)


class Shapes:
    """Outcomes that are remembered; all of a run's.

    Args:
        now: the time of the judgments.
        now_kept: the same as the database is told it.
    """

    def __init__(self, now: datetime, now_kept: str) -> None:
        self.now = now
        self._now_kept = now_kept
        self._known: dict[tuple[Any, ...], Shape] = {}
        self._outside: dict[tuple[Any, ...], bool] = {}

    def of(self, plan: Plan, row: Sequence[Any]) -> Shape:
        """The outcome of evidence that nobody scored a second time, all of it observed by now.

        Args:
            plan: of the competency.
            row: as judging_evidence.read_evidence reads it.
        """
        seen = plan.pick(row)
        key = (plan.terms.key, self._in_time(plan, seen) if plan.asks_when else seen)
        shape = self._known.get(key)
        if shape is None:
            if len(self._known) >= MAX_PATTERNS:
                self._known.clear()
            shape = self._known[_compact(key)] = self._formed(plan, seen)
        return shape

    def _in_time(self, plan: Plan, seen: tuple[str, ...]) -> tuple[Any, ...]:
        """What the rule sees, with whether it is too old or too new instead of when it was."""
        *others, times = seen
        return (*others, *(self._is_outside(plan, one) for one in orjson.loads(times)))

    def _is_outside(self, plan: Plan, time: str) -> bool:
        key = (plan.terms.key, time)
        found = self._outside.get(key)
        if found is None:
            if len(self._outside) >= MAX_PATTERNS:
                self._outside.clear()
            found = bool(outside(plan.terms.rule, moment(time), self.now))
            self._outside[key] = found
        return found

    def _formed(self, plan: Plan, seen: tuple[str, ...]) -> Shape:
        """Of evidence that nobody scored a second time; what the rule does not see is left out."""
        named = {name: orjson.loads(one) for name, one in zip(plan.seen, seen, strict=True)}
        top, nothing = top_points(plan.terms.scale), ("",) * len(named["points"])
        return self._outcome(
            plan,
            [
                Observation(
                    id=_PLACES[place] if place <= _LAST else UUID(int=place),
                    points=points_as_read(score, top),
                    kind=kind,
                    observed_at=moment(time) if time else _SOME_TIMES[min(place, _LAST)],
                    formative=bool(formative),
                    setting=setting,
                    assessor=assessor,
                )
                for place, (score, kind, formative, setting, assessor, time) in enumerate(
                    zip(*(named.get(name, nothing) for name in SEEN), strict=True)
                )
            ],
        )

    def formed(self, plan: Plan, rows: Sequence[ObservedRow]) -> Shape:
        """The outcome of any evidence, oldest first; identifiers with hyphens."""
        return self._outcome(plan, [observation(one, plan.terms.scale) for one in rows])

    def _outcome(self, plan: Plan, seen: list[Observation]) -> Shape:
        terms = plan.terms
        mastery = judge(terms.rule, terms.scale, seen, self.now, terms.kappa)
        said = outcome(mastery, evidence=False)
        places = {one.id: place for place, one in enumerate(seen)}
        considered = tuple([places[one] for one in mastery.considered])
        used = tuple([places[one] for one in mastery.used])
        return Shape(
            considered=considered,
            used=used,
            all_looked_at=considered == tuple(range(len(seen))),
            same=used == considered,
            rest=(
                *(terms.rule.name, terms.rule.version, plan.scale_key),
                *(said.level_position, spelt(said.score), int(said.mastered)),
                *(listed(said.reasons), plan.state, self._now_kept, plan.kappa, None, None),
            ),
        )


def _compact(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same key; texts that many keys hold are kept once."""
    first, seen = key
    return first, tuple(intern(one) if type(one) is str else one for one in seen)
