"""``registry``: a network of schools says which issuers it accredits, and anybody can look."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.chain_access import (
    ChainIdOption,
    ConfirmationsOption,
    KeystoreOption,
    RpcOption,
    address_given,
    resolve,
)
from issuer.commands.errors import NotAccredited, RegistryRequestInvalid, RegistryUnknown
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from contracts.issuer_registry import Accreditation
    from issuer.anchoring.issuer_registry import Registry
    from issuer.commands.chain_access import ChainAccess

registry_app = typer.Typer(
    help="A network's registry of accredited issuers, on the chain.", no_args_is_help=True
)

DidArgument = Annotated[str, typer.Argument(help="The issuer's DID, as credentials name it.")]
RegistryOption = Annotated[
    str,
    typer.Option("--registry", help="The registry's address; registry_address if absent."),
]


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(registry_app, name="registry")


@registry_app.command("accredit")
def accredit(
    context: typer.Context,
    did: DidArgument,
    anchor: Annotated[str, typer.Argument(help="The account from which it anchors.")],
    *,
    begin: Annotated[
        str, typer.Option("--from", help="First moment; not in the past. Now if absent.")
    ] = "",
    until: Annotated[str, typer.Option(help="First moment after it. Open if absent.")] = "",
    registry: RegistryOption = "",
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
) -> None:
    """Accredit an issuer; again, before the end, to renew."""
    from contracts import issuer_registry as abi  # noqa: PLC0415 - kept out of --help
    from issuer.commands import registry_access  # noqa: PLC0415

    did_hash = registry_access.did_hash_given(did)
    account = address_given(anchor, "The account")
    first = registry_access.moment_given(begin, "--from") if begin else None
    end = registry_access.moment_given(until, "--until") if until else None
    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    with _opened(access, registry) as found:
        now = found.now()
        there = [
            one
            for one in found.accreditations(did_hash, account)
            if one.revoked_at is None
            and one.valid_until == end
            and (one.valid_from == first if first else one.covers(now))
        ]
        if there:
            typer.echo(f"{did} is accredited so already; nothing was sent.")
            return
        data = abi.accredit_calldata(did_hash, account, first, end)
        mined = registry_access.write(access, found, data)
    typer.echo(f"{did} is accredited with {account}, in block {mined.block.number:,}.")
    typer.echo(f"  Transaction: {mined.transaction}")


@registry_app.command("revoke")
def revoke(
    context: typer.Context,
    did: DidArgument,
    anchor: Annotated[str, typer.Argument(help="One account; all of the issuer's if absent.")] = "",
    *,
    reason: Annotated[str, typer.Option(help="A short code, such as closed; public for ever.")],
    registry: RegistryOption = "",
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
) -> None:
    """Revoke what an issuer was given, from now on. What was, stays on record."""
    from contracts import issuer_registry as abi  # noqa: PLC0415
    from issuer.commands import registry_access  # noqa: PLC0415

    did_hash = registry_access.did_hash_given(did)
    only = address_given(anchor, "The account") if anchor else ""
    try:
        abi.word_of_reason(reason)
    except ValueError as error:
        raise RegistryRequestInvalid(f"--reason cannot be used. {error}") from None
    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    with _opened(access, registry) as found:
        now = found.now()
        accounts = [
            account
            for account in found.anchors(did_hash)
            if only in ("", account)
            and _has_time_left(found.accreditations(did_hash, account), now)
        ]
        if not accounts:
            raise NotAccredited(
                f"The registry has no accreditation of {did} that is not over or revoked.",
                "See issuer registry show.",
            )
        for account in accounts:
            data = abi.revoke_calldata(did_hash, account, reason)
            mined = registry_access.write(access, found, data)
            typer.echo(f"{did} with {account} is revoked, in block {mined.block.number:,}.")


@registry_app.command("show")
def show_issuer(
    context: typer.Context,
    did: DidArgument,
    *,
    at: Annotated[str, typer.Option(help="The moment to ask about; now if absent.")] = "",
    registry: RegistryOption = "",
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Show everything that the network ever recorded about an issuer."""
    from issuer.commands import registry_access  # noqa: PLC0415

    did_hash = registry_access.did_hash_given(did)
    asked = registry_access.moment_given(at, "--at") if at else None
    access = resolve(of(context), rpc=rpc, chain_id=chain_id, keystore=None, needs_account=False)
    with _opened(access, registry) as found:
        moment = asked or found.now()
        rows = [
            _row(account, one, moment)
            for account in found.anchors(did_hash)
            for one in found.accreditations(did_hash, account)
        ]
    show(rows, as_json=as_json, empty=f"The network never accredited {did}.")


@registry_app.command("propose")
def propose(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="The network's next account; 0x0…0: none.")],
    *,
    registry: RegistryOption = "",
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
) -> None:
    """Hand the registry over, first step: by the network's account."""
    from contracts import issuer_registry as abi  # noqa: PLC0415
    from issuer.commands import registry_access  # noqa: PLC0415

    proposed = address_given(account, "The account")
    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    with _opened(access, registry) as found:
        registry_access.write(access, found, abi.propose_network_calldata(proposed))
    typer.echo(f"{proposed} may accept the registry. Until then nothing has changed.")


@registry_app.command("accept")
def accept(
    context: typer.Context,
    *,
    registry: RegistryOption = "",
    rpc: RpcOption = "",
    chain_id: ChainIdOption = 0,
    keystore: KeystoreOption = None,
    confirmations: ConfirmationsOption = 0,
) -> None:
    """Hand the registry over, second step: by the account that was proposed."""
    from contracts import issuer_registry as abi  # noqa: PLC0415
    from issuer.commands import registry_access  # noqa: PLC0415

    access = resolve(
        of(context), rpc=rpc, chain_id=chain_id, keystore=keystore, confirmations=confirmations
    )
    with _opened(access, registry) as found:
        proposed = found.next_network()
        registry_access.write(access, found, abi.accept_network_calldata(), writer=proposed)
    typer.echo(f"The registry is written by {proposed} from now on.")


@contextmanager
def _opened(access: "ChainAccess", address: str) -> Iterator["Registry"]:
    """The registry that was named, or the settings', after seeing that it is one."""
    from issuer.anchoring.issuer_registry import Registry  # noqa: PLC0415

    known = access.settings.registry_address if access.settings is not None else ""
    if not address and not known:
        raise RegistryUnknown(
            "No registry was named.",
            "Use --registry, or write registry_address into issuer.toml.",
        )
    with access.client() as client:
        found = Registry(client, address_given(address or known, "The registry's address"))
        found.check()
        yield found


def _has_time_left(records: "list[Accreditation]", now: datetime) -> bool:
    return any(
        one.revoked_at is None and (one.valid_until is None or one.valid_until > now)
        for one in records
    )


def _row(account: str, one: "Accreditation", moment: datetime) -> dict[str, Any]:
    return {
        "account": account,
        "accredited": one.covers(moment),
        "from": one.valid_from,
        "until": one.valid_until,
        "revoked": one.revoked_at,
        "reason": one.reason or None,
        "recorded": one.recorded_at,
    }
