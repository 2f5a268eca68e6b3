"""Founds an issuer: keys, account, database, contract and settings, or nothing at all.

Everything is made in a directory beside the home and takes the home's name at the very end, so a
run that fails or is interrupted leaves no half of a school behind.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer import db
from issuer.anchoring.account import SCRYPT_N, EthereumAccount
from issuer.anchoring.contract import check_contract, deploy_contract
from issuer.anchoring.did_documents import anchor_did_documents
from issuer.anchoring.ethereum import EthereumClient
from issuer.audit import service as audit
from issuer.defaults import DEFAULT_SIGNER, LOCAL_CHAIN_ID, LOCAL_CHAIN_PORT, LOCAL_RPC
from issuer.identity import repository, service
from issuer.identity.documents import PublishedAccount
from issuer.identity.errors import DatabaseTaken, HomeExists, HomeUnwritable
from issuer.identity.node import open_node
from issuer.settings import KEY_ID, SETTINGS_FILE, Settings, make
from keys.did import did_web_to_url, url_to_did_web
from keys.public_key import PublicKey
from keys.signers import create_signer
from schemas.errors import TouchstoneError

ACCOUNT_ID: Final = "ethereum-1"
LOCAL_BALANCE_WEI: Final = 1_000 * 10**18
"""What the local chain gives a new account; play money."""
LISTED_BEFORE: Final = timedelta(minutes=1)
"""Blockcerts readers want an account listed strictly before the time of any block it anchors in,
and the clocks of a chain and of a school differ by seconds. Nothing bears its name before."""
HOME_MODE: Final = 0o700

Announce = Callable[[str], None]
"""Told each step in a few words."""


@dataclass(frozen=True)
class Plan:
    """What a school wants.

    Attributes:
        home: the directory to make.
        name: the school's name.
        base_url: where its public documents will be served.
        did: its DID; made from the base URL if empty.
        database_url: another database than SQLite in the home.
        rpc_url: an Ethereum node, or ``local``.
        chain_id: the chain's number (EIP-155).
        chain_port: port of the local chain; 0 for any free one.
        contract_address: an anchor contract that is there already; deployed if empty.
        confirmations: blocks that have to stand on an anchor, its own included.
        include_learner_name: whether credentials carry the learner's name.
        signer_uri: where the signing key is made: a file in the home, or a token (RFC 7512).
        insecure_loopback: allows http: and loopback addresses.
        scrypt_n: cost of guessing the account's passphrase; less than the default in tests only.
    """

    home: Path
    name: str
    base_url: str
    did: str = ""
    database_url: str = ""
    rpc_url: str = LOCAL_RPC
    chain_id: int = LOCAL_CHAIN_ID
    chain_port: int = LOCAL_CHAIN_PORT
    contract_address: str = ""
    confirmations: int = 1
    include_learner_name: bool = True
    signer_uri: str = DEFAULT_SIGNER
    insecure_loopback: bool = False
    scrypt_n: int = SCRYPT_N

    def settings(self) -> Settings:
        """The settings this plan leads to, validated.

        Raises:
            SettingsInvalid, DidInvalid: a value is not acceptable.
        """
        chosen = {
            name: getattr(self, name) for name in Settings.model_fields if hasattr(self, name)
        }
        draft = make(chosen | {"did": self.did or "did:web:not-yet.invalid"})
        did = self.did or url_to_did_web(draft.base_url)
        did_web_to_url(did, insecure_loopback=self.insecure_loopback)
        return draft.model_copy(update={"did": did, "home": self.home.absolute()})


def found(plan: Plan, passphrase: str, now: datetime, announce: Announce) -> Settings:
    """Make the home and everything in it.

    Args:
        plan: what the school wants.
        passphrase: protects the signing key and the Ethereum account.
        now: aware UTC.
        announce: told each step.

    Raises:
        HomeExists: there is something at the home already; it is left as it is.
        HomeUnwritable: the directory cannot be made.
        DatabaseTaken: the database that was named belongs to another school.
        PassphraseTooShort, SettingsInvalid, DidInvalid: as they say.
        ChainUnreachable, WrongChain, NoCode, LowBalance, …: from the chain.
    """
    settings = plan.settings()
    check_home_is_free(settings.home)
    staging = settings.home.parent / f".{settings.home.name}.{secrets.token_hex(4)}.partial"
    try:
        staging.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir(mode=HOME_MODE)
    except OSError as error:
        raise HomeUnwritable(
            f"The directory {settings.home} cannot be made: {error.strerror}.",
            "Choose another with --home, or get the right to write there.",
        ) from None
    try:
        built = _Founding(settings, staging, now, announce).build(passphrase, plan.scrypt_n)
        staging.rename(settings.home)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return built


def check_home_is_free(home: Path) -> None:
    """Refuse a home that holds anything.

    Raises:
        HomeExists: it is a file, or a directory that is not empty.
    """
    if not home.exists() and not home.is_symlink():
        return
    if home.is_dir() and not any(home.iterdir()):
        return
    what = "There is an issuer" if (home / SETTINGS_FILE).exists() else "There is something"
    raise HomeExists(
        f"{what} at {home} already.", "Choose another directory; an issuer is never overwritten."
    )


@dataclass(frozen=True)
class _Founding:
    """One founding under way, in ``staging``."""

    settings: Settings
    staging: Path
    now: datetime
    announce: Announce

    def build(self, passphrase: str, scrypt_n: int) -> Settings:
        """Make everything; returns the complete settings."""
        here = self.settings.model_copy(update={"home": self.staging})
        self.announce("Making the signing key")
        signer = create_signer(here.signer_uri, passphrase, home=self.staging)
        self.announce("Making the Ethereum account")
        account = EthereumAccount.create(here.keystore_path, passphrase, scrypt_n=scrypt_n)
        engine = db.engine(here.database)
        try:
            self.announce("Making the database")
            db.migrate(engine)
            _check_database_is_free(engine)
            with _node(here, account) as client:
                contract = _contract(here, client, account, self.announce)
                complete = self.settings.model_copy(update={"contract_address": contract})
                with db.session_scope(engine) as session:
                    _record(session, complete, signer.public_key, account, self.now)
                self._anchor_did_document(complete, engine, account, client)
        finally:
            engine.dispose()
        _write_settings(self.staging / SETTINGS_FILE, complete)
        return complete

    def _anchor_did_document(
        self, settings: Settings, engine: Engine, account: EthereumAccount, client: EthereumClient
    ) -> None:
        """Anchor the first DID document; a school that cannot yet is a school all the same."""
        self.announce("Anchoring the DID document")
        try:
            anchor_did_documents(
                lambda: db.session_scope(engine),
                account=account,
                client=client,
                contract=settings.contract_address,
                confirmations=settings.confirmations,
            )
        except TouchstoneError as error:
            self.announce(f"It waits for `issuer keys anchor`: {error}")


def _check_database_is_free(engine: Engine) -> None:
    with db.session_scope(engine, read_only=True) as session:
        if repository.key_in_use(session) is not None:
            raise DatabaseTaken(
                "The database belongs to a school already.", "Name an empty one with --database."
            )


@contextmanager
def _node(settings: Settings, account: EthereumAccount) -> Iterator[EthereumClient]:
    """The chain for as long as the block; on the local one, the account gets play money."""
    with (
        open_node(settings) as node,
        EthereumClient.of(settings, node.url) as client,
    ):
        client.check_chain()
        if node.local is not None:
            node.local.fund(account.address, LOCAL_BALANCE_WEI)
        yield client


def _contract(
    settings: Settings, client: EthereumClient, account: EthereumAccount, announce: Announce
) -> str:
    """The anchor contract: the one that was named, or a new one."""
    if settings.contract_address:
        check_contract(client, settings.contract_address)
        return settings.contract_address
    announce("Deploying the anchor contract")
    return deploy_contract(client, account)


def _record(
    session: Session,
    settings: Settings,
    key: PublicKey,
    account: EthereumAccount,
    now: datetime,
) -> None:
    """Note key and account, and publish the first version of the DID document."""
    moment = now.replace(microsecond=0)
    service.record_key(session, KEY_ID, key, settings.signer_uri, moment)
    listed = moment - LISTED_BEFORE
    published = PublishedAccount(ACCOUNT_ID, account.public_key, account.address, listed)
    service.record_account(session, published, settings.ethereum_keystore)
    service.publish_did_document(session, settings, moment)
    audit.record(session, audit.CLI, "issuer.found", now=moment)


def _write_settings(path: Path, settings: Settings) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(settings.to_toml())
