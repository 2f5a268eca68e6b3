"""All that judging reads of evidence is in one index, in the order in which it is read.

A learner's evidence lies scattered over the table. Without this index the whole table was sorted
for each run; the index on learners alone is its beginning, and goes.
"""

from alembic import op

revision = "0020_judging_index"
down_revision = "0019_awards"
branch_labels = None
depends_on = None

NAME = "ix_evidence_judging"
COLUMNS = [
    *("learner_id", "competency_id", "observed_at", "id", "score", "score_min", "score_max"),
    *("kind", "formative", "setting", "assessor_id", "second_rating_of", "corrects"),
]
BEFORE = "ix_evidence_learner_id"


def upgrade() -> None:
    op.create_index(NAME, "evidence", COLUMNS)
    op.drop_index(BEFORE, table_name="evidence")


def downgrade() -> None:
    op.create_index(BEFORE, "evidence", ["learner_id"])
    op.drop_index(NAME, table_name="evidence")
