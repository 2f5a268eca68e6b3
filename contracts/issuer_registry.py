"""How to ask and write IssuerRegistry, in which a network accredits issuers; pure bytes, no I/O.

Calldata goes into ``eth_call`` or a transaction; answers and logs come back as bytes. A caller that
sees an answer of another form (``ValueError``) has asked something that is no IssuerRegistry.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contracts.storage import mapping_slot, slot_after
from contracts.words import (
    WORD,
    address_of_word,
    event_topic,
    flag_of_word,
    number_of_word,
    selector,
    word_of_address,
    word_of_bytes32,
    word_of_number,
    words_of,
)

CODE_HASHES: Final = frozenset(
    {bytes.fromhex("2c678546cb1d085e924fe0072249b7468345fb3ffe813f039af594fe1fa705bc")}
)
"""Keccak-256 of the code of every version of IssuerRegistry; see contracts/credential_anchor.py."""
MAX_REASON_BYTES: Final = WORD
NETWORK_SLOT: Final = 0
NEXT_NETWORK_SLOT: Final = 1
_ANCHOR_COUNT: Final = 2
_ANCHORS: Final = 3
_ACCREDITATION_COUNT: Final = 4
_ACCREDITATIONS: Final = 5
_REVOCATION_COUNT: Final = 6
_REVOCATIONS: Final = 7
_REASON: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
_ACCREDITATION_WORDS: Final = 5
_LAST_SECOND: Final = 253_402_300_799
_ACCREDITED: Final = event_topic("Accredited(bytes32,address,uint256,uint256,uint256)")
_REVOKED: Final = event_topic("Revoked(bytes32,address,bytes32)")


@dataclass(frozen=True, slots=True)
class Accreditation:
    """One accreditation as the contract remembers it. Times are block times, UTC.

    Attributes:
        valid_from: the first moment.
        valid_until: the first moment after it; None for open.
        recorded_at: the time of the block that recorded it.
        revoked_at: the time of the block that revoked it; None for never.
        reason: why it was revoked; empty if it was not.
    """

    valid_from: datetime
    valid_until: datetime | None
    recorded_at: datetime
    revoked_at: datetime | None
    reason: str

    def covers(self, moment: datetime) -> bool:
        """Whether the moment lies in it and before its revocation, as ``isAccredited`` sees it."""
        ends = [end for end in (self.valid_until, self.revoked_at) if end is not None]
        return self.valid_from <= moment and all(moment < end for end in ends)


@dataclass(frozen=True, slots=True)
class Accredited:
    """The event of an accreditation; members as in ``Accreditation``, ``index`` from 0."""

    did_hash: bytes
    anchor: str
    index: int
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Revoked:
    """The event of a revocation; its time is that of its block."""

    did_hash: bytes
    anchor: str
    reason: str


def did_hash(did: str) -> bytes:
    """Return how the registry names an issuer: SHA-256 of the DID's UTF-8, 32 bytes.

    The DID exactly as credentials name it, without path, query or fragment.

    Raises:
        ValueError: it is no DID, or a DID URL.
    """
    if not did.startswith("did:") or any(character in did for character in "/?#"):
        raise ValueError("The registry names issuers by their DID, without path or fragment.")
    return hashlib.sha256(did.encode("utf-8")).digest()


def word_of_reason(reason: str) -> bytes:
    """Return a revocation's reason as the contract keeps it: ASCII, zeros behind it.

    Raises:
        ValueError: it is empty, has more than 32 characters, or others than printable ASCII.
    """
    if len(reason) > MAX_REASON_BYTES or not _REASON.fullmatch(reason):
        raise ValueError(f"A reason has 1 to {MAX_REASON_BYTES} printable ASCII characters.")
    return reason.encode("ascii").ljust(WORD, b"\0")


def reason_of_word(word: bytes) -> str:
    """Return a reason as text; what is not printable ASCII, as ``\\xNN``, so that nothing hides."""
    text = word_of_bytes32(word).rstrip(b"\0").decode("latin-1")
    return "".join(c if " " <= c <= "~" else f"\\x{ord(c):02x}" for c in text)


def accredit_calldata(
    did: bytes, anchor: str, valid_from: datetime | None, valid_until: datetime | None
) -> bytes:
    """Return the calldata with which the network accredits an issuer.

    Args:
        did: the issuer's ``did_hash``.
        anchor: the account from which it anchors.
        valid_from: the first moment, not earlier than the transaction's block; None for that
            block's time.
        valid_until: the first moment after it; None for open.

    Raises:
        ValueError: an argument has another form.
    """
    times = word_of_number(_seconds(valid_from)) + word_of_number(_seconds(valid_until))
    return selector("accredit(bytes32,address,uint256,uint256)") + _pair(did, anchor) + times


def revoke_calldata(did: bytes, anchor: str, reason: str) -> bytes:
    """Return the calldata with which the network revokes what a pair was given so far.

    Raises:
        ValueError: an argument has another form (see ``word_of_reason``).
    """
    return selector("revoke(bytes32,address,bytes32)") + _pair(did, anchor) + word_of_reason(reason)


def propose_network_calldata(next_network: str) -> bytes:
    """Return the calldata of the first step of a handover; the zero address takes it back."""
    return selector("proposeNetwork(address)") + word_of_address(next_network)


def accept_network_calldata() -> bytes:
    """Return the calldata of the second step of a handover, sent by the proposed account."""
    return selector("acceptNetwork()")


def network_calldata() -> bytes:
    """Return the calldata that asks which account writes; answer: ``address_of_word``."""
    return selector("network()")


def next_network_calldata() -> bytes:
    """Return the calldata that asks which account may accept; answer: ``address_of_word``."""
    return selector("nextNetwork()")


def is_accredited_calldata(did: bytes, anchor: str, moment: datetime) -> bytes:
    """Return the calldata that asks about a moment; the answer is read by ``read_flag``."""
    time = word_of_number(_seconds(moment))
    return selector("isAccredited(bytes32,address,uint256)") + _pair(did, anchor) + time


def anchor_count_calldata(did: bytes) -> bytes:
    """Return the calldata that asks how many accounts an issuer ever had; ``read_number``."""
    return selector("anchorCount(bytes32)") + word_of_bytes32(did)


def anchor_at_calldata(did: bytes, index: int) -> bytes:
    """Return the calldata that asks for one of those accounts; ``read_address``."""
    return selector("anchorAt(bytes32,uint256)") + word_of_bytes32(did) + word_of_number(index)


def accreditation_count_calldata(did: bytes, anchor: str) -> bytes:
    """Return the calldata that asks how often a pair was accredited; ``read_number``."""
    return selector("accreditationCount(bytes32,address)") + _pair(did, anchor)


def accreditation_calldata(did: bytes, anchor: str, index: int) -> bytes:
    """Return the calldata that asks for one accreditation; ``read_accreditation``."""
    number = word_of_number(index)
    return selector("accreditation(bytes32,address,uint256)") + _pair(did, anchor) + number


def read_flag(answer: bytes) -> bool:
    """Read a yes or no.

    Raises:
        ValueError: the answer is something else; here and in every other reader.
    """
    return flag_of_word(answer)


def read_number(answer: bytes) -> int:
    """Read a count."""
    return number_of_word(answer)


def read_address(answer: bytes) -> str:
    """Read an address, with checksum capitals."""
    return address_of_word(answer)


def read_accreditation(answer: bytes) -> Accreditation:
    """Read one accreditation."""
    begin, end, recorded, revoked, reason = words_of(answer, _ACCREDITATION_WORDS)
    return Accreditation(
        valid_from=_moment(begin),
        valid_until=_moment_or_none(end),
        recorded_at=_moment(recorded),
        revoked_at=_moment_or_none(revoked),
        reason=reason_of_word(reason),
    )


def read_event(topics: Sequence[bytes], data: bytes) -> Accredited | Revoked | None:
    """Read a log of the registry; None for its other events.

    Raises:
        ValueError: the log has another form.
    """
    if not topics or topics[0] not in (_ACCREDITED, _REVOKED):
        return None
    _, did, anchor = topics
    if topics[0] == _REVOKED:
        (reason,) = words_of(data, 1)
        return Revoked(word_of_bytes32(did), address_of_word(anchor), reason_of_word(reason))
    index, begin, end = words_of(data, 3)
    return Accredited(
        word_of_bytes32(did),
        address_of_word(anchor),
        number_of_word(index),
        _moment(begin),
        _moment_or_none(end),
    )


def anchor_count_slot(did: bytes) -> bytes:
    """Return the slot of how many accounts an issuer ever had; ``k(2 || did)``."""
    return mapping_slot(_ANCHOR_COUNT, did)


def anchor_slot(did: bytes, index: int) -> bytes:
    """Return the slot of one of those accounts; ``k(k(3 || did) || index)``."""
    return mapping_slot(_ANCHORS, did, word_of_number(index))


def accreditation_count_slot(did: bytes, anchor: str) -> bytes:
    """Return the slot of how often a pair was accredited; ``k(k(4 || did) || anchor)``."""
    return mapping_slot(_ACCREDITATION_COUNT, did, word_of_address(anchor))


def accreditation_slots(did: bytes, anchor: str, index: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the slots of valid_from, valid_until, recorded_at and revocations_before.

    The first is ``k(k(k(5 || did) || anchor) || index)``, the others follow it.
    """
    first = mapping_slot(_ACCREDITATIONS, did, word_of_address(anchor), word_of_number(index))
    return first, slot_after(first, 1), slot_after(first, 2), slot_after(first, 3)


