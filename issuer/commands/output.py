"""How commands show things: tables for people, JSON for programs, progress while they work."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from schemas.logs import is_json, log_event

_log = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many (0 if not known)."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def aside(text: str) -> None:
    """A word to the person at the terminal, on standard error beside what was asked for.

    Where standard error is for programs, only that there was one: the words are a person's.
    """
    if is_json():
        log_event(_log, logging.INFO, "command.note")
        return
    typer.echo(text, err=True)


def show(
    rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str, hide: Sequence[str] = ()
) -> None:
    """Print a listing on standard output.

    Args:
        rows: all with the same members, in the order of the columns.
        as_json: a JSON array of objects instead of a table.
        empty: the sentence for a person when there are no rows.
        hide: members that only the JSON shows.
    """
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], default=plain, ensure_ascii=False))
        return
    if not rows:
        typer.echo(empty)
        return
    _table(rows, [name for name in rows[0] if name not in hide])


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    from rich import box  # noqa: PLC0415 - rich costs start-up time
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        # Text, never markup: names come from other people's files.
        table.add_row(*(Text(_readable(row[name])) for name in names))
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(table)


def _readable(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def plain(value: object) -> str:
    """A value that JSON has no form for, as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on standard error while the block runs; silent where that is no terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    tasks: dict[str, TaskID] = {}
    begun: dict[str, tuple[float, int]] = {}
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with RichProgress(*columns, console=console, disable=not console.is_terminal) as bars:

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None, completed=done, rate="")
                begun[stage] = (time.monotonic(), done)
            rate = _rate(*begun[stage], done)
            bars.update(tasks[stage], completed=done, total=total or None, rate=rate)

        yield report


def _rate(since: float, before: int, done: int) -> str:
    """How many a second, in words; nothing while that is not known."""
    seconds = time.monotonic() - since
    return f"{(done - before) / seconds:,.0f}/s" if seconds > 0 and done > before else ""
