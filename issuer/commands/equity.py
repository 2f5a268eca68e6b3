"""``equity``: mastery by groups that the school chose, for the school only."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from issuer.equity.service import EquityRow


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("equity")(equity)


def equity(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Attribute of imported groups.")] = None,
    competency: Annotated[
        bool, typer.Option("--competency", help="One block a competency.")
    ] = False,
    framework: Annotated[bool, typer.Option("--framework", help="One block a framework.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show mastery by group; small groups are left out, and whatever would give them away."""
    from issuer.equity import service  # noqa: PLC0415

    if competency and framework:
        raise typer.BadParameter("Choose --competency or --framework.")
    level = service.Level.COMPETENCY if competency else service.Level.ALL
    level = service.Level.FRAMEWORK if framework else level
    least = of(context).settings().smallest_group
    found = read(context, lambda session: service.equity(session, by, level, least))
    rows = [asdict(row) if as_json else _readable(row, least) for row in found]
    show(rows, as_json=as_json, empty="No evidence yet: import some first.")


def _readable(row: "EquityRow", least: int) -> dict[str, Any]:
    group = "all" if row.value == "" else row.value or "(no group)"
    found = {"unit": row.name, "group": group}
    if not row.shown:
        nothing = dict.fromkeys(("mastered", "tries", "median_days"))
        return found | {"learners": f"too few (least {least})"} | nothing
    return found | {
        "learners": f"{row.pairs:,}",
        "mastered": f"{row.mastery_rate:.1%}",
        "tries": row.mean_attempts,
        "median_days": row.median_days,
    }
