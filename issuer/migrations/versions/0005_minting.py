"""Achievements, batches, credentials and the trees that anchor them."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0005_minting"
down_revision = "0004_anchoring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "achievement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_achievement"),
    )
    op.create_index("ix_achievement_competency_id", "achievement", ["competency_id"])
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=True),
        sa.Column("anchor_transaction", sa.String(66), nullable=True),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("anchor_method", sa.String(2048), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("anchored_at", moment, nullable=True),
        sa.Column("released_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("judgment_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.String(45), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "position", name="pk_batch_item"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_item_batch_id"),
        sa.UniqueConstraint("judgment_id", name="uq_batch_item_judgment_id"),
        sa.UniqueConstraint("credential_id", name="uq_batch_item_credential_id"),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.String(45), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credential"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_credential_batch_id"),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name="fk_credential_achievement_id"
        ),
        sa.UniqueConstraint("batch_id", "position", name="uq_credential_batch_id_position"),
    )
    op.create_index("ix_credential_learner_id", "credential", ["learner_id"])
    op.create_index("ix_credential_achievement_id", "credential", ["achievement_id"])
    op.create_table(
        "tree_nodes",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "level", "part", name="pk_tree_nodes"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_tree_nodes_batch_id"),
    )


def downgrade() -> None:
    for table in ("tree_nodes", "credential", "batch_item", "batch", "achievement"):
        op.drop_table(table)
