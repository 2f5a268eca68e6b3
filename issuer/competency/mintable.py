"""Judgments as minting needs them: everything a credential says, read set-wise."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository
from issuer.competency import judgment_repository as repository
from issuer.competency.frameworks import Frameworks
from issuer.competency.judging import observation
from issuer.competency.mastery import Observation, required_level, top_points
from issuer.competency.models import Evidence, Judgment
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document
from issuer.competency.views import EvidenceView, JudgmentView, MintableJudgment, RuleView
from issuer.competency.words import points_in_words, rule_sentence
from issuer.learners.service import LearnerView, learner_views


def mintable_judgments(session: Session) -> list[MintableJudgment]:
    """All judgments of mastery that stand and were decided, by learner and competency.

    Minted ones are among them: minting knows which it has minted.
    """
    rows = repository.mintable(session)
    views = _Views(session, rows)
    return [views.mintable(row) for row in rows]


def judgments(
    session: Session, *, learner_id: UUID | None = None, standing_only: bool = True
) -> list[JudgmentView]:
    """Judgments for a listing; superseded ones too, if asked for."""
    rows = list(repository.judgments(session, learner_id=learner_id, standing_only=standing_only))
    views = _Views(session, rows, evidence=False)
    return [views.listed(row) for row in rows]


class _Views:
    """Everything that some judgments name, read with one query a kind."""

    def __init__(
        self, session: Session, rows: Sequence[Judgment], *, evidence: bool = True
    ) -> None:
        self.frameworks = Frameworks.of(session, {row.competency_id for row in rows})
        self.learners: dict[UUID, LearnerView] = learner_views(
            session, {row.learner_id for row in rows}
        )
        documents = repository.scales(session, {row.scale_id for row in rows})
        self.scales: dict[UUID, Scale] = {
            key: scale_from_document(document) for key, document in documents.items()
        }
        self.rules = {
            key: MasteryRule.from_definition(definition)
            for key, definition in repository.rule_definitions(session).items()
        }
        wanted = {UUID(one) for row in rows for one in row.evidence_ids} if evidence else set()
        self.evidence = evidence_repository.evidence_by_id(session, wanted)

    def mintable(self, row: Judgment) -> MintableJudgment:
        scale = self.scales[row.scale_id]
        rule = self.rules[row.rule_name, row.rule_version]
        learner = self.learners[row.learner_id]
        required = required_level(rule, scale)
        if required is None or row.level_position is None or row.score is None:
            raise AssertionError(row.id)  # a judgment of mastery has a level and a score
        used = set(row.used_ids)
        return MintableJudgment(
            judgment_id=row.id,
            judged_at=row.judged_at,
            learner_id=row.learner_id,
            learner_name=learner.name,
            learner_sourced_id=learner.sourced_id,
            learner_email=learner.email,
            competency=self.frameworks.view(row.competency_id),
            rule=RuleView(rule.name, rule.version, rule_sentence(rule, top_points(scale))),
            levels=scale,
            level=scale[row.level_position - 1],
            required_level=required,
            score=Decimal(points_in_words(row.score, rule.threshold)),
            reasons=tuple(row.reasons),
            evidence=tuple(
                _evidence_view(self.evidence[UUID(one)], scale, used=one in used)
                for one in row.evidence_ids
            ),
        )

    def listed(self, row: Judgment) -> JudgmentView:
        competency = self.frameworks.rows[row.competency_id]
        scale = self.scales[row.scale_id]
        return JudgmentView(
            id=row.id,
            learner_id=row.learner_id,
            learner_name=self.learners[row.learner_id].name,
            competency_id=row.competency_id,
            competency_code=competency.code,
            competency_statement=competency.statement,
            rule_name=row.rule_name,
            rule_version=row.rule_version,
            level_name="" if row.level_position is None else scale[row.level_position - 1].name,
            score=row.score,
            mastered=row.mastered,
            state=row.state,
            judged_at=row.judged_at,
            superseded_by=row.superseded_by,
        )


def _evidence_view(row: Evidence, scale: Scale, *, used: bool) -> EvidenceView:
    seen: Observation = observation(row, scale)
    return EvidenceView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        points=Decimal(points_in_words(seen.points)),
        observed_at=row.observed_at,
        assessor_kind=row.assessor_kind,
        assessor_role=row.assessor_role,
        artefact_url=row.artefact_url,
        artefact_sha256=row.artefact_sha256,
        formative=row.formative,
        used=used,
    )
