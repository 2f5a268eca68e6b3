"""Forming judgments of everybody, set-wise, and forming one again to see that it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.competency import evidence_repository
from issuer.competency import judgment_repository as repository
from issuer.competency.errors import RuleChanged, UnknownJudgment
from issuer.competency.framework_versions import PresentVersions
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import (
    Level,
    Mastery,
    Observation,
    judge,
    points_of,
    top_points,
)
from issuer.competency.models import Evidence, Judgment
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import DecidedBy, MasteryRule, RuleSet
from issuer.competency.scales import (
    Scale,
    Scales,
    scale_document,
    scale_from_document,
    scale_id,
)
from issuer.competency.views import JudgingReport, Recomputation
from issuer.db.chunks import chunks

LEARNERS_AT_ONCE: Final = 200
"""Learners whose evidence is in memory together."""
SCORE_DECIMALS: Final = Decimal("1e-9")
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/judgment")
_DEFAULT: Final = "default.toml"

Progress = Callable[[int, int], None]
"""(learners done, learners in all)."""


def default_rules() -> RuleSet:
    """The rules that hold until a school sets its own."""
    data = (files("issuer.competency") / "rule_sets" / _DEFAULT).read_bytes()
    return read_rules(data, _DEFAULT)


def current_rules(session: Session) -> RuleSet:
    """The rules that hold."""
    document = repository.newest_rule_set(session)
    return default_rules() if document is None else RuleSet.from_document(document)


def use_rules(session: Session, rule_set: RuleSet, now: datetime) -> bool:
    """Let these rules hold from now on; judgments made before stay as they are.

    Returns:
        True if they differ from those that held.

    Raises:
        RuleChanged: a name and version were used before for another rule.
    """
    _record_rules(session, rule_set, now)
    if repository.newest_rule_set(session) == rule_set.document():
        return False
    repository.add_rule_set(session, rule_set.document(), now)
    return True


def _record_rules(session: Session, rule_set: RuleSet, now: datetime) -> None:
    known = repository.rule_definitions(session)
    for rule, _ in rule_set.assignments:
        was = known.get((rule.name, rule.version))
        if was is None:
            repository.add_rule(session, rule.definition(), now)
        elif MasteryRule.from_definition(was) != rule:
            raise RuleChanged(
                f"Rule {rule.name} version {rule.version} was used before, and said something "
                "else.",
                f"Give the changed rule version {rule.version + 1}.",
            )


def judge_all(session: Session, now: datetime, progress: Progress | None = None) -> JudgingReport:
    """Judge every learner on every competency of which there is evidence.

    Running it again with the same evidence and rules adds nothing.

    Args:
        session: the caller commits.
        now: the time of the judgments.
        progress: told after each group of learners.

    Raises:
        RuleChanged: a rule's name and version were used before for another rule.
    """
    rule_set = current_rules(session)
    _record_rules(session, rule_set, now)
    judging = _Judging(session, rule_set, now)
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
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a competency is judged by."""

    rule: MasteryRule
    scale: Scale
    scale_id: UUID
    competency_version_id: UUID


class _Judging:
    """One run: rules and scales are looked up once a competency, evidence once a learner."""

    def __init__(self, session: Session, rule_set: RuleSet, now: datetime) -> None:
        self.session = session
        self.rule_set = rule_set
        self.now = now
        self.frameworks = Frameworks(session)
        self.scales = Scales(session)
        self.versions = PresentVersions(session, self.frameworks)
        self.known_scales = repository.scale_ids(session)
        self._terms: dict[UUID, _Terms | None] = {}
        self.new = self.unchanged = self.superseded = self.unruled = 0

    def learners(self, learner_ids: list[UUID]) -> None:
        evidence: dict[tuple[UUID, UUID], list[Evidence]] = {}
        for one in evidence_repository.standing_evidence(self.session, learner_ids):
            evidence.setdefault((one.learner_id, one.competency_id), []).append(one)
        before = repository.standing(self.session, learner_ids)
        rows: dict[UUID, dict[str, Any]] = {}
        successors: dict[UUID, UUID] = {}
        for pair in evidence | before:
            was = before.get(pair)
            row = self._judge(pair, evidence.get(pair, []), stands=was is not None)
            if row is None:
                continue
            if was is not None and was.id == row["id"]:
                self.unchanged += 1
                continue
            rows[row["id"]] = row
            if was is not None:
                successors[was.id] = row["id"]
        self._keep(rows, successors)

    def _judge(
        self, pair: tuple[UUID, UUID], pieces: list[Evidence], *, stands: bool
    ) -> dict[str, Any] | None:
        """The judgment as a row; None if there is nothing to judge by, and no judgment stands."""
        learner_id, competency_id = pair
        terms = self._terms_of(competency_id)
        if terms is None:
            self.unruled += 1
            return None
        mastery = judge(
            terms.rule, terms.scale, [observation(one, terms.scale) for one in pieces], self.now
        )
        if not (mastery.considered or stands):
            return None
        return {
            "id": judgment_id(learner_id, competency_id, terms.rule, terms.scale_id, mastery),
            "learner_id": learner_id,
            "competency_id": competency_id,
            "rule_name": terms.rule.name,
            "rule_version": terms.rule.version,
            "scale_id": terms.scale_id,
            "competency_version_id": terms.competency_version_id,
            "state": _state(terms.rule),
            "judged_at": self.now,
            "superseded_by": None,
            **outcome(mastery),
        }

    def _terms_of(self, competency_id: UUID) -> _Terms | None:
        if competency_id not in self._terms:
            rule = self.rule_set.rule_for(self.frameworks.place(competency_id))
            scale = self.scales.of(competency_id)
            self._terms[competency_id] = (
                None
                if rule is None
                else _Terms(rule, scale, self._scale_id(scale), self.versions.of(competency_id))
            )
        return self._terms[competency_id]

    def _scale_id(self, scale: Scale) -> UUID:
        """The scale's identifier; it is kept if it was not."""
        identifier = scale_id(scale)
        if identifier not in self.known_scales:
            row = {"id": identifier, "levels": scale_document(scale)}
            repository.add_scales(self.session, [row])
            self.known_scales.add(identifier)
        return identifier

    def _keep(self, rows: dict[UUID, dict[str, Any]], successors: dict[UUID, UUID]) -> None:
        self.versions.keep()
        again = repository.known_judgments(self.session, rows)
        repository.add_judgments(
            self.session, [row for key, row in rows.items() if key not in again]
        )
        repository.reinstate(self.session, again)
        repository.supersede(self.session, successors)
        self.new += len(rows)
        self.superseded += len(successors)


