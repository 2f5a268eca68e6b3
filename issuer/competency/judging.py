"""Forming judgments of everybody, set-wise."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.judging_changes import Changes, Pair
from issuer.competency.judging_clusters import Clusters
from issuer.competency.judging_evidence import (
    FIXED,
    UNUSUAL,
    corrected_elsewhere,
    count_learners,
    prepare,
    read_evidence,
)
from issuer.competency.judging_repository import (
    observed_by_id,
    read_standing,
    spelling_of,
    time_of,
)
from issuer.competency.judging_shapes import Plan, Shape, Shapes, plan_of
from issuer.competency.judging_spelling import BETWEEN
from issuer.competency.judging_terms import AllTerms, KappaOf, measured
from issuer.competency.judgment_rows import PARTS, JudgmentRow, listed, seen_by, state_of
from issuer.competency.reports import JudgingReport
from issuer.competency.rule_keeping import current_rules, record_rules
from issuer.competency.rules import RuleSet
from issuer.competency.scales import Scale, scale_from_document

_IDS: Final = FIXED.index("ids")
_IRREGULAR: Final = FIXED.index("irregular")
_CORRECTS: Final = FIXED.index("corrects")
_SEEN: Final = len(FIXED)
"""Where what rules see begins: the points, which all of them see."""

_COLLECTED_AFTER: Final = gc.get_threshold()
"""As this process collects otherwise."""
_ROWS_BETWEEN_COLLECTIONS: Final = 100_000

Progress = Callable[[int, int], None]
"""(learners done, learners in all)."""
Row = tuple[Any, ...]
"""A learner's evidence on a competency, as judging_evidence.read_evidence reads it."""


