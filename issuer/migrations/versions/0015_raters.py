"""Evidence can be added, but neither changed nor taken away, through whatever door."""

import sqlalchemy as sa
from alembic import op

revision = "0015_raters"
down_revision = "0014_rules"
branch_labels = None
depends_on = None

WORD = "evidence is only ever added"
REFUSED = f"RAISE EXCEPTION '{WORD}' USING ERRCODE = 'integrity_constraint_violation'"
SHIELDED = "NOT EXISTS (SELECT 1 FROM evidence_erasure WHERE learner_id = OLD.learner_id)"
VERBS = ("update", "delete")


def upgrade() -> None:
    op.create_table(
        "evidence_erasure",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("permitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", name="pk_evidence_erasure"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in VERBS:
            op.execute(
                f"CREATE TRIGGER evidence_no_{verb} BEFORE {verb} ON evidence "
                f"WHEN {SHIELDED} BEGIN SELECT RAISE(ABORT, '{WORD}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION evidence_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {REFUSED}; END $$"
    )
    # In the body, because a condition of a PostgreSQL trigger asks no other table.
    op.execute(
        "CREATE FUNCTION evidence_only_erased() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {SHIELDED} THEN {REFUSED}; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for verb in VERBS:
        op.execute(
            f"CREATE TRIGGER evidence_no_{verb} BEFORE {verb} ON evidence "
            "FOR EACH ROW EXECUTE FUNCTION evidence_only_erased()"
        )
    op.execute(
        "CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence "
        "FOR EACH STATEMENT EXECUTE FUNCTION evidence_only_added()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in VERBS:
            op.execute(f"DROP TRIGGER evidence_no_{verb}")
    else:
        for verb in (*VERBS, "truncate"):
            op.execute(f"DROP TRIGGER evidence_no_{verb} ON evidence")
        op.execute("DROP FUNCTION evidence_only_erased()")
        op.execute("DROP FUNCTION evidence_only_added()")
    op.drop_table("evidence_erasure")
