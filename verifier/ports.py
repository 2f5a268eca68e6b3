"""What the checks need from the outside world, as interfaces.

Implementations stand in verifier.fetch (the real doors) and in tests/simulators (in memory).
Every port raises :class:`schemas.errors.TouchstoneError`: with fault TRANSPORT or SETUP when it
could not get an answer, with fault CONTENT when the answer itself is wrong. Checks turn the first
into UNDETERMINED and never into PASSED.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from credentials.json_types import JsonObject

Clock = Callable[[], datetime]
"""The present moment, with time zone. Called once a run."""


class DidResolver(Protocol):
    """Finds DID documents (DID Core 1.0 §7.1)."""

    def resolve(self, did: str) -> JsonObject:
        """The DID document of ``did``, not checked yet.

        Raises:
            DocumentMissing: the host says that there is none.
            HostUnreachable: the host did not say anything.
        """


class DocumentFetcher(Protocol):
    """Reads published documents: issuer profiles, status lists."""

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """The bytes found at ``url``.

        Raises:
            DocumentMissing, DocumentTooLarge, AddressRefused: as they say.
            HostUnreachable: the host did not say anything.
        """


@dataclass(frozen=True, slots=True)
class AnchorTransaction:
    """A transaction in a block, as a chain's node tells it.

    Args:
        input: the calldata.
        sender: lower-case hex address with 0x.
        to: the same, None for a contract creation.
        succeeded: the receipt's status; a reverted transaction stays in its block.
        block_number: height of its block.
        block_hash: 0x and 64 hex digits.
        block_time: the block's timestamp, with time zone.
        confirmations: number of blocks from its own to the newest, both counted.
    """

    input: bytes
    sender: str
    to: str | None
    succeeded: bool
    block_number: int
    block_hash: str
    block_time: datetime
    confirmations: int


class ChainReader(Protocol):
    """Reads anchors from chains."""

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """The transaction with hash ``transaction`` (0x and 64 hex digits).

        Raises:
            ChainNotConfigured: nobody said where to read this chain.
            ChainUnreachable, ChainAnswerMalformed: no usable answer.
            TransactionUnknown, TransactionPending: not in a block.
        """


@dataclass(frozen=True, slots=True)
class RecognisedIssuer:
    """An issuer that a trust registry vouches for.

    Args:
        did: its DID.
        name: the name that the registry vouches for.
        listed_since: when the registry took it in, if it says so.
        anchor_accounts: Ethereum accounts that anchor for it, in lower case.
        anchor_contracts: (chain id, address) of the contracts they anchor in, in lower case.
        did_documents: SHA-256 of its DID documents, hexadecimal, in lower case.
    """

    did: str
    name: str
    listed_since: datetime | None = None
    anchor_accounts: frozenset[str] = frozenset()
    anchor_contracts: frozenset[tuple[int, str]] = frozenset()
    did_documents: frozenset[str] = frozenset()

    def is_listed_at(self, moment: datetime) -> bool:
        """Whether the registry had taken it in by then."""
        return self.listed_since is None or self.listed_since <= moment


class TrustRegistry(Protocol):
    """A list of issuers that a network recognises."""

    @property
    def name(self) -> str:
        """Name of the network that keeps the list."""

    def find(self, did: str) -> RecognisedIssuer | None:
        """What the registry says about ``did``; None if it does not list it.

        Raises:
            RegistryUnreadable: the registry did not answer.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside that one run of the verifier may ask.

    Args:
        trust: None if no registry was given; then nothing is said about trust.
        snapshot: None where hosts are asked; where they are copies of what hosts once said, when
            the copies were made: what is said about the present is then said about that moment.
    """

    clock: Clock
    dids: DidResolver
    documents: DocumentFetcher
    chain: ChainReader
    trust: TrustRegistry | None = None
    snapshot: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What the reader asked for, as far as checks have to know it.

    Args:
        min_confirmations: blocks that have to stand on an anchor, its own included.
        holder: the person (DID or subject id) who is said to be the subject; None if nobody is.
        nonce, audience: what the reader asked the person with, for records that are shown with
            a signature of their own (SD-JWT key binding); both or none.
        trust_signing_date: a key that was given up in good order counts for what says itself that
            it was signed before, without an anchor to show it.
        max_status_list_bytes: largest status list credential fetched.
        max_profile_bytes: largest issuer profile fetched.
    """

    min_confirmations: int = 1
    holder: str | None = None
    nonce: str | None = None
    audience: str | None = None
    trust_signing_date: bool = False
    max_status_list_bytes: int = 2 * 1024 * 1024
    max_profile_bytes: int = 1024 * 1024