def _state(rule: MasteryRule) -> str:
    by_machine = rule.decided_by is DecidedBy.MACHINE
    return repository.DECIDED if by_machine else repository.PROPOSED


def observation(one: Evidence, scale: Scale) -> Observation:
    """Evidence as judging sees it."""
    score = Decimal() if one.score is None else one.score
    return Observation(
        id=one.id,
        points=points_of(score, one.score_min, one.score_max, top_points(scale)),
        kind=one.kind,
        observed_at=one.observed_at,
        formative=one.formative,
    )


def judgment_id(
    learner_id: UUID,
    competency_id: UUID,
    rule: MasteryRule,
    scale: UUID,
    mastery: Mastery,
) -> UUID:
    """The UUID 5 of everything the judgment follows from: the same always has the same."""
    parts = (learner_id, competency_id, rule.name, rule.version, scale, *mastery.considered)
    return uuid5(_NAMESPACE, "\x1f".join(map(str, parts)))


def outcome(mastery: Mastery) -> dict[str, Any]:
    """The columns of a judgment that come from its evidence."""
    return {
        "evidence_ids": [str(one) for one in mastery.considered],
        "used_ids": [str(one) for one in mastery.used],
        "level_position": None if mastery.level is None else mastery.level.position,
        "score": None if mastery.score is None else rounded(mastery.score),
        "mastered": mastery.mastered,
        "reasons": list(mastery.reasons),
    }


def rounded(score: Fraction) -> Decimal:
    """A score to nine decimals, for display; decisions were made on the exact one."""
    return Decimal(round(score / Fraction(SCORE_DECIMALS))) * SCORE_DECIMALS


def recompute(session: Session, judgment_id: UUID) -> Recomputation:
    """Form a judgment again from the rule, levels and evidence that it names.

    Raises:
        UnknownJudgment: there is no such judgment.
    """
    row = repository.judgment(session, judgment_id)
    if row is None:
        raise UnknownJudgment(f"There is no judgment {judgment_id}.", "List the judgments.")
    rule = rule_of(session, row)
    scale = scale_from_document(repository.scales(session, [row.scale_id])[row.scale_id])
    wanted = [UUID(one) for one in row.evidence_ids]
    pieces = evidence_repository.evidence_by_id(session, wanted)
    again = judge(rule, scale, [observation(one, scale) for one in pieces.values()], row.judged_at)
    differences = _differences(row, again)
    if judgment_id != _id_again(row, rule, scale, again):
        differences.append("The identifier does not follow from what the judgment names.")
    return Recomputation(judgment_id, not differences, tuple(differences))


def rule_of(session: Session, row: Judgment) -> MasteryRule:
    """The rule version that a judgment names."""
    definition = repository.rule_definition(session, row.rule_name, row.rule_version)
    if definition is None:
        raise UnknownJudgment(
            f"Rule {row.rule_name} version {row.rule_version} of judgment {row.id} is not there.",
            "Restore the database from a backup.",
        )
    return MasteryRule.from_definition(definition)


def _id_again(row: Judgment, rule: MasteryRule, scale: tuple[Level, ...], again: Mastery) -> UUID:
    return judgment_id(row.learner_id, row.competency_id, rule, scale_id(scale), again)


def _differences(row: Judgment, again: Mastery) -> list[str]:
    """Sentences about each column that came out differently."""
    return [
        f"{name} is {getattr(row, name)}; formed again it is {value}."
        for name, value in outcome(again).items()
        if getattr(row, name) != value
    ]
