"""Slots: stable names of the processes that share the work, each held by one live process.

The engine finds a process's unfinished work by the name it ran under, so two processes must never
have one name. What decides is a lock that its holder's death releases, however it dies: an
advisory lock of a PostgreSQL session, or a lock on a file beside an SQLite database.
"""

import hashlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final, Protocol

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from issuer.db import session_scope
from issuer.db.errors import translated
from issuer.workflow.errors import NoSlotFree, SlotLost, SlotNameInvalid, SlotTaken
from issuer.workflow.models import WorkerSlot

try:
    import fcntl
except ImportError:  # pragma: no cover - a machine without POSIX locks
    fcntl = None  # type: ignore[assignment]

MAX_SLOTS_A_HOST: Final = 256
SLOTS_FOLDER: Final = "slots"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_KEEPALIVE_S: Final = 5
_KEEPALIVES: Final = 3
"""A holder whose machine went dark is taken for dead after about 20 s."""
_LOOKERS_PATIENCE_S: Final = 0.5
_LOOKERS_PAUSE_S: Final = 0.05


class Lock(Protocol):
    """A lock that is held."""

    def held(self) -> bool:
        """Whether it is still ours."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


class Locks(Protocol):
    """Takes locks by name."""

    def take(self, name: str) -> Lock | None:
        """The lock, or None while another process holds it."""
        ...


def locks_of(engine: Engine, home: Path) -> Locks:
    """The locks that the processes sharing this database see."""
    if engine.dialect.name == "postgresql":
        return ServerLocks(engine)
    return FileLocks(home / SLOTS_FOLDER)


class ServerLocks:
    """Advisory locks of PostgreSQL, each on a connection of its own.

    Args:
        engine: the issuer's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, name: str) -> "Lock | None":
        """As ``Locks.take``.

        Raises:
            DatabaseCannotOpen: the server does not answer.
        """
        made = sqlalchemy.create_engine(
            self._engine.url,
            poolclass=sqlalchemy.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "keepalives_idle": _KEEPALIVE_S,
                "keepalives_interval": _KEEPALIVE_S,
                "keepalives_count": _KEEPALIVES,
            },
        )
        try:
            connection = made.connect()
        except DBAPIError as error:
            raise translated(error, self._engine) or error from error
        try:
            taken = _try(connection, name)
        except BaseException:
            connection.close()
            raise
        if not taken:
            connection.close()
            return None
        return _ServerLock(connection)


def _try(connection: Connection, name: str) -> bool:
    # The server, too, has to notice that a machine went dark: its end of the session is what
    # holds the lock. On a local socket these settings say nothing.
    for setting, value in (
        ("tcp_keepalives_idle", _KEEPALIVE_S),
        ("tcp_keepalives_interval", _KEEPALIVE_S),
        ("tcp_keepalives_count", _KEEPALIVES),
    ):
        connection.exec_driver_sql(f"SET {setting} = {value}")
    query = sqlalchemy.text("SELECT pg_try_advisory_lock(:key)")
    return bool(connection.execute(query, {"key": _key(name)}).scalar_one())


class _ServerLock:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def held(self) -> bool:
        """The lock lives as long as the session."""
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            return False
        return True

    def release(self) -> None:
        """Ending the session is what releases it."""
        with suppress(DBAPIError):
            self._connection.close()


class FileLocks:
    """Locks on files of a folder on this machine.

    Args:
        folder: made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str) -> "Lock | None":
        """As ``Locks.take``."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{name}.lock"
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return _FileLock(path, file)


class _FileLock:
    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file

    def held(self) -> bool:
        """Whether the file that is locked is still the one that others would lock."""
        try:
            there = self._path.stat()
        except OSError:
            return False
        mine = os.fstat(self._file.fileno())
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def release(self) -> None:
        """Closing the file releases it."""
        self._file.close()


