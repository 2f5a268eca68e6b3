"""Durable minting: the chunks of every batch, every attempt at it, and who holds which slot."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0008_durable_minting"
down_revision = "0007_anchor_attempts"
branch_labels = None
depends_on = None

CHUNK = 1_000
"""Positions of a chunk when this was written."""


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "batch_chunk",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("signed_at", moment, nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_chunk"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_chunk_batch_id"),
    )
    op.create_table(
        "minting_attempt",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_minting_attempt"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_minting_attempt_batch_id"),
    )
    op.create_table(
        "worker_slot",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker_slot"),
    )
    _divide_unfinished()


def _divide_unfinished() -> None:
    """Give the chunks of batches that are under way; what is signed of them stays signed."""
    connection = op.get_bind()
    batch = sa.table(
        "batch",
        sa.column("id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("size", sa.Integer()),
        sa.column("created_at", issuer.db.UtcDateTime()),
    )
    chunk = sa.table(
        "batch_chunk",
        sa.column("batch_id", sa.Uuid()),
        sa.column("number", sa.Integer()),
        sa.column("first", sa.Integer()),
        sa.column("size", sa.Integer()),
        sa.column("signed_at", issuer.db.UtcDateTime()),
    )
    unfinished = sa.select(batch).where(batch.c.state != "released")
    for row in connection.execute(unfinished).all():
        for first in range(0, row.size, CHUNK):
            values = {
                "batch_id": row.id,
                "number": first // CHUNK,
                "first": first,
                "size": min(CHUNK, row.size - first),
                "signed_at": None if row.state == "opened" else row.created_at,
            }
            connection.execute(sa.insert(chunk).values(values))


def downgrade() -> None:
    for table in ("worker_slot", "minting_attempt", "batch_chunk"):
        op.drop_table(table)
