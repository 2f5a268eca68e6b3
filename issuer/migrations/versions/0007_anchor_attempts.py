"""Every signed transaction of a batch, one row each; the anchor names the one that counts."""

from datetime import UTC, datetime
from typing import Any

import rlp
import sqlalchemy as sa
from alembic import op

from issuer.db import UtcDateTime

revision = "0007_anchor_attempts"
down_revision = "0006_status_purposes"
branch_labels = None
depends_on = None

PRIORITY, HIGHEST, GAS = 2, 3, 4
"""Places of the fees and of the gas in an EIP-1559 transaction."""


def upgrade() -> None:
    attempt = op.create_table(
        "anchor_attempt",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("raw_transaction", sa.LargeBinary(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("max_fee_per_gas", sa.BigInteger(), nullable=False),
        sa.Column("max_priority_fee_per_gas", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("sent_block", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_anchor_attempt"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["anchor.batch_id"], name="fk_anchor_attempt_batch_id"
        ),
        sa.UniqueConstraint("tx_hash", name="uq_anchor_attempt_tx_hash"),
    )
    # Not in a batch: SQLite would make the table anew, and the attempts hold on to it.
    op.add_column("anchor", sa.Column("fee_wei", sa.BigInteger(), nullable=True))
    op.add_column("anchor", sa.Column("problem", sa.String(length=500), nullable=True))
    _keep_signed_transactions(attempt)
    op.drop_column("anchor", "raw_transaction")


def _keep_signed_transactions(attempt: sa.Table) -> None:
    """The one transaction that each batch had becomes its first attempt."""
    anchor = sa.table(
        "anchor",
        sa.column("batch_id", sa.Uuid()),
        sa.column("nonce"),
        sa.column("raw_transaction", sa.LargeBinary()),
        sa.column("tx_hash"),
        sa.column("state"),
        sa.column("block_time", UtcDateTime()),
    )
    connection, now = op.get_bind(), datetime.now(UTC)
    rows = connection.execute(sa.select(anchor)).all()
    if rows:
        connection.execute(attempt.insert(), [_first_attempt(row, now) for row in rows])


def _first_attempt(row: Any, now: datetime) -> dict[str, object]:
    """When it was signed was not kept: before its block, or else before now."""
    fields = rlp.decode(bytes(row.raw_transaction)[1:])
    at = row.block_time or now
    return {
        "batch_id": row.batch_id,
        "number": 1,
        "nonce": row.nonce,
        "raw_transaction": row.raw_transaction,
        "tx_hash": row.tx_hash,
        "gas": int.from_bytes(fields[GAS], "big"),
        "max_fee_per_gas": int.from_bytes(fields[HIGHEST], "big"),
        "max_priority_fee_per_gas": int.from_bytes(fields[PRIORITY], "big"),
        "created_at": at,
        "sent_at": None if row.state == "prepared" else at,
        "sent_block": None,
    }


def downgrade() -> None:
    op.add_column("anchor", sa.Column("raw_transaction", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE anchor SET raw_transaction = (SELECT raw_transaction FROM anchor_attempt "
        "WHERE anchor_attempt.tx_hash = anchor.tx_hash)"
    )
    op.execute("UPDATE anchor SET state = 'broadcast' WHERE state = 'seen'")
    op.drop_table("anchor_attempt")
    op.drop_column("anchor", "problem")
    op.drop_column("anchor", "fee_wei")
