"""``judge``, ``mint`` and ``worker``."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from issuer.commands.awarding import award_due, said
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, progress_bar, show
from schemas.logs import configure, is_json

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.competency.reports import JudgingReport
    from issuer.minting.service import MintedBatch

NOTHING_NEW: Final = "Nothing new to mint: every mastered judgment has its credential."
INTERRUPTED: Final = "Interrupted. Nothing is lost: `issuer mint` goes on from here."
EXIT_INTERRUPTED: Final = 130


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("judge")(judge)
    app.command("mint")(mint)
    app.command("worker")(worker)


def judge(context: typer.Context, as_json: JsonOption = False) -> None:
    """Form judgments from the evidence, by the mastery rules, and award what is due by them."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)
    with progress_bar() as progress:

        def work(session: "Session") -> "JudgingReport":
            found = service.judge_all(
                session, now, progress=lambda done, total: progress("Judging", done, total)
            )
            audit.record_judging(session, audit.CLI, now=now, new=found.new, old=found.superseded)
            return found

        report = run_step("judge", engine, work)
    awarded = award_due(invocation)
    row = {
        "new": report.new,
        "unchanged": report.unchanged,
        "superseded": report.superseded,
        "mastered": report.mastered,
        "without_a_rule": report.unruled,
        "problems": list(report.problems),
        "awards": asdict(awarded),
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
    for problem in report.problems:
        typer.echo(problem)
    if not awarded.nothing_changed:
        typer.echo(said(awarded))


WaitOption = Annotated[
    bool | None,
    typer.Option(
        "--wait/--no-wait",
        help="Leave the work to running workers, and wait for them, or do not. "
        "Without either, this command does the work.",
        show_default=False,
    ),
]
SlotOption = Annotated[
    str,
    typer.Option(help="What this worker is called; the first free name of this machine if absent."),
]
ConcurrencyOption = Annotated[
    int, typer.Option(min=1, max=64, help="Processes to work with: one for each core.")
]

MetricsPortOption = Annotated[
    int | None,
    typer.Option(
        min=0, max=65535, help="Serve /metrics at this port, to this machine; 0 for a free one."
    ),
]


def mint(context: typer.Context, *, wait: WaitOption = None, as_json: JsonOption = False) -> None:
    """Mint every mastered judgment that is not minted yet; continues what was interrupted."""
    from issuer.commands.key_changes import anchor_waiting  # noqa: PLC0415 - kept out of --help
    from issuer.commands.minting import open_mint  # noqa: PLC0415
    from issuer.minting import service  # noqa: PLC0415

    try:
        if wait is not None:
            _hand_over(context, wait=wait, as_json=as_json)
            return
        with open_mint(of(context)) as run:
            anchor_waiting(run)
            batches = service.mint(run)
    except KeyboardInterrupt:
        aside(INTERRUPTED)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _report(batches, as_json=as_json)


def _hand_over(context: typer.Context, *, wait: bool, as_json: bool) -> None:
    """Reserve what is new and leave the rest to workers."""
    from issuer.commands.minting import open_hand_over  # noqa: PLC0415 - kept out of --help
    from issuer.minting import service  # noqa: PLC0415

    with open_hand_over(of(context)) as run, service.hand_over(run) as handed:
        if not handed.workers:
            run.notice("No worker is running: start one with `issuer worker`.")
        if wait:
            _report(handed.wait(), as_json=as_json)
            return
    rows = [{"batch": batch_id, "credentials": size} for batch_id, size in handed.sizes.items()]
    show(rows, as_json=as_json, empty=NOTHING_NEW)


def worker(
    context: typer.Context,
    slot: SlotOption = "",
    concurrency: ConcurrencyOption = 1,
    metrics_port: MetricsPortOption = None,
) -> None:
    """Take part in the work of minting, until SIGTERM or Ctrl-C."""
    from issuer.commands.minting import run_worker, run_workers  # noqa: PLC0415 - as above

    if metrics_port is not None:  # a web framework comes with it
        from issuer.commands.metrics import metrics_beside  # noqa: PLC0415
    configure(as_json=is_json(), default_level="info")
    invocation = of(context)
    passphrase = invocation.passphrase()
    with nullcontext() if metrics_port is None else metrics_beside(invocation, metrics_port):
        if concurrency == 1:
            run_worker(invocation, passphrase, slot)
        elif code := run_workers(invocation, passphrase, slot, concurrency):
            raise typer.Exit(code)


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
        empty=NOTHING_NEW,
    )
    if not as_json and batches:
        total = sum(batch.size for batch in batches)
        typer.echo(f"{total:,} credentials are signed, anchored, checked and released.")
