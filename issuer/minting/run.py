"""A run of minting: what it works with, and what comes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.confirmation import CONFIRM_TIMEOUT_S
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.following import FollowingAccount, account_for
from issuer.audit import service as audit
from issuer.competency import service as competency
from issuer.db import session_scope
from issuer.identity.signing import Publisher
from issuer.minting.award_documents import Unit
from issuer.minting.school_store import SchoolStore
from issuer.settings import Settings
from issuer.workflow.stopping import Stop

Progress = Callable[[str, int, int], None]
"""Told the stage, how many credentials are through it, and of how many."""
Notice = Callable[[str], None]
"""Told a sentence that a person who waits should read."""


def _silent(_stage: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def _unheard(_sentence: str) -> None:
    """Nobody reads notices."""


class Store(Protocol):
    """Where judgments and awards come from: the school's, or what a test puts in its place."""

    def ids(self, session: Session) -> Iterator[UUID]:
        """The judgments that may be minted now, in a stable order, streamed."""
        ...

    def standing(self, session: Session, ids: Sequence[UUID]) -> set[UUID]:
        """Those of them that may still be minted; about a thousand are asked for."""
        ...

    def views(self, session: Session, ids: Sequence[UUID]) -> Sequence[Unit]:
        """Those that there are, with all that a credential says, in the order of ``ids``."""
        ...


class CompetencyStore:
    """The school's own competency store, without its awards."""

    def ids(self, session: Session) -> Iterator[UUID]:
        """The judgments of mastery that stand and were decided."""
        return competency.mintable_ids(session)

    def standing(self, session: Session, ids: Sequence[UUID]) -> set[UUID]:
        """Those that were not superseded."""
        return competency.standing_ids(session, ids)

    def views(self, session: Session, ids: Sequence[UUID]) -> Sequence[Unit]:
        """What credentials say of them."""
        return competency.mintable_views(session, ids)


class Run(Protocol):
    """What reserving and watching need of a run: no key, no account, no chain."""

    @property
    def engine(self) -> Engine:
        """The issuer's database."""
        ...

    @property
    def settings(self) -> Settings:
        """The issuer's settings."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Tells the present."""
        ...

    @property
    def progress(self) -> Progress:
        """Told how far it is."""
        ...

    @property
    def store(self) -> Store:
        """Finds what may be minted."""
        ...

    @property
    def notice(self) -> Notice:
        """Told what a person who waits should know."""
        ...

    @property
    def stop(self) -> Stop:
        """Asked when this process is to end."""
        ...

    @property
    def who(self) -> str:
        """Asked for it, as the audit log names him."""
        ...


@dataclass(frozen=True)
class HandOver:
    """A run that leaves the work to workers; its attributes are those of ``Mint``."""

    engine: Engine
    settings: Settings
    clock: Callable[[], datetime]
    progress: Progress = field(default=_silent)
    store: Store = field(default_factory=SchoolStore)
    notice: Notice = field(default=_unheard)
    stop: Stop = field(default_factory=Stop)
    who: str = audit.CLI


@dataclass(frozen=True)
class Mint:
    """What a run of minting works with.

    Attributes:
        engine: the issuer's database.
        settings: the issuer's settings.
        publisher: signs; from identity.open_publisher, or with a FollowingSigner.
        account: anchors; unlocked.
        client: the node of the chain.
        node_url: the same node's JSON-RPC address, for the self-check's own reading.
        clock: tells the present; a batch keeps the time of its beginning.
        progress: told how far it is.
        store: finds what may be minted.
        notice: told what a person who waits should know.
        stop: asked when this process is to end; work stops between two pieces.
        anchor_patience_s: seconds after which an anchor that no block has yet ends the attempt;
            the next attempt goes on waiting for it.
        who: asked for it, as the audit log names him.
    """

    engine: Engine
    settings: Settings
    publisher: Publisher
    account: EthereumAccount | FollowingAccount
    client: EthereumClient
    node_url: str
    clock: Callable[[], datetime]
    progress: Progress = field(default=_silent)
    store: Store = field(default_factory=SchoolStore)
    notice: Notice = field(default=_unheard)
    stop: Stop = field(default_factory=Stop)
    anchor_patience_s: float = CONFIRM_TIMEOUT_S
    who: str = audit.CLI

    def account_in_use(self) -> EthereumAccount:
        """The opened account that anchors today.

        Raises:
            WrongAccount: this run has another one, and readers would refuse what that anchors.
            NoAccount, AccountDamaged, WrongPassphrase: the one that came into use does not open.
        """
        with session_scope(self.engine, read_only=True) as session:
            return account_for(session, self.settings, self.account)


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
