"""Endorsements that the school gives, and those that others give it."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0017_endorsements"
down_revision = "0016_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("credential_id", sa.String(2048), nullable=False),
        sa.Column("endorser", sa.String(2048), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target_id", sa.String(2048), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("official", sa.Text(), nullable=False),
        sa.Column("valid_from", moment, nullable=False),
        sa.Column("valid_until", moment, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_endorsement"),
        sa.UniqueConstraint("direction", "sha256", name="uq_endorsement_direction_sha256"),
    )
    op.create_index("ix_endorsement_direction_target_id", "endorsement", ["direction", "target_id"])
    op.create_index("ix_endorsement_credential_id", "endorsement", ["credential_id"])


def downgrade() -> None:
    op.drop_table("endorsement")
