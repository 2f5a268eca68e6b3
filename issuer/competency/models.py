"""Frameworks, rubrics, evidence, rules and judgments.

Names follow CASE 1.1 (CFDocument, CFItem, CFAssociation, CFRubric). ``extra`` keeps every member
of a CASE object that has no column, so that a framework can be exported as it came.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

import issuer.learners.models  # noqa: F401 - declares tables that are referred to here
from issuer.db import ExactDecimal, UtcDateTime

IDENTIFIER_LENGTH = 255
URI_LENGTH = 2_000


class Framework(SQLModel, table=True):
    """A CASE CFDocument with its definitions. ``digest`` is SHA-256 of the package as read.

    ``version_number`` counts the packages that were imported for it; what earlier ones held is in
    FrameworkVersion. ``wrapper`` is what stood beside CFPackage, None of a bare package.
    """

    id: UUID = Field(primary_key=True)
    uri: str = Field(max_length=URI_LENGTH)
    title: str = Field(sa_column=Column(Text, nullable=False))
    creator: str = Field(sa_column=Column(Text, nullable=False))
    digest: bytes = Field(sa_type=LargeBinary)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    definitions: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    extra: dict[str, Any] = Field(sa_type=JSON)
    package_extra: dict[str, Any] = Field(sa_type=JSON)
    wrapper: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    version_number: int = 1


class FrameworkVersion(SQLModel, table=True):
    """A framework as it was until a newer package took its place: never changed, never removed.

    ``package`` is the whole CASE package as imported: zlib, JSON, UTF-8. ``version`` and
    ``last_change`` are version and lastChangeDateTime of its CFDocument, as written there.
    """

    __tablename__ = "framework_version"

    framework_id: UUID = Field(primary_key=True, foreign_key="framework.id")
    number: int = Field(primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary)
    version: str = Field(default="", sa_column=Column(Text, nullable=False))
    last_change: str = Field(default="", sa_column=Column(Text, nullable=False))
    imported_at: datetime = Field(sa_type=UtcDateTime)
    replaced_at: datetime = Field(sa_type=UtcDateTime)
    package: bytes = Field(sa_type=LargeBinary)


class CompetencyVersion(SQLModel, table=True):
    """A competency as it was worded when it was judged, kept once for each framework version.

    ``id`` is the UUID 5 of competency and framework digest. ``document`` is a CompetencyView
    without its identifiers.
    """

    __tablename__ = "competency_version"

    id: UUID = Field(primary_key=True)
    competency_id: UUID = Field(foreign_key="competency.id", index=True)
    framework_digest: bytes = Field(sa_type=LargeBinary)
    document: dict[str, Any] = Field(sa_type=JSON)


class Competency(SQLModel, table=True):
    """A CASE CFItem: one thing a person can know or do, or a heading over several.

    ``removed_at`` is set when a newer package no longer has it: judgments still point here.
    """

    id: UUID = Field(primary_key=True)
    framework_id: UUID = Field(foreign_key="framework.id", index=True)
    uri: str = Field(max_length=URI_LENGTH, index=True)
    code: str = Field(default="", max_length=IDENTIFIER_LENGTH, index=True)
    statement: str = Field(sa_column=Column(Text, nullable=False))
    short_statement: str = Field(default="", sa_column=Column(Text, nullable=False))
    item_type: str = Field(default="", max_length=IDENTIFIER_LENGTH)
    position: int
    digest: bytes = Field(sa_type=LargeBinary)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extra: dict[str, Any] = Field(sa_type=JSON)


class Association(SQLModel, table=True):
    """A CASE CFAssociation. An end that is not in its own package is external, and has a URI.

    ``occurrences`` counts identical repetitions in the package, which some publishers write;
    ``repeated_at`` says where in the array they stand. The URIs of both ends are kept in columns
    of an external association only: by them it is found from the other framework.
    """

    __table_args__ = (
        Index(
            "ix_association_origin_uri",
            "origin_uri",
            sqlite_where=text("origin_uri IS NOT NULL"),
            postgresql_where=text("origin_uri IS NOT NULL"),
        ),
        Index(
            "ix_association_destination_uri",
            "destination_uri",
            sqlite_where=text("destination_uri IS NOT NULL"),
            postgresql_where=text("destination_uri IS NOT NULL"),
        ),
    )

    framework_id: UUID = Field(primary_key=True, foreign_key="framework.id")
    id: UUID = Field(primary_key=True)
    type: str = Field(max_length=50)
    origin_id: str = Field(max_length=IDENTIFIER_LENGTH, index=True)
    destination_id: str = Field(max_length=IDENTIFIER_LENGTH, index=True)
    origin: dict[str, Any] = Field(sa_type=JSON)
    destination: dict[str, Any] = Field(sa_type=JSON)
    external: bool = False
    origin_uri: str | None = Field(default=None, max_length=URI_LENGTH)
    destination_uri: str | None = Field(default=None, max_length=URI_LENGTH)
    sequence_number: int | None = None
    position: int
    occurrences: int = 1
    repeated_at: list[int] | None = Field(default=None, sa_type=JSON)
    digest: bytes = Field(sa_type=LargeBinary)
    extra: dict[str, Any] = Field(sa_type=JSON)


class Rubric(SQLModel, table=True):
    """A CASE CFRubric."""

    id: UUID = Field(primary_key=True)
    framework_id: UUID = Field(foreign_key="framework.id", index=True)
    title: str = Field(default="", sa_column=Column(Text, nullable=False))
    position: int
    digest: bytes = Field(sa_type=LargeBinary)
    extra: dict[str, Any] = Field(sa_type=JSON)


class RubricCriterion(SQLModel, table=True):
    """A CASE CFRubricCriterion; it describes the levels of the competency it names, if any."""

    __tablename__ = "rubric_criterion"

    id: UUID = Field(primary_key=True)
    rubric_id: UUID = Field(foreign_key="rubric.id", index=True)
    competency_id: UUID | None = Field(default=None, foreign_key="competency.id", index=True)
    position: int
    extra: dict[str, Any] = Field(sa_type=JSON)


class RubricLevel(SQLModel, table=True):
    """A CASE CFRubricCriterionLevel: ``name`` is its quality, ``points`` its score."""

    __tablename__ = "rubric_level"

    id: UUID = Field(primary_key=True)
    criterion_id: UUID = Field(foreign_key="rubric_criterion.id", index=True)
    name: str = Field(default="", sa_column=Column(Text, nullable=False))
    description: str = Field(default="", sa_column=Column(Text, nullable=False))
    points: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    position: int
    extra: dict[str, Any] = Field(sa_type=JSON)


class Evidence(SQLModel, table=True):
    """One observation of one learner on one competency. Rows are only ever added: triggers refuse
    to change or delete them (migration 0015).

    A row that names another in ``corrects`` takes its place; without a score it withdraws it.
    ``id`` is the UUID 5 of source and sourced_id, ``origin_id`` that of the first of a chain of
    corrections (its own, where it corrects nothing). ``level`` is the name of the level it was
    given, if any; its points are then the score. ``setting`` is ``school``, or ``out-of-school``
    (work experience, service, an internship, a museum). ``second_rating_of`` is the origin of the
    entry by which another assessor scored the same work first.
    """

    __table_args__ = (
        UniqueConstraint("source", "sourced_id"),
        Index(
            "ix_evidence_second_rating_of",
            "second_rating_of",
            sqlite_where=text("second_rating_of IS NOT NULL"),
            postgresql_where=text("second_rating_of IS NOT NULL"),
        ),
        # All that judging reads, in its order: what belongs to a learner lies scattered over the
        # table, and together here.
        Index(
            "ix_evidence_judging",
            *("learner_id", "competency_id", "observed_at", "id", "score", "score_min"),
            *("score_max", "kind", "formative", "setting", "assessor_id", "second_rating_of"),
            "corrects",
        ),
    )

    id: UUID = Field(primary_key=True)
    source: str = Field(max_length=IDENTIFIER_LENGTH)
    sourced_id: str = Field(max_length=2 * IDENTIFIER_LENGTH)
    learner_id: UUID = Field(foreign_key="person.id")
    competency_id: UUID = Field(foreign_key="competency.id", index=True)
    kind: str = Field(max_length=50)
    score: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    score_min: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    score_max: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    level: str = Field(default="", max_length=IDENTIFIER_LENGTH)
    formative: bool = False
    assessor_kind: str = Field(max_length=10)
    assessor_role: str = Field(default="", max_length=IDENTIFIER_LENGTH)
    assessor_id: str = Field(default="", max_length=IDENTIFIER_LENGTH)
    observed_at: datetime = Field(sa_type=UtcDateTime)
    artefact_url: str = Field(default="", max_length=URI_LENGTH)
    artefact_sha256: str = Field(default="", max_length=64)
    title: str = Field(default="", sa_column=Column(Text, nullable=False))
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    origin_id: UUID = Field(index=True)
    corrects: UUID | None = Field(default=None, foreign_key="evidence.id", unique=True)
    setting: str = Field(default="school", max_length=20)
    second_rating_of: UUID | None = Field(default=None, foreign_key="evidence.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    digest: bytes = Field(sa_type=LargeBinary)


class EvidenceErasure(SQLModel, table=True):
    """A learner whose evidence may be deleted; of all others the database gives up none.

    It names nobody once the person is gone: the identifier is all that is left.
    """

    __tablename__ = "evidence_erasure"

    learner_id: UUID = Field(primary_key=True)
    permitted_at: datetime = Field(sa_type=UtcDateTime)


class MasteryRuleVersion(SQLModel, table=True):
    """A mastery rule as first used; its name and version never mean anything else."""

    __tablename__ = "mastery_rule"

    name: str = Field(primary_key=True, max_length=100)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class RuleSetVersion(SQLModel, table=True):
    """Which rules apply to what; the newest row holds."""

    __tablename__ = "rule_set"

    id: int | None = Field(default=None, primary_key=True)
    document: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class LevelScale(SQLModel, table=True):
    """The ordered levels a judgment was made on, kept once: ``id`` is the UUID 5 of ``levels``."""

    __tablename__ = "level_scale"

    id: UUID = Field(primary_key=True)
    levels: list[dict[str, Any]] = Field(sa_type=JSON)


class Judgment(SQLModel, table=True):
    """What a rule made of a learner's evidence on a competency. Immutable but for superseding.

    ``id`` is the UUID 5 of learner, competency, rule, scale and evidence. ``evidence_ids`` is all
    that the rule looked at, in order; ``used_ids`` what the score came from.
    ``competency_version_id`` is the wording it was made under. ``score`` is rounded
    to nine decimals, for display; None where the rule gives none. ``state`` is ``decided``, or
    ``proposed`` where the rule leaves the decision to a person; the decision makes a judgment of
    its own, whose ``proposal_id`` is the one decided on. ``kappa`` is the agreement between
    assessors that a rule asked for, as it was then. ``members`` are a cluster's: for each its
    competency, its name, and the judgment that stood, if any did.
    """

    __table_args__ = (
        Index("ix_judgment_learner_id_competency_id", "learner_id", "competency_id"),
        # Only of those that are superseded: with all of them in it, SQLite takes this index for
        # "is not superseded", which is nearly all there are.
        Index(
            "ix_judgment_superseded_by",
            "superseded_by",
            sqlite_where=text("superseded_by IS NOT NULL"),
            postgresql_where=text("superseded_by IS NOT NULL"),
        ),
        Index(
            "ix_judgment_proposal_id",
            "proposal_id",
            sqlite_where=text("proposal_id IS NOT NULL"),
            postgresql_where=text("proposal_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    learner_id: UUID = Field(foreign_key="person.id")
    competency_id: UUID = Field(foreign_key="competency.id", index=True)
    rule_name: str = Field(max_length=100)
    rule_version: int
    scale_id: UUID = Field(foreign_key="level_scale.id")
    competency_version_id: UUID | None = Field(default=None, foreign_key="competency_version.id")
    evidence_ids: list[str] = Field(sa_type=JSON)
    used_ids: list[str] = Field(sa_type=JSON)
    level_position: int | None = None
    score: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    mastered: bool
    reasons: list[str] = Field(sa_type=JSON)
    state: str = Field(max_length=10)
    judged_at: datetime = Field(sa_type=UtcDateTime)
    superseded_by: UUID | None = Field(
        default=None, sa_column=Column(Uuid, ForeignKey("judgment.id"), nullable=True)
    )
    kappa: Decimal | None = Field(default=None, sa_column=Column(ExactDecimal))
    members: list[dict[str, Any]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    proposal_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, ForeignKey("judgment.id"), nullable=True)
    )


class JudgmentDecision(SQLModel, table=True):
    """What a person decided about a proposed judgment, and why. Rows are only ever added.

    ``proposal_id`` is what was decided on, ``judgment_id`` the judgment that came of it;
    ``verdict`` is ``confirmed``, ``declined``, or ``level`` where the person gave another level,
    that of ``level_position``. ``decided_by`` is who, as the school names them.
    """

    __tablename__ = "judgment_decision"

    id: UUID = Field(primary_key=True)
    proposal_id: UUID = Field(foreign_key="judgment.id", index=True)
    judgment_id: UUID = Field(foreign_key="judgment.id", unique=True)
    verdict: str = Field(max_length=10)
    level_position: int | None = None
    decided_by: str = Field(max_length=IDENTIFIER_LENGTH)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    decided_at: datetime = Field(sa_type=UtcDateTime)
