"""A person's decision about a proposed judgment: a record of its own, and a judgment of its own."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.decisions import Verdict, decided_outcome, decision_id
from issuer.competency.errors import DecisionIncomplete, NoProposal, OwnProposal
from issuer.competency.judging_repository import add_judgments
from issuer.competency.judgment_repository import KeptJudgment
from issuer.competency.judgment_rows import (
    DECIDED,
    PROPOSED,
    JudgmentRow,
    Outcome,
    listed,
    spelt,
)
from issuer.competency.mastery import Level, required_level
from issuer.competency.models import IDENTIFIER_LENGTH, JudgmentDecision
from issuer.competency.recomputing import kept_judgment
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document
from issuer.learners.service import is_person

MAX_REASON: Final = 10_000
"""Characters."""


def confirm(
    session: Session,
    judgment_id: UUID,
    *,
    by: str,
    reason: str,
    now: datetime,
    level: str = "",
) -> UUID:
    """Confirm a proposed judgment, or decide on another level.

    Args:
        session: the caller commits.
        judgment_id: a proposal that stands, or the judgment that an earlier decision on one made.
        by: who decides, as the school names them.
        reason: why; the school keeps it, credentials do not show it.
        now: time of the decision.
        level: name of another level of the competency; '' to confirm what the rule proposes.

    Returns:
        The judgment that stands from now on.

    Raises:
        UnknownJudgment: there is no such judgment.
        NoProposal: it does not stand any more, or no person's decision was asked for.
        DecisionIncomplete: nobody or no reason is named, or the level is none of the competency's.
        OwnProposal: who decides is the learner.
    """
    verdict = Verdict.LEVEL if level else Verdict.CONFIRMED
    return _Deciding(session, judgment_id).decide(verdict, level, by, reason, now)


def decline(session: Session, judgment_id: UUID, *, by: str, reason: str, now: datetime) -> UUID:
    """Decline a proposed judgment: from now on one stands that is not of mastery.

    Args, Returns, Raises: as for confirm.
    """
    return _Deciding(session, judgment_id).decide(Verdict.DECLINED, "", by, reason, now)


class _Deciding:
    """One decision on one judgment."""

    def __init__(self, session: Session, judgment_id: UUID) -> None:
        self.session = session
        self.row = kept_judgment(session, judgment_id)
        if self.row.superseded_by is not None:
            raise NoProposal(
                f"Judgment {judgment_id} was superseded by {self.row.superseded_by}.",
                "Decide on the one that stands.",
            )
        if self.row.state != PROPOSED and self.row.proposal_id is None:
            raise NoProposal(
                f"Judgment {judgment_id} was decided by its rule; nobody is asked to decide.",
                "Let a rule hold whose decided_by is person or both.",
            )
        self.proposal = self._proposal()

    def _proposal(self) -> KeptJudgment:
        """What the rule proposed: this judgment, or the one it was decided from."""
        if self.row.proposal_id is None:
            return self.row
        return kept_judgment(self.session, self.row.proposal_id)

    def decide(self, verdict: Verdict, level: str, by: str, reason: str, now: datetime) -> UUID:
        by, reason = by.strip(), reason.strip()
        if not 0 < len(by) <= IDENTIFIER_LENGTH or not 0 < len(reason) <= MAX_REASON:
            raise DecisionIncomplete(
                f"A decision names who made it, in at most {IDENTIFIER_LENGTH} characters, and "
                f"why, in at most {MAX_REASON:,}.",
                "Give both.",
            )
        if is_person(self.session, self.proposal.learner_id, by):
            raise OwnProposal(
                f"{by} is the learner, and nobody decides about himself or herself.",
                "Let somebody else decide; who has the same name is named by sourcedId.",
            )
        scale = self._scale()
        given = self._level(level, scale) if verdict is Verdict.LEVEL else None
        decision = JudgmentDecision(
            id=self.row.id,
            proposal_id=self.proposal.id,
            judgment_id=self.row.id,
            verdict=verdict.value,
            level_position=None if given is None else given.position,
            decided_by=by,
            reason=reason,
            decided_at=now.astimezone(UTC),
        )
        decision.id = decision.judgment_id = decision_id(decision)
        if decision.id != self.row.id:  # the same said twice at the same moment
            self._keep(decision, scale)
        return decision.id

    def _keep(self, decision: JudgmentDecision, scale: Scale) -> None:
        said = decided_outcome(
            _outcome_of(self.proposal),
            decision.verdict,
            decision.level_position,
            scale,
            required_level(self._rule(), scale),
        )
        add_judgments(self.session, [_row(self.proposal, said, decision)])
        repository.add_decision(self.session, decision)
        repository.supersede(self.session, {self.row.id: decision.judgment_id})

    def _rule(self) -> MasteryRule:
        key = (self.row.rule_name, self.row.rule_version)
        return MasteryRule.from_definition(repository.rule_definitions(self.session)[key])

    def _scale(self) -> Scale:
        found = repository.scales(self.session, [self.row.scale_id])
        return scale_from_document(found[self.row.scale_id])

    def _level(self, name: str, scale: Scale) -> Level:
        for level in scale:
            if name.casefold() in {level.name.casefold(), str(level.position)}:
                return level
        names = ", ".join(level.name for level in scale)
        raise DecisionIncomplete(f"{name[:100]!r} is no level of the competency.", f"Use {names}.")


def _outcome_of(row: KeptJudgment) -> Outcome:
    return Outcome(*(getattr(row, name) for name in Outcome._fields))


def _row(proposal: KeptJudgment, said: Outcome, decision: JudgmentDecision) -> JudgmentRow:
    return JudgmentRow(
        id=str(decision.judgment_id),
        learner_id=str(proposal.learner_id),
        competency_id=str(proposal.competency_id),
        rule_name=proposal.rule_name,
        rule_version=proposal.rule_version,
        scale_id=str(proposal.scale_id),
        evidence_ids=listed(said.evidence_ids),
        used_ids=listed(said.used_ids),
        level_position=said.level_position,
        score=spelt(said.score),
        mastered=int(said.mastered),
        reasons=listed(said.reasons),
        state=DECIDED,
        # The evidence was judged as of then: what counted depends on the time.
        judged_at=proposal.judged_at,
        kappa=spelt(proposal.kappa),
        members=None if proposal.members is None else listed(proposal.members),
        proposal_id=str(proposal.id),
        competency_version_id=None
        if proposal.competency_version_id is None
        else str(proposal.competency_version_id),
    )
