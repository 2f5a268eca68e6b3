"""Programs that the demonstration starts, and ends again on every way out.

Each is ended by its own handle. Every wait has a limit.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx

from demo.errors import ChildFailed

START_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
"""A service stops the local chain as well, which writes its state."""
ANSWER_TIMEOUT_S = 2.0
PAUSE_S = 0.05
LAST_CHARACTERS = 2_000
"""How much of what a failed program printed is repeated."""

OF_A_SCHOOL = frozenset(
    {
        "INSECURE_LOOPBACK",
        "TOUCHSTONE_CONFIRMATIONS",
        "TOUCHSTONE_DATABASE_URL",
        "TOUCHSTONE_HOME",
        "TOUCHSTONE_PASSPHRASE",
        "TOUCHSTONE_RPC_URL",
    }
)
"""Environment variables through which a real school could get into the demonstration."""

HOST = "127.0.0.1"

ENDED_BY_SIGNAL = 128
"""Exit codes above this tell the number of a signal."""


def free_port(preferred: int = 0) -> int:
    """The preferred port of the loopback address if nothing listens there, otherwise a free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ChildFailed("This machine gives out no port.", "Close some programs and try again.")


@contextlib.contextmanager
def ended_by_signals() -> Iterator[Callable[[], None]]:
    """Lets SIGTERM and SIGHUP leave through the same way out as Ctrl-C, so that children end.

    A signal may come while Python runs what lets no exception through, such as a finaliser. So the
    block gets a function that leaves if one came, and the end of the block leaves as well.
    """
    came: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        raise SystemExit(ENDED_BY_SIGNAL + number)

    def leave_if_asked() -> None:
        if came:
            raise SystemExit(ENDED_BY_SIGNAL + came[0])

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield leave_if_asked
        leave_if_asked()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def serving(
    arguments: Sequence[str], *, health: str, log: Path, environment: Mapping[str, str]
) -> Iterator[Callable[[], None]]:
    """A service that runs for as long as the block does.

    The block gets a function that waits until the service is ready; until it is called, the
    service gets ready while other work goes on.

    Args:
        arguments: of this Python, such as ``-m issuer.cli serve``.
        health: the URL that answers 200 once the service is ready.
        log: where its output goes.
        environment: all of its environment.

    Raises (the function, not the block):
        ChildFailed: it ended, or did not answer within ``START_TIMEOUT_S``.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
        )
        try:
            yield lambda: _wait_until_ready(process, health, log)
        finally:
            _end(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", health: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ChildFailed(
                f"The service that should answer at {health} ended with {process.returncode}.",
                f"It said: {_end_of(log)}",
            )
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(health, timeout=ANSWER_TIMEOUT_S, trust_env=False).is_success:
                return
        time.sleep(PAUSE_S)
    raise ChildFailed(
        f"{health} did not answer within {START_TIMEOUT_S:.0f} s.", f"It said: {_end_of(log)}"
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a program politely, then for certain."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_TIMEOUT_S)


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-LAST_CHARACTERS:].strip()


@dataclass(frozen=True)
class Finished:
    """What a program that ended left behind."""

    exit_code: int
    output: str
    errors: str


def run(
    arguments: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    timeout_s: float = COMMAND_TIMEOUT_S,
) -> Finished:
    """Runs this Python with arguments to its end, in a directory, with this environment alone.

    Raises:
        ChildFailed: it did not end in time.
    """
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as error:
        command = " ".join(arguments[:4])
        raise ChildFailed(
            f"`{command} …` did not end within {timeout_s:.0f} s.", "Try again."
        ) from error
    return Finished(done.returncode, done.stdout, done.stderr)


def bare_environment(**additions: str) -> dict[str, str]:
    """This process's environment without what names a school or a chain, plus additions."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_A_SCHOOL}
    return kept | additions
