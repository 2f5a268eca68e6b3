"""``anchor``: where every anchor stands, and what can be done about those that do not go on."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from issuer.commands.invocation import Invocation, of
from issuer.commands.output import JsonOption, aside, show
from schemas.errors import Fault, TouchstoneError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlmodel import Session

    from issuer.anchoring.account import EthereumAccount
    from issuer.anchoring.ethereum import EthereumClient
    from issuer.anchoring.overview import AnchorOverview
    from issuer.anchoring.service import AnchorStanding
    from issuer.settings import Settings

GWEI: Final = 10**9
_PAUSE_S: Final = 1.0
"""Between two looks at anchors that are waited for."""
_EMPTY: Final = "No batch has an anchor yet: mint with `issuer mint`."

anchor_app = typer.Typer(help="Anchors of batches on the chain.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(anchor_app, name="anchor")


@anchor_app.command("status")
def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Say where every batch stands: its transaction, its block, and what keeps it from going on."""
    from issuer.anchoring.overview import overview  # noqa: PLC0415 - kept out of --help
    from issuer.db import session_scope  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    newest, balance = _ask_chain(settings, engine)
    with session_scope(engine, read_only=True) as session:
        names = _names(session)
        rows = [_row(one, names) for one in overview(session, newest)]
        rows += _without_anchor(session, {row["batch"] for row in rows})
    hide = ["sender", "chain_id", "block_time", "max_fee_gwei", "sent_at"]
    show(rows, as_json=as_json, empty=_EMPTY, hide=hide)
    if balance and not as_json:
        typer.echo(balance)


