"""Tokens of the API, and the audit log, whose head is anchored with each batch."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0016_api"
down_revision = "0015_raters"
branch_labels = None
depends_on = None

OF_PERSONS = sa.text("person_id IS NOT NULL")
SQLITE_STAYS = (
    "CREATE TRIGGER audit_event_no_{what} BEFORE {what} ON audit_event "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
)
POSTGRES_REFUSES = (
    "CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''the audit log is only added to''; END'"
)
POSTGRES_STAYS = (
    "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays()"
)


def upgrade() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_who", "audit_event", ["who"])
    op.create_index("ix_audit_event_subject", "audit_event", ["subject"])
    _keep_as_it_is()
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_api_token_person_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_api_token_person_id",
        "api_token",
        ["person_id"],
        sqlite_where=OF_PERSONS,
        postgresql_where=OF_PERSONS,
    )
    op.add_column("batch", sa.Column("audit_length", sa.BigInteger(), nullable=True))
    op.add_column("batch", sa.Column("audit_head", sa.String(64), nullable=True))


def _keep_as_it_is() -> None:
    """Let the database itself refuse to change what was logged."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(SQLITE_STAYS.format(what=what))
    else:
        op.execute(POSTGRES_REFUSES)
        op.execute(POSTGRES_STAYS)


def downgrade() -> None:
    # In place: other tables refer to batches, so that SQLite could not make the table anew.
    for name in ("audit_head", "audit_length"):
        op.drop_column("batch", name)
    op.drop_table("api_token")
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_stays()")
