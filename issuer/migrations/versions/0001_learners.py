"""Learners: people, organisations, classes, line items and results."""

import sqlalchemy as sa
from alembic import op

from issuer.db import ExactDecimal, UtcDateTime

revision = "0001_learners"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_academic_session()
    _create_category()
    _create_course()
    _create_line_item()
    _create_org()
    _create_person()
    _create_school_class()
    _create_score_scale()
    _create_enrollment()
    _create_person_role()
    _create_result()
    _create_result_objective()


def downgrade() -> None:
    op.drop_table("result_objective")
    op.drop_table("result")
    op.drop_table("person_role")
    op.drop_table("enrollment")
    op.drop_table("score_scale")
    op.drop_table("school_class")
    op.drop_table("person")
    op.drop_table("org")
    op.drop_table("line_item")
    op.drop_table("course")
    op.drop_table("category")
    op.drop_table("academic_session")


def _create_academic_session() -> None:
    op.create_table(
        "academic_session",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("school_year", sa.String(length=10), nullable=False),
        sa.Column("parent_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_academic_session")),
    )


def _create_category() -> None:
    op.create_table(
        "category",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_category")),
    )


def _create_course() -> None:
    op.create_table(
        "course",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("course_code", sa.String(length=255), nullable=False),
        sa.Column("org_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_course")),
    )


def _create_line_item() -> None:
    op.create_table(
        "line_item",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("category_sourced_id", sa.String(length=255), nullable=False),
        sa.Column("class_sourced_id", sa.String(length=255), nullable=False),
        sa.Column("assign_date", UtcDateTime(), nullable=True),
        sa.Column("due_date", UtcDateTime(), nullable=True),
        sa.Column("result_value_min", ExactDecimal(), nullable=True),
        sa.Column("result_value_max", ExactDecimal(), nullable=True),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_line_item")),
    )


def _create_org() -> None:
    op.create_table(
        "org",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=2000), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("parent_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_org")),
    )


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("given_name", sa.String(length=2000), nullable=False),
        sa.Column("middle_name", sa.String(length=2000), nullable=False),
        sa.Column("family_name", sa.String(length=2000), nullable=False),
        sa.Column("preferred_given_name", sa.String(length=2000), nullable=False),
        sa.Column("preferred_middle_name", sa.String(length=2000), nullable=False),
        sa.Column("preferred_family_name", sa.String(length=2000), nullable=False),
        sa.Column("username", sa.String(length=2000), nullable=False),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=2000), nullable=False),
        sa.Column("grades", sa.String(length=255), nullable=False),
        sa.Column("primary_org_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_person_sourced_id")),
    )


def _create_school_class() -> None:
    op.create_table(
        "school_class",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("class_code", sa.String(length=255), nullable=False),
        sa.Column("class_type", sa.String(length=50), nullable=False),
        sa.Column("course_sourced_id", sa.String(length=255), nullable=False),
        sa.Column("school_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_school_class")),
    )


def _create_score_scale() -> None:
    op.create_table(
        "score_scale",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("value", sa.String(length=2000), nullable=False),
        sa.Column("class_sourced_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_score_scale")),
    )


def _create_enrollment() -> None:
    op.create_table(
        "enrollment",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("class_sourced_id", sa.String(), nullable=False),
        sa.Column("school_sourced_id", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_sourced_id"],
            ["school_class.sourced_id"],
            name=op.f("fk_enrollment_class_sourced_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrollment_person_id")),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_enrollment")),
    )
    op.create_index(
        op.f("ix_enrollment_class_sourced_id"), "enrollment", ["class_sourced_id"], unique=False
    )
    op.create_index(op.f("ix_enrollment_person_id"), "enrollment", ["person_id"], unique=False)


def _create_person_role() -> None:
    op.create_table(
        "person_role",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("role_type", sa.String(length=50), nullable=False),
        sa.Column("org_sourced_id", sa.String(length=255), nullable=False),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")
        ),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_person_role")),
    )
    op.create_index(op.f("ix_person_role_person_id"), "person_role", ["person_id"], unique=False)
    op.create_index(op.f("ix_person_role_role"), "person_role", ["role"], unique=False)


def _create_result() -> None:
    op.create_table(
        "result",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("line_item_sourced_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("score_status", sa.String(length=50), nullable=False),
        sa.Column("score", ExactDecimal(), nullable=True),
        sa.Column("text_score", sa.String(length=2000), nullable=False),
        sa.Column("score_date", UtcDateTime(), nullable=True),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_item_sourced_id"],
            ["line_item.sourced_id"],
            name=op.f("fk_result_line_item_sourced_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_result_person_id")),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_result")),
    )
    op.create_index(
        op.f("ix_result_line_item_sourced_id"), "result", ["line_item_sourced_id"], unique=False
    )
    op.create_index(op.f("ix_result_person_id"), "result", ["person_id"], unique=False)


def _create_result_objective() -> None:
    op.create_table(
        "result_objective",
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("last_modified", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("result_sourced_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("learning_objective_id", sa.String(length=255), nullable=False),
        sa.Column("score", ExactDecimal(), nullable=True),
        sa.Column("text_score", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_sourced_id"],
            ["result.sourced_id"],
            name=op.f("fk_result_objective_result_sourced_id"),
        ),
        sa.PrimaryKeyConstraint("sourced_id", name=op.f("pk_result_objective")),
    )
    op.create_index(
        op.f("ix_result_objective_result_sourced_id"),
        "result_objective",
        ["result_sourced_id"],
        unique=False,
    )
