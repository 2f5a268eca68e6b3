"""A run of minting: what it works with, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.competency.service import mintable_judgments
from issuer.competency.views import MintableJudgment
from issuer.identity.signing import Publisher
from issuer.settings import Settings

PROGRESS_EVERY: Final = 20
"""Credentials between two words about progress."""
Progress = Callable[[str, int, int], None]
"""Told the stage, how many credentials are through it, and of how many."""


def _silent(_stage: str, _done: int, _total: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Mint:
    """What a run of minting works with.

    Attributes:
        engine: the issuer's database.
        settings: the issuer's settings.
        publisher: signs; from identity.open_publisher.
        account: anchors; unlocked.
        client: the node of the chain.
        node_url: the same node's JSON-RPC address, for the self-check's own reading.
        clock: tells the present; a batch keeps the time of its beginning.
        progress: told how far it is.
        judgments: finds what may be minted.
    """

    engine: Engine
    settings: Settings
    publisher: Publisher
    account: EthereumAccount
    client: EthereumClient
    node_url: str
    clock: Callable[[], datetime]
    progress: Progress = field(default=_silent)
    judgments: Callable[[Session], Sequence[MintableJudgment]] = field(default=mintable_judgments)


@dataclass(frozen=True)
class MintedBatch:
    """A batch that was released.

    Attributes:
        id: the batch.
        size: number of credentials.
        root: the Merkle root, in hexadecimal.
        transaction: hash of the anchoring transaction, ``0x`` first.
        anchored_at: time of its block.
        resumed: it had been begun by an earlier run.
    """

    id: UUID
    size: int
    root: str
    transaction: str
    anchored_at: datetime
    resumed: bool