def judge_all(
    session: Session,
    now: datetime,
    progress: Progress | None = None,
    kappa_of: KappaOf | None = None,
) -> JudgingReport:
    """Judge every learner on every competency of which there is evidence, and every cluster.

    Running it again with the same evidence and rules adds nothing.

    Args:
        session: the caller commits.
        now: the time of the judgments.
        progress: told after each group of learners.
        kappa_of: asked once for each competency whose rule asks how well assessors agree; as the
            double-scored evidence shows it, if absent.

    Raises:
        RuleChanged: a rule's name and version were used before for another rule.
    """
    rule_set = current_rules(session)
    record_rules(session, rule_set, now)
    judging = _Judging(session, rule_set, now, kappa_of or measured(session))
    learners, done = count_learners(session), 0
    with _few_collections(), closing(read_evidence(session, judging.names, now)) as parts:
        for rows in parts:
            done += judging.learners(rows)
            if progress is not None:
                progress(done, max(done, learners))
    return JudgingReport(
        new=judging.new,
        unchanged=judging.unchanged,
        superseded=judging.superseded,
        mastered=repository.count_mastered(session),
        unruled=judging.unruled,
        problems=tuple(judging.terms.problems),
    )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows hold no cycles: looking for some among millions of them took a sixth of judging."""
    gc.set_threshold(_ROWS_BETWEEN_COLLECTIONS, *_COLLECTED_AFTER[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_COLLECTED_AFTER)


class _Judging:
    """One run: rules and scales are looked up once a competency, evidence once a learner.

    Identifiers are as the database spells them, unless a name says otherwise.
    """

    def __init__(
        self, session: Session, rule_set: RuleSet, now: datetime, kappa_of: KappaOf
    ) -> None:
        self.session = session
        self.now = now
        self.now_kept = time_of(session, now)
        self.spelling = spelling_of(session)
        self.terms = AllTerms(session, rule_set, kappa_of)
        self.names = _columns(rule_set)
        self.shapes = Shapes(now, self.now_kept)
        self.new = self.unchanged = self.superseded = self.unruled = 0
        self._plans: dict[str, Plan | None] = {}
        self._scales: dict[str, Scale] = {}
        self.clusters = Clusters(self.terms.clusters(), self.spelling, self._scale, self.now_kept)
        self._cluster_keys: set[str] = set()
        self._moved = corrected_elsewhere(session)
        prepare(session)

    def learners(self, rows: list[Row]) -> int:
        """Judge some learners, all of whose evidence this is; how many they are."""
        learner_ids = list(dict.fromkeys(map(itemgetter(0), rows)))
        changes = Changes(read_standing(self.session, learner_ids), self.spelling)
        self._judge_evidence(rows, changes)
        if self.clusters.plans:
            changes.stand_again(self.session)
            self.clusters.judge(learner_ids, changes)
        self.terms.versions.keep()
        kept = changes.keep(self.session)
        self.unchanged += changes.unchanged
        self.new += kept.new
        self.superseded += kept.superseded
        return len(learner_ids)

    def _judge_evidence(self, found: Sequence[Row], changes: Changes) -> None:
        moved = self._moved
        rows = [
            self._uncorrected(one) if one[_IRREGULAR] or (moved and one[:2] in moved) else one
            for one in found
        ]
        listings = self.spelling.listings([row[_IDS] for row in rows])
        unusual: list[tuple[Pair, Plan, str]] = []
        for row, listing in zip(rows, listings, strict=True):
            pair: Pair = row[:2]
            plan = self._plan(pair[1])
            if plan is None:
                self.unruled += self._lacks_rule(pair, listing, changes)
            elif row[_IRREGULAR] == UNUSUAL:
                unusual.append((pair, plan, listing))
            else:
                self._judge(pair, plan, self.shapes.of(plan, row), listing, changes)
        self._judge_unusual(unusual, changes)

    def _uncorrected(self, row: Row) -> Row:
        """Without what was corrected, without withdrawals and what nobody scored."""
        gone = {*(row[_CORRECTS] or "").split(","), *self._moved.get(row[:2], ())}
        ids, seen = row[_IDS].split(","), [orjson.loads(one) for one in row[_SEEN:]]
        stay = [
            place
            for place, (one, points) in enumerate(zip(ids, seen[0], strict=True))
            if one not in gone and points is not None
        ]
        kept = ",".join([ids[place] for place in stay])
        columns = [listed([column[place] for place in stay]) for column in seen]
        return (*row[:2], kept, row[_IRREGULAR], None, *columns)

    def _judge_unusual(self, found: Sequence[tuple[Pair, Plan, str]], changes: Changes) -> None:
        """Where work was scored twice, or evidence is of the future: everything is looked at."""
        texts = [_separate(listing) for _, _, listing in found]
        seen = observed_by_id(self.session, (UUID(one) for some in texts for one in some))
        for (pair, plan, listing), ids in zip(found, texts, strict=True):
            shape = self.shapes.formed(plan, [seen[one] for one in ids])
            self._judge(pair, plan, shape, listing, changes)

    def _lacks_rule(self, pair: Pair, listing: str, changes: Changes) -> bool:
        """True where there is something to judge, and it is not judged by other judgments."""
        return pair[1] not in self._cluster_keys and bool(listing or pair in changes.before)

    def _judge(self, pair: Pair, plan: Plan, shape: Shape, listing: str, changes: Changes) -> None:
        """Note the judgment; none if there is nothing to judge by, and no judgment stands."""
        if not shape.considered and pair not in changes.before:
            return
        considered = listing if shape.all_looked_at else _some(listing, shape.considered)
        basis = PARTS + considered.replace(BETWEEN, PARTS) if considered else ""
        learner = self.spelling.text(pair[0])
        identifier = self.spelling.judgment(f"{learner}{plan.named}{basis}{plan.calibrated}")
        if changes.before and changes.stands(pair, identifier):
            return
        looked_at = _array(considered)
        used = looked_at if shape.same else _array(_some(listing, shape.used))
        own = (identifier, *pair, plan.version_key, looked_at, used)
        changes.note(pair, JudgmentRow._make(own + shape.rest))

    def _plan(self, key: str) -> Plan | None:
        """How a competency's evidence is judged; None if no rule does, or it is a cluster."""
        try:
            return self._plans[key]
        except KeyError:
            competency_id = self.spelling.text(key)
            terms = self.terms.of(competency_id)
            plan = None
            if terms is not None and terms.rule.is_cluster:
                self._cluster_keys.add(key)
            elif terms is not None:
                kept, state = self.spelling.kept, state_of(terms.rule)
                plan = plan_of(terms, competency_id, self.names, kept, state)
            self._plans[key] = plan
            return plan

    def _scale(self, key: str) -> Scale:
        if key not in self._scales:
            scale_id = UUID(key)
            document = repository.scales(self.session, [scale_id])[scale_id]
            self._scales[key] = scale_from_document(document)
        return self._scales[key]


def _columns(rule_set: RuleSet) -> tuple[str, ...]:
    """What any of the rules sees of evidence; the points first."""
    seen: dict[str, None] = {"points": None}
    for rule, _ in rule_set.assignments:
        seen.update(dict.fromkeys(seen_by(rule)))
    return tuple(seen)


def _separate(listing: str) -> list[str]:
    """The texts inside a JSON array of identifiers, which hold nothing that JSON escapes."""
    return listing.split(BETWEEN) if listing else []


def _some(listing: str, places: Sequence[int]) -> str:
    """Those of these places, as they would stand in an array of their own."""
    texts = _separate(listing)
    return BETWEEN.join([texts[place] for place in places])


def _array(listing: str) -> str:
    return f'["{listing}"]' if listing else "[]"
