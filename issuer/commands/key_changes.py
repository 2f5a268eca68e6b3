"""Carries out what ``issuer keys`` is asked for: new keys, keys given up, keys in other hands.

One database transaction changes the book, publishes the new DID document and signs the status
lists with the key that is in use from then on. The document is anchored after that, now or later.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.anchoring.account import SCRYPT_N, EthereumAccount
from issuer.anchoring.did_documents import anchor_did_documents, anchor_published, last_block_time
from issuer.audit import service as audit
from issuer.commands.founding import LISTED_BEFORE, LOCAL_BALANCE_WEI
from issuer.db import session_scope
from issuer.identity import rotation
from issuer.identity import service as identity
from issuer.identity.documents import PublishedAccount
from issuer.identity.errors import UnfinishedBatches
from issuer.identity.models import AnchorAccount, DidDocumentVersion, SigningKey
from issuer.identity.node import open_node
from issuer.identity.rotation import NewKey
from issuer.minting import service as minting
from issuer.minting.models import BatchState
from issuer.minting.restart import begin_again
from issuer.minting.run import Mint
from issuer.settings import Settings
from issuer.status import lists
from keys.errors import KeyFileMissing
from keys.kinds import KeyKind
from keys.signers import Signer, create_signer, open_signer
from schemas.errors import TouchstoneError

KEYS: Final = Path("keys")
"""Where keys are kept, below the home."""
ONE_SECOND: Final = timedelta(seconds=1)

Announce = Callable[[str], None]
"""Told what was done, and what is left to do, in sentences."""


@dataclass(frozen=True)
class MadeKey:
    """A new key, in its place, and not in the book yet."""

    signer: Signer
    uri: str

    def named(self, fragment: str) -> NewKey:
        """It, with the name under which it is published."""
        return NewKey(fragment, self.signer.public_key, self.uri)


@dataclass(frozen=True)
class MadeAccount:
    """A new account with its keystore, and not in the book yet."""

    account: EthereumAccount
    path: Path


@dataclass(frozen=True)
class KeyBook:
    """The school's keys, opened for a change.

    Attributes:
        settings: the issuer's settings.
        engine: its database.
        passphrase: opens every key file, and protects the new ones.
        now: aware UTC, to the second.
        announce: told each step.
        scrypt_n: cost of guessing an account's passphrase; less than the default in tests only.
    """

    settings: Settings
    engine: Engine
    passphrase: str
    now: datetime
    announce: Announce
    scrypt_n: int = SCRYPT_N

    def add(self, kind: KeyKind, uri: str) -> str:
        """A further key of a kind; returns its name.

        Raises:
            KeyTaken, WrongPassphrase, …: see rotation.add_key and create_signer.
        """
        self._check_passphrase()
        made = self._make_key(kind, uri)
        with session_scope(self.engine) as session:
            new = made.named(rotation.next_key_name(session))
            rotation.add_key(session, new, self.now)
            identity.publish_did_document(session, self.settings, self.now)
            self._log(session, "key.add", new=new.fragment)
        self.anchor_or_say_why_not()
        return new.fragment

    def rotate(self, kind: KeyKind, uri: str) -> tuple[str, str]:
        """A new key in the place of the one of its kind; returns the names of both.

        Raises:
            UnfinishedBatches: a batch is under way with the old one.
            NothingToRotate, KeyTaken, …: see rotation.rotate_key and create_signer.
        """
        with session_scope(self.engine, read_only=True) as session:
            rotation.key_of_kind(session, kind)
            _check_nothing_unfinished(session)
        self._check_passphrase()
        made = self._make_key(kind, uri)
        with session_scope(self.engine) as session:
            _check_nothing_unfinished(session)
            names = self._replace_key(session, made, self._end(session))
            identity.publish_did_document(session, self.settings, self.now)
            self._log(session, "key.rotate", old=names[0], new=names[1])
        self.anchor_or_say_why_not()
        return names

    def rotate_account(self, keystore: Path | None) -> tuple[str, str]:
        """A new account in the place of the one in use; returns the addresses of both.

        Args:
            keystore: of an account that is there already; a new one is made if None.

        Raises:
            UnfinishedBatches: a batch is under way with the old one.
            KeyTaken, WrongPassphrase, …: see rotation.rotate_account and EthereumAccount.
        """
        with session_scope(self.engine, read_only=True) as session:
            _check_nothing_unfinished(session)
        self._check_passphrase()
        made = self._make_account(keystore)
        with session_scope(self.engine) as session:
            _check_nothing_unfinished(session)
            addresses = self._replace_account(session, made, self._end(session))
            identity.publish_did_document(session, self.settings, self.now)
            self._log(session, "account.rotate", old=addresses[0], new=addresses[1])
        self._fund(made.account.address)
        self.anchor_or_say_why_not()
        return addresses

    def compromised(
        self, name: str, since: datetime, reason: str, *, uri: str, keystore: Path | None
    ) -> str:
        """A key or an account that may have been in other hands; replaced if it is in use.

        Args:
            name: ``key-1`` or ``ethereum-1``.
            since: the first moment at which somebody else may have used it; to the second.
            reason: for the school's own book.
            uri: where the new key is made, if one is; beside the others if empty.
            keystore: of the new account, if one is needed; made if None.

        Returns:
            the name as it stands in the DID document.

        Raises:
            UnknownKey, MomentWrong: see rotation.mark_compromised.
        """
        with session_scope(self.engine, read_only=True) as session:
            row = rotation.find(session, name)
            rotation.check_compromise(row, since, self.now)
            in_use, fragment = row.retired_at is None, row.fragment
            kind = rotation.kind_of(row) if isinstance(row, SigningKey) else None
        self._check_passphrase()
        made: MadeKey | MadeAccount | None = None
        if in_use:
            made = self._make_account(keystore) if kind is None else self._make_key(kind, uri)
        with session_scope(self.engine) as session:
            row = rotation.find(session, fragment)
            if isinstance(made, MadeAccount):
                self._replace_account(session, made, self.now)
            elif made is not None:
                self._replace_key(session, made, self.now)
            rotation.mark_compromised(session, row, since, self.now, reason)
            identity.publish_did_document(session, self.settings, self.now)
            again = self._begin_again(session) if in_use else []
            fallen = self._fallen(session, row)
            since_when = since.isoformat().replace("+00:00", "Z")
            self._log(session, "key.compromised", key=fragment, since=since_when, replaced=in_use)
        if isinstance(made, MadeAccount):
            self._fund(made.account.address)
        for sentence in again + fallen:
            self.announce(sentence)
        self.anchor_or_say_why_not()
        return fragment

    def anchor(self) -> list[int]:
        """Anchor the versions of the DID document that stand on no chain yet; their numbers.

        Raises:
            Whatever the account, the node and the chain raise.
        """
        with session_scope(self.engine, read_only=True) as session:
            keystore = identity.keystore_in_use(session, self.settings)
            waiting = [one for one in identity.did_document_versions(session) if _waits(one)]
        if not waiting:
            return []
        account = EthereumAccount.unlock(keystore, self.passphrase)
        numbers = anchor_published(self.settings, self.engine, account)
        if numbers:
            with session_scope(self.engine) as session:
                self._log(session, "did-document.anchor", versions=len(numbers))
        return numbers

    def _log(self, session: Session, action: str, **details: Any) -> None:
        audit.record(session, audit.CLI, action, now=self.now, **details)

    def anchor_or_say_why_not(self) -> None:
        """Anchor what can be anchored now; what cannot waits, and is served all the same."""
        try:
            numbers = self.anchor()
        except TouchstoneError as error:
            self.announce(
                f"note: the DID document is published, and not anchored yet: {error} "
                "`issuer keys anchor` and `issuer mint` anchor it later."
            )
            return
        if numbers:
            self.announce(f"The DID document, version {_listing(numbers)}, is anchored.")

    def _check_passphrase(self) -> None:
        """The new keys share the passphrase of those that are there.

        A key that is lost, or in a token that is not plugged in, is no obstacle to a new one.

        Raises:
            WrongPassphrase: it does not open the key in use.
        """
        with session_scope(self.engine, read_only=True) as session:
            uri = identity.signer_in_use(session, self.settings)
        if not uri.startswith("file:"):
            return
        try:
            open_signer(uri, self.passphrase, home=self.settings.home)
        except KeyFileMissing as error:
            self.announce(f"note: the key in use is not there: {error.sentence}")

    def _make_key(self, kind: KeyKind, uri: str) -> MadeKey:
        """A new key, before the database is touched: a token may ask a person for its PIN."""
        home = self.settings.home
        if not uri:
            uri = f"file:{_free(home, KEYS / 'signing-{}.jwe')}"
        return MadeKey(create_signer(uri, self.passphrase, kind, home=home), uri)

    def _make_account(self, keystore: Path | None) -> MadeAccount:
        home = self.settings.home
        if keystore is not None:
            path = _below(home, keystore)
            return MadeAccount(EthereumAccount.unlock(home / path, self.passphrase), path)
        path = _free(home, KEYS / "ethereum-{}.json")
        account = EthereumAccount.create(home / path, self.passphrase, scrypt_n=self.scrypt_n)
        return MadeAccount(account, path)

    def _replace_key(self, session: Session, made: MadeKey, end: datetime) -> tuple[str, str]:
        used = identity.signer_in_use(session, self.settings)
        new = made.named(rotation.next_key_name(session))
        old = rotation.rotate_key(session, new, end, used_uri=used)
        if new.public_key.kind is KeyKind.ED25519:
            publisher = identity.publisher_for(session, self.settings, made.signer)
            validity = self.settings.status_list_validity
            lists.sign_all(session, publisher, self.now, validity=validity)
        return old.fragment, new.fragment

    def _replace_account(
        self, session: Session, made: MadeAccount, end: datetime
    ) -> tuple[str, str]:
        old = identity.account_in_use(session)
        account = made.account
        new = PublishedAccount(
            rotation.next_account_name(session),
            account.public_key,
            account.address,
            self.now - LISTED_BEFORE,
        )
        named = identity.keystore_in_use(session, self.settings) == self.settings.keystore_path
        used = str(self.settings.ethereum_keystore) if named else old.keystore
        rotation.rotate_account(session, old, new, made.path, end, used_keystore=used)
        return old.address, account.address

    def _end(self, session: Session) -> datetime:
        """When the old key ends: now, and after every block that holds anything of ours.

        The clock of a chain may be ahead of the school's.
        """
        last = last_block_time(session)
        return self.now if last is None or last < self.now else last + ONE_SECOND

    def _fallen(self, session: Session, row: SigningKey | AnchorAccount) -> list[str]:
        """A sentence on each batch that readers no longer take, as far as dates tell."""
        since, until = row.revoked_at or self.now, row.retired_at or self.now
        method = f"{self.settings.did}#{row.fragment}"
        found = []
        for batch in minting.batches(session):
            used = row.created_at <= batch.created_at <= until
            if isinstance(row, AnchorAccount):
                used = batch.anchor_method == method
            if used and batch.anchored_at is not None and batch.anchored_at >= since:
                found.append(
                    f"Readers refuse the {batch.size:,} credentials of batch {batch.id} "
                    f"(anchored {batch.anchored_at:%Y-%m-%d %H:%M:%S} UTC). Withdraw them."
                )
        return found

    def _begin_again(self, session: Session) -> list[str]:
        """A sentence on each batch that was under way, which is made anew with what is in use."""
        return [
            f"A batch of {batch.size:,} credentials was under way: nobody has received them, and "
            "`issuer mint` makes them anew."
            for batch in begin_again(session, self.settings, self.now)
        ]

    def _fund(self, address: str) -> None:
        """A new account on the local chain gets play money, as at founding."""
        if not self.settings.uses_local_chain:
            self.announce(f"Send ether to {address}: it pays for the anchors from now on.")
            return
        with open_node(self.settings) as node:
            if node.local is not None:
                node.local.fund(address, LOCAL_BALANCE_WEI)


def anchor_waiting(run: Mint) -> None:
    """Before minting: anchor what a publication could not; it waits on, if it still cannot."""
    try:
        anchor_did_documents(
            lambda: session_scope(run.engine),
            account=run.account_in_use(),
            client=run.client,
            contract=run.settings.contract_address,
            confirmations=run.settings.confirmations,
        )
    except TouchstoneError as error:
        run.notice(f"The DID document is not anchored yet: {error}")


def _waits(version: DidDocumentVersion) -> bool:
    return version.anchor_transaction is None


def _listing(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _check_nothing_unfinished(session: Session) -> None:
    unfinished = [one for one in minting.batches(session) if one.state != BatchState.RELEASED]
    if unfinished:
        raise UnfinishedBatches(
            f"The batch {unfinished[0].id} is not released yet, and has to be finished with the "
            "key and the account that began it.",
            "Run `issuer mint` first. A key that got into other hands does not wait: see "
            "`issuer keys compromised`.",
        )


def _free(home: Path, pattern: Path) -> Path:
    """The first place of a pattern at which there is nothing, counting from 2."""
    numbers = itertools.count(2)
    return next(
        path
        for path in (Path(str(pattern).format(n)) for n in numbers)
        if not (home / path).exists()
    )


def _below(home: Path, path: Path) -> Path:
    """A path as it is written down: relative to the home if it is in it, else absolute."""
    whole = path.absolute()
    return whole.relative_to(home) if whole.is_relative_to(home) else whole
