"""Forming judgments of everybody, set-wise."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.judging_changes import Changes, Pair
from issuer.competency.judging_clusters import Clusters
from issuer.competency.judging_repository import (
    FIXED,
    corrected_by_others,
    count_learners,
    observed_by_id,
    prepare,
    read_evidence,
    read_standing,
    spelling_of,
    time_of,
)
from issuer.competency.judging_shapes import Plan, Shape, Shapes, plan_of
from issuer.competency.judging_terms import AllTerms, KappaOf, measured
from issuer.competency.judgment_rows import JudgmentRow, seen_by, state_of
from issuer.competency.reports import JudgingReport
from issuer.competency.rule_keeping import current_rules, record_rules
from issuer.competency.rules import RuleSet
from issuer.competency.scales import Scale, scale_from_document

_ID: Final = FIXED.index("id")
_UNUSUAL: Final = FIXED.index("unusual")
_CORRECTS: Final = FIXED.index("corrects")
_SCORE: Final = len(FIXED)
"""The first column after the fixed ones: all rules see it."""

Progress = Callable[[int, int], None]
"""(learners done, learners in all)."""
Piece = tuple[Any, ...]
"""A row of evidence, as judging_repository.read_evidence reads it."""


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
    with closing(read_evidence(session, judging.names, now)) as parts:
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
        self.shapes = Shapes(now)
        self.new = self.unchanged = self.superseded = self.unruled = 0
        self._plans: dict[str, Plan | None] = {}
        self._scales: dict[str, Scale] = {}
        self.clusters = Clusters(self.terms.clusters(), self.spelling, self._scale, self.now_kept)
        self._cluster_keys: set[str] = set()
        self._moved = corrected_by_others(session)
        prepare(session)

    def learners(self, rows: list[Piece]) -> int:
        """Judge some learners, all of whose evidence this is; how many they are."""
        learner_ids = list(dict.fromkeys(map(itemgetter(0), rows)))
        rows = self._uncorrected(rows)
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

    def _uncorrected(self, rows: list[Piece]) -> list[Piece]:
        """Without what was corrected, and without withdrawals."""
        gone = {one[_CORRECTS] for one in rows} - {None}
        if not gone and not self._moved:
            return rows
        gone |= self._moved
        return [one for one in rows if one[_ID] not in gone and one[_SCORE] is not None]

    def _judge_evidence(self, rows: list[Piece], changes: Changes) -> None:
        unusual: list[tuple[Pair, list[Piece]]] = []
        for pair, found in groupby(rows, itemgetter(0, 1)):
            pieces = list(found)
            columns = list(zip(*pieces, strict=True))
            plan = self._plan(pair[1])
            if plan is None:
                self._no_plan(pair)
            elif any(columns[_UNUSUAL]):
                unusual.append((pair, pieces))
            else:
                shape = self.shapes.of(plan, columns)
                self._judge(pair, plan, shape, columns[_ID], changes)
        if changes.before:
            self._judge_without_evidence(rows, changes)
        self._judge_unusual(unusual, changes)

    def _judge_without_evidence(self, rows: list[Piece], changes: Changes) -> None:
        """Where judgments stand, and all evidence was withdrawn since."""
        seen = set(map(itemgetter(0, 1), rows))
        for pair in changes.before.keys() - seen:
            plan = self._plan(pair[1])
            if plan is None:
                self._no_plan(pair)
            else:
                self._judge(pair, plan, self.shapes.formed(plan, []), (), changes)

    def _judge_unusual(self, found: Sequence[tuple[Pair, list[Piece]]], changes: Changes) -> None:
        """Where work was scored twice, or evidence is of the future: everything is looked at."""
        if not found:
            return
        texts = [self.spelling.texts([one[_ID] for one in pieces]) for _, pieces in found]
        rows = observed_by_id(self.session, (UUID(one) for some in texts for one in some))
        for (pair, pieces), ids in zip(found, texts, strict=True):
            plan = self._plan(pair[1])
            if plan is not None:
                shape = self.shapes.formed(plan, [rows[one] for one in ids])
                self._judge(pair, plan, shape, [one[_ID] for one in pieces], changes)

    def _no_plan(self, pair: Pair) -> None:
        if pair[1] not in self._cluster_keys:
            self.unruled += 1

    def _judge(
        self, pair: Pair, plan: Plan, shape: Shape, ids: Sequence[str], changes: Changes
    ) -> None:
        """Note the judgment; none if there is nothing to judge by, and no judgment stands."""
        if not shape.considered and pair not in changes.before:
            return
        looked_at = self.spelling.texts(ids)
        considered = (
            looked_at if shape.all_looked_at else [looked_at[at] for at in shape.considered]
        )
        basis = (self.spelling.text(pair[0]) + plan.named, *considered, *plan.calibrated)
        identifier = self.spelling.judgment("\x1f".join(basis))
        if changes.stands(pair, identifier):
            return
        rule = plan.terms.rule
        listed = _listed(considered)
        row = JudgmentRow(
            identifier,
            *pair,
            rule.name,
            rule.version,
            plan.scale_key,
            listed,
            listed if shape.same else _listed([looked_at[at] for at in shape.used]),
            shape.level_position,
            shape.score,
            shape.mastered,
            shape.reasons,
            plan.state,
            self.now_kept,
            None,
            plan.kappa,
            None,
            None,
            plan.version_key,
        )
        changes.note(pair, row)

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
    """What any of the rules sees of evidence; the score first."""
    seen: dict[str, None] = {}
    for rule, _ in rule_set.assignments:
        seen.update(dict.fromkeys(seen_by(rule)))
    return tuple(seen)


def _listed(texts: Sequence[str]) -> str:
    """Identifiers as the column of a judgment has them; they hold nothing that JSON escapes."""
    return '["' + '","'.join(texts) + '"]' if texts else "[]"
