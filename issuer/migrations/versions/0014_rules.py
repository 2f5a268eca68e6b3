"""Judgments of clusters, decisions of persons, and the agreement that a rule asked for."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0014_rules"
down_revision = "0013_people"
branch_labels = None
depends_on = None

NAME = "ix_judgment_proposal_id"
SOME = sa.text("proposal_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("judgment", sa.Column("kappa", issuer.db.ExactDecimal(), nullable=True))
    op.add_column("judgment", sa.Column("members", sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # In place: SQLite adds a reference that is empty without copying millions of rows.
        op.execute(
            "ALTER TABLE judgment ADD COLUMN proposal_id CHAR(32) "
            "CONSTRAINT fk_judgment_proposal_id REFERENCES judgment (id)"
        )
    else:
        op.add_column("judgment", sa.Column("proposal_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            "fk_judgment_proposal_id", "judgment", "judgment", ["proposal_id"], ["id"]
        )
    op.create_index(NAME, "judgment", ["proposal_id"], sqlite_where=SOME, postgresql_where=SOME)
    _add_decisions()


def _add_decisions() -> None:
    op.create_table(
        "judgment_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("judgment_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("level_position", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", issuer.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judgment_decision"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["judgment.id"], name="fk_judgment_decision_proposal_id"
        ),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.id"], name="fk_judgment_decision_judgment_id"
        ),
        sa.UniqueConstraint("judgment_id", name="uq_judgment_decision_judgment_id"),
    )
    op.create_index("ix_judgment_decision_proposal_id", "judgment_decision", ["proposal_id"])


def downgrade() -> None:
    op.drop_table("judgment_decision")
    op.drop_index(NAME, table_name="judgment")
    # Without the column its reference goes as well.
    with op.batch_alter_table("judgment") as table:
        table.drop_column("proposal_id")
        table.drop_column("members")
        table.drop_column("kappa")
