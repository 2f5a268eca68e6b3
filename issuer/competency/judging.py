"""Forming judgments of everybody, set-wise.

Many learners have the same scores in the same order, so what a rule makes of a row of scores is
worked out once, and only the identifiers differ.
"""

from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository
from issuer.competency import judgment_repository as repository
from issuer.competency.clusters import Member, judge_cluster
from issuer.competency.judging_repository import (
    add_judgments,
    as_kept,
    by_age,
    decided_on,
    judgments_by_id,
    known_judgments,
    observed,
    standing,
)
from issuer.competency.judging_terms import AllTerms, KappaOf, Terms, measured
from issuer.competency.judgment_rows import (
    DECIDED,
    JudgmentRow,
    ObservedRow,
    Standing,
    basis_of_members,
    calibration_of,
    judgment_id,
    listed,
    member_of,
    members_document,
    observation,
    outcome,
    spelt,
    state_of,
)
from issuer.competency.mastery import judge, top_points
from issuer.competency.reports import JudgingReport
from issuer.competency.rule_keeping import current_rules, record_rules
from issuer.competency.rules import RuleSet
from issuer.competency.scales import Scale, scale_from_document
from issuer.db.chunks import chunks

LEARNERS_AT_ONCE: Final = 200
"""Learners whose evidence is in memory together."""
MAX_PATTERNS: Final = 50_000
"""Rows of scores whose outcome is remembered; about a kilobyte each."""

Progress = Callable[[int, int], None]
"""(learners done, learners in all)."""
Pair = tuple[str, str]
"""Identifiers of a learner and a competency."""


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
    learners = evidence_repository.learners_with_evidence(session)
    done = 0
    for part in chunks(learners, LEARNERS_AT_ONCE):
        judging.learners(part)
        done += len(part)
        if progress is not None:
            progress(done, len(learners))
    return JudgingReport(
        new=judging.new,
        unchanged=judging.unchanged,
        superseded=judging.superseded,
        mastered=repository.count_mastered(session),
        unruled=judging.unruled,
        problems=tuple(judging.terms.problems),
    )


class _Shape(NamedTuple):
    """What a rule makes of a row of scores, whoever has them: places instead of identifiers."""

    considered: tuple[int, ...]
    used: tuple[int, ...]
    all_looked_at: bool
    level_position: int | None
    score: str | None
    mastered: bool
    reasons: str


