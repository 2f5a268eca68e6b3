"""A trust registry in a local JSON file: ``{"name": …, "issuers": [{"did", "name", …}]}``."""

import re
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

_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE)
_SHA_256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


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

        Each issuer has ``did`` and ``name``, and may have ``listedSince`` (a dateTimeStamp). For
        checking offline it may have ``anchorAccounts`` (addresses), ``anchorContracts``
        (``{chainId, address}``) and ``didDocumentSha256`` (hexadecimal).

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
    place = f"{file}: issuer {number}"
    return RecognisedIssuer(
        did,
        name,
        _since(entry, number, file),
        anchor_accounts=_texts(entry.get("anchorAccounts", []), _ADDRESS, f"{place}: an account"),
        anchor_contracts=_contracts(entry.get("anchorContracts", []), f"{place}: a contract"),
        did_documents=_texts(entry.get("didDocumentSha256", []), _SHA_256, f"{place}: a digest"),
    )


def _texts(values: object, form: re.Pattern[str], what: str) -> frozenset[str]:
    """A list of texts of one form, in lower case."""
    if not isinstance(values, list):
        raise RegistryInvalid(f"{what} does not stand in a list.")
    if not all(isinstance(value, str) and form.fullmatch(value) for value in values):
        raise RegistryInvalid(f"{what} is malformed.")
    return frozenset(value.lower() for value in values)


def _contracts(values: object, what: str) -> frozenset[tuple[int, str]]:
    if not isinstance(values, list):
        raise RegistryInvalid(f"{what} does not stand in a list.")
    found = set()
    for value in values:
        chain_id = value.get("chainId") if isinstance(value, dict) else None
        if type(chain_id) is not int or chain_id < 1:
            raise RegistryInvalid(f"{what} is malformed.")
        found |= {(chain_id, it) for it in _texts([value.get("address")], _ADDRESS, what)}
    return frozenset(found)


def _since(entry: JsonObject, number: int, file: str) -> datetime | None:
    if "listedSince" not in entry:
        return None
    try:
        return parse_date_time_stamp(entry["listedSince"])
    except ValueError as error:
        raise RegistryInvalid(
            f"{file}: 'listedSince' of issuer {number} is not a date with time and zone."
        ) from error
