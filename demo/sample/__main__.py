"""``python -m demo.sample DIR``: writes a sample school of any size."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from demo.sample.generate import SampleOptions, SampleSummary, generate
from schemas.errors import TouchstoneError

console = Console(stderr=True)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def sample(  # noqa: PLR0917 (Typer reads the command line from the signature)
    directory: Annotated[Path, typer.Argument(help="Where to write; made where it is missing.")],
    learners: Annotated[int, typer.Option(min=1, help="How many learners.")] = 36,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 2026,
    framework: Annotated[
        Path | None, typer.Option(help="A CASE package; our own framework otherwise.")
    ] = None,
    evidence_per_competency: Annotated[
        tuple[int, int], typer.Option(min=1, help="Fewest and most pieces of evidence.")
    ] = (3, 5),
    competencies: Annotated[
        int | None,
        typer.Option(min=1, help="Competencies a learner works on; a third, at most 15."),
    ] = None,
) -> None:
    """Writes framework.json, oneroster/ and evidence.csv of a fictional school."""
    least, most = sorted(evidence_per_competency)
    options = SampleOptions(learners, seed, framework, least, most, competencies)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Learners", total=learners)
        try:
            summary = generate(
                directory, options, progress=lambda done: progress.update(task, completed=done)
            )
        except TouchstoneError as error:
            print(f"error[{error.code}]: {error}", file=sys.stderr)
            raise typer.Exit(1) from error
    print(sentence(directory, summary))


def sentence(directory: Path, summary: SampleSummary) -> str:
    """What was made, for the person who asked for it."""
    return (
        f"Wrote {directory}: {summary.learners:,} learners, {summary.competencies:,} competencies, "
        f"{summary.pieces:,} pieces of evidence."
    )


if __name__ == "__main__":
    app()
