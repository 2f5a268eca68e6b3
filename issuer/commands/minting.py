"""What ``mint`` and ``worker`` work with, and how a worker lives and ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from issuer.commands.invocation import Invocation
from issuer.commands.output import aside, progress_bar
from schemas.logs import is_json

if TYPE_CHECKING:
    from issuer.minting.run import HandOver, Mint

MAX_PROCESSES: Final = 64
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_WATCH_S: Final = 0.2
_END_S: Final = 60.0
_ENTRY: Final = "from issuer.cli import main; main()"


def notice(sentence: str) -> None:
    """What a person who waits should know, on standard error."""
    aside(f"note: {sentence}")


@contextmanager
def open_mint(
    invocation: Invocation, passphrase: str | None = None, *, follow: bool = False
) -> "Iterator[Mint]":
    """Everything that minting works with: keys, account, chain, progress on the terminal.

    Args:
        invocation: the global options.
        passphrase: asked for if not given.
        follow: for a process that outlives changes of key and account: the passphrase is kept, to
            open those that come into use.

    Raises:
        WrongPassphrase, WrongKey, NoAccount, …: the keys do not open, or are not the published.
    """
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415 - kept out of --help
    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415
    from issuer.anchoring.following import FollowingAccount  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.identity.node import open_node  # noqa: PLC0415
    from issuer.minting.run import Mint  # noqa: PLC0415

    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = passphrase or invocation.passphrase()
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, passphrase)
        keystore = identity.keystore_in_use(session, settings)
    opened = EthereumAccount.unlock(keystore, passphrase)
    if follow:
        signer = identity.FollowingSigner(publisher.signer, passphrase)
        publisher = replace(publisher, signer=signer)
    with (
        open_node(settings) as node,
        EthereumClient.of(settings, node.url) as client,
        progress_bar() as progress,
    ):
        yield Mint(
            engine=engine,
            settings=settings,
            publisher=publisher,
            account=FollowingAccount(opened, passphrase) if follow else opened,
            client=client,
            node_url=node.url,
            clock=lambda: datetime.now(UTC),
            progress=progress,
            notice=notice,
        )


@contextmanager
def open_hand_over(invocation: Invocation) -> "Iterator[HandOver]":
    """What handing over to workers needs: no key, no chain."""
    from issuer.minting.run import HandOver  # noqa: PLC0415

    settings = invocation.settings()
    with progress_bar() as progress:
        yield HandOver(
            engine=invocation.engine(settings),
            settings=settings,
            clock=lambda: datetime.now(UTC),
            progress=progress,
            notice=notice,
        )


def run_worker(invocation: Invocation, passphrase: str, slot: str) -> None:
    """Work in this process until SIGTERM or SIGINT.

    Args:
        invocation: the global options.
        passphrase: opens key and account.
        slot: what this process is called; empty for the first free name of this machine.

    Raises:
        SlotTaken: a live process is called so.
        SlotLost: the database is out of reach, or was.
    """
    from issuer.minting.worker import work  # noqa: PLC0415 - loads the engine

    with open_mint(invocation, passphrase, follow=True) as run:
        for kind in _SIGNALS:
            signal.signal(kind, lambda *_: run.stop.ask())
        work(replace(run, progress=lambda *_: None), slot, on_ready=_say_ready)


def _say_ready(name: str) -> None:
    typer.echo(f"The worker {name} is at work. Ctrl-C, or SIGTERM, ends it in order.")


def run_workers(invocation: Invocation, passphrase: str, slot: str, count: int) -> int:
    """Work in several processes, one for a core, until SIGTERM or SIGINT, or until one ends.

    Returns:
        the exit code: 0 where all ended in order.
    """
    asked: list[int] = []
    for kind in _SIGNALS:
        signal.signal(kind, lambda *_: asked.append(1))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(1, count + 1):
            name = f"{slot}-{number}" if slot else ""
            processes.append(_start(invocation, passphrase, name))
        while not asked and all(process.poll() is None for process in processes):
            time.sleep(_WATCH_S)
    finally:
        codes = _end_all(processes)
    return max(codes, default=0)


def _start(invocation: Invocation, passphrase: str, slot: str) -> "subprocess.Popen[bytes]":
    """One process of several; the passphrase goes through a pipe, which no other process reads."""
    reading, writing = os.pipe()
    try:
        os.write(writing, passphrase.encode())
        os.close(writing)
        options = ["--home", str(invocation.home), "--passphrase-file", f"/dev/fd/{reading}"]
        options += ["--insecure-loopback"] if invocation.insecure_loopback else []
        options += ["--log-json"] if is_json() else []
        command = [sys.executable, "-c", _ENTRY, *options, "worker"]
        command += ["--slot", slot] if slot else []
        return subprocess.Popen(command, pass_fds=[reading])  # noqa: S603 - our own program
    finally:
        os.close(reading)


def _end_all(processes: "Sequence[subprocess.Popen[bytes]]") -> list[int]:
    """End them in order, and by force only what does not; their exit codes."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    codes = []
    for process in processes:
        try:
            codes.append(abs(process.wait(_END_S)))
        except subprocess.TimeoutExpired:
            process.kill()
            codes.append(abs(process.wait()))
    return codes
