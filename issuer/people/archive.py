"""An archive of files: the same content is always the same bytes."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.people.errors import ArchiveBlocked

MANIFEST: Final = "manifest.json"
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP archive can say: when a file was written says nothing about a person."""
_UNIX: Final = 3
FILE_MODE: Final = 0o600
"""Of the archive and of what is unpacked from it: a person's record is for that person."""


def json_bytes(value: Any) -> bytes:
    """JSON that people can read too; times in UTC, numbers that were kept exactly as text."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return format_date_time_stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def with_manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> dict[str, bytes]:
    """The files, and one that lists each with its length in bytes and its SHA-256."""
    listed = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    return {**files, MANIFEST: json_bytes({**about, "files": listed})}


def archive_bytes(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive as bytes."""
    made = io.BytesIO()
    _write(files, made)
    return made.getvalue()


def write_archive(files: Mapping[str, bytes], path: Path) -> None:
    """Write a ZIP archive, whole or not at all.

    Args:
        files: by name, with / between folders.
        path: where; a file that is there is replaced.

    Raises:
        ArchiveBlocked: it cannot be written there.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".archive-")
        try:
            with os.fdopen(handle, "wb") as file:
                _write(files, file)
            Path(temporary).chmod(FILE_MODE)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArchiveBlocked(
            f"The archive cannot be written to {path}: {error.strerror}.",
            "Name a file in a directory that you may write to.",
        ) from None


def _write(files: Mapping[str, bytes], file: Any) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = FILE_MODE << 16
            archive.writestr(entry, data)
