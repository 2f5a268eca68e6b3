"""The issuer's database: one engine, one kind of session, one way to bring the schema up to date.

SQLite in a file is the default; a PostgreSQL URL takes the same code. Feature packages define
their tables in ``models.py`` as SQLModel classes; their migrations live in
``issuer/migrations/versions``.
"""

from issuer.db.engine import check_exists, engine
from issuer.db.migrate import migrate
from issuer.db.session import session_scope
from issuer.db.types import ExactDecimal, UtcDateTime, metadata

__all__ = [
    "ExactDecimal",
    "UtcDateTime",
    "check_exists",
    "engine",
    "metadata",
    "migrate",
    "session_scope",
]
