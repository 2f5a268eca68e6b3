"""``python -m demo``: the product doing its work, from a school's data to a checked claim."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from rich.text import Text

from demo.children import ended_by_signals
from demo.places import DEFAULT_ROOT, places
from demo.road import Road, RoadOptions
from demo.sample import SampleOptions
from demo.tables import console, show_college, show_kinds, show_school
from schemas.errors import TouchstoneError

INSECURE = (
    "INSECURE_LOOPBACK was on: the school's site and chain are on this machine, over plain http. "
    "A real verifier refuses both."
)
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    framework: Annotated[
        Path | None, typer.Option(help="A CASE package to judge against, in place of our own.")
    ] = None,
    learners: Annotated[int, typer.Option(min=1, help="Learners in the sample.")] = 36,
    seed: Annotated[int, typer.Option(help="Seed of the sample.")] = 2026,
    directory: Annotated[
        Path, typer.Option(help="Where everything is written; made anew by each run.")
    ] = DEFAULT_ROOT,
) -> None:
    """Walk the main road on this machine alone; exit 0 if everything was as it should be."""
    options = RoadOptions(SampleOptions(learners=learners, seed=seed, framework=framework))
    began = time.monotonic()
    try:
        with ended_by_signals() as leave_if_asked, places(directory) as found:

            def announce(sentence: str) -> None:
                leave_if_asked()
                _announce(sentence)

            school, college = Road(found, options, announce, _report, _bar).walk()
    except TouchstoneError as error:
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from error
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None
    out = console()
    show_school(out, school)
    show_college(out, college)
    show_kinds(out, school)
    out.print(Text(INSECURE, style="yellow"))
    out.print(f"Everything was as expected, in {time.monotonic() - began:.0f} s.")


def _announce(sentence: str) -> None:
    Console(stderr=True, highlight=False).print(Text(sentence, style="bold"))


def _report(said: str) -> None:
    lines = "\n".join(f"        {line.strip()}" for line in said.splitlines() if line.strip())
    Console(stderr=True, highlight=False).print(Text(lines, style="dim"))


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; silent where that is no terminal."""
    err = Console(stderr=True)
    columns: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn()]
    if total is not None:
        columns.append(MofNCompleteColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.update(task, completed=done)
        if total is None:
            bars.update(task, total=1, completed=1)


if __name__ == "__main__":
    app()
