"""What can be wrong with the database itself, as typed errors."""

import sqlite3
from typing import ClassVar

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from schemas.errors import Fault, TouchstoneError


class DatabaseError(TouchstoneError):
    """Root of the database errors."""

    code: ClassVar[str] = "database.error"
    fault: ClassVar[Fault] = Fault.SETUP


class DatabaseUrlInvalid(DatabaseError):
    """The URL names no database that this program can talk to."""

    code: ClassVar[str] = "database.bad-url"


class DatabaseCannotOpen(DatabaseError):
    """The file or server is not there, or may not be opened."""

    code: ClassVar[str] = "database.cannot-open"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class DatabaseUnreadable(DatabaseError):
    """The file is not a database, or is damaged."""

    code: ClassVar[str] = "database.unreadable"


class DatabaseForeign(DatabaseError):
    """The database holds tables, but they were not made by this program."""

    code: ClassVar[str] = "database.foreign"


class DatabaseVersionUnknown(DatabaseError):
    """The schema is of a version that this program does not know, most likely a newer one."""

    code: ClassVar[str] = "database.unknown-version"


class DatabaseBusy(DatabaseError):
    """Another process holds the write lock for longer than we wait."""

    code: ClassVar[str] = "database.busy"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class DatabaseFull(DatabaseError):
    """There is no room left to write to."""

    code: ClassVar[str] = "database.full"


class DatabaseDiskFailed(DatabaseError):
    """The system refused to read or write the file: a failing disk, a quota, a size limit."""

    code: ClassVar[str] = "database.disk"


class DatabaseNotScrubbed(DatabaseError):
    """What was deleted may still be readable in the file, which could not be written anew."""

    code: ClassVar[str] = "database.not-scrubbed"
    fault: ClassVar[Fault] = Fault.TRANSPORT


_CANNOT_OPEN = (
    "unable to open",
    "readonly",
    "connection refused",
    "could not connect",
    "connection to server",
    "server closed the connection",
    "terminating connection",
    "connection is closed",
    "connection is bad",
    "the connection is lost",
    "the database system is",
)
_FULL = ("disk is full", "no space left", "could not extend file")
_UNREADABLE = ("not a database", "malformed", "disk image", "file is encrypted")


def name_of(engine: Engine) -> str:
    """How sentences call this database: the file, or the URL without its password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return url.database or "the database in memory"
    return url.render_as_string(hide_password=True)


def translated(error: DBAPIError | sqlite3.Error, engine: Engine) -> DatabaseError | None:
    """The typed error for a fault of the database itself; None for any other driver error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    text, name = str(original).lower(), name_of(engine)
    if "locked" in text:
        return DatabaseBusy(
            f"Another process is writing to {name}.", "Wait for it to end, then run this again."
        )
    if any(mark in text for mark in _FULL):
        return DatabaseFull(f"There is no room to write to {name}.", "Free some disk space.")
    if "disk i/o error" in text:
        return DatabaseDiskFailed(
            f"The system refused to read or write {name}.",
            "Look for a full or failing disk, a quota, or a limit on file sizes.",
        )
    if any(mark in text for mark in _UNREADABLE):
        return DatabaseUnreadable(
            f"{name} is not a database, or it is damaged.",
            "Restore it from a backup, or choose another home directory.",
        )
    if any(mark in text for mark in _CANNOT_OPEN):
        return DatabaseCannotOpen(
            f"{name} cannot be opened.", "Check that it exists and that you may write to it."
        )
    return None
