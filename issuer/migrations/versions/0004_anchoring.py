"""Anchoring: one transaction a batch, and the next nonce of every account."""

import sqlalchemy as sa
from alembic import op

from issuer.db import UtcDateTime

revision = "0004_anchoring"
down_revision = "0003_status"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.String(length=42), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("raw_transaction", sa.LargeBinary(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.String(length=66), nullable=True),
        sa.Column("block_time", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_anchor")),
        sa.UniqueConstraint(
            "sender", "chain_id", "nonce", name=op.f("uq_anchor_sender_chain_id_nonce")
        ),
        sa.UniqueConstraint("tx_hash", name=op.f("uq_anchor_tx_hash")),
    )
    op.create_table(
        "anchor_nonce",
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=False),
        sa.Column("next_nonce", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "sender", name=op.f("pk_anchor_nonce")),
    )


def downgrade() -> None:
    op.drop_table("anchor_nonce")
    op.drop_table("anchor")
