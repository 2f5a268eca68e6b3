"""``import …``: a school's own data."""

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
    group.command("rules")(import_rules)
    group.command("groups")(import_groups)
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
    from issuer.learners.departed import open_departed  # noqa: PLC0415

    home = of(context).home

    def work(session: Any, source: Path, now: datetime) -> Any:
        return service.import_oneroster(session, source, now, open_departed(session, home))

    _run(context, "import oneroster", path, work)


def import_evidence(context: typer.Context, path: PathArgument) -> None:
    """Import evidence: our own CSV or JSON."""
    from issuer.competency import service  # noqa: PLC0415

    _run(context, "import evidence", path, service.import_evidence)


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


def import_groups(context: typer.Context, path: PathArgument) -> None:
    """Import groups for the equity view: CSV with learnerSourcedId, attribute, value."""
    from issuer.equity import service  # noqa: PLC0415

    _run(
        context,
        "import groups",
        path,
        lambda session, file, _: service.import_groups(session, file),
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
