"""``export case`` and ``crosswalk``: frameworks, and how they go together."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.errors import FileUnwritable
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from credentials.json_types import JsonObject
    from issuer.competency.crosswalk import Crosswalk


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("crosswalk")(crosswalk)


def export_case(
    context: typer.Context,
    framework: Annotated[str, typer.Argument(help="Its identifier, title or URI.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    case_version: Annotated[
        str | None,
        typer.Option(help="Make it fit CASE 1.0 or 1.1; else it is written as it came."),
    ] = None,
    number: Annotated[
        int | None, typer.Option(help="An earlier version: 1 is the first that was imported.")
    ] = None,
) -> None:
    """Write a competency framework to a file: a CASE package."""
    package = read(context, lambda session: _package(session, framework, case_version, number))
    text = json.dumps(package, ensure_ascii=False, indent=2)
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise FileUnwritable(
            f"The framework cannot be written to {output}: {error.strerror}.",
            "Name a file in a directory that you may write to.",
        ) from None
    typer.echo(f"The framework is in {output}")


def _package(
    session: "Session", framework: str, case_version: str | None, number: int | None
) -> "JsonObject":
    from issuer.competency import service  # noqa: PLC0415

    found = service.framework_named(session, framework)
    return service.export_case(session, found, version=case_version, number=number)


def crosswalk(
    context: typer.Context,
    competency: Annotated[str, typer.Argument(help="Its code, identifier or URI.")],
    as_json: JsonOption = False,
) -> None:
    """List the competencies of other frameworks that one matches."""
    found = read(context, lambda session: _crosswalk(session, competency))
    rows = [
        {
            "relation": one.relation,
            "direction": one.direction,
            "code": one.code,
            "title": one.title,
            "framework": one.framework_title,
            "identifier": one.identifier,
            "uri": one.uri,
            "here": one.competency_id is not None,
            "via": list(one.via),
        }
        for one in found.matches
    ]
    empty = "It matches no competency of another framework."
    show(rows, as_json=as_json, empty=empty, hide=["uri", "via"])
    if not found.complete:
        aside("There are more than these: the walk ended at its limit.")


def _crosswalk(session: "Session", name: str) -> "Crosswalk":
    from issuer.competency import service  # noqa: PLC0415

    return service.crosswalk(session, service.competency_named(session, name))
