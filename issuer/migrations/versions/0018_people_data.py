"""Who was deleted, under a keyed hash; and the groups of the equity view."""

import sqlalchemy as sa
from alembic import op

from issuer.db import UtcDateTime

revision = "0018_people_data"
down_revision = "0017_endorsements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departed_person",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("key_check", sa.String(16), nullable=False),
        sa.Column("departed_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_departed_person"),
    )
    op.create_table(
        "learner_group",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.String(100), nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_learner_group_person_id"),
        sa.PrimaryKeyConstraint("person_id", "attribute", name="pk_learner_group"),
    )


def downgrade() -> None:
    op.drop_table("learner_group")
    op.drop_table("departed_person")
