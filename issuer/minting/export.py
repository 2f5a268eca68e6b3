"""Writes a learner's credentials to files that they can take anywhere."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credentials.json_types import JsonObject
from issuer.endorsements.service import Delivered
from issuer.identity.documents import document_bytes
from issuer.minting.errors import ExportBlocked

NAME_CHARACTERS: Final = 60
ID_CHARACTERS: Final = 8
FILE_MODE: Final = 0o600
"""Records of a person are for their owner's eyes until they decide otherwise."""


@dataclass(frozen=True)
class ExportedFile:
    """One credential in one file."""

    credential_id: str
    path: Path


def file_name(document: JsonObject) -> str:
    """A name that says what is inside and holds only letters, digits and hyphens.

    The end of the id keeps two credentials for one achievement apart.
    """
    words = re.findall(r"[a-z0-9]+", str(document.get("name", "")).lower())
    name = "-".join(words)[:NAME_CHARACTERS].strip("-") or "credential"
    return f"{name}-{str(document['id'])[-ID_CHARACTERS:]}.json"


def write(documents: Sequence[JsonObject], directory: Path) -> list[ExportedFile]:
    """Write each document to its file; the directory is made if it is not there.

    A file of an earlier export of the same credential is replaced; nothing else is touched.

    Raises:
        ExportBlocked: the directory or a file cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [_write_one(document, directory) for document in documents]
    except OSError as error:
        raise ExportBlocked(
            f"The credentials cannot be written to {directory}: {error.strerror}.",
            "Name a directory that you may write to.",
        ) from None


def write_beside(endorsements: Sequence[Delivered], directory: Path) -> list[Path]:
    """Write what others say of the credentials beside them, byte for byte as they signed it.

    Raises:
        ExportBlocked: a file cannot be written.
    """
    written = []
    for one in endorsements:
        ending = "jwt" if one.is_token else "json"
        name = f"endorsement-of-{one.kind}-{str(one.id)[-ID_CHARACTERS:]}.{ending}"
        try:
            written.append(_write_bytes(one.data, directory / name))
        except OSError as error:
            raise ExportBlocked(
                f"The endorsements cannot be written to {directory}: {error.strerror}.",
                "Name a directory that you may write to.",
            ) from None
    return written


def _write_one(document: JsonObject, directory: Path) -> ExportedFile:
    path = _write_bytes(document_bytes(document), directory / file_name(document))
    return ExportedFile(str(document["id"]), path)


def _write_bytes(data: bytes, path: Path) -> Path:
    """Whole or not at all: a reader never finds half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".credential-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(FILE_MODE)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
