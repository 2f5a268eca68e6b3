"""``import``: a school's own data, and badges of other issuers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.import_report import said
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, progress_bar, show

if TYPE_CHECKING:
    from sqlmodel import Session

PathArgument = Annotated[Path, typer.Argument(help="The file, directory or zip archive.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read and check all, say what would change, keep nothing.")
]
Outcomes = Annotated[
    Path | None,
    typer.Option("--outcomes", help="CSV with outcome,competency where their names differ."),
]
Demographics = Annotated[
    list[str] | None,
    typer.Option(
        "--with-demographics",
        help="A column of demographics.csv to keep, such as sex; may be repeated.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("case")(import_case)
    group.command("oneroster")(import_oneroster)
    group.command("canvas")(import_canvas)
    group.command("evidence")(import_evidence)
    group.command("badge")(import_badge)
    group.command("rules")(import_rules)
    group.command("groups")(import_groups)
    app.add_typer(
        group, name="import", help="Bring in frameworks, people, results, evidence, rules."
    )


def import_case(
    context: typer.Context, path: PathArgument, dry_run: DryRun = False, as_json: JsonOption = False
) -> None:
    """Import a competency framework: a CASE package (JSON, 1.0 or 1.1)."""
    from issuer.competency import service  # noqa: PLC0415

    _run(context, "import case", path, service.import_case, dry_run=dry_run, as_json=as_json)


def import_oneroster(
    context: typer.Context,
    path: PathArgument,
    with_demographics: Demographics = None,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Import people and results: a OneRoster CSV set, 1.2 or 1.1 (directory or zip)."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.learners.departed import open_departed  # noqa: PLC0415

    home = of(context).home
    named = [name.strip() for text in with_demographics or () for name in text.split(",")]
    columns = [name for name in dict.fromkeys(named) if name]

    def work(session: Any, path: Path, now: datetime) -> Any:
        departed = open_departed(session, home)
        return service.import_oneroster(session, path, now, columns, departed=departed)

    _run(context, "import oneroster", path, work, dry_run=dry_run, as_json=as_json)


def import_canvas(
    context: typer.Context,
    path: PathArgument,
    outcomes: Outcomes = None,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Import evidence from Canvas: its report of outcome results (CSV)."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.learners.departed import open_departed  # noqa: PLC0415

    home = of(context).home

    def work(session: Any, path: Path, now: datetime) -> Any:
        departed = open_departed(session, home)
        return service.import_canvas(session, path, now, outcomes, departed=departed)

    _run(context, "import canvas", path, work, dry_run=dry_run, as_json=as_json)


def import_evidence(
    context: typer.Context, path: PathArgument, dry_run: DryRun = False, as_json: JsonOption = False
) -> None:
    """Import evidence: our own CSV or JSON."""
    from issuer.competency import service  # noqa: PLC0415

    work = service.import_evidence
    _run(context, "import evidence", path, work, dry_run=dry_run, as_json=as_json)


def import_badge(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="An Open Badge of another issuer: JSON, or a token.")
    ],
    *,
    learner: Annotated[str, typer.Option(help="Whose work it shows: a sourcedId. Your word.")],
    competency: Annotated[str, typer.Option(help="What it is evidence of: code or identifier.")],
    framework: Annotated[str, typer.Option(help="Where several have that code: which.")] = "",
    score: Annotated[str, typer.Option(help="What it is worth here, in points.")] = "",
    score_max: Annotated[str, typer.Option(help="If the score is out of something else.")] = "",
    level: Annotated[str, typer.Option(help="What it is worth here, as a level's name.")] = "",
    kind: Annotated[str, typer.Option(help="Such as work-experience.")] = "out-of-school",
    rpc: Annotated[
        list[str] | None,
        typer.Option("--rpc", metavar="CHAINID=URL", help="Where to read a chain; repeatable."),
    ] = None,
    registry: Annotated[
        Path | None, typer.Option(help="JSON file: the issuers a network recognises.")
    ] = None,
) -> None:
    """Take in another issuer's badge as evidence, if our verifier finds it VERIFIED."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.competency import badge_check, badges  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    ours = [] if settings.uses_local_chain else [f"{settings.chain_id}={settings.rpc_url}"]
    badge = badge_check.check_badge(
        path,
        badge_check.badge_settings(
            rpc=[*ours, *(rpc or [])],
            registry=registry,
            insecure_loopback=settings.insecure_loopback,
        ),
    )
    terms = badges.BadgeTerms(
        learner, competency, framework, kind, score, score_max, level, path.name
    )
    now = datetime.now(UTC)

    def work(session: "Session") -> "badges.BadgeReport":
        return badges.take_in_logged(
            session, badge, terms, own_did=settings.did, now=now, who=audit.CLI
        )

    report = run_step("import badge", engine, work)
    typer.echo(report.sentence)


def import_rules(
    context: typer.Context, path: PathArgument, dry_run: DryRun = False, as_json: JsonOption = False
) -> None:
    """Let the mastery rules of a TOML or JSON file hold from now on."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)

    def work(session: "Session") -> bool:
        changed = service.import_rules(session, path, now)
        if changed:
            audit.record(session, audit.CLI, "rules.set", now=now)
        return changed

    changed = run_step("import rules", engine, work, keep=not dry_run)
    if as_json:
        typer.echo(json.dumps({"dryRun": dry_run, "changed": changed}))
    elif dry_run:
        typer.echo("Dry run: they would hold." if changed else "Dry run: they hold already.")
    else:
        typer.echo(
            "These rules hold from now on." if changed else "Nothing changed: they hold already."
        )


def import_groups(
    context: typer.Context, path: PathArgument, dry_run: DryRun = False, as_json: JsonOption = False
) -> None:
    """Import groups for the equity view: CSV with learnerSourcedId, attribute, value."""
    from issuer.equity import service  # noqa: PLC0415

    _run(
        context,
        "import groups",
        path,
        lambda session, file, _: service.import_groups(session, file),
        dry_run=dry_run,
        as_json=as_json,
    )


def _run(
    context: typer.Context,
    name: str,
    path: Path,
    work: Callable[..., Any],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """One import in one transaction: all of it or nothing, logged if it changed anything."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.competency.import_document import as_document  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)

    def logged(session: "Session") -> Any:
        report = work(session, path, now)
        if not report.nothing_changed:
            audit.record(session, audit.CLI, name.replace(" ", "."), now=now)
        return report

    with progress_bar() as progress:
        progress(f"Importing {path.name}", 0, 0)
        report = run_step(name, engine, logged, keep=not dry_run)
    document = as_document(report, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    rows = document["tables"]
    if any(row["changed"] or row["gone"] for row in rows):
        show(rows, as_json=False, empty="", hide=("gone_ids",))
    for note in said(rows, document["notes"]):
        aside(note)
    typer.echo(f"Dry run, nothing was kept: {report.sentence}" if dry_run else report.sentence)
