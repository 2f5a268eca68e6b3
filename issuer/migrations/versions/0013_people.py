"""Demographics that a school asked for, and finding people by their identifier."""

import sqlalchemy as sa
from alembic import op

revision = "0013_people"
down_revision = "0012_frameworks"
branch_labels = None
depends_on = None

NAME = "ix_person_identifier"
SOME = sa.text("identifier <> ''")


def upgrade() -> None:
    op.create_table(
        "demographic",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_demographic_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_demographic")),
    )
    op.create_index(NAME, "person", ["identifier"], sqlite_where=SOME, postgresql_where=SOME)


def downgrade() -> None:
    op.drop_index(NAME, table_name="person")
    op.drop_table("demographic")