def revocation_count_slot(did: bytes, anchor: str) -> bytes:
    """Return the slot of how often a pair was revoked; ``k(k(6 || did) || anchor)``."""
    return mapping_slot(_REVOCATION_COUNT, did, word_of_address(anchor))


def revocation_slots(did: bytes, anchor: str, index: int) -> tuple[bytes, bytes]:
    """Return the slots of a revocation's time and reason.

    The first is ``k(k(k(7 || did) || anchor) || index)``, the other follows it.
    """
    first = mapping_slot(_REVOCATIONS, did, word_of_address(anchor), word_of_number(index))
    return first, slot_after(first, 1)


def _pair(did: bytes, anchor: str) -> bytes:
    return word_of_bytes32(did) + word_of_address(anchor)


def _seconds(moment: datetime | None) -> int:
    if moment is None:
        return 0
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone can mean anything.")
    seconds = int(moment.timestamp())
    if seconds <= 0:
        raise ValueError("The registry's times begin after 1970-01-01.")
    return seconds


def _moment(word: bytes) -> datetime:
    """A time; what lies beyond the year 9999 is its end, since nothing can be later."""
    seconds = min(number_of_word(word), _LAST_SECOND)
    return datetime.fromtimestamp(seconds, tz=UTC)


def _moment_or_none(word: bytes) -> datetime | None:
    return _moment(word) if any(word_of_bytes32(word)) else None
