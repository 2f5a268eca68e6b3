"""``deploy``: puts our contracts on a chain, once, and writes down where."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from issuer.commands.chain_access import (
    ChainIdOption,
    ConfirmationsOption,
    KeystoreOption,
    RpcOption,
    address_given,
    resolve,
)
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption

if TYPE_CHECKING:
    from contracts.artifacts import ContractArtifact
    from issuer.commands.chain_access import ChainAccess
    from issuer.commands.deployment import Deployed

FOLDER_NAME: Final = "deployments"
"""Where deployments are written, below the home."""
SETTINGS_NAMES: Final = {
    "CredentialAnchor": "contract_address",
    "IssuerRegistry": "registry_address",
}
"""Which line of issuer.toml names a contract."""
TIMEOUT_S: Final = 600.0
"""How long one run waits for the contract; the next run goes on waiting."""

deploy_app = typer.Typer(
    help="Put a contract on a chain; run again, find the one that is there.", no_args_is_help=True
)

FolderOption = Annotated[
    Path | None,
    typer.Option("--write-to", help="Folder for <chain>.json; deployments in the home if absent."),
]


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(deploy_app, name="deploy")


@deploy_app.command("anchor")
def deploy_anchor(
    context: typer.Context,
    *,
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
    write_to: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deploy CredentialAnchor, which keeps when an issuer anchored a batch.

    It has no owner: whoever deploys it, everybody can use it.
    """
    from contracts.artifacts import credential_anchor  # noqa: PLC0415 - kept out of --help

    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    _deploy(access, credential_anchor(), {}, write_to, as_json=as_json)


@deploy_app.command("registry")
def deploy_registry(
    context: typer.Context,
    *,
    network_account: Annotated[
        str, typer.Option(help="Address of the account that will accredit issuers.")
    ],
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
    write_to: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deploy IssuerRegistry, in which a network of schools accredits issuers.

    Only the network's account can write it; the account that deploys it has no power over it.
    """
    from contracts.artifacts import issuer_registry  # noqa: PLC0415

    network = address_given(network_account, "--network-account")
    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    _deploy(access, issuer_registry(), {"network": network}, write_to, as_json=as_json)


@deploy_app.command("account")
def make_account(
    context: typer.Context,
    keystore: Annotated[Path, typer.Argument(help="The file to make: a web3 keystore.")],
) -> None:
    """Make an account for --keystore, where no issuer has one; send it ether, then deploy.

    The passphrase encrypts it. Neither it nor the key is shown or kept anywhere else.
    """
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415

    account = EthereumAccount.create(keystore, of(context).passphrase(confirm=True))
    typer.echo(f"The account {account.address} is in {keystore}. Keep a copy of that file.")


def _deploy(
    access: "ChainAccess",
    artifact: "ContractArtifact",
    arguments: dict[str, str],
    write_to: Path | None,
    *,
    as_json: bool,
) -> None:
    from issuer.commands.deployment import Order, deploy  # noqa: PLC0415

    folder = access.invocation.home / FOLDER_NAME if write_to is None else write_to
    if access.settings is None and write_to is None:
        folder = Path(FOLDER_NAME)
    order = Order(artifact, folder, arguments, access.confirmations, TIMEOUT_S)
    with access.client() as client:
        deployed = deploy(
            order,
            client,
            sender=access.address(),
            unlock=access.unlock,
            nonces=access.nonce,
            announce=lambda step: typer.echo(f"{step} …", err=as_json),
        )
    (_show_json if as_json else _show)(deployed, access)


def _show_json(deployed: "Deployed", access: "ChainAccess") -> None:
    entry = deployed.deployment
    settings = {SETTINGS_NAMES[entry.contract]: entry.address}
    answer = {
        "chain_id": access.chain_id,
        "was_there": deployed.was_there,
        "file": str(deployed.path.absolute()),
        "settings": settings,
        "deployment": entry.model_dump(mode="json"),
    }
    typer.echo(json.dumps(answer))


def _show(deployed: "Deployed", access: "ChainAccess") -> None:
    entry = deployed.deployment
    verb = "was deployed before, and lies" if deployed.was_there else "is deployed"
    typer.echo(f"{entry.contract} {verb} at {entry.address}")
    typer.echo(f"  Chain:       {access.chain_id} ({deployed.path.stem})")
    typer.echo(f"  Transaction: {entry.transaction} in block {entry.block_number:,}")
    for name, value in entry.arguments.items():
        typer.echo(f"  {name.capitalize() + ':':<12} {value}")
    typer.echo(f"  Written to:  {deployed.path}")
    typer.echo(f'To use it, in issuer.toml:  {SETTINGS_NAMES[entry.contract]} = "{entry.address}"')
