"""When keys and accounts were retired or compromised, and where DID documents are anchored."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0009_keys_in_time"
down_revision = "0008_durable_minting"
branch_labels = None
depends_on = None

KEY = "signing_key"
ACCOUNT = "anchor_account"
VERSION = "did_document_version"


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.add_column(KEY, sa.Column("revoked_at", moment, nullable=True))
    op.add_column(KEY, sa.Column("reason", sa.String(500), nullable=True))
    op.add_column(ACCOUNT, sa.Column("retired_at", moment, nullable=True))
    op.add_column(ACCOUNT, sa.Column("reason", sa.String(500), nullable=True))
    op.add_column(VERSION, sa.Column("anchor_chain_id", sa.BigInteger(), nullable=True))
    op.add_column(VERSION, sa.Column("anchor_transaction", sa.String(66), nullable=True))
    op.add_column(VERSION, sa.Column("anchored_at", moment, nullable=True))


def downgrade() -> None:
    for name in ("anchored_at", "anchor_transaction", "anchor_chain_id"):
        op.drop_column(VERSION, name)
    for table, name in ((ACCOUNT, "reason"), (ACCOUNT, "retired_at"), (KEY, "reason")):
        op.drop_column(table, name)
    op.drop_column(KEY, "revoked_at")
