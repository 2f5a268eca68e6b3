"""Upgrading a schema by Alembic, without any alembic.ini."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from issuer.db.errors import DatabaseForeign, DatabaseVersionUnknown

SCRIPT_LOCATION = "issuer:migrations"
"""Alembic finds the scripts inside the installed package, so a wheel carries them."""

_MIGRATION_LOCK = 7_466_001
"""PostgreSQL advisory lock: two processes that start together migrate one after the other."""


def upgrade(connection: Connection, name: str) -> bool:
    """Run the scripts that a database has not seen.

    Args:
        connection: in a transaction, which the caller commits.
        name: of the database, as errors say it.

    Returns:
        True if anything was changed.

    Raises:
        DatabaseVersionUnknown: the schema is of a version this program does not know.
        DatabaseForeign: the database holds other tables than ours.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", SCRIPT_LOCATION)
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_heads()
    if current == tuple(scripts.get_heads()):
        return False
    _check_known(current, scripts, name)
    if not current and inspect(connection).get_table_names():
        raise DatabaseForeign(
            f"{name} holds tables that this program did not make.",
            "Choose an empty database, or another home directory.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def _check_known(current: tuple[str, ...], scripts: ScriptDirectory, name: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = sorted(set(current) - known)
    if unknown:
        raise DatabaseVersionUnknown(
            f"{name} is at version {unknown[0]}, which this program does not know.",
            "It was probably written by a newer release: install that one.",
        )
