"""Competency: frameworks, rubrics, evidence, rules and judgments."""

import sqlalchemy as sa
from alembic import op

from issuer.db import ExactDecimal, UtcDateTime

revision = "0002_competency"
down_revision = "0001_learners"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_framework()
    _create_level_scale()
    _create_mastery_rule()
    _create_rule_set()
    _create_association()
    _create_competency()
    _create_rubric()
    _create_evidence()
    _create_judgment()
    _create_rubric_criterion()
    _create_rubric_level()


def downgrade() -> None:
    op.drop_table("rubric_level")
    op.drop_table("rubric_criterion")
    op.drop_table("judgment")
    op.drop_table("evidence")
    op.drop_table("rubric")
    op.drop_table("competency")
    op.drop_table("association")
    op.drop_table("rule_set")
    op.drop_table("mastery_rule")
    op.drop_table("level_scale")
    op.drop_table("framework")


def _create_framework() -> None:
    op.create_table(
        "framework",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("definitions", sa.JSON(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("package_extra", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
    )


def _create_level_scale() -> None:
    op.create_table(
        "level_scale",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_scale")),
    )


def _create_mastery_rule() -> None:
    op.create_table(
        "mastery_rule",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_mastery_rule")),
    )


def _create_rule_set() -> None:
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
    )


def _create_association() -> None:
    op.create_table(
        "association",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("origin_id", sa.String(length=255), nullable=False),
        sa.Column("destination_id", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("destination", sa.JSON(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("sequence_number", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name=op.f("fk_association_framework_id")
        ),
        sa.PrimaryKeyConstraint("framework_id", "id", name=op.f("pk_association")),
    )
    op.create_index(
        op.f("ix_association_destination_id"), "association", ["destination_id"], unique=False
    )
    op.create_index(op.f("ix_association_origin_id"), "association", ["origin_id"], unique=False)


def _create_competency() -> None:
    op.create_table(
        "competency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.String(length=2000), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("short_statement", sa.Text(), nullable=False),
        sa.Column("item_type", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name=op.f("fk_competency_framework_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency")),
    )
    op.create_index(op.f("ix_competency_code"), "competency", ["code"], unique=False)
    op.create_index(
        op.f("ix_competency_framework_id"), "competency", ["framework_id"], unique=False
    )


def _create_rubric() -> None:
    op.create_table(
        "rubric",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name=op.f("fk_rubric_framework_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
    )
    op.create_index(op.f("ix_rubric_framework_id"), "rubric", ["framework_id"], unique=False)


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("sourced_id", sa.String(length=510), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("score", ExactDecimal(), nullable=True),
        sa.Column("score_min", ExactDecimal(), nullable=True),
        sa.Column("score_max", ExactDecimal(), nullable=True),
        sa.Column("level", sa.String(length=255), nullable=False),
        sa.Column("formative", sa.Boolean(), nullable=False),
        sa.Column("assessor_kind", sa.String(length=10), nullable=False),
        sa.Column("assessor_role", sa.String(length=255), nullable=False),
        sa.Column("assessor_id", sa.String(length=255), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("artefact_url", sa.String(length=2000), nullable=False),
        sa.Column("artefact_sha256", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_evidence_competency_id")
        ),
        sa.ForeignKeyConstraint(["corrects"], ["evidence.id"], name=op.f("fk_evidence_corrects")),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_evidence_learner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("corrects", name=op.f("uq_evidence_corrects")),
        sa.UniqueConstraint("source", "sourced_id", name=op.f("uq_evidence_source_sourced_id")),
    )
    op.create_index(op.f("ix_evidence_competency_id"), "evidence", ["competency_id"], unique=False)
    op.create_index(op.f("ix_evidence_learner_id"), "evidence", ["learner_id"], unique=False)
    op.create_index(op.f("ix_evidence_origin_id"), "evidence", ["origin_id"], unique=False)


def _create_judgment() -> None:
    op.create_table(
        "judgment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("rule_name", sa.String(length=100), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("scale_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_ids", sa.JSON(), nullable=False),
        sa.Column("used_ids", sa.JSON(), nullable=False),
        sa.Column("level_position", sa.Integer(), nullable=True),
        sa.Column("score", ExactDecimal(), nullable=True),
        sa.Column("mastered", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("judged_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_judgment_competency_id")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_judgment_learner_id")),
        sa.ForeignKeyConstraint(
            ["scale_id"], ["level_scale.id"], name=op.f("fk_judgment_scale_id")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["judgment.id"], name=op.f("fk_judgment_superseded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgment")),
    )
    op.create_index(op.f("ix_judgment_competency_id"), "judgment", ["competency_id"], unique=False)
    op.create_index(
        "ix_judgment_learner_id_competency_id",
        "judgment",
        ["learner_id", "competency_id"],
        unique=False,
    )
    op.create_index(op.f("ix_judgment_superseded_by"), "judgment", ["superseded_by"], unique=False)


def _create_rubric_criterion() -> None:
    op.create_table(
        "rubric_criterion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_rubric_criterion_competency_id")
        ),
        sa.ForeignKeyConstraint(
            ["rubric_id"], ["rubric.id"], name=op.f("fk_rubric_criterion_rubric_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_criterion")),
    )
    op.create_index(
        op.f("ix_rubric_criterion_competency_id"),
        "rubric_criterion",
        ["competency_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rubric_criterion_rubric_id"), "rubric_criterion", ["rubric_id"], unique=False
    )


def _create_rubric_level() -> None:
    op.create_table(
        "rubric_level",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("points", ExactDecimal(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["rubric_criterion.id"], name=op.f("fk_rubric_level_criterion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_level")),
    )
    op.create_index(
        op.f("ix_rubric_level_criterion_id"), "rubric_level", ["criterion_id"], unique=False
    )
