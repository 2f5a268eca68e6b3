"""The local Ethereum chain: Anvil, kept in a folder, so that it survives restarts.

One folder has at most one running chain, however many commands use it. Two file locks see to that,
because the kernel drops them when a process dies, however it dies:

* ``anvil.lock`` is held by the Anvil process itself (it inherits the open file). While it is held
  the pid and port in ``endpoint.json`` are those of a live process; there are no stale pid files.
* ``users.lock`` is shared by every command that uses the chain. Whoever leaves last, stops it.

For demonstration and tests only: anybody on this machine can mine, and give themselves money.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from contracts.anvil import find_anvil
from contracts.errors import (
    ChainBadAnswer,
    ChainNotStarted,
    ChainPortTaken,
    ChainRefused,
    ChainStateDamaged,
    ChainUnreachable,
)

CHAIN_ID = 11155111
"""Sepolia's number: the one test chain that Blockcerts verifiers accept."""
HOST = "127.0.0.1"
DEFAULT_PORT = 8545
STATE_INTERVAL_S = 1
"""How often Anvil writes its state; what is younger can be lost when Anvil itself is killed."""
HARDFORK = "prague"
"""Fixed, so that gas figures do not move with Anvil's version."""
START_DEADLINE_S = 20.0
STOP_DEADLINE_S = 10.0
RPC_TIMEOUT_S = 10.0
_POLL_S = 0.02
_LOG_TAIL_BYTES = 500

_left_running: list["subprocess.Popen[bytes]"] = []
"""Chains that this process started and others still use; kept so that nothing warns of them."""


