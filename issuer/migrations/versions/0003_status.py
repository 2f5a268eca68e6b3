"""The school's identity (keys, accounts, DID documents) and its status lists."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0003_status"
down_revision = "0002_competency"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "signing_key",
        sa.Column("fragment", sa.String(64), nullable=False),
        sa.Column("multikey", sa.String(256), nullable=False),
        sa.Column("signer_uri", sa.String(1024), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("retired_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("fragment", name="pk_signing_key"),
    )
    op.create_table(
        "anchor_account",
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("fragment", sa.String(64), nullable=False),
        sa.Column("public_key", sa.String(128), nullable=False),
        sa.Column("keystore", sa.String(1024), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("address", name="pk_anchor_account"),
        sa.UniqueConstraint("fragment", name="uq_anchor_account_fragment"),
    )
    op.create_table(
        "did_document_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_did_document_version"),
    )
    op.create_table(
        "status_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("valid_from", moment, nullable=False),
        sa.Column("valid_until", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_list"),
    )
    op.create_table(
        "status_entry",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(45), nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("list_id", "position", name="pk_status_entry"),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name="fk_status_entry_list_id"),
        sa.UniqueConstraint("credential_id", name="uq_status_entry_credential_id"),
    )


def downgrade() -> None:
    for table in ("status_entry", "status_list"):
        op.drop_table(table)
    for table in ("did_document_version", "anchor_account", "signing_key"):
        op.drop_table(table)