@anchor_app.command("resume")
def resume(
    context: typer.Context,
    wait: Annotated[
        int, typer.Option(help="Seconds to go on until all are confirmed.", min=0, max=86_400)
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Advance every anchor that is not confirmed: send, raise stuck fees, look for its block."""
    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    deadline = time.monotonic() + wait
    with _open_client(settings) as client:
        account = _account(invocation, settings, engine)
        touched: set[UUID] = set()
        while True:
            touched |= _advance_all(settings, engine, client, account)
            rows = _settle(settings, engine, touched)
            if not _is_any_open(rows) or time.monotonic() + _PAUSE_S > deadline:
                break
            time.sleep(_PAUSE_S)
    _log(engine, "anchor.resume", touched)
    show(rows, as_json=as_json, empty="Every anchor is confirmed.")


@anchor_app.command("check")
def check(context: typer.Context, as_json: JsonOption = False) -> None:
    """See that the block of every confirmed anchor is still there; send again what is not."""
    from issuer.anchoring.service import check_still_anchored  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    with _open_client(settings) as client:
        gone = check_still_anchored(
            lambda: session_scope(engine), client, settings.confirmations, now=datetime.now(UTC)
        )
    with session_scope(engine, read_only=True) as session:
        rows = [_standing_row(session, batch_id) for batch_id in gone]
    _log(engine, "anchor.check", gone)
    show(rows, as_json=as_json, empty="The block of every confirmed anchor is still there.")
    if gone and not as_json:
        typer.echo("Run issuer anchor resume --wait 600 until they are confirmed again.")


def _log(engine: "Engine", action: str, anchors: Collection[UUID]) -> None:
    """The row of a command that changed something of these anchors; none if there were none."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    if anchors:
        with session_scope(engine) as session:
            now = datetime.now(UTC)
            audit.record(session, audit.CLI, action, now=now, anchors=len(anchors))


@contextmanager
def _open_client(settings: "Settings") -> "Iterator[EthereumClient]":
    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415
    from issuer.identity.node import open_node  # noqa: PLC0415

    with open_node(settings) as node, EthereumClient.of(settings, node.url) as client:
        yield client


def _ask_chain(settings: "Settings", engine: "Engine") -> tuple[int | None, str]:
    """The newest block, and how far the balance goes; without a node, only a warning."""
    from issuer.anchoring.service import check_ready  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415

    newest = None
    with session_scope(engine, read_only=True) as session:
        address = identity.account_in_use(session).address
    try:
        with _open_client(settings) as client:
            client.check_chain()
            newest = client.latest_block_number()
            ready = check_ready(client, address, settings.contract_address)
    except TouchstoneError as error:
        if error.fault == Fault.CONTENT:
            raise
        aside(f"warning[{error.code}]: {error}")
        return newest, ""
    return newest, ready.warning or ready.sentence


def _account(
    invocation: Invocation, settings: "Settings", engine: "Engine"
) -> "EthereumAccount | None":
    """The account, to sign higher fees; None without the passphrase: then none is raised."""
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415

    passphrase = invocation.passphrase_or_none()
    if passphrase is None:
        return None
    with session_scope(engine, read_only=True) as session:
        keystore = identity.keystore_in_use(session, settings)
    return EthereumAccount.unlock(keystore, passphrase)


def _advance_all(
    settings: "Settings",
    engine: "Engine",
    client: "EthereumClient",
    account: "EthereumAccount | None",
) -> set[UUID]:
    """One turn of every unfinished anchor; what is refused for one does not stop the others."""
    from issuer.anchoring import service  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    with session_scope(engine, read_only=True) as session:
        waiting = [anchor.batch_id for anchor in service.unfinished(session)]
    for batch_id in waiting:
        try:
            service.advance_anchor(
                lambda: session_scope(engine),
                batch_id,
                account=account,
                client=client,
                confirmations=settings.confirmations,
                now=datetime.now(UTC),
                fee_bump_after=settings.fee_bump_after,
            )
        except TouchstoneError as error:
            if error.code not in _OF_ONE_BATCH:
                raise
    return set(waiting)


def _settle(settings: "Settings", engine: "Engine", touched: set[UUID]) -> list[dict[str, Any]]:
    """Where these anchors stand now; batches whose anchors are confirmed tell of their blocks."""
    from issuer.anchoring import service  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.minting.anchored import renew  # noqa: PLC0415

    with session_scope(engine, read_only=True) as session:
        found = sorted(
            (service.find_anchor(session, batch_id) for batch_id in touched),
            key=lambda anchor: (anchor.sender, anchor.nonce),
        )
        standings = [service.standing_of(anchor) for anchor in found]
    for one in standings:
        if one.state == service.AnchorState.CONFIRMED and one.receipt is not None:
            renew(engine, settings, one.batch_id, one.receipt)
    return [_shown(one) for one in standings]


def _is_any_open(rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row["state"] not in _SETTLED for row in rows)


_OF_ONE_BATCH: Final = ("anchoring.nonce-taken", "chain.refused")
_SETTLED: Final = ("confirmed", "reverted", "given up")


def _standing_row(session: "Session", batch_id: UUID) -> dict[str, Any]:
    from issuer.anchoring import service  # noqa: PLC0415

    return _shown(service.standing_of(service.find_anchor(session, batch_id)))


def _shown(standing: "AnchorStanding") -> dict[str, Any]:
    return {
        "batch": standing.batch_id,
        "state": standing.state.value,
        "transaction": standing.tx_hash,
        "confirmations": standing.confirmations,
        "problem": standing.problem,
    }


def _row(one: "AnchorOverview", names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "batch": one.batch_id,
        "of": names.get(one.batch_id, "a batch that was begun again"),
        "state": one.state.value,
        "transaction": one.tx_hash,
        "attempts": one.attempts,
        "nonce": one.nonce,
        "confirmations": one.confirmations,
        "block": one.block_number,
        "fee_gwei": None if one.fee_wei is None else one.fee_wei / GWEI,
        "problem": one.problem,
        "sender": one.sender,
        "chain_id": one.chain_id,
        "block_time": one.block_time,
        "max_fee_gwei": one.max_fee_per_gas / GWEI,
        "sent_at": one.sent_at,
    }


def _names(session: "Session") -> dict[UUID, str]:
    """What is anchored: batches of credentials, and the versions of the DID document."""
    from issuer.anchoring.did_documents import anchor_id  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.minting import service as minting  # noqa: PLC0415

    batches = {batch.id: "credentials" for batch in minting.batches(session)}
    documents = {
        anchor_id(one.sha256): f"DID document {one.version}"
        for one in identity.did_document_versions(session)
    }
    return batches | documents


def _without_anchor(session: "Session", anchored: set[UUID]) -> Sequence[dict[str, Any]]:
    """Batches that minting has not brought to their anchor yet."""
    from issuer.minting import service as minting  # noqa: PLC0415

    names = ["transaction", "attempts", "nonce", "confirmations", "block", "fee_gwei", "problem"]
    names += ["sender", "chain_id", "block_time", "max_fee_gwei", "sent_at"]
    return [
        {"batch": batch.id, "of": "credentials", "state": "not prepared"} | dict.fromkeys(names)
        for batch in minting.batches(session)
        if batch.id not in anchored
    ]
