"""Evidence says where it arose, and which entry it scores a second time."""

import sqlalchemy as sa
from alembic import op

revision = "0011_evidence_raters"
down_revision = "0010_superseded_index"
branch_labels = None
depends_on = None

NAME = "ix_evidence_second_rating_of"
SOME = sa.text("second_rating_of IS NOT NULL")


def upgrade() -> None:
    setting = sa.Column("setting", sa.String(20), nullable=False, server_default="school")
    op.add_column("evidence", setting)
    if op.get_bind().dialect.name == "sqlite":
        # In place: SQLite adds a reference that is empty without copying millions of rows.
        op.execute(
            "ALTER TABLE evidence ADD COLUMN second_rating_of CHAR(32) "
            "CONSTRAINT fk_evidence_second_rating_of REFERENCES evidence (id)"
        )
    else:
        op.add_column("evidence", sa.Column("second_rating_of", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            "fk_evidence_second_rating_of", "evidence", "evidence", ["second_rating_of"], ["id"]
        )
    op.create_index(
        NAME, "evidence", ["second_rating_of"], sqlite_where=SOME, postgresql_where=SOME
    )


def downgrade() -> None:
    op.drop_index(NAME, table_name="evidence")
    # Without the column its reference goes as well.
    with op.batch_alter_table("evidence") as table:
        table.drop_column("second_rating_of")
        table.drop_column("setting")
