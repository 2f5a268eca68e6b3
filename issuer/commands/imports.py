"""``import case``, ``import oneroster``, ``import evidence``: a school's own data."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.output import progress_bar

if TYPE_CHECKING:
    from sqlmodel import Session

PathArgument = Annotated[Path, typer.Argument(help="The file, directory or zip archive.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("case")(import_case)
    group.command("oneroster")(import_oneroster)
    group.command("evidence")(import_evidence)
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


def import_rules(context: typer.Context, path: PathArgument) -> None:
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

    changed = run_step("import rules", engine, work)
    typer.echo(
        "These rules hold from now on." if changed else "Nothing changed: they hold already."
    )


def _run(context: typer.Context, name: str, path: Path, work: Callable[..., Any]) -> None:
    """One import in one transaction: all of it or nothing, and logged if it changed anything."""
    from issuer.audit import service as audit  # noqa: PLC0415
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
        report = run_step(name, engine, logged)
    typer.echo(report.sentence)
