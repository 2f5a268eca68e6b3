"""A chain and an account to pay from, as commands about contracts need them.

A school has both in its home. A network may have neither: then the command line says everything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from contracts.words import check_address
from issuer.commands.errors import AddressInvalid, DeploymentIncomplete, NodeAddressInvalid
from issuer.commands.invocation import Invocation
from issuer.defaults import LOCAL_RPC
from issuer.settings_errors import NoHome
from keys.insecure import is_loopback_host

if TYPE_CHECKING:
    from issuer.anchoring.account import EthereumAccount
    from issuer.anchoring.ethereum import EthereumClient
    from issuer.settings import Settings

# A provider's URL often has the customer's key in it; shells and process lists keep arguments.
RpcOption = Annotated[
    str,
    typer.Option(
        "--rpc",
        envvar="TOUCHSTONE_RPC_URL",
        show_envvar=True,
        help="JSON-RPC URL of an Ethereum node; the issuer's own if absent.",
    ),
]
ChainIdOption = Annotated[
    int,
    typer.Option(
        help="The chain's number (EIP-155); the issuer's own if absent.", show_default=False
    ),
]
KeystoreOption = Annotated[
    Path | None, typer.Option(help="web3 keystore of the account; the issuer's own if absent.")
]
ConfirmationsOption = Annotated[
    int,
    typer.Option(
        min=0,
        max=1000,
        show_default=False,
        help="Blocks to wait for; the issuer's own number if absent.",
    ),
]
DEFAULT_CONFIRMATIONS: Final = 1


@dataclass(frozen=True)
class ChainAccess:
    """Where to go and who pays.

    Attributes:
        settings: the issuer's, if there is one; with the chain of the command line in it.
        rpc_url: the node, or ``local``.
        chain_id: the chain it has to belong to.
        keystore: the account.
        confirmations: blocks that have to stand on a transaction.
    """

    settings: "Settings | None"
    rpc_url: str
    chain_id: int
    keystore: Path
    confirmations: int
    invocation: Invocation

    @property
    def is_home_account(self) -> bool:
        """Whether the account is the one whose numbers this home's database gives out."""
        return self.settings is not None and self.keystore == _keystore_in_use(
            self.invocation, self.settings
        )

    @contextmanager
    def client(self) -> Iterator["EthereumClient"]:
        """A client of the node; the local chain runs for as long as the block."""
        from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415 - kept out of --help
        from issuer.identity.node import open_node  # noqa: PLC0415

        if self.settings is None:
            with EthereumClient(self.rpc_url, chain_id=self.chain_id) as client:
                yield client
            return
        with (
            open_node(self.settings) as node,
            EthereumClient.of(self.settings, node.url) as client,
        ):
            yield client

    def address(self) -> str:
        """The account's address, without opening it.

        Raises:
            NoAccount, AccountDamaged: see issuer.anchoring.account.
        """
        from issuer.anchoring.account import read_address  # noqa: PLC0415

        return read_address(self.keystore)

    def unlock(self) -> "EthereumAccount":
        """The account, opened.

        Raises:
            NoPassphrase, WrongPassphrase, …: see there.
        """
        from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415

        return EthereumAccount.unlock(self.keystore, self.invocation.passphrase())

    @contextmanager
    def nonce(self, at_least: int) -> Iterator[int]:
        """The account's next number; it counts as used when the block ends well.

        Those of the issuer's own account are given out by its database, as for anchors.
        """
        if self.settings is None or not self.is_home_account:
            yield at_least
            return
        from issuer.anchoring.repository import take_nonce  # noqa: PLC0415
        from issuer.db import session_scope  # noqa: PLC0415

        engine = self.invocation.engine(self.settings)
        try:
            with session_scope(engine) as session:
                yield take_nonce(session, self.chain_id, self.address(), at_least)
        finally:
            engine.dispose()


def resolve(
    invocation: Invocation,
    *,
    rpc: str,
    chain_id: int,
    keystore: Path | None,
    confirmations: int = 0,
    needs_account: bool = True,
) -> ChainAccess:
    """What the command line says, and what it leaves out from the issuer's settings.

    Args:
        invocation: the global options.
        rpc, chain_id, keystore, confirmations: empty, 0 or None where nothing was said.
        needs_account: False for commands that only read.

    Raises:
        DeploymentIncomplete: there is no issuer here, and something was left out.
        NodeAddressInvalid: the node's URL is neither https nor on this machine.
        SettingsInvalid, SettingsUnreadable: from the settings.
    """
    settings = _settings(invocation, rpc, chain_id)
    if settings is not None:
        return ChainAccess(
            settings,
            settings.rpc_url,
            settings.chain_id,
            keystore or (_keystore_in_use(invocation, settings) if needs_account else Path()),
            confirmations or settings.confirmations,
            invocation,
        )
    missing = [
        name
        for name, given in (
            ("--rpc", rpc),
            ("--chain-id", chain_id),
            ("--keystore", keystore or not needs_account),
        )
        if not given
    ]
    if missing:
        raise DeploymentIncomplete(
            f"There is no issuer in {invocation.home}, so the command has to say "
            f"{', '.join(missing)}.",
            "Add that, or name the issuer's directory with --home.",
        )
    _check_rpc_url(rpc)
    account = keystore or Path()
    number = confirmations or DEFAULT_CONFIRMATIONS
    return ChainAccess(None, rpc, chain_id, account, number, invocation)


def address_given(text: str, option: str) -> str:
    """An address from the command line, with checksum capitals.

    Raises:
        AddressInvalid: it is none, or a digit of it is wrong.
    """
    try:
        return check_address(text)
    except ValueError as error:
        raise AddressInvalid(f"{option} {text[:64]!r} cannot be used. {error}") from None


def _keystore_in_use(invocation: Invocation, settings: "Settings") -> Path:
    """Of the account that the database says is in use; without a school in it, of the first."""
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.identity.errors import NotFounded  # noqa: PLC0415

    engine = invocation.engine(settings)
    try:
        with session_scope(engine, read_only=True) as session:
            return identity.keystore_in_use(session, settings)
    except NotFounded:
        return settings.keystore_path
    finally:
        engine.dispose()


def _settings(invocation: Invocation, rpc: str, chain_id: int) -> "Settings | None":
    from issuer.settings import make  # noqa: PLC0415

    try:
        settings = invocation.settings()
    except NoHome:
        return None
    said = {"rpc_url": rpc, "chain_id": chain_id}
    changed = {name: value for name, value in said.items() if value}
    return make(settings.model_dump() | changed) if changed else settings


def _check_rpc_url(url: str) -> None:
    parts = urlsplit(url)
    on_this_machine = parts.scheme == "http" and is_loopback_host(parts.hostname or "")
    if on_this_machine or (parts.scheme == "https" and parts.hostname):
        return
    if url == LOCAL_RPC:
        raise NodeAddressInvalid(
            "The local chain belongs to an issuer, and there is none here.",
            "Name its directory with --home, or an Ethereum node with --rpc.",
        )
    raise NodeAddressInvalid(
        "The URL of the Ethereum node is neither https nor http on this machine.",
        "Anybody on the way could answer in its place: use https.",
    )
