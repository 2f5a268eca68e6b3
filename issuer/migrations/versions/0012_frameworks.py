"""Versions of frameworks and of what was judged in them; what export and crosswalks need.

Associations that are there already get the URIs of their ends from their link objects. Judgments
that are there already name no version: they get one when their framework is next replaced.
"""

import sqlalchemy as sa
from alembic import op

import issuer.db

revision = "0012_frameworks"
down_revision = "0011_evidence_raters"
branch_labels = None
depends_on = None

ENDS = ("origin", "destination")
URI_LENGTH = 2_000
"""Longest URI when this was written."""


def upgrade() -> None:
    _create_versions()
    op.add_column("framework", sa.Column("wrapper", sa.JSON(), nullable=True))
    number = sa.Column("version_number", sa.Integer(), nullable=False, server_default="1")
    op.add_column("framework", number)
    op.create_index("ix_competency_uri", "competency", ["uri"])
    op.add_column("association", sa.Column("repeated_at", sa.JSON(), nullable=True))
    for end in ENDS:
        _add_uri(end)
    _let_judgments_name_versions()


def _create_versions() -> None:
    moment = issuer.db.UtcDateTime()
    op.create_table(
        "framework_version",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("last_change", sa.Text(), nullable=False),
        sa.Column("imported_at", moment, nullable=False),
        sa.Column("replaced_at", moment, nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("framework_id", "number", name="pk_framework_version"),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name="fk_framework_version_framework_id"
        ),
    )
    op.create_table(
        "competency_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("framework_digest", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_competency_version"),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name="fk_competency_version_competency_id"
        ),
    )
    op.create_index("ix_competency_version_competency_id", "competency_version", ["competency_id"])


def _add_uri(end: str) -> None:
    """The URI of one end, of associations that leave their package."""
    name = f"{end}_uri"
    op.add_column("association", sa.Column(name, sa.String(URI_LENGTH), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    uri = f"json_extract({end}, '$.uri')" if sqlite else f"{end} ->> 'uri'"
    op.execute(
        f"UPDATE association SET {name} = {uri} "  # noqa: S608 - the names stand above
        f"WHERE external AND length({uri}) <= {URI_LENGTH}"
    )
    some = sa.text(f"{name} IS NOT NULL")
    op.create_index(
        f"ix_association_{name}", "association", [name], sqlite_where=some, postgresql_where=some
    )


def _let_judgments_name_versions() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # In place: SQLite adds a reference that is empty without copying millions of rows.
        op.execute(
            "ALTER TABLE judgment ADD COLUMN competency_version_id CHAR(32) "
            "CONSTRAINT fk_judgment_competency_version_id REFERENCES competency_version (id)"
        )
        return
    op.add_column("judgment", sa.Column("competency_version_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_judgment_competency_version_id",
        "judgment",
        "competency_version",
        ["competency_version_id"],
        ["id"],
    )


def downgrade() -> None:
    # Without the column its reference goes as well.
    with op.batch_alter_table("judgment") as table:
        table.drop_column("competency_version_id")
    for end in ENDS:
        op.drop_index(f"ix_association_{end}_uri", table_name="association")
    for name in ("origin_uri", "destination_uri", "repeated_at"):
        op.drop_column("association", name)
    op.drop_index("ix_competency_uri", table_name="competency")
    for name in ("version_number", "wrapper"):
        op.drop_column("framework", name)
    op.drop_table("competency_version")
    op.drop_table("framework_version")
