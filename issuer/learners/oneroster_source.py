"""Where a OneRoster CSV set lies: a directory or a zip archive, read within limits."""

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol

from issuer.learners.errors import OneRosterUnreadable

MANIFEST: Final = "manifest.csv"
MAX_FILE_BYTES: Final = 1 << 30
"""Size of one file, inflated."""
MAX_SET_BYTES: Final = 4 << 30
"""Size of all files that are read, inflated: a zip archive cannot grow without bound."""
MAX_ZIP_MEMBERS: Final = 1_000
MAX_DIRECTORY_BYTES: Final = 1 << 20
"""Size of a zip archive's own list of its files, which is read whole."""
MAX_INFLATION: Final = 250
"""How many times its size in the archive a file may be; tables of real schools are below 50."""
UNWATCHED_BYTES: Final = 16 << 20
"""Inflated size up to which nobody asks how much smaller it was."""
_END: Final = b"PK\5\6"
"""End of central directory record (APPNOTE 4.3.16)."""
_END_BYTES: Final = 22
_MAX_COMMENT: Final = 1 << 16
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others need memory without bound to be read."""
_ENCRYPTED: Final = 1
"""Bit of a zip member's flags (APPNOTE 4.4.4)."""


class Source(Protocol):
    """A set of named files."""

    def has(self, name: str) -> bool:
        """True if there is such a file."""

    def names(self) -> list[str]:
        """Names of the CSV files."""

    def open(self, name: str) -> IO[bytes] | BufferedIOBase:
        """The bytes of a file."""


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def names(self) -> list[str]:
        return sorted(entry.name for entry in self.path.glob("*.csv") if entry.is_file())

    def open(self, name: str) -> BufferedIOBase:
        path = self.path / name
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _too_large(name)
        return path.open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.read_bytes = 0
        if any(info.flag_bits & _ENCRYPTED for info in archive.infolist()):
            raise OneRosterUnreadable("The archive is encrypted.", "Give it without a password.")
        members = [info.filename for info in archive.infolist() if not info.is_dir()]
        if len(members) > MAX_ZIP_MEMBERS:
            raise OneRosterUnreadable(f"The archive has more than {MAX_ZIP_MEMBERS:,} files.")
        for info in archive.infolist():
            _check_member(info)
        if len(set(members)) < len(members):
            raise OneRosterUnreadable(
                "The archive has two files of the same name.", "Make the archive again."
            )
        manifests = [name for name in members if PurePosixPath(name).name == MANIFEST]
        folder = PurePosixPath(min(manifests, key=len)).parent if manifests else PurePosixPath()
        self.members = {
            PurePosixPath(name).name: name
            for name in members
            if PurePosixPath(name).parent == folder
        }

    def has(self, name: str) -> bool:
        return name in self.members

    def names(self) -> list[str]:
        return sorted(name for name in self.members if name.endswith(".csv"))

    def open(self, name: str) -> BufferedIOBase:
        return BufferedReader(_Counted(self, name))  # type: ignore[type-var]  # a raw stream it is


class _Counted(RawIOBase):
    """Inflates a member and counts what really comes out; its header may say anything."""

    def __init__(self, owner: _Zip, name: str) -> None:
        self.owner = owner
        self.name = name
        self.inner = owner.archive.open(owner.members[name])
        self.compressed = owner.archive.getinfo(owner.members[name]).compress_size
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        data = self.inner.read(len(buffer))
        self.count += len(data)
        self.owner.read_bytes += len(data)
        if self.count > MAX_FILE_BYTES or self.owner.read_bytes > MAX_SET_BYTES:
            raise _too_large(self.name)
        if self.count > max(UNWATCHED_BYTES, MAX_INFLATION * self.compressed):
            raise OneRosterUnreadable(
                f"{self.name} inflates to more than {MAX_INFLATION} times its size.",
                "Give the files as a directory.",
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.inner.close()
        super().close()


def _check_member(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise OneRosterUnreadable(
            f"The archive has a file outside itself: {info.filename[:100]!r}.",
            "Make the archive again, from one directory.",
        )
    if info.compress_type not in _METHODS:
        raise OneRosterUnreadable(
            f"{info.filename[:100]!r} is packed in a way that is not read here.",
            "Make the archive with the usual method, DEFLATE.",
        )


def _check_directory(path: Path) -> None:
    """The archive's list of files is read whole: it has to say first that it is no larger."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _MAX_COMMENT - _END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END)
    if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY_BYTES:
        raise OneRosterUnreadable(f"The archive has more than {MAX_ZIP_MEMBERS:,} files.")


def _too_large(name: str) -> OneRosterUnreadable:
    return OneRosterUnreadable(
        f"{name} is larger than {MAX_FILE_BYTES >> 20:,} MiB.", "Split the set into several."
    )


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """A directory or a zip archive as a set of files.

    Raises:
        OneRosterUnreadable: it is neither, or is damaged, encrypted or too large.
    """
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.is_file():
        raise OneRosterUnreadable(
            f"There is no directory or file {path.name}.", "Give the directory of manifest.csv."
        )
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield _Zip(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise OneRosterUnreadable(
            f"{path.name} is not a zip archive that can be read: {error}.",
            "Give a directory, or make the archive again.",
        ) from error
