"""A trust registry in a local JSON file: ``{"name": …, "issuers": [{"did", "name", …}]}``."""

from datetime import datetime
from pathlib import Path
from typing import Self

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.strict_json import loads
from keys.did import is_did
from schemas.errors import TouchstoneError
from verifier.errors import RegistryInvalid
from verifier.json_access import text
from verifier.ports import RecognisedIssuer


class FileRegistry:
    """A list of recognised issuers, read once (TrustRegistry).

    Args:
        name: the network that keeps the list.
        issuers: by DID.
    """

    def __init__(self, name: str, issuers: dict[str, RecognisedIssuer]) -> None:
        self._name = name
        self._issuers = issuers

    @property
    def name(self) -> str:
        """Name of the network that keeps the list."""
        return self._name

    def find(self, did: str) -> RecognisedIssuer | None:
        """What the list says about ``did``."""
        return self._issuers.get(did)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the list.

        Each issuer has ``did`` and ``name``, and may have ``listedSince`` (a dateTimeStamp).

        Raises:
            RegistryInvalid: not readable or malformed.
        """
        try:
            document = loads(path.read_bytes())
        except OSError as error:
            raise RegistryInvalid(
                f"The registry file {path.name} cannot be opened.", "Check --registry."
            ) from error
        except TouchstoneError as error:
            raise RegistryInvalid(
                f"The registry file {path.name} cannot be read: {error.sentence}"
            ) from error
        name, entries = text(document, "name"), document.get("issuers")
        if not name or not isinstance(entries, list):
            raise RegistryInvalid(f"The registry file {path.name} lacks 'name' or 'issuers'.")
        listed = [_issuer(entry, number, path.name) for number, entry in enumerate(entries, 1)]
        return cls(name, {issuer.did: issuer for issuer in listed})


def _issuer(entry: JsonObject, number: int, file: str) -> RecognisedIssuer:
    did, name = text(entry, "did"), text(entry, "name")
    if not is_did(did) or not name:
        raise RegistryInvalid(f"{file}: issuer {number} lacks a 'did' or a 'name'.")
    return RecognisedIssuer(did, name, _since(entry, number, file))


def _since(entry: JsonObject, number: int, file: str) -> datetime | None:
    if "listedSince" not in entry:
        return None
    try:
        return parse_date_time_stamp(entry["listedSince"])
    except ValueError as error:
        raise RegistryInvalid(
            f"{file}: 'listedSince' of issuer {number} is not a date with time and zone."
        ) from error