class Slot:
    """A slot that this process holds.

    Attributes:
        name: its name, which is the engine's executor id.
    """

    def __init__(self, name: str, lock: Lock) -> None:
        self.name = name
        self._lock = lock

    def check(self) -> None:
        """Raise if it is no longer ours.

        Raises:
            SlotLost: the lock is gone.
        """
        if not self._lock.held():
            raise SlotLost(
                f"This process no longer holds the slot {self.name}: its lock is gone, most likely "
                "with the connection to the database.",
                "Nothing is lost. Start it again.",
            )

    def release(self) -> None:
        """Let go of the lock; the row is ``hold``'s."""
        self._lock.release()


def check_name(name: str) -> str:
    """The name, if a slot may have it.

    Raises:
        SlotNameInvalid: it may not.
    """
    if not _NAME.fullmatch(name):
        raise SlotNameInvalid(
            f"{name[:80]!r} cannot be the name of a slot.",
            "Use letters, digits, dots, dashes and underscores, 64 at the most.",
        )
    return name


@contextmanager
def hold(engine: Engine, locks: Locks, name: str, clock: Callable[[], datetime]) -> Iterator[Slot]:
    """Hold a slot for the block.

    Raises:
        SlotTaken: a live process has it; the sentence says which.
        SlotNameInvalid: it cannot be a name.
    """
    lock = _take_patiently(locks, check_name(name))
    if lock is None:
        raise _taken(engine, name)
    try:
        _write(engine, name, clock())
        yield Slot(name, lock)
    finally:
        with suppress(Exception):  # the row only informs; the lock decides
            _erase(engine, name)
        lock.release()


def _take_patiently(locks: Locks, name: str) -> Lock | None:
    """Whoever only looks whether a slot is held has its lock for a moment: that is waited out."""
    deadline = time.monotonic() + _LOOKERS_PATIENCE_S
    while (lock := locks.take(name)) is None and time.monotonic() < deadline:
        time.sleep(_LOOKERS_PAUSE_S)
    return lock


def free_name(locks: Locks, host: str | None = None) -> str:
    """The first name of this machine that nobody holds: ``host-1``, ``host-2``, …

    Another process may take it before its asker does: then ask again.

    Raises:
        NoSlotFree: there are ``MAX_SLOTS_A_HOST`` already.
    """
    beginning = re.sub(r"[^A-Za-z0-9]+", "-", host or socket.gethostname()).strip("-")[:48]
    for number in range(1, MAX_SLOTS_A_HOST + 1):
        name = f"{beginning or 'host'}-{number}"
        lock = locks.take(name)
        if lock is not None:
            lock.release()
            return name
    raise NoSlotFree(
        f"{MAX_SLOTS_A_HOST} processes already work on this machine.", "Name another by --slot."
    )


def holders(engine: Engine, locks: Locks) -> list[WorkerSlot]:
    """The slots whose processes are alive, by name."""
    with session_scope(engine, read_only=True) as session:
        query = sqlalchemy.select(WorkerSlot).order_by(col(WorkerSlot.name))
        rows = list(session.scalars(query))
        session.expunge_all()
    return [row for row in rows if _is_held(locks, row.name)]


def _is_held(locks: Locks, name: str) -> bool:
    lock = locks.take(name)
    if lock is None:
        return True
    lock.release()
    return False


def _taken(engine: Engine, name: str) -> SlotTaken:
    with session_scope(engine, read_only=True) as session:
        row = session.get(WorkerSlot, name)
        since = f", since {row.taken_at:%Y-%m-%d %H:%M:%S} UTC" if row else ""
        holder = f"process {row.process} on {row.host}" if row else "another process"
    return SlotTaken(
        f"The slot {name} is taken by {holder}{since}.",
        "Let that process end, or name another slot with --slot.",
    )


def _write(engine: Engine, name: str, now: datetime) -> None:
    with session_scope(engine) as session:
        session.merge(
            WorkerSlot(name=name, host=socket.gethostname(), process=os.getpid(), taken_at=now)
        )


def _erase(engine: Engine, name: str) -> None:
    with session_scope(engine) as session:
        _delete(session, name)


def _delete(session: Session, name: str) -> None:
    row = session.get(WorkerSlot, name)
    if row is not None:
        session.delete(row)


def _key(name: str) -> int:
    """A 64-bit key of PostgreSQL for a name; ours by its prefix."""
    digest = hashlib.sha256(f"touchstone slot {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