class _Judging:
    """One run: rules and scales are looked up once a competency, evidence once a learner."""

    def __init__(
        self, session: Session, rule_set: RuleSet, now: datetime, kappa_of: KappaOf
    ) -> None:
        self.session = session
        self.now = now
        self.now_kept = now if _is_postgresql(session) else as_kept(now)
        self.terms = AllTerms(session, rule_set, kappa_of)
        self.clusters = self.terms.clusters()
        self.new = self.unchanged = self.superseded = self.unruled = 0
        self._shapes: dict[tuple[object, ...], _Shape] = {}
        self._scales: dict[str, Scale] = {}

    def learners(self, learner_ids: list[UUID]) -> None:
        """Judge some learners."""
        evidence: dict[Pair, list[ObservedRow]] = {}
        for one in observed(self.session, learner_ids):
            evidence.setdefault((one[2], one[3]), []).append(one)
        before = {(one[1], one[2]): one for one in standing(self.session, learner_ids)}
        changes = _Changes(before)
        for pair in evidence if not before else evidence | before:
            was = before.get(pair)
            row = self._judge(pair, evidence.get(pair, []), stands=was is not None)
            if row is not None:
                changes.note(pair, row)
        if self.clusters:
            changes.stand_again(self.session)
            self._judge_clusters(list(map(str, learner_ids)), changes)
        self._keep(changes)

    def _judge(self, pair: Pair, pieces: list[ObservedRow], *, stands: bool) -> JudgmentRow | None:
        """The judgment as a row; None if there is nothing to judge by, and no judgment stands."""
        terms = self.terms.of(pair[1])
        if terms is None:
            self.unruled += 1
            return None
        if terms.rule.is_cluster:
            return None
        pieces.sort(key=by_age)
        shape = self._shape(terms, pieces)
        if not (shape.considered or stands):
            return None
        ids = [one[1] for one in pieces]
        considered = ids if shape.all_looked_at else [ids[place] for place in shape.considered]
        used = considered if shape.used == shape.considered else [ids[at] for at in shape.used]
        basis = (*considered, *calibration_of(terms.rule, terms.kappa))
        return JudgmentRow(
            str(judgment_id(*pair, terms.rule, terms.scale_id, basis)),
            *pair,
            terms.rule.name,
            terms.rule.version,
            terms.scale_id,
            listed(considered),
            listed(used),
            shape.level_position,
            shape.score,
            shape.mastered,
            shape.reasons,
            state_of(terms.rule),
            self.now,
            kappa=spelt(terms.kappa),
            competency_version_id=terms.version_id,
        )

    def _shape(self, terms: Terms, pieces: list[ObservedRow]) -> _Shape:
        """The outcome of a row of scores, oldest first; remembered where only scores matter."""
        for one in pieces:
            if one[4] is not None or one[0] > self.now_kept:  # type: ignore[operator]
                return self._formed(terms, pieces)
        if terms.rule.window_days or terms.rule.observed_from or terms.rule.observed_until:
            return self._formed(terms, pieces)
        key = (terms.key, *map(terms.pattern, pieces))
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= MAX_PATTERNS:
                self._shapes.clear()
            shape = self._shapes[key] = self._formed(terms, pieces)
        return shape

    def _formed(self, terms: Terms, pieces: list[ObservedRow]) -> _Shape:
        seen = [observation(one, terms.scale) for one in pieces]
        mastery = judge(terms.rule, terms.scale, seen, self.now, terms.kappa)
        said = outcome(mastery)
        places = {one.id: place for place, one in enumerate(seen)}
        considered = tuple(places[one] for one in mastery.considered)
        return _Shape(
            considered,
            tuple(places[one] for one in mastery.used),
            considered == tuple(range(len(pieces))),
            said.level_position,
            spelt(said.score),
            said.mastered,
            listed(said.reasons),
        )

    def _judge_clusters(self, learners: list[str], changes: "_Changes") -> None:
        """Clusters, layer by layer, by what stands now."""
        for competency_id, terms in self.clusters:
            for learner in learners:
                pair = (learner, competency_id)
                members = [self._member(changes, learner, one, terms) for one in terms.members]
                if pair in changes.before or any(one.judgment_id for one in members):
                    changes.note(pair, self._cluster_row(pair, terms, members))

    def _member(
        self, changes: "_Changes", learner: str, member: tuple[UUID, str], terms: Terms
    ) -> Member:
        competency_id, name = member
        found = changes.now_standing((learner, str(competency_id)))
        if found is None:
            return Member(competency_id, name)
        return member_of(
            found, competency_id, name, self._scale(found.scale_id), top_points(terms.scale)
        )

    def _scale(self, scale_id: str) -> Scale:
        if scale_id not in self._scales:
            key = UUID(scale_id)
            document = repository.scales(self.session, [key])[key]
            self._scales[scale_id] = scale_from_document(document)
        return self._scales[scale_id]

    def _cluster_row(self, pair: Pair, terms: Terms, members: list[Member]) -> JudgmentRow:
        said = outcome(judge_cluster(terms.rule, terms.scale, members), cluster=True)
        basis = basis_of_members(members)
        return JudgmentRow(
            str(judgment_id(*pair, terms.rule, terms.scale_id, basis)),
            *pair,
            terms.rule.name,
            terms.rule.version,
            terms.scale_id,
            "[]",
            "[]",
            said.level_position,
            spelt(said.score),
            said.mastered,
            listed(said.reasons),
            state_of(terms.rule),
            self.now,
            members=listed(members_document(members)),
            competency_version_id=terms.version_id,
        )

    def _keep(self, changes: "_Changes") -> None:
        """Write what is new; what was there before, and holds again, stands again."""
        self.unchanged += changes.unchanged
        self.new += len(changes.rows)
        again = known_judgments(self.session, changes.rows) if changes.rows else set()
        decisions = decided_on(self.session, again) if again else {}
        self.terms.versions.keep()
        add_judgments(self.session, [row for key, row in changes.rows.items() if key not in again])
        repository.reinstate(self.session, (UUID(decisions.get(one, one)) for one in again))
        successors = {
            UUID(was): UUID(decisions.get(new, new)) for was, new in changes.successors.items()
        }
        repository.supersede(self.session, successors)
        self.superseded += len(successors)


class _Changes:
    """What some learners' judgments become: rows that do not stand yet, and what they replace."""

    def __init__(self, before: dict[Pair, Standing]) -> None:
        self.before = before
        self.rows: dict[str, JudgmentRow] = {}
        self.successors: dict[str, str] = {}
        self.unchanged = 0
        self._now: dict[Pair, Standing] = {}

    def note(self, pair: Pair, row: JudgmentRow) -> None:
        """A judgment that came out; it may stand already, as it is or as a person decided it."""
        was = self.before.get(pair)
        if was is not None and row.id in {was.id, was.proposal_id}:
            self.unchanged += 1
            return
        self.rows[row.id] = row
        self._now[pair] = Standing(*_standing_of(row))
        if was is not None:
            self.successors[was.id] = row.id

    def now_standing(self, pair: Pair) -> Standing | None:
        """What stands for a learner and a competency now."""
        return self._now.get(pair) or self.before.get(pair)

    def stand_again(self, session: Session) -> None:
        """Where a proposal comes out that a person decided before, that decision stands again."""
        proposals = [one.id for one in self._now.values() if one.state != DECIDED]
        decisions = decided_on(session, proposals) if proposals else {}
        for found in judgments_by_id(session, decisions.values()).values() if decisions else ():
            self._now[found.learner_id, found.competency_id] = found


_standing_of = itemgetter(*[JudgmentRow._fields.index(name) for name in Standing._fields])


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
