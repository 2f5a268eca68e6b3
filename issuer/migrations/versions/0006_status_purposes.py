"""A second purpose (suspension), lists of several issuers, and the history of every status."""

import json

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0006_status_purposes"
down_revision = "0005_minting"
branch_labels = None
depends_on = None

ENTRY = "status_entry"
ONE_EACH = "uq_status_entry_credential_id_purpose"


def upgrade() -> None:
    _widen_lists()
    with op.batch_alter_table(ENTRY) as batch:
        batch.add_column(
            sa.Column("purpose", sa.String(32), nullable=False, server_default="revocation")
        )
        batch.alter_column("credential_id", existing_type=sa.String(45), type_=sa.String(2048))
        batch.alter_column("revoked_at", new_column_name="set_at")
        batch.drop_constraint("uq_status_entry_credential_id", type_="unique")
        batch.create_unique_constraint(ONE_EACH, ["credential_id", "purpose"])
    _begin_history()


def _widen_lists() -> None:
    """Who signs a list is read from the list itself: one school's, so far."""
    # Not in a batch: SQLite would make the table anew, and its entries hold on to it.
    op.add_column(
        "status_list", sa.Column("issuer", sa.String(2048), nullable=False, server_default="")
    )
    op.add_column(
        "status_list", sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    lists = sa.table("status_list", sa.column("id"), sa.column("document"), sa.column("issuer"))
    connection = op.get_bind()
    for number, document in connection.execute(sa.select(lists.c.id, lists.c.document)).all():
        signer = json.loads(document)["issuer"] if document else ""
        connection.execute(lists.update().where(lists.c.id == number).values(issuer=signer))


def _begin_history() -> None:
    """What is withdrawn already is the first page of its history."""
    change = op.create_table(
        "status_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("at", issuer.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_change"),
        sa.ForeignKeyConstraint(
            ["list_id", "position"],
            ["status_entry.list_id", "status_entry.position"],
            name="fk_status_change_list_id_position",
        ),
    )
    op.create_index("ix_status_change_list_id_position", "status_change", ["list_id", "position"])
    names = ("list_id", "position", "reason", "set_at")
    entry = sa.table(ENTRY, *(sa.column(name) for name in names))
    known = sa.select(
        entry.c.list_id,
        entry.c.position,
        sa.true(),
        sa.func.coalesce(entry.c.reason, ""),
        entry.c.set_at,
    ).where(entry.c.set_at.is_not(None))
    columns = ["list_id", "position", "value", "reason", "at"]
    op.execute(change.insert().from_select(columns, known))


def downgrade() -> None:
    op.drop_index("ix_status_change_list_id_position", "status_change")
    op.drop_table("status_change")
    op.execute("DELETE FROM status_entry WHERE purpose <> 'revocation'")
    op.execute("DELETE FROM status_list WHERE purpose <> 'revocation'")
    with op.batch_alter_table(ENTRY) as batch:
        batch.drop_constraint(ONE_EACH, type_="unique")
        batch.drop_column("purpose")
        batch.alter_column("credential_id", existing_type=sa.String(2048), type_=sa.String(45))
        batch.alter_column("set_at", new_column_name="revoked_at")
        batch.create_unique_constraint("uq_status_entry_credential_id", ["credential_id"])
    op.drop_column("status_list", "stale")
    op.drop_column("status_list", "issuer")
