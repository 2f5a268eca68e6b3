"""Runs a feature's work as named steps, each in one transaction of its own.

This is the seam where the durable engine comes in: a step gets a Session and returns ids and
counts, never documents; it can be run again after a crash at any point, because what it did is
either wholly in the database or not at all. Steps do not commit; the runner does.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.db import session_scope
from schemas.logs import log_event

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One piece of work with a name for the log.

    Attributes:
        name: what it does, for example ``sign chunk 3``.
        run: the work; takes the session of this step's transaction.
    """

    name: str
    run: Callable[[Session], object]


def run_step(name: str, engine: Engine, work: Callable[[Session], T], *, keep: bool = True) -> T:
    """Run one step in one transaction and return what it returned.

    Args:
        name: for the log.
        engine: the database.
        work: takes the session of the transaction.
        keep: False for a rehearsal: the transaction is rolled back.

    Raises whatever the step raises, after the transaction is rolled back.
    """
    started = time.perf_counter()
    with session_scope(engine) as session:
        result = work(session)
        if not keep:
            session.rollback()
    seconds = round(time.perf_counter() - started, 4)
    log_event(_log, logging.INFO, "step.done", step=name, seconds=seconds)
    return result


def run_steps(steps: Iterable[Step], engine: Engine) -> None:
    """Run the steps in order; the first that raises ends the run, the ones before it stand."""
    for step in steps:
        run_step(step.name, engine, step.run)
