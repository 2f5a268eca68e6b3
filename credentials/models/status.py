"""Status lists and the entries that point into them (Bitstring Status List 1.0 §2)."""
# ruff: noqa: N815 - the members have the standard's names

from typing import Annotated, Any

from pydantic import Field

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.credential import Issuer, SecuredDocument, Typed
from credentials.models.members import (
    ABSENT,
    Contexts,
    DateTimeStamp,
    Holds,
    HoldsAll,
    Node,
    OneOrMany,
    OrUrl,
    Text,
    TypeNames,
    Url,
    model_problems,
)
from credentials.models.rules import items, types_of

ENTRY_TYPE = "BitstringStatusListEntry"
MAX_STATUS_BITS = 16
"""Bits of one entry's status: 65,536 different messages are more than anyone will name."""


class StatusMessage(Node):
    """What one value of a status means (§2.1)."""

    status: Annotated[str, Field(pattern="^0x[0-9A-Fa-f]+$")]
    message: str


class BitstringStatusListEntry(Typed):
    """Where in which list a credential's status stands (§2.1)."""

    statusPurpose: Text
    statusListIndex: Annotated[str, Field(pattern="^(0|[1-9][0-9]*)$", max_length=20)]
    statusListCredential: Url
    statusSize: Annotated[int, Field(ge=1, le=MAX_STATUS_BITS)] = ABSENT
    statusMessage: list[StatusMessage] = ABSENT
    statusReference: OneOrMany[Url] = ABSENT


class BitstringStatusList(Node):
    """A list (§2.2)."""

    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("BitstringStatusList")]
    statusPurpose: Annotated[OneOrMany[Text], Field(min_length=1)]
    encodedList: Annotated[str, Field(pattern="^u[A-Za-z0-9_-]+$")]
    ttl: Annotated[int, Field(ge=0)] = ABSENT


class BitstringStatusListCredential(SecuredDocument):
    """A list, signed by the issuer of the credentials whose status it tells (§2.2)."""

    context: Annotated[Any, Contexts()] = Field(alias="@context")
    id: Url = ABSENT
    type: Annotated[TypeNames, HoldsAll("BitstringStatusListCredential")]
    issuer: Annotated[Issuer, OrUrl()]
    validFrom: DateTimeStamp = ABSENT
    credentialSubject: BitstringStatusList


def entry_problems(document: JsonObject, at: str = "") -> list[Problem]:
    """What is wrong with the bitstring entries of a credential; other kinds are passed over."""
    found: list[Problem] = []
    for place, entry in items(document, "credentialStatus"):
        if ENTRY_TYPE in types_of(entry):
            found += model_problems(BitstringStatusListEntry, entry, at + place)
            found += _beyond_members(entry, at + place)
    return found


def _beyond_members(entry: JsonObject, at: str) -> list[Problem]:
    """§2.1: the entry is not the list, and every value of more than one bit has a message."""
    found = []
    listed = entry.get("statusListCredential")
    if listed is not None and entry.get("id") == listed:
        found.append(Problem(f"{at}/id", "The id of an entry is not the URL of the list."))
    size, messages = entry.get("statusSize", 1), entry.get("statusMessage")
    if not isinstance(size, int) or not 1 <= size <= MAX_STATUS_BITS:
        return found
    if messages is None and size > 1:
        found.append(Problem(f"{at}/statusMessage", "Each value of the status needs a message."))
    if isinstance(messages, list) and len(messages) != 2**size:
        sentence = f"There have to be {2**size} messages, one for each value of the status."
        found.append(Problem(f"{at}/statusMessage", sentence))
    return found
