"""An SQLite file that is moved away or replaced under a running program.

SQLite itself would go on with the file that is gone, or make an empty one in its place: a school
that serves, or mints into, a database that nobody will find again. So a connection is used only
while its file is the one at the path, and only an engine's first connection may make the file.
"""

import os
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

_IDENTITY: Final = "touchstone_file"


def watch(made: Engine, *, must_exist: bool) -> None:
    """Let connections of an engine stand only for the file at its path.

    Args:
        made: an engine of an SQLite file.
        must_exist: the file is there already; without it the first connection may make it.
    """
    path = made.url.database
    if not path or path == ":memory:" or path.startswith("file:"):
        return
    file = _File(path, known=must_exist)
    event.listen(made, "do_connect", file.open)
    event.listen(made, "connect", file.opened)
    event.listen(made, "checkout", file.check)


class _File:
    """The file of one engine."""

    def __init__(self, path: str, *, known: bool) -> None:
        self._path = path
        self._known = known

    def open(
        self, _dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]
    ) -> None:
        """Have SQLite open the file without making it, once it is known to be there."""
        if self._known:
            arguments[0] = f"file:{quote(os.path.abspath(self._path))}?mode=rw"  # noqa: PTH100
            named["uri"] = True

    def opened(self, _connection: object, record: ConnectionPoolEntry) -> None:
        """Remember which file it was."""
        self._known = True
        record.info[_IDENTITY] = self._identity()

    def check(self, _connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Have the connection made anew if the file at the path is another, or gone."""
        info: MutableMapping[Any, Any] = record.info
        if info.get(_IDENTITY) != self._identity():
            raise DisconnectionError("the file at the path is another")

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - a path as SQLAlchemy names it
        except OSError:
            return None
        return found.st_dev, found.st_ino
