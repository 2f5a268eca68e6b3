"""Entries that point at a bit: BitstringStatusListEntry, and StatusList2021Entry before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urldefrag

from credentials.errors import StatusListInvalid
from credentials.json_types import JsonObject
from credentials.status_list import Bitstring
from verifier.errors import ListUnusable
from verifier.json_access import objects, text
from verifier.status.answers import MESSAGE, PURPOSES, REVOCATION, SUSPENSION, Answer
from verifier.status.errors import StatusEntryUnreadable
from verifier.status.signed_lists import KEPT_LISTS, read_signed_list
from verifier.subject import Subject

BITSTRING = "BitstringStatusListEntry"
STATUS_LIST_2021 = "StatusList2021Entry"
MAX_INDEX_DIGITS = 12
MAX_SIZE = 16
"""Most bits of one entry: 65,536 different messages are more than anyone will name."""
_2021_PURPOSES = frozenset({REVOCATION, SUSPENSION})

_decode = lru_cache(maxsize=KEPT_LISTS)(Bitstring.decode)
_decode_2021 = lru_cache(maxsize=KEPT_LISTS)(Bitstring.decode_2021)


@dataclass(frozen=True, slots=True)
class _Form:
    """What the two standards name differently."""

    credential_type: str
    list_type: str
    decode: Callable[[str], Bitstring]


_BITSTRING_FORM = _Form("BitstringStatusListCredential", "BitstringStatusList", _decode)
_2021_FORM = _Form("StatusList2021Credential", "StatusList2021", _decode_2021)


@dataclass(frozen=True, slots=True)
class BitEntry:
    """An entry that points at its bits (Entry).

    Args:
        purpose: one of PURPOSES.
        url: where its list is, without a fragment.
        index: its place in the list.
        size: bits of one entry.
        messages: from value to message, for the purpose ``message``.
    """

    purpose: str
    url: str
    index: int
    form: _Form
    size: int = 1
    messages: Mapping[int, str] = field(default_factory=dict)

    @property
    def details(self) -> dict[str, Any]:
        """See :class:`verifier.status.answers.Entry`."""
        return {"purpose": self.purpose, "list": self.url, "index": self.index}

    def look_up(self, subject: Subject) -> Answer:
        """See :class:`verifier.status.answers.Entry`."""
        found = read_signed_list(
            subject,
            self.url,
            self.purpose,
            credential_type=self.form.credential_type,
            list_type=self.form.list_type,
        )
        if found.get("statusSize", self.size) != self.size:
            raise ListUnusable("Its entries have another number of bits.")
        encoded = found.get("encodedList")
        if not isinstance(encoded, str):
            raise StatusListInvalid("The list holds no bits.")
        value = self.form.decode(encoded).value(self.index, self.size)
        return Answer(is_set=value != 0, message=self._message(value))

    def _message(self, value: int) -> str:
        if self.purpose != MESSAGE:
            return ""
        return self.messages.get(value, f"the number {value}, to which it gives no words")


def bitstring_entry(node: JsonObject) -> BitEntry:
    """Read a BitstringStatusListEntry (Bitstring Status List 1.0 §2.1).

    Raises:
        StatusEntryUnreadable: it is malformed, or of a purpose that is not read.
    """
    purpose, size = _purpose(node, PURPOSES), node.get("statusSize", 1)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIZE:
        raise StatusEntryUnreadable("it does not say how many bits it has.")
    if size > 1 and purpose != MESSAGE:
        raise StatusEntryUnreadable(f"it keeps its {purpose} in more than one bit.")
    messages = _messages(node) if purpose == MESSAGE else {}
    return BitEntry(purpose, _url(node), _index(node), _BITSTRING_FORM, size, messages)


def status_list_2021_entry(node: JsonObject) -> BitEntry:
    """Read a StatusList2021Entry (Status List 2021, draft of the credentials community group).

    Raises:
        StatusEntryUnreadable: it is malformed, or of a purpose that is not read.
    """
    return BitEntry(_purpose(node, _2021_PURPOSES), _url(node), _index(node), _2021_FORM)


def _purpose(node: JsonObject, possible: frozenset[str]) -> str:
    purpose = text(node, "statusPurpose")
    if purpose not in possible:
        raise StatusEntryUnreadable(f"it is a status of the kind {purpose[:40]!r}.")
    return purpose


def _index(node: JsonObject) -> int:
    index = text(node, "statusListIndex")
    if not (index.isascii() and index.isdigit() and len(index) <= MAX_INDEX_DIGITS):
        raise StatusEntryUnreadable("it does not say where in its list it stands.")
    return int(index)


def _url(node: JsonObject) -> str:
    """Where the list is. A fragment, which might tell which credential is read, is left out."""
    try:
        url: str = urldefrag(text(node, "statusListCredential")).url
    except ValueError:
        url = ""
    if not url:
        raise StatusEntryUnreadable("it does not say in which list it stands.")
    return url


def _messages(node: JsonObject) -> dict[int, str]:
    """The messages by value: ``[{"status": "0x0", "message": "…"}, …]`` (§2.1 statusMessage)."""
    found: dict[int, str] = {}
    for item in objects(node.get("statusMessage")):
        try:
            found[int(text(item, "status")[:20], 16)] = text(item, "message")
        except ValueError as error:
            raise StatusEntryUnreadable("one of its messages is for no number.") from error
    return found
