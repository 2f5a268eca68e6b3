"""From a file to a bundle: within limits, in one form only, nothing of it checked yet."""

from pathlib import Path

from credentials.errors import JsonInvalid, StructureInvalid
from credentials.json_types import JsonObject
from credentials.models.bundle import MAX_BYTES, TYPE, Bundle, read_bundle
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.proofs.unsecured import canonical_json
from credentials.strict_json import JsonLimits, loads
from schemas.errors import TouchstoneError
from verifier.bundle.errors import BundleMalformed
from verifier.errors import FileTooLarge, FileUnreadable

MAX_PARTS = 1_000_000
"""Objects and arrays of one bundle: of each credential as many as of one that comes alone."""
MAX_COMMAS = 3 * MAX_PARTS
LIMITS = JsonLimits(max_bytes=MAX_BYTES, max_values=MAX_PARTS)


def read_bundle_file(path: Path) -> bytes:
    """The bytes of a file that may be a bundle.

    Raises:
        FileUnreadable: there is no such file.
        FileTooLarge: it is larger than any bundle that is read.
    """
    try:
        if not path.is_file():
            raise FileUnreadable(f"{path} is not a file.", "Name a bundle.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path} cannot be opened.", "Check its name and rights.") from error
    if len(data) > MAX_BYTES:
        raise _too_large()
    return data


def parse_bundle(data: bytes) -> tuple[Bundle, JsonObject]:
    """A bundle's members, and the same as plain JSON for its signature.

    A bundle is canonical JSON (RFC 8785) to the last byte, so that no byte of it can be changed
    without changing what it says.

    Raises:
        FileTooLarge: it is larger than any bundle that is read.
        BundleMalformed: it is no JSON, no bundle, or not in canonical form.
    """
    if len(data) > MAX_BYTES or data.count(b",") > MAX_COMMAS:
        raise _too_large()
    try:
        document = loads(data, LIMITS)
    except TouchstoneError as error:
        raise BundleMalformed(f"It is not a bundle: {error.sentence}") from error
    if document.get("type") != TYPE:
        raise BundleMalformed(
            "It is not a bundle.", "A single credential is checked without --offline."
        )
    if not _is_canonical(document, data):
        raise BundleMalformed(
            "It is not written in the one form that bundles have (RFC 8785), so it was changed.",
            "Use the file as the school made it: do not open and save it in an editor.",
        )
    try:
        bundle = read_bundle(document)
        parse_date_time_stamp(bundle.created)
    except StructureInvalid as error:
        raise BundleMalformed(f"It is not put together as a bundle: {error.sentence}") from error
    except ValueError as error:
        raise BundleMalformed("It was made on no day of the calendar.") from error
    return bundle, document


def _is_canonical(document: JsonObject, data: bytes) -> bool:
    try:
        return canonical_json(document) == data
    except JsonInvalid:
        return False


def _too_large() -> FileTooLarge:
    limit = MAX_BYTES // 2**20
    return FileTooLarge(f"It is larger than any bundle that is read: {limit} MiB.")
