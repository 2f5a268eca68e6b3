"""The command ``issuer``: what a school runs.

Errors end with ``error[code]: sentence remedy`` on standard error and exit code 1; wrong use of
the command line with exit code 2. There is never a traceback.
"""

import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from issuer.commands import (
    access,
    anchoring,
    auditing,
    awarding,
    bundling,
    calibration,
    delivery,
    deploying,
    endorsing,
    evidence,
    frameworks,
    imports,
    judgments,
    keys,
    lists,
    registry,
    setup,
    work,
)
from issuer.commands.invocation import Invocation
from issuer.defaults import DEFAULT_HOME
from keys.insecure import InsecureLoopbackWarning, warn_insecure_loopback
from schemas.errors import TouchstoneError
from schemas.logs import configure, is_json, log_error, log_event, log_fault

EXIT_ERROR: Final = 1
_GLOBAL_FLAGS: Final = ("--insecure-loopback", "--log-json")
_GLOBAL_VALUES: Final = ("--home", "--passphrase-file")
_log = logging.getLogger(__name__)

app = typer.Typer(
    name="issuer",
    help="Turn a school's mastery judgments into credentials that a college can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _group in (
    setup,
    imports,
    evidence,
    calibration,
    judgments,
    awarding,
    work,
    anchoring,
    auditing,
    lists,
    delivery,
    frameworks,
    keys,
    access,
    deploying,
    registry,
    bundling,
    endorsing,
):
    _group.register(app)


@app.callback()
def global_options(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="TOUCHSTONE_HOME", help="The issuer's directory.")
    ] = DEFAULT_HOME,
    insecure_loopback: Annotated[
        bool,
        typer.Option(
            "--insecure-loopback",
            help="Allow plain http and loopback addresses. For demonstrations on one machine.",
        ),
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="File that holds the passphrase (else TOUCHSTONE_PASSPHRASE)."),
    ] = None,
    log_json: Annotated[
        bool,
        typer.Option(
            "--log-json",
            help="Write nothing but JSON lines to standard error (else TOUCHSTONE_LOG=json).",
        ),
    ] = False,
) -> None:
    """Turn a school's mastery judgments into credentials that a college can check."""
    configure(as_json=log_json)
    loopback = insecure_loopback or os.environ.get("INSECURE_LOOPBACK") == "1"
    if loopback:
        _warn_once()
    context.obj = Invocation(home, loopback, passphrase_file)


def _warn_once() -> None:
    """Say it as one line that nobody can take for a fault of the program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InsecureLoopbackWarning)
        warn_insecure_loopback()
    if is_json():
        log_event(_log, logging.WARNING, "insecure-loopback")
        return
    for warning in caught:
        typer.echo(f"warning[insecure-loopback]: {warning.message}", err=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; the entry point of the installed command."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def _terminated(number: int, _frame: object) -> None:
    """End in order: what is half done is taken back, and the local chain is left properly."""
    sys.exit(128 + number)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing but the code comes out of it.

    Args:
        arguments: without the program's name; global options may stand anywhere.
    """
    try:
        app(args=_global_options_first(arguments), prog_name="issuer")
    except TouchstoneError as error:
        return _fail(error.code, str(error), error)
    except SystemExit as end:  # how Typer ends, with its own words for wrong use already said
        return end.code if isinstance(end.code, int) else EXIT_ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except Exception as error:  # the last line before a traceback
        return _fault(error)
    return 0


def _fail(code: str, text: str, error: TouchstoneError) -> int:
    """Every problem if there are several, then the error itself; as a line for programs, the
    error alone, without the words of one that may quote what was sent."""
    if is_json():
        log_error(_log, "command.failed", error)
        return EXIT_ERROR
    problems = getattr(error, "problems", ())
    if len(problems) > 1:
        for problem in problems:
            typer.echo(str(problem), err=True)
    typer.echo(f"error[{code}]: {text}", err=True)
    return EXIT_ERROR


def _fault(error: Exception) -> int:
    """A fault of ours: named, but without the data that an exception may carry."""
    if os.environ.get("TOUCHSTONE_TRACEBACK") == "1":
        raise error
    if is_json():
        log_fault(_log, "command.fault", error, code="internal.fault")
        return EXIT_ERROR
    typer.echo(
        f"error[internal.fault]: A fault of this program stopped the command "
        f"({type(error).__name__}). Nothing was half done; please report it. "
        f"TOUCHSTONE_TRACEBACK=1 shows where it happened.",
        err=True,
    )
    return EXIT_ERROR


def _global_options_first(arguments: Sequence[str]) -> list[str]:
    """``issuer mint --home X`` means the same as ``issuer --home X mint``."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _GLOBAL_VALUES:
            first += [argument, *[value for value in [next(waiting, None)] if value is not None]]
        elif argument in _GLOBAL_FLAGS or argument.startswith(
            tuple(f"{name}=" for name in _GLOBAL_VALUES)
        ):
            first.append(argument)
        else:
            rest.append(argument)
    return first + rest
