"""``judgments`` (the listing, ``confirm``, ``decline``) and ``explain``."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from issuer.commands.invocation import of
from issuer.commands.lists import judgments as list_judgments
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, plain, progress_bar, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.competency.reports import RecomputationReport
    from issuer.competency.views import Explanation

IdArgument = Annotated[UUID, typer.Argument(help="The judgment, as `issuer judgments` lists it.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept by the school, shown by no credential.")]
LevelOption = Annotated[str, typer.Option(help="Another level than the one that is proposed.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    group.callback()(judgments)
    group.command("confirm")(confirm)
    group.command("decline")(decline)
    app.add_typer(group, name="judgments", help="List the judgments, or decide on proposed ones.")
    app.command("explain")(explain)


def judgments(
    context: typer.Context,
    learner: Annotated[str, typer.Option(help="Only this learner's, by sourcedId.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the judgments, or decide on proposed ones."""
    if context.invoked_subcommand is None:
        list_judgments(context, learner, as_json)


def confirm(
    context: typer.Context,
    judgment: IdArgument,
    by: ByOption,
    reason: ReasonOption,
    level: LevelOption = "",
) -> None:
    """Confirm a proposed judgment, or decide on another level."""
    from issuer.audit import service as audit  # noqa: PLC0415 - kept out of --help
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)

    def work(session: "Session") -> UUID:
        made = service.confirm(session, judgment, by=by, reason=reason, now=now, level=level)
        verdict = "level" if level else "confirmed"
        return audit.record_decision(
            session, audit.CLI, now=now, judgment=judgment, made=made, verdict=verdict
        )

    made = run_step("confirm", invocation.engine(invocation.settings()), work)
    typer.echo(f"Judgment {made} stands from now on.")


def decline(
    context: typer.Context, judgment: IdArgument, by: ByOption, reason: ReasonOption
) -> None:
    """Decline a proposed judgment: it is not mastery."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)

    def work(session: "Session") -> UUID:
        made = service.decline(session, judgment, by=by, reason=reason, now=now)
        return audit.record_decision(
            session, audit.CLI, now=now, judgment=judgment, made=made, verdict="declined"
        )

    made = run_step("decline", invocation.engine(invocation.settings()), work)
    typer.echo(f"Judgment {made} stands from now on, and is not of mastery.")


def explain(
    context: typer.Context,
    judgment: Annotated[UUID | None, typer.Argument(help="The judgment.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Form all judgments again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how a judgment came about and form it again, or form all of them again."""
    from issuer.competency import service  # noqa: PLC0415

    if every == (judgment is not None):
        raise typer.BadParameter("Name one judgment, or give --all.")
    if judgment is None:
        with progress_bar() as progress:
            report = read(
                context,
                lambda session: service.recompute_all(
                    session, lambda done, total: progress("Forming again", done, total)
                ),
            )
        _show_report(report, as_json=as_json)
        if report.failures:
            raise typer.Exit(1)
        return
    told = read(context, lambda session: service.explain(session, judgment))
    if as_json:
        typer.echo(json.dumps(asdict(told), default=plain, ensure_ascii=False))
    else:
        _show(told)
    if not told.recomputation.equal:
        raise typer.Exit(1)


def _show_report(report: "RecomputationReport", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(report), default=plain, ensure_ascii=False))
        return
    for one in report.failed:
        typer.echo(f"{one.judgment_id} does not recompute: {' '.join(one.differences)}")
    typer.echo(
        f"{report.judgments:,} judgments were formed again; {report.failures:,} do not recompute."
    )


def _show(told: "Explanation") -> None:
    competency = told.competency_code or told.competency_statement
    typer.echo(f"{told.learner_name}: {competency}, judged {plain(told.judged_at)}")
    typer.echo(f"Rule {told.rule.name}, version {told.rule.version}: {told.rule.sentence}")
    _show_evidence(told)
    if told.members:
        show([asdict(one) for one in told.members], as_json=False, empty="")
    for reason in told.reasons:
        typer.echo(reason)
    level = told.level_name or "none"
    typer.echo(f"Level: {level}; mastered: {'yes' if told.mastered else 'no'}. {told.decided_by}")
    if told.decision is not None:
        when = plain(told.decision.decided_at)
        typer.echo(f"{told.decision.decided_by}, {when}: {told.decision.reason}")
    if told.superseded_by is not None:
        typer.echo(f"Judgment {told.superseded_by} has taken its place since.")
    _show_recomputation(told)


def _show_evidence(told: "Explanation") -> None:
    rows = [
        {
            "observed": one.observed_at,
            "kind": one.kind,
            "points": one.points,
            "title": one.title,
            "counted": one.counted,
            "used": one.used,
            "why not": one.why,
        }
        for one in told.evidence
    ]
    if rows:
        show(rows, as_json=False, empty="")


def _show_recomputation(told: "Explanation") -> None:
    if told.recomputation.equal:
        typer.echo("Formed again from what it names, it comes out the same.")
        return
    typer.echo("It does NOT come out the same when it is formed again:")
    for difference in told.recomputation.differences:
        typer.echo(f"  {difference}")
