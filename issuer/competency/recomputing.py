"""Forming judgments again from what they name, to see that they hold; set-wise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.clusters import Member, judge_cluster
from issuer.competency.decisions import decided_outcome, decision_id
from issuer.competency.errors import UnknownJudgment
from issuer.competency.judging_repository import judgments_by_id, observed_by_id
from issuer.competency.judgment_repository import KeptJudgment
from issuer.competency.judgment_rows import (
    Outcome,
    Standing,
    basis_of_members,
    calibration_of,
    judgment_id,
    member_of,
    observation,
    outcome,
)
from issuer.competency.mastery import judge, required_level, top_points
from issuer.competency.models import JudgmentDecision
from issuer.competency.reports import Recomputation, RecomputationReport
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document, scale_id
from issuer.db.chunks import CHUNK
from issuer.learners.departed import is_pseudonym

MAX_REPORTED: Final = 1_000
"""Judgments that do not recompute which are named; beyond that they are counted."""

Progress = Callable[[int, int], None]


def recompute(session: Session, judgment_id: UUID) -> Recomputation:
    """Form a judgment again from the rule, levels, evidence, members and decision that it names.

    Raises:
        UnknownJudgment: there is no such judgment.
    """
    return Recomputing(session, [kept_judgment(session, judgment_id)]).all()[0]


def kept_judgment(session: Session, judgment_id: UUID) -> KeptJudgment:
    """One judgment.

    Raises:
        UnknownJudgment: there is no such judgment.
    """
    found = repository.kept(session, [judgment_id])
    if not found:
        raise UnknownJudgment(f"There is no judgment {judgment_id}.", "List the judgments.")
    return found[0]


def recompute_all(session: Session, progress: Progress | None = None) -> RecomputationReport:
    """Form every judgment again, superseded ones too, a chunk at a time; memory is bounded."""
    total = repository.count_all(session)
    failed: list[Recomputation] = []
    failures = done = 0
    part = repository.ids_after(session, None, CHUNK)
    while part:
        for one in Recomputing(session, repository.kept(session, part)).all():
            if not one.equal:
                failures += 1
                failed += [one] if len(failed) < MAX_REPORTED else []
        done += len(part)
        if progress is not None:
            progress(done, total)
        part = repository.ids_after(session, part[-1], CHUNK)
    return RecomputationReport(done, tuple(failed), failures)


@dataclass(frozen=True, slots=True)
class Again:
    """What a judgment says when it is formed again, and the identifier that follows."""

    outcome: Outcome
    id: UUID


class Recomputing:
    """Some judgments, and all they name, read with one query a kind."""

    def __init__(self, session: Session, rows: Sequence[KeptJudgment]) -> None:
        self.rows = rows
        definitions = repository.rule_definitions(session)
        self.rules = {
            key: MasteryRule.from_definition(definitions[key])
            for key in {(row.rule_name, row.rule_version) for row in rows}
            if key in definitions
        }
        scales = repository.scales(session, {row.scale_id for row in rows})
        named = {str(one["judgment"]) for row in rows for one in row.members or ()}
        self.members = judgments_by_id(session, named - {"None"})
        inner = {UUID(one.scale_id) for one in self.members.values()}
        scales |= repository.scales(session, inner - set(scales))
        self.scales = {str(key): scale_from_document(one) for key, one in scales.items()}
        evidence = {UUID(one) for row in rows for one in row.evidence_ids}
        self.evidence = observed_by_id(session, evidence)
        made = [row.id for row in rows if row.proposal_id is not None]
        self.decisions = repository.decisions(session, made) if made else {}

    def all(self) -> list[Recomputation]:
        """Each judgment formed again."""
        return [self._one(row) for row in self.rows]

    def _one(self, row: KeptJudgment) -> Recomputation:
        missing = self._missing(row)
        if missing:
            return Recomputation(row.id, False, tuple(missing))
        again = self._again(row)
        differences = [
            f"{name} is {getattr(row, name)}; formed again it is {value}."
            for name, value in again.outcome._asdict().items()
            if getattr(row, name) != value
        ]
        if row.id != again.id:
            differences.append("The identifier does not follow from what the judgment names.")
        return Recomputation(row.id, not differences, tuple(differences))

    def _missing(self, row: KeptJudgment) -> list[str]:
        """What the judgment names and is not there any more."""
        missing = []
        if (row.rule_name, row.rule_version) not in self.rules:
            missing.append(f"Rule {row.rule_name} version {row.rule_version} is not there.")
        if str(row.scale_id) not in self.scales:
            missing.append(f"The levels {row.scale_id} are not there.")
        missing += [
            f"Evidence {one} is not there." for one in row.evidence_ids if one not in self.evidence
        ]
        judgments = [one["judgment"] for one in row.members or () if one["judgment"] is not None]
        missing += [
            f"The member's judgment {one} is not there."
            for one in judgments
            if one not in self.members
        ]
        if row.proposal_id is not None and row.id not in self.decisions:
            missing.append("The person's decision is not there.")
        return missing

    def _again(self, row: KeptJudgment) -> Again:
        proposed = self._proposed(row)
        if row.proposal_id is None:
            return proposed
        decision = self.decisions[row.id]
        said = self._decided(row, proposed.outcome, decision)
        fine = proposed.id == row.proposal_id == decision.proposal_id
        if fine and is_pseudonym(decision.decided_by):
            # Who decided was deleted: the identifier, which names him, cannot be formed again.
            return Again(said, row.id)
        return Again(said, decision_id(decision) if fine else proposed.id)

    def _proposed(self, row: KeptJudgment) -> Again:
        """What the rule makes of evidence or members."""
        rule = self.rules[row.rule_name, row.rule_version]
        scale = self.scales[str(row.scale_id)]
        if row.members is not None:
            members = self.members_of(row, scale)
            said = outcome(judge_cluster(rule, scale, members), evidence=False)
            basis = basis_of_members(members)
        else:
            seen = [observation(self.evidence[one], scale) for one in row.evidence_ids]
            said = outcome(judge(rule, scale, seen, row.judged_at, row.kappa))
            basis = [*said.evidence_ids, *calibration_of(rule, row.kappa)]
        names = (row.learner_id, row.competency_id, rule, scale_id(scale))
        return Again(said, judgment_id(*names, basis))

    def _decided(self, row: KeptJudgment, said: Outcome, decision: JudgmentDecision) -> Outcome:
        scale = self.scales[str(row.scale_id)]
        required = required_level(self.rules[row.rule_name, row.rule_version], scale)
        return decided_outcome(said, decision.verdict, decision.level_position, scale, required)

    def members_of(self, row: KeptJudgment, scale: Scale) -> list[Member]:
        """A cluster's members as they stood."""
        return [self._member(one, scale) for one in row.members or ()]

    def _member(self, one: dict[str, Any], scale: Scale) -> Member:
        competency_id, name = UUID(one["competency"]), one["name"]
        found: Standing | None = self.members.get(str(one["judgment"]))
        if found is None:
            return Member(competency_id, name)
        inner = self.scales[found.scale_id]
        member = (competency_id, name)
        return member_of(found, UUID(found.id), member, inner, top_points(scale))
