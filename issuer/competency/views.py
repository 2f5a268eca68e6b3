"""What other features see of the competency store: plain values, frozen, without a session."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from issuer.competency.evidence_sources import BadgeView, RatingView
from issuer.competency.mastery import Level
from issuer.competency.reports import Recomputation


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """A framework in a listing."""

    id: UUID
    uri: str
    title: str
    creator: str
    competencies: int
    associations: int
    imported_at: datetime
    version_number: int


@dataclass(frozen=True, slots=True)
class FrameworkVersionView:
    """A version of a framework.

    Args:
        number: 1 is the first that was imported.
        version, last_change: version and lastChangeDateTime of the CFDocument; '' if absent.
        digest: SHA-256 of the package.
    """

    number: int
    version: str
    last_change: str
    imported_at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True)
class CompetencyView:
    """A competency and where it stands.

    Args:
        id: CASE identifier of the CFItem.
        uri: its CASE URI.
        code: humanCodingScheme; '' if it has none.
        statement: fullStatement.
        short_statement: abbreviatedStatement; '' if it has none.
        item_type: CFItemType; '' if it has none.
        framework_id, framework_title, framework_uri: the CFDocument.
        path: names of the competencies above it, the topmost first, without the framework.
    """

    id: UUID
    uri: str
    code: str
    statement: str
    short_statement: str
    item_type: str
    framework_id: UUID
    framework_title: str
    framework_uri: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """A mastery rule, with its meaning in plain words."""

    name: str
    version: int
    sentence: str


class EvidenceView(NamedTuple):
    """A piece of work that a judgment looked at; minting makes several a credential.

    Args:
        id: the UUID of the evidence, as text; of the first rating, where there are several.
        title: what the work was, for readers of the credential; the school's notes stay here.
        points: on the levels' scale, at most two decimals; None where several assessors scored it
            and their scores did not become one.
        used: True if the score came from it.
        setting: ``school`` or ``out-of-school``.
        assessor_name: of a person whom the roster names by the assessor's id, or the id of a tool;
            '' if there is none. Persons' names are shown only where the school asks for it.
        badge: another issuer's badge that it was taken in from.
        ratings: where several assessors scored it, what each gave that counts, oldest first.
        combined: in words, how these became its points.
        why_not: why it did not count in the judgment: a sentence; '' if it did.
        level: of a member of a cluster, the level at which it is mastered; '' of work. ``id`` is
            then that of the member's judgment, and ``ratings`` are all that its score came from.
    """

    id: str
    kind: str
    title: str
    points: Decimal | None
    observed_at: datetime
    assessor_kind: str
    assessor_role: str
    artefact_url: str
    artefact_sha256: str
    formative: bool
    used: bool
    setting: str = "school"
    assessor_name: str = ""
    badge: BadgeView | None = None
    ratings: tuple[RatingView, ...] = ()
    combined: str = ""
    why_not: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class EarnedAs:
    """What a school awards a judgment as, where it is not plainly a competency.

    Args:
        type: OB 3.0 achievementType.
        title, description: '' where the competency's own stand.
        conditions: sentences: what else had to be so when it was awarded.
    """

    type: str
    title: str = ""
    description: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MintableJudgment:
    """A judgment of mastery that stands and was decided: all that a credential needs.

    Args:
        levels: all levels of the competency, lowest first.
        level: the level reached, one of ``levels``.
        required_level: the level at which mastery starts, one of ``levels``, never above ``level``.
        score: in points, rounded to two decimals.
        reasons: sentences: how the rule came to it.
        evidence: what the rule looked at, oldest first.
        earned_as: what it is awarded as; None for the competency alone.
    """

    judgment_id: UUID
    judged_at: datetime
    learner_id: UUID
    learner_name: str
    learner_sourced_id: str
    learner_email: str
    competency: CompetencyView
    rule: RuleView
    levels: tuple[Level, ...]
    level: Level
    required_level: Level
    score: Decimal
    reasons: tuple[str, ...]
    evidence: tuple[EvidenceView, ...]
    earned_as: EarnedAs | None = None


@dataclass(frozen=True, slots=True)
class JudgmentView:
    """A judgment in a listing."""

    id: UUID
    learner_id: UUID
    learner_name: str
    competency_id: UUID
    competency_code: str
    competency_statement: str
    rule_name: str
    rule_version: int
    level_name: str
    score: Decimal | None
    mastered: bool
    state: str
    judged_at: datetime
    superseded_by: UUID | None


@dataclass(frozen=True, slots=True)
class ExplainedEvidence:
    """A piece of evidence beside a judgment.

    Args:
        points: on the levels' scale, at most two decimals.
        counted: the rule let it count.
        used: the score came from it.
        why: why it did not count, or the score does not come from it; '' if it does.
    """

    id: UUID
    title: str
    kind: str
    points: Decimal
    observed_at: datetime
    formative: bool
    setting: str
    assessor_kind: str
    assessor_role: str
    counted: bool
    used: bool
    why: str


@dataclass(frozen=True, slots=True)
class ExplainedMember:
    """A member of a cluster beside the cluster's judgment; no judgment: None and no points."""

    competency_id: UUID
    name: str
    judgment_id: UUID | None
    points: Decimal
    mastered: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a person decided about a proposal: ``confirmed``, ``declined``, or another ``level``."""

    verdict: str
    level_name: str
    decided_by: str
    reason: str
    decided_at: datetime
    proposal_id: UUID


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a judgment came about, and whether it comes out the same again.

    Args:
        decided_by: who decided, in words.
        score: at most two decimals; None where the rule gives none.
        kappa: the agreement between assessors as it was then, where the rule asked for it.
        recomputation: the judgment formed again.
    """

    judgment_id: UUID
    judged_at: datetime
    state: str
    superseded_by: UUID | None
    learner_name: str
    learner_id: UUID
    competency_code: str
    competency_statement: str
    rule: RuleView
    levels: tuple[Level, ...]
    level_name: str
    score: Decimal | None
    mastered: bool
    reasons: tuple[str, ...]
    kappa: Decimal | None
    evidence: tuple[ExplainedEvidence, ...]
    members: tuple[ExplainedMember, ...]
    decided_by: str
    decision: DecisionView | None
    recomputation: Recomputation
