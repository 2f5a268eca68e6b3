"""Few judgments are superseded, so only those stand in the index of who superseded whom.

With all of them in it, SQLite's planner took that index for "is not superseded" and read every
judgment of the school for a chunk of a thousand.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_superseded_index"
down_revision = "0009_keys_in_time"
branch_labels = None
depends_on = None

NAME = "ix_judgment_superseded_by"
SOME = sa.text("superseded_by IS NOT NULL")


def upgrade() -> None:
    op.drop_index(NAME, table_name="judgment")
    op.create_index(NAME, "judgment", ["superseded_by"], sqlite_where=SOME, postgresql_where=SOME)


def downgrade() -> None:
    op.drop_index(NAME, table_name="judgment")
    op.create_index(NAME, "judgment", ["superseded_by"])
