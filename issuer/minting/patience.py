"""Trying again, for a bounded time, what the database or the network kept from being done."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError

from issuer.workflow.stopping import Stop
from schemas.errors import Fault, TouchstoneError
from schemas.logs import log_event

T = TypeVar("T")

PATIENCE_S: Final = 60.0
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 5.0
_log = logging.getLogger(__name__)


def patiently(work: Callable[[], T], stop: Stop, *, patience_s: float | None = None) -> T:
    """Do work that may be repeated; a fault of the transport is waited out.

    Args:
        work: harmless to repeat.
        stop: ends the waiting.
        patience_s: how long a fault may last; ``PATIENCE_S`` if not given.

    Raises:
        Stopping: the process is to end.
        Whatever the work raises, once patience is at its end or where waiting would not help.
    """
    deadline = time.monotonic() + (PATIENCE_S if patience_s is None else patience_s)
    pause = _FIRST_PAUSE_S
    while True:
        stop.check()
        try:
            return work()
        except (TouchstoneError, DBAPIError) as error:
            if not _passes(error) or time.monotonic() + pause > deadline:
                raise
            kind = type(error).__name__
            log_event(_log, logging.WARNING, "work.again", kind=kind, seconds=round(pause, 1))
        stop.pause(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def _passes(error: Exception) -> bool:
    """Whether the fault may pass by itself."""
    if isinstance(error, TouchstoneError):
        return error.fault is Fault.TRANSPORT
    return isinstance(error, DBAPIError) and error.connection_invalidated
