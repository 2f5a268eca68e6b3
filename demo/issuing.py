"""The school's side: the real commands of ``issuer``, run in this process.

They are the same functions that the installed command runs, with the same words and exit codes.
Starting Python anew for each of ten commands would only make the demonstration slow.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from demo.children import ENDED_BY_SIGNAL, OF_A_SCHOOL
from demo.errors import NotAsExpected
from issuer import cli

ISSUER = ("-c", "from issuer.cli import main; main()")
"""The installed command, with this Python."""
READERS_CHAIN = "TOUCHSTONE_RPC"
"""Tells our verifier where to read a chain."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""
LOOPBACK_WARNING = "INSECURE_LOOPBACK is on"


@dataclass
class SchoolCommands:
    """Runs commands for one school.

    Attributes:
        home: the school's directory.
        passphrase_file: holds the passphrase of its keys.
        warned: whether the loopback warning was said already.
    """

    home: Path
    passphrase_file: Path
    warned: bool = False

    def run(self, *arguments: str) -> str:
        """What a command printed on standard output.

        Raises:
            NotAsExpected: it ended with another exit code than 0; why, it said on standard error.
        """
        output = io.StringIO()
        with (
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(self._standard_error()),
            _environment_without_a_school(),
        ):
            code = cli.run([*arguments, *self.options])
        self.warned = True
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code >= ENDED_BY_SIGNAL:
            raise SystemExit(code)
        if code != 0:
            command = " ".join(arguments[:2])
            raise NotAsExpected(
                f"`issuer {command}` ended with exit code {code}.", "It says above what is wrong."
            )
        return output.getvalue()

    @contextlib.contextmanager
    def reading_chain(self, rpc: str) -> Iterator[None]:
        """Lets commands check others' credentials on a chain, as the verifier's settings say it.

        Args:
            rpc: ``CHAINID=URL``.
        """
        before = os.environ.get(READERS_CHAIN)
        os.environ[READERS_CHAIN] = rpc
        try:
            yield
        finally:
            del os.environ[READERS_CHAIN]
            if before is not None:
                os.environ[READERS_CHAIN] = before

    def listing(self, *arguments: str) -> list[dict[str, Any]]:
        """The rows that a command gives with ``--json``."""
        rows: list[dict[str, Any]] = json.loads(self.run(*arguments, "--json"))
        return rows

    @property
    def options(self) -> list[str]:
        """The global options of every command of this school."""
        return [
            *("--home", str(self.home)),
            *("--passphrase-file", str(self.passphrase_file)),
            "--insecure-loopback",
        ]

    def _standard_error(self) -> TextIO:
        return cast("TextIO", _WithoutTheWarning(sys.stderr)) if self.warned else sys.stderr


class _WithoutTheWarning(io.TextIOBase):
    """Standard error without the loopback warning, which need not be said ten times in a run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if LOOPBACK_WARNING not in text:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


@contextlib.contextmanager
def _environment_without_a_school() -> Iterator[None]:
    """Keeps a real school's settings in the environment away from the demonstration's."""
    taken = {name: os.environ.pop(name) for name in OF_A_SCHOOL if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
