"""``judge`` and ``mint``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, progress_bar, show

if TYPE_CHECKING:
    from issuer.minting.service import MintedBatch


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("judge")(judge)
    app.command("mint")(mint)


def judge(context: typer.Context, as_json: JsonOption = False) -> None:
    """Form judgments from the evidence, by the mastery rules."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)
    with progress_bar() as progress:
        report = run_step(
            "judge",
            engine,
            lambda session: service.judge_all(
                session, now, progress=lambda done, total: progress("Judging", done, total)
            ),
        )
    row = {
        "new": report.new,
        "unchanged": report.unchanged,
        "superseded": report.superseded,
        "mastered": report.mastered,
        "without_a_rule": report.unruled,
    }
    if as_json:
        show([row], as_json=True, empty="")
        return
    typer.echo(
        f"{report.new:,} new judgments, {report.unchanged:,} unchanged, "
        f"{report.superseded:,} superseded; {report.mastered:,} stand as mastered."
    )
    if report.unruled:
        typer.echo(f"No rule applies to {report.unruled:,} pairs of learner and competency.")


def mint(context: typer.Context, as_json: JsonOption = False) -> None:
    """Mint every mastered judgment that is not minted yet; continues what was interrupted."""
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415
    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.identity.node import open_node  # noqa: PLC0415
    from issuer.minting import service  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = invocation.passphrase()
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, passphrase)
    account = EthereumAccount.unlock(settings.keystore_path, passphrase)
    with (
        open_node(settings) as node,
        EthereumClient(node.url, chain_id=settings.chain_id) as client,
        progress_bar() as progress,
    ):
        run = service.Mint(
            engine,
            settings,
            publisher,
            account,
            client,
            node.url,
            lambda: datetime.now(UTC),
            progress,
        )
        batches = service.mint(run)
    _report(batches, as_json=as_json)


def _report(batches: "Sequence[MintedBatch]", *, as_json: bool) -> None:
    rows = [
        {
            "batch": batch.id,
            "credentials": batch.size,
            "anchored_at": batch.anchored_at,
            "transaction": batch.transaction,
            "root": batch.root,
            "resumed": batch.resumed,
        }
        for batch in batches
    ]
    show(
        rows,
        as_json=as_json,
        empty="Nothing new to mint: every mastered judgment has its credential.",
    )
    if not as_json and batches:
        total = sum(batch.size for batch in batches)
        typer.echo(f"{total:,} credentials are signed, anchored, checked and released.")
