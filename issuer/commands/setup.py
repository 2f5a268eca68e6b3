"""``init``, ``serve`` and ``chain``: the school itself, its site, its local chain."""

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from issuer.commands.invocation import of
from issuer.defaults import DEFAULT_SIGNER, LOCAL_CHAIN_ID, LOCAL_CHAIN_PORT, LOCAL_RPC

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("chain")(chain)


def init(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="The school's name, as people read it.")],
    base_url: Annotated[
        str, typer.Option(help="Where its public documents will be served (https).")
    ],
    did: Annotated[str, typer.Option(help="Its did:web; made from the base URL if absent.")] = "",
    database: Annotated[
        str, typer.Option(help="SQLAlchemy URL; SQLite in the home if absent.")
    ] = "",
    rpc: Annotated[
        str, typer.Option(help="JSON-RPC URL of an Ethereum node, or 'local'.")
    ] = LOCAL_RPC,
    chain_id: Annotated[int, typer.Option(help="The chain's number (EIP-155).")] = LOCAL_CHAIN_ID,
    chain_port: Annotated[
        int, typer.Option(help="Port of the local chain; 0 for any free one.")
    ] = LOCAL_CHAIN_PORT,
    contract: Annotated[
        str, typer.Option(help="Address of an anchor contract; a new one if absent.")
    ] = "",
    confirmations: Annotated[
        int, typer.Option(help="Blocks that must stand on an anchor, its own included.")
    ] = 1,
    learner_names: Annotated[
        bool, typer.Option(help="Write the learner's name into credentials.")
    ] = True,
    signer: Annotated[
        str,
        typer.Option(
            help="Where the signing key is made: pkcs11:token=…;object=… (RFC 7512); an "
            "encrypted file if absent.",
        ),
    ] = DEFAULT_SIGNER,
) -> None:
    """Found an issuer: keys, account, database, anchor contract."""
    from issuer.commands.founding import Plan, check_home_is_free, found  # noqa: PLC0415

    invocation = of(context)
    plan = Plan(
        home=invocation.home,
        name=name,
        base_url=base_url,
        did=did,
        database_url=database,
        rpc_url=rpc,
        chain_id=chain_id,
        chain_port=chain_port,
        contract_address=contract,
        confirmations=confirmations,
        include_learner_name=learner_names,
        signer_uri=signer,
        insecure_loopback=invocation.insecure_loopback,
    )
    plan.settings()
    check_home_is_free(invocation.home)
    passphrase = invocation.passphrase(confirm=True)
    settings = found(plan, passphrase, datetime.now(UTC), lambda step: typer.echo(f"{step} …"))
    typer.echo(f"{settings.name} is founded in {settings.home}")
    typer.echo(f"  DID:      {settings.did}")
    typer.echo(f"  Contract: {settings.contract_address} on chain {settings.chain_id}")


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for a free one.")] = DEFAULT_PORT,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written with the address once the site answers.")
    ] = None,
) -> None:
    """Serve the school's public documents; runs the local chain too if there is one."""
    from issuer.commands.serving import run_site  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    invocation.engine(settings).dispose()
    passphrase = invocation.passphrase_or_none()
    run_site(settings, passphrase, host=host, port=port, ready_file=ready_file)


def chain(context: typer.Context) -> None:
    """Run the local chain in the foreground, until interrupted."""
    from issuer.identity.node import open_node  # noqa: PLC0415

    settings = of(context).settings()
    if not settings.uses_local_chain:
        typer.echo(f"This issuer uses the node at {settings.rpc_url}; there is no local chain.")
        return
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with open_node(settings) as node:
        typer.echo(f"The local chain {settings.chain_id} answers at {node.url}. Ctrl-C ends it.")
        stopped.wait()
