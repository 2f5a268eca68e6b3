"""Ending work in order: whoever works looks here between two pieces, and lets go.

``Stopping`` is no ``Exception``, so that neither we nor the engine take it for a failure of the
work: transactions are rolled back, nothing is recorded, and the work is found unfinished by the
next process, exactly as after a power cut.
"""

import threading
from typing import Final

LONGEST_WAIT_S: Final = 3_600.0


class Stopping(BaseException):
    """The process is ending; what is unfinished is left for the next."""


class Stop:
    """Says whether this process is ending, and why."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._reason: Exception | None = None

    def ask(self, reason: Exception | None = None) -> None:
        """Ask all work to end; the first reason is kept."""
        if self._reason is None:
            self._reason = reason
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether it was asked."""
        return self._asked.is_set()

    @property
    def reason(self) -> Exception | None:
        """The error that ends the process, if it is one."""
        return self._reason

    def check(self) -> None:
        """Raise Stopping if the process is ending."""
        if self._asked.is_set():
            raise Stopping

    def pause(self, seconds: float) -> None:
        """Wait, or raise Stopping as soon as the process is ending."""
        if self._asked.wait(min(seconds, LONGEST_WAIT_S)):
            raise Stopping

    def wait(self, seconds: float) -> bool:
        """Wait; True as soon as the process is ending."""
        return self._asked.wait(seconds)
