"""Where a OneRoster CSV set lies: a directory or a zip archive, read within limits."""

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
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        data = self.inner.read(len(buffer))
        self.count += len(data)
        self.owner.read_bytes += len(data)
        if self.count > MAX_FILE_BYTES or self.owner.read_bytes > MAX_SET_BYTES:
            raise _too_large(self.name)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.inner.close()
        super().close()


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
    try:
        with zipfile.ZipFile(path) as archive:
            yield _Zip(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise OneRosterUnreadable(
            f"{path.name} is not a zip archive that can be read: {error}.",
            "Give a directory, or make the archive again.",
        ) from error
