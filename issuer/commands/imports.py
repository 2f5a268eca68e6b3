"""``import``: a school's own data, and badges of other issuers."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.output import progress_bar

PathArgument = Annotated[Path, typer.Argument(help="The file, directory or zip archive.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("case")(import_case)
    group.command("oneroster")(import_oneroster)
    group.command("evidence")(import_evidence)
    group.command("badge")(import_badge)
    group.command("rules")(import_rules)
    app.add_typer(
        group, name="import", help="Bring in frameworks, people, results, evidence, rules."
    )


def import_case(context: typer.Context, path: PathArgument) -> None:
    """Import a competency framework: a CASE package (JSON, 1.0 or 1.1)."""
    from issuer.competency import service  # noqa: PLC0415

    _run(context, "import case", path, service.import_case)


def import_oneroster(context: typer.Context, path: PathArgument) -> None:
    """Import people and results: a OneRoster 1.2 CSV set (directory or zip)."""
    from issuer.competency import service  # noqa: PLC0415

    _run(context, "import oneroster", path, service.import_oneroster)


def import_evidence(context: typer.Context, path: PathArgument) -> None:
    """Import evidence: our own CSV or JSON."""
    from issuer.competency import service  # noqa: PLC0415

    _run(context, "import evidence", path, service.import_evidence)


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
    report = run_step(
        "import badge",
        engine,
        lambda session: badges.take_in(session, badge, terms, own_did=settings.did, now=now),
    )
    typer.echo(report.sentence)


def import_rules(context: typer.Context, path: PathArgument) -> None:
    """Let the mastery rules of a TOML or JSON file hold from now on."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)
    changed = run_step(
        "import rules", engine, lambda session: service.import_rules(session, path, now)
    )
    typer.echo(
        "These rules hold from now on." if changed else "Nothing changed: they hold already."
    )


def _run(context: typer.Context, name: str, path: Path, work: Callable[..., Any]) -> None:
    """One import in one transaction: all of it or nothing."""
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    now = datetime.now(UTC)
    with progress_bar() as progress:
        progress(f"Importing {path.name}", 0, 0)
        report = run_step(name, engine, lambda session: work(session, path, now))
    typer.echo(report.sentence)
