"""From bytes that strangers send to a document, within limits, or to a clear word on why not."""

import re
from pathlib import Path

from credentials.errors import JsonInvalid
from credentials.json_types import JsonObject
from credentials.models.bundle import TYPE as BUNDLE
from credentials.strict_json import DEFAULT, JsonLimits, loads
from verifier.errors import FileKindUnreadable, FileTooLarge, FileUnreadable
from verifier.opening import MAX_CONTAINERS, MAX_PARTS, Received

MAX_FILE_BYTES = 10 * 1024 * 1024
LIMITS = JsonLimits(
    max_bytes=MAX_FILE_BYTES, max_depth=DEFAULT.max_depth, max_values=MAX_CONTAINERS
)
MAX_COMMAS = MAX_PARTS
"""Bounds members and array items together, before anything is parsed."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_~.-]*")
"""A compact JWS (RFC 7515 §7.1), or an SD-JWT with its disclosures (RFC 9901 §4)."""
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"<svg", "an SVG picture"),
    (b"<?xml", "an XML file"),
    (b"<", "a web page"),
)
_READABLE = "We read credentials as JSON files and as tokens (JWT). Ask for one of them."


def read_file(path: Path) -> Received:
    """Read one file: a JSON document, or the text of a token.

    Raises:
        FileUnreadable, FileTooLarge, FileKindUnreadable: as they say.
        JsonInvalid and its kin: see credentials.strict_json.
    """
    try:
        if not path.is_file():
            raise FileUnreadable(f"{path} is not a file.", "Name a credential file.")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path} cannot be opened.", "Check its name and rights.") from error
    if len(data) > MAX_FILE_BYTES:
        raise too_large(size)
    return read_received(data)


def read_received(data: bytes) -> Received:
    """Read bytes as one JSON object, or as the text of a compact token.

    Raises:
        FileTooLarge, FileKindUnreadable: as they say.
        JsonInvalid and its kin: see credentials.strict_json.
    """
    if len(data) > MAX_FILE_BYTES:
        raise too_large(len(data))
    text = data.removeprefix(_BYTE_ORDER_MARK).strip()
    return text.decode("ascii") if _TOKEN.fullmatch(text) else read_document(data)


def read_document(data: bytes) -> JsonObject:
    """Read bytes as one JSON object.

    Raises:
        FileTooLarge, FileKindUnreadable: as they say.
        JsonInvalid and its kin: see credentials.strict_json.
    """
    if len(data) > MAX_FILE_BYTES:
        raise too_large(len(data))
    kind = _kind(data)
    if kind:
        raise FileKindUnreadable(f"We cannot read this kind of file yet: it is {kind}.", _READABLE)
    if data.count(b",") > MAX_COMMAS:
        raise FileTooLarge(
            f"It has more than {MAX_COMMAS:,} parts.", "Send one credential at a time."
        )
    try:
        document = loads(data.removeprefix(_BYTE_ORDER_MARK), LIMITS)
    except JsonInvalid as error:
        error.remedy = error.remedy or _READABLE
        raise
    if document.get("type") == BUNDLE:
        raise FileKindUnreadable("It is a bundle.", "Check it with: verifier check --offline")
    return document


def too_large(size: int | None) -> FileTooLarge:
    """The error for a file or body of ``size`` bytes; None if it was not read to its end."""
    limit = f"the limit is {MAX_FILE_BYTES / 2**20:g} MiB"
    shown = f"{size / 2**20:.1f} MiB" if size else "more than that"
    return FileTooLarge(f"Too large: {shown}, {limit}.", "Send one credential at a time.")


def _kind(data: bytes) -> str | None:
    """What a file is if it is not JSON but something well known."""
    if not data.strip():
        return "an empty file"
    start = data[:64].removeprefix(_BYTE_ORDER_MARK).lstrip()
    for beginning, kind in _KINDS:
        if data.startswith(beginning) or start.lower().startswith(beginning):
            return kind
    return "a token (JWT)" if _TOKEN.fullmatch(data.strip()) else None