class LocalChain:
    """A local chain in a folder, used as a context manager or with ``start`` and ``stop``.

    Args:
        directory: holds the chain's state; made if absent. One chain a folder.
        port: where to listen on 127.0.0.1; 0 picks a free one. A chain that already runs for the
            folder is used where it listens, whatever is asked here: read ``url`` after ``start``.
        anvil: the binary; found by ``contracts.anvil.find_anvil`` if not given.
    """

    def __init__(
        self, directory: Path, *, port: int = DEFAULT_PORT, anvil: Path | None = None
    ) -> None:
        self.directory = Path(directory)
        self.port = port
        self.pid: int | None = None
        """Process id of the running Anvil, whoever started it; None before ``start``."""
        self.process: subprocess.Popen[bytes] | None = None
        """The Anvil process if this object started it."""
        self._anvil = anvil
        self._users: IO[bytes] | None = None
        self._http: httpx.Client | None = None

    @property
    def url(self) -> str:
        """JSON-RPC address of the chain."""
        return f"http://{HOST}:{self.port}"

    @property
    def started_here(self) -> bool:
        """Whether this object started the chain, rather than found it running."""
        return self.process is not None

    def __enter__(self) -> Self:
        """Start, or join, the chain."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the chain; see ``stop``."""
        self.stop()

    def start(self) -> Self:
        """Join the folder's running chain, or start it, and wait until it answers.

        Raises:
            AnvilMissing: the binary is not installed.
            ChainPortTaken: another program listens on the port.
            ChainStateDamaged: the stored state cannot be read, nor its copy.
            ChainNotStarted: Anvil ended, or did not answer within ``START_DEADLINE_S``.
        """
        if self._users is not None:
            return self
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        deadline = time.monotonic() + START_DEADLINE_S
        self._http = httpx.Client(timeout=RPC_TIMEOUT_S, trust_env=False)
        self._users = self._path("users.lock").open("ab")
        try:
            self._enter_as_user(deadline)
            while not (self._launch(deadline) or self._join()):
                self._wait(deadline, "does not answer")
        except BaseException:
            self._abandon()
            raise
        return self

    def stop(self) -> None:
        """Leave the chain. The last command to leave stops it, its state written to disk.

        Does nothing if the chain was not started, or has been left already.
        """
        if self._users is None:
            return
        try:
            if _try_lock(self._users, fcntl.LOCK_EX):
                self._terminate()
            elif self.process is not None:
                _left_running.append(self.process)
        finally:
            self._close()

    def rpc(self, method: str, *params: object) -> Any:
        """Call one JSON-RPC method and return its result.

        Raises:
            ChainUnreachable: no answer.
            ChainRefused: the chain answered with an error.
            ChainBadAnswer: the answer is not JSON-RPC.
        """
        if self._http is None:
            raise ChainUnreachable("The local chain has not been started.", "Start it first.")
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        try:
            answer = self._http.post(self.url, json=request).json()
        except httpx.HTTPError as error:
            raise ChainUnreachable(
                f"The local chain at {self.url} does not answer.", "Start it again."
            ) from error
        except ValueError as error:
            raise self._bad_answer(method) from error
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            message = str(answer["error"].get("message"))
            raise ChainRefused(f"The local chain refused {method}: {message}.")
        if not isinstance(answer, dict) or "result" not in answer:
            raise self._bad_answer(method)
        return answer["result"]

    def fund(self, address: str, wei: int) -> None:
        """Set the balance of an address (not add to it). No real chain can do this."""
        self.rpc("anvil_setBalance", address, hex(wei))

    def mine(self, blocks: int = 1) -> None:
        """Mine blocks at once. Otherwise the chain mines one block a transaction."""
        self.rpc("anvil_mine", hex(blocks))

    def _path(self, name: str) -> Path:
        return self.directory / name

    def _bad_answer(self, method: str) -> ChainBadAnswer:
        return ChainBadAnswer(
            f"What listens at {self.url} does not answer {method} as an Ethereum node would.",
            "See which program uses that port.",
        )

    def _enter_as_user(self, deadline: float) -> None:
        # Blocks only while another command is just stopping the chain, which is bounded.
        assert self._users is not None  # noqa: S101 - set by start
        while not _try_lock(self._users, fcntl.LOCK_SH):
            self._wait(deadline, "is being stopped by another command")

    def _wait(self, deadline: float, state: str) -> None:
        if time.monotonic() > deadline:
            raise ChainNotStarted(
                f"The local chain in {self.directory} {state} after {START_DEADLINE_S:.0f} s.",
                f"See {self._path('anvil.log')}; end the anvil process if one hangs.",
            )
        time.sleep(_POLL_S)

    def _launch(self, deadline: float) -> bool:
        """Start Anvil unless one runs for this folder already."""
        with self._path("anvil.lock").open("ab") as lock:
            if not _try_lock(lock, fcntl.LOCK_EX):
                return False
            self._path("endpoint.json").unlink(missing_ok=True)
            self._secure_state()
            self.port = _checked_port(self.port)
            self.process = self._spawn(lock)
        # From here on the lock lives in Anvil alone.
        self.pid = self.process.pid
        while not self._answers():
            if self.process.poll() is not None:
                raise self._ended_early()
            self._wait(deadline, "does not answer")
        _write(self._path("endpoint.json"), {"pid": self.pid, "port": self.port})
        return True

    def _spawn(self, lock: IO[bytes]) -> "subprocess.Popen[bytes]":
        command = [str(self._anvil or find_anvil()), "--silent", "--no-cors", "--accounts", "0"]
        command += ["--host", HOST, "--port", str(self.port), "--chain-id", str(CHAIN_ID)]
        command += ["--hardfork", HARDFORK, "--state", str(self._path("state.json"))]
        command += ["--state-interval", str(STATE_INTERVAL_S)]
        with self._path("anvil.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own arguments, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.fileno(),),
                # Ctrl-C is for the command, which then stops the chain in good order.
                start_new_session=True,
            )

    def _secure_state(self) -> None:
        """Keep a good copy of the state, or go back to it.

        Anvil writes its state in place, so a kill in the middle of writing leaves half a file.
        """
        state, copy = self._path("state.json"), self._path("state.backup.json")
        if _is_json(state):
            shutil.copyfile(state, copy.with_suffix(".new"))
            copy.with_suffix(".new").replace(copy)
        elif _is_json(copy):
            shutil.copyfile(copy, state)
        elif state.exists():
            raise ChainStateDamaged(
                f"The local chain's state {state} cannot be read, and there is no good copy.",
                f"Move {self.directory} away to begin a new local chain.",
            )

    def _join(self) -> bool:
        """Use the chain that another command runs for this folder, if it answers by now."""
        return self._read_endpoint() and self._answers()

    def _read_endpoint(self) -> bool:
        try:
            endpoint = json.loads(self._path("endpoint.json").read_text(encoding="utf-8"))
            self.pid, self.port = int(endpoint["pid"]), int(endpoint["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    def _answers(self) -> bool:
        try:
            return bool(self.rpc("eth_chainId") == hex(CHAIN_ID))
        except (ChainUnreachable, ChainRefused, ChainBadAnswer):
            return False

    def _ended_early(self) -> ChainNotStarted | ChainPortTaken:
        log = self._path("anvil.log").read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")
        if "already in use" in log:
            return _port_taken(self.port)
        return ChainNotStarted(f"The local chain's program ended at once: {log.strip()}")

    def _terminate(self) -> None:
        """End Anvil with SIGTERM, on which it writes its state, and wait until it is gone."""
        if self.process is not None:
            _end_child(self.process)
        deadline = time.monotonic() + STOP_DEADLINE_S
        with self._path("anvil.lock").open("ab") as lock:
            # Another command may have started the one that runs now. As long as the lock is held,
            # its holder lives, and the pid in the file is its own.
            if not _try_lock(lock, fcntl.LOCK_EX) and self._read_endpoint() and self.pid:
                os.kill(self.pid, signal.SIGTERM)
            while not _try_lock(lock, fcntl.LOCK_EX) and time.monotonic() < deadline:
                time.sleep(_POLL_S)

    def _abandon(self) -> None:
        """Undo a start that failed; a chain that others run is left alone."""
        if self.process is not None:
            _end_child(self.process)
        self._close()

    def _close(self) -> None:
        if self._http is not None:
            self._http.close()
        if self._users is not None:
            self._users.close()
        self._http = self._users = self.process = self.pid = None


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_child(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _checked_port(port: int) -> int:
    """Return the port, or a free one for 0, after seeing that nothing listens there."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise _port_taken(port) from error
        return int(probe.getsockname()[1])


def _port_taken(port: int) -> ChainPortTaken:
    return ChainPortTaken(
        f"Port {port} on {HOST}, where the local chain should listen, is used by another program.",
        "End that program, or choose another port for the local chain.",
    )


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _write(path: Path, value: dict[str, int | None]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(value), encoding="utf-8")
    new.replace(path)
