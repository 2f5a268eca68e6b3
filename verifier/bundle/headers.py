"""Block headers: what a trusted hash vouches for (Yellow Paper §4.4.3, and the forks since)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from eth_hash.auto import keccak

from credentials.models.bundle import MAX_HEADER_BYTES
from verifier.bundle.errors import HeaderInvalid
from verifier.bundle.rlp_form import decode, fixed, number

_STATE_ROOT, _NUMBER, _TIME = 3, 8, 11
_OLDEST_FIELDS = 15
"""Fields of every header. Forks add theirs behind: London one, Shanghai one, Cancun three, Prague
one; what comes later is hashed with the rest and needs no name here."""
_MAX_FIELDS = 64
_MAX_NUMBER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Header:
    """What is read of a header.

    Attributes:
        hash: the block's hash, 32 bytes.
        number: its height.
        state_root: root of the trie of all accounts after it.
        time: its time, UTC.
    """

    hash: bytes
    number: int
    state_root: bytes
    time: datetime

    @property
    def name(self) -> str:
        """How people name the block: number and hash."""
        return f"block {self.number} (0x{self.hash.hex()})"


def read_header(data: bytes) -> Header:
    """Read a header from its RLP.

    Raises:
        RlpInvalid: it is no canonical RLP.
        HeaderInvalid: it is no header.
    """
    fields = decode(data, max_bytes=MAX_HEADER_BYTES)
    if not isinstance(fields, list) or not _OLDEST_FIELDS <= len(fields) <= _MAX_FIELDS:
        raise HeaderInvalid("What stands for a block's header is none.")
    parts = [part for part in fields if isinstance(part, bytes)]
    if len(parts) != len(fields):
        raise HeaderInvalid("What stands for a block's header is none.")
    seconds = number(parts[_TIME], max_bytes=_MAX_NUMBER_BYTES)
    try:
        time = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise HeaderInvalid("A block has no possible time.") from error
    return Header(
        hash=keccak(data),
        number=number(parts[_NUMBER], max_bytes=_MAX_NUMBER_BYTES),
        state_root=fixed(parts[_STATE_ROOT], 32),
        time=time,
    )
