"""Judgments as minting needs them: everything a credential says, read set-wise."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency import mintable_repository as rows
from issuer.competency.framework_versions import version_views
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import Level, required_level, resolved, top_points
from issuer.competency.mintable_evidence import Asked, MintableEvidence
from issuer.competency.mintable_repository import JudgmentColumns
from issuer.competency.models import Judgment
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document
from issuer.competency.views import CompetencyView, JudgmentView, MintableJudgment, RuleView
from issuer.competency.words import points_in_words, rule_sentence
from issuer.learners.service import LearnerView, learner_views

_REMEMBERED = 4_096
"""Spellings of points that are worked out once; a school has a few hundred."""


def mintable_ids(session: Session) -> Iterator[UUID]:
    """The judgments of mastery that stand and were decided, by learner and competency, streamed.

    Minted ones are among them: minting knows which it has minted.
    """
    return rows.mintable_ids(session)


def standing_ids(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the judgments that may still be minted: none has been superseded since."""
    return rows.standing(session, ids)


def mintable_views(session: Session, ids: Sequence[UUID]) -> list[MintableJudgment]:
    """Judgments of mastery with all that a credential says of them, in the order of ``ids``.

    A judgment is never changed, so one that was superseded after it was reserved is read too.

    Args:
        session: reads only.
        ids: about a thousand; the memory it takes grows with them.

    Returns:
        one for each id that there is a judgment of; others are left out.
    """
    found = rows.judgments(session, ids)
    views = _MintableViews(session, list(found.values()))
    return [views.of(row) for row in map(found.get, ids) if row is not None]


def mintable_judgments(session: Session) -> list[MintableJudgment]:
    """All judgments of mastery that stand and were decided, by learner and competency."""
    return mintable_views(session, list(mintable_ids(session)))


class _Terms:
    """What a competency is judged by: the same for all who were judged by it."""

    def __init__(self, rule: MasteryRule, scale: Scale) -> None:
        asked, required = resolved(rule, scale), required_level(rule, scale)
        if asked is None or asked.threshold is None or required is None:
            raise AssertionError(rule.name)  # a judgment of mastery was made on levels
        self.threshold: Decimal = asked.threshold
        self.scale = scale
        self.asked = Asked(asked, top_points(scale))
        self.required: Level = required
        sentence = rule_sentence(rule, self.asked.top)
        self.rule = RuleView(rule.name, rule.version, sentence)


class _MintableViews:
    """What some judgments name, read with one query a kind and worked out once each."""

    def __init__(self, session: Session, found: Sequence[JudgmentColumns]) -> None:
        self._competencies = _Worded(session, found)
        self._learners = learner_views(session, {row.learner_id for row in found})
        self._scales = _scales(session, {row.scale_id for row in found})
        self._rules = repository.rule_definitions(session)
        self._terms: dict[tuple[str, int, UUID], _Terms] = {}
        self._evidence = MintableEvidence(session, found)

    def of(self, row: JudgmentColumns) -> MintableJudgment:
        """One judgment."""
        if row.level_position is None or row.score is None:
            raise AssertionError(row.id)  # a judgment of mastery has a level and a score
        terms = self._terms_of(row)
        learner = self._learners[row.learner_id]
        # By position, in the order of the fields: by name it takes twice as long.
        return MintableJudgment(
            row.id,
            row.judged_at,
            row.learner_id,
            learner.name,
            learner.sourced_id,
            learner.email,
            self._competencies.of(row),
            terms.rule,
            terms.scale,
            terms.scale[row.level_position - 1],
            terms.required,
            _rounded(row.score, terms.threshold),
            tuple(row.reasons),
            self._evidence.of(row, terms.asked),
        )

    def _terms_of(self, row: JudgmentColumns) -> _Terms:
        key = (row.rule_name, row.rule_version, row.scale_id)
        terms = self._terms.get(key)
        if terms is None:
            rule = MasteryRule.from_definition(self._rules[key[:2]])
            terms = self._terms[key] = _Terms(rule, self._scales[row.scale_id])
        return terms


class _Judged(Protocol):
    @property
    def competency_id(self) -> UUID: ...
    @property
    def competency_version_id(self) -> UUID | None: ...


class _Worded:
    """Competencies as they were worded when they were judged.

    A judgment that names no version was made under the one that holds: see framework_versions.
    """

    def __init__(self, session: Session, found: Iterable[_Judged]) -> None:
        pairs = {(row.competency_id, row.competency_version_id) for row in found}
        self._versions = version_views(session, {key for _, key in pairs if key is not None})
        present = {key for key, version in pairs if version is None}
        frameworks = Frameworks.of(session, present)
        self._present = {key: frameworks.view(key) for key in present}

    def of(self, row: _Judged) -> CompetencyView:
        if row.competency_version_id is None:
            return self._present[row.competency_id]
        return self._versions[row.competency_version_id]


def _scales(session: Session, ids: set[UUID]) -> dict[UUID, Scale]:
    documents = repository.scales(session, ids)
    return {key: scale_from_document(document) for key, document in documents.items()}


@lru_cache(maxsize=_REMEMBERED)
def _rounded(score: str, threshold: Decimal) -> Decimal:
    return Decimal(points_in_words(Decimal(score), threshold))


def judgments(
    session: Session, *, learner_id: UUID | None = None, standing_only: bool = True
) -> list[JudgmentView]:
    """Judgments for a listing; superseded ones too, if asked for."""
    found = list(repository.judgments(session, learner_id=learner_id, standing_only=standing_only))
    worded = _Worded(session, found)
    learners: dict[UUID, LearnerView] = learner_views(session, {row.learner_id for row in found})
    scales = _scales(session, {row.scale_id for row in found})
    return [
        _listed(row, worded.of(row), learners[row.learner_id], scales[row.scale_id])
        for row in found
    ]


def _listed(
    row: Judgment, competency: CompetencyView, learner: LearnerView, scale: Scale
) -> JudgmentView:
    return JudgmentView(
        id=row.id,
        learner_id=row.learner_id,
        learner_name=learner.name,
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
