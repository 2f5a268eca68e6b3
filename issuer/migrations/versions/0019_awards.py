"""Awards: what can be awarded, awards with their decisions, credentials of other issuers."""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0019_awards"
down_revision = "0017_endorsements"
branch_labels = None
depends_on = None

OF_JUDGMENTS = sa.text("judgment_id IS NOT NULL")
LIVE = sa.text("judgment_id IS NULL AND state <> 'lapsed'")


def upgrade() -> None:
    _definitions()
    _awards()
    _received()


def _definitions() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "award_definition",
        sa.Column("key", sa.String(50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_award_definition"),
    )
    op.create_table(
        "award_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_award_set"),
    )


def _awards() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judgment_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("formed_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_award"),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name="fk_award_learner_id_person"),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.id"], name="fk_award_judgment_id_judgment"
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["award.id"], name="fk_award_superseded_by_award"
        ),
    )
    op.create_index("ix_award_learner_id_key", "award", ["learner_id", "key"])
    op.create_index("ix_award_state", "award", ["state"])
    for name, columns, those in (
        ("uq_award_judgment_id", ["judgment_id"], OF_JUDGMENTS),
        ("uq_award_learner_id_key_live", ["learner_id", "key"], LIVE),
    ):
        op.create_index(
            name, "award", columns, unique=True, sqlite_where=those, postgresql_where=those
        )
    op.create_table(
        "award_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_award_decision"),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name="fk_award_decision_award_id_award"
        ),
    )
    op.create_index("ix_award_decision_award_id", "award_decision", ["award_id"])


def _received() -> None:
    moment = issuer.db.UtcDateTime()
    texts = ("credential_id", "issuer", "issuer_name", "achievement_id")
    op.create_table(
        "received_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("achievement_type", sa.Text(), nullable=False),
        sa.Column("achievement", sa.Text(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("valid_from", moment, nullable=False),
        sa.Column("valid_until", moment, nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("checked_at", moment, nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_credential"),
        sa.UniqueConstraint("sha256", name="uq_received_credential_sha256"),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["person.id"], name="fk_received_credential_learner_id_person"
        ),
    )
    op.create_index("ix_received_credential_learner_id", "received_credential", ["learner_id"])


def downgrade() -> None:
    for table in (
        "award_decision",
        "award",
        "received_credential",
        "award_set",
        "award_definition",
    ):
        op.drop_table(table)
