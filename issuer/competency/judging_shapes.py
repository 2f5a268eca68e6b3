"""What a rule makes of a row of scores, whoever has them, worked out once.

Many learners have the same scores in the same order; only the identifiers differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from issuer.competency.judging_repository import FIXED
from issuer.competency.judging_terms import Terms
from issuer.competency.judgment_rows import (
    ObservedRow,
    calibration_of,
    has_window,
    listed,
    moment,
    observation,
    outcome,
    seen_by,
    spelt,
)
from issuer.competency.mastery import judge
from issuer.competency.observations import outside

MAX_PATTERNS: Final = 50_000
"""Rows of scores whose outcome is remembered; about a kilobyte each."""
_UNSEEN: Final = ObservedRow(
    observed_at="",
    id="",
    learner_id="",
    competency_id="",
    second_rating_of=None,
    kind="",
    score=None,
    score_min=None,
    score_max=None,
    formative=False,
    setting="",
    assessor_id="",
    origin_id="",
)
"""Stands for what a rule does not see."""
_SOME_TIME: Final = "2000-01-01 00:00:00.000000"
"""Observed then, where the rule does not ask when."""


class Shape(NamedTuple):
    """The outcome of a row of scores: places instead of identifiers, texts as they are kept."""

    considered: tuple[int, ...]
    used: tuple[int, ...]
    all_looked_at: bool
    same: bool
    level_position: int | None
    score: str | None
    mastered: bool
    reasons: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How the evidence on one competency becomes judgments; made once a run.

    Args:
        terms: what it is judged by.
        scale_key, version_key: as the database spells them.
        named: what the identifier of a judgment follows from, between learner and evidence.
        calibrated: and what comes after the evidence.
        pick: from the columns that were read, those that the rule sees.
        window: the rule, if it asks when; else None.
        state: decided or proposed.
        kappa: as it is kept.
    """

    terms: Terms
    scale_key: str
    version_key: str
    named: str
    calibrated: tuple[str, ...]
    pick: Callable[[Sequence[Any]], tuple[Any, ...]]
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
        named="\x1f".join(("", competency_id, rule.name, str(rule.version), terms.scale_id)),
        calibrated=calibration_of(rule, terms.kappa),
        pick=itemgetter(*(len(FIXED) + names.index(name) for name in seen)),
        seen=seen,
        asks_when=has_window(rule),
        state=state,
        kappa=spelt(terms.kappa),
    )


class Shapes:
    """Outcomes that are remembered; all of a run's."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._known: dict[tuple[Any, ...], Shape] = {}
        self._outside: dict[tuple[Any, ...], bool] = {}

    def of(self, plan: Plan, columns: Sequence[Any]) -> Shape:
        """The outcome of evidence that nobody scored a second time, all of it observed by now.

        Args:
            plan: of the competency.
            columns: what was read, column by column; oldest first.
        """
        seen = plan.pick(columns)
        key = (plan.terms.key, *(self._in_time(plan, seen) if plan.asks_when else seen))
        shape = self._known.get(key)
        if shape is None:
            if len(self._known) >= MAX_PATTERNS:
                self._known.clear()
            shape = self._known[key] = self._formed(plan, seen)
        return shape

    def _in_time(self, plan: Plan, seen: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the rule sees, with whether it is too old or too new instead of when it was."""
        *others, times = seen
        return (*others, tuple(self._is_outside(plan, one) for one in times))

    def _is_outside(self, plan: Plan, time: datetime | str) -> bool:
        key = (plan.terms.key, time)
        found = self._outside.get(key)
        if found is None:
            if len(self._outside) >= MAX_PATTERNS:
                self._outside.clear()
            found = bool(outside(plan.terms.rule, moment(time), self.now))
            self._outside[key] = found
        return found

    def _formed(self, plan: Plan, seen: tuple[Any, ...]) -> Shape:
        """Identifiers are places: evidence of the same time is in their order already."""
        rows = []
        for place, values in enumerate(zip(*seen, strict=True)):
            identifier = str(UUID(int=place))
            fixed = {"observed_at": _SOME_TIME, "id": identifier, "origin_id": identifier}
            rows.append(_UNSEEN._replace(**(fixed | dict(zip(plan.seen, values, strict=True)))))
        return self.formed(plan, rows)

    def formed(self, plan: Plan, rows: Sequence[ObservedRow]) -> Shape:
        """The outcome of any evidence, oldest first; identifiers with hyphens."""
        terms = plan.terms
        seen = [observation(one, terms.scale) for one in rows]
        mastery = judge(terms.rule, terms.scale, seen, self.now, terms.kappa)
        said = outcome(mastery)
        places = {one.id: place for place, one in enumerate(seen)}
        considered = tuple(places[one] for one in mastery.considered)
        used = tuple(places[one] for one in mastery.used)
        return Shape(
            considered=considered,
            used=used,
            all_looked_at=considered == tuple(range(len(rows))),
            same=used == considered,
            level_position=said.level_position,
            score=spelt(said.score),
            mastered=said.mastered,
            reasons=listed(said.reasons),
        )


NOTHING: Final[tuple[tuple[Any, ...], ...]] = ((),) * 16
"""Columns of no evidence."""
