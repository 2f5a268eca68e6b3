"""How a judgment came about, in words: the rule, each piece of evidence, who decided."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository
from issuer.competency.framework_versions import version_views
from issuer.competency.frameworks import Frameworks
from issuer.competency.judgment_repository import KeptJudgment
from issuer.competency.judgment_rows import PROPOSED, ObservedRow, observation, spelt
from issuer.competency.mastery import Level, Observation, resolved, top_points
from issuer.competency.models import Evidence, JudgmentDecision
from issuer.competency.observations import select
from issuer.competency.recomputing import Recomputing, kept_judgment
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale
from issuer.competency.views import (
    CompetencyView,
    DecisionView,
    ExplainedEvidence,
    ExplainedMember,
    Explanation,
    RuleView,
)
from issuer.competency.words import points_in_words, rule_sentence
from issuer.learners.service import learner_views

_VERDICTS: Final = {
    "confirmed": "The rule proposed it, and a person confirmed it.",
    "declined": "The rule proposed it, and a person declined it.",
    "level": "The rule proposed it, and a person decided on another level.",
}


def explain(session: Session, judgment_id: UUID) -> Explanation:
    """Explain a judgment, superseded or not, and form it again.

    Raises:
        UnknownJudgment: there is no such judgment.
    """
    row = kept_judgment(session, judgment_id)
    again = Recomputing(session, [row])
    rule = again.rules.get((row.rule_name, row.rule_version))
    scale = again.scales.get(str(row.scale_id), ())
    competency = _competency(session, row)
    learner = learner_views(session, {row.learner_id})[row.learner_id]
    decision = again.decisions.get(row.id)
    return Explanation(
        judgment_id=row.id,
        judged_at=row.judged_at,
        state=row.state,
        superseded_by=row.superseded_by,
        learner_name=learner.name,
        learner_id=row.learner_id,
        competency_code=competency.code,
        competency_statement=competency.statement,
        rule=_rule_view(row, rule, scale),
        levels=scale,
        level_name=_level_name(scale, row.level_position),
        score=None if row.score is None else Decimal(points_in_words(row.score)),
        mastered=row.mastered,
        reasons=tuple(row.reasons),
        kappa=row.kappa,
        evidence=_evidence(session, row, rule, scale),
        members=_members(again, row, scale),
        decided_by=_decided_by(row, decision),
        decision=None if decision is None else _decision(decision, scale),
        recomputation=again.all()[0],
    )


def _competency(session: Session, row: KeptJudgment) -> CompetencyView:
    """The competency as it was worded when it was judged."""
    if row.competency_version_id is None:
        return Frameworks.of(session, [row.competency_id]).view(row.competency_id)
    found = version_views(session, [row.competency_version_id])
    return found[row.competency_version_id]


def _rule_view(row: KeptJudgment, rule: MasteryRule | None, scale: Scale) -> RuleView:
    if rule is None:
        return RuleView(row.rule_name, row.rule_version, "")
    sentence = rule_sentence((rule.level and resolved(rule, scale)) or rule, top_points(scale))
    return RuleView(row.rule_name, row.rule_version, sentence)


def _level_name(scale: Scale, position: int | None) -> str:
    return scale[position - 1].name if position and position <= len(scale) else ""


def _decided_by(row: KeptJudgment, decision: JudgmentDecision | None) -> str:
    if decision is not None:
        return _VERDICTS[decision.verdict]
    if row.state == PROPOSED:
        return "The rule proposes it; nobody has decided yet."
    return "The rule decided it."


def _decision(decision: JudgmentDecision, scale: tuple[Level, ...]) -> DecisionView:
    return DecisionView(
        verdict=decision.verdict,
        level_name=_level_name(scale, decision.level_position),
        decided_by=decision.decided_by,
        reason=decision.reason,
        decided_at=decision.decided_at,
        proposal_id=decision.proposal_id,
    )


def _members(again: Recomputing, row: KeptJudgment, scale: Scale) -> tuple[ExplainedMember, ...]:
    return tuple(
        ExplainedMember(
            competency_id=one.competency_id,
            name=one.name,
            judgment_id=one.judgment_id,
            points=Decimal(points_in_words(one.points)),
            mastered=one.mastered,
        )
        for one in again.members_of(row, scale)
    )


def _evidence(
    session: Session, row: KeptJudgment, rule: MasteryRule | None, scale: Scale
) -> tuple[ExplainedEvidence, ...]:
    """All evidence there is by now, each with what became of it in this judgment."""
    if rule is None or row.members is not None:
        return ()
    found = evidence_repository.evidence_of(session, row.learner_id, row.competency_id)
    seen = {one.id: observation(_observed(one), scale) for one in found}
    ids = [one.id for one in found]
    corrected = evidence_repository.corrected_by(session, ids, row.judged_at)
    why = _WhyNot(row, resolved(rule, scale) or rule, found, seen, corrected)
    return tuple(_explained(one, seen[one.id], why) for one in found if one.score is not None)


def _explained(one: Evidence, seen: Observation, why: "_WhyNot") -> ExplainedEvidence:
    reason = why.of(one)
    used = str(one.id) in why.used
    return ExplainedEvidence(
        id=one.id,
        title=one.title,
        kind=one.kind,
        points=Decimal(points_in_words(seen.points)),
        observed_at=one.observed_at,
        formative=one.formative,
        setting=one.setting,
        assessor_kind=one.assessor_kind,
        assessor_role=one.assessor_role,
        counted=not reason,
        used=used,
        why=reason or ("" if used else "It counted, but the score does not come from it."),
    )


class _WhyNot:
    """Why a piece of evidence did not count in a judgment."""

    def __init__(
        self,
        row: KeptJudgment,
        rule: MasteryRule,
        found: list[Evidence],
        seen: dict[UUID, Observation],
        corrected: set[UUID],
    ) -> None:
        self.used = set(row.used_ids)
        self.judged_at = row.judged_at
        self.named = set(row.evidence_ids)
        self.corrected = corrected
        there = [
            seen[one.id]
            for one in found
            if one.score is not None and (str(one.id) in self.named or not self._was_absent(one))
        ]
        self.left_out = select(rule, there, row.judged_at).left_out

    def _was_absent(self, one: Evidence) -> bool:
        return one.recorded_at > self.judged_at or one.id in self.corrected

    def of(self, one: Evidence) -> str:
        """A sentence; '' if it counted."""
        if str(one.id) not in self.named:
            if one.id in self.corrected:
                return "It had been corrected or withdrawn."
            return self.left_out.get(one.id, "It came in after the judgment.")
        return self.left_out.get(one.id, "")


def _observed(one: Evidence) -> ObservedRow:
    return ObservedRow(
        one.observed_at,
        str(one.id),
        str(one.learner_id),
        str(one.competency_id),
        None if one.second_rating_of is None else str(one.second_rating_of),
        one.kind,
        spelt(one.score),
        spelt(one.score_min),
        spelt(one.score_max),
        one.formative,
        one.setting,
        one.assessor_id,
        str(one.origin_id),
    )
