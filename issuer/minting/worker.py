"""A worker: a process that mints what others ask for, until it is told to end."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sqlalchemy.exc import DBAPIError

from issuer.minting import workflows
from issuer.minting.anchored import keep_anchored
from issuer.minting.pipeline import check_ready
from issuer.minting.run import Mint
from issuer.workflow import slots
from issuer.workflow.engine import open_engine
from issuer.workflow.errors import SlotTaken
from schemas.errors import TouchstoneError
from schemas.logs import log_event

LOOK_AT_ANCHORS_S: Final = 600.0
"""How often a worker looks whether the blocks of released batches are still there."""
ANCHOR_PATIENCE_S: Final = 7 * 24 * 3600.0
"""A worker has time: a fee that is too low is raised meanwhile."""
_AGAIN_S: Final = 15.0
_LOOK_S: Final = 1.0
_TRIES: Final = 8
_log = logging.getLogger(__name__)


def work(run: Mint, slot: str = "", *, on_ready: Callable[[str], None] = lambda _: None) -> None:
    """Take part in the work until ``run.stop`` is asked.

    Args:
        run: what to work with.
        slot: what this process is called; empty for the first free name of this machine.
        on_ready: told the name, once it takes part.

    Raises:
        SlotTaken: a live process has the name that was asked for.
        SlotLost: the lock of the slot is gone, most likely with the database.
        WrongAccount, WrongChain, NoCode, LowBalance, …: this process could not anchor.
    """
    check_ready(run)
    run = replace(run, anchor_patience_s=ANCHOR_PATIENCE_S)
    locks = slots.locks_of(run.engine, run.settings.home)
    for tries_left in reversed(range(_TRIES)):
        name = slot or slots.free_name(locks)
        try:
            with (
                workflows.working(run),
                open_engine(run.settings, name, engine=run.engine, stop=run.stop, clock=run.clock),
            ):
                on_ready(name)
                _attend(run)
        except SlotTaken:
            # Between finding a name free and taking it, another process may have taken it.
            if slot or not tries_left:
                raise
        else:
            break
    if run.stop.reason is not None:
        raise run.stop.reason


def _attend(run: Mint) -> None:
    """The engine does the work; this looks now and then whether released anchors still stand."""
    due = time.monotonic()
    while not run.stop.wait(_LOOK_S):
        if time.monotonic() < due:
            continue
        try:
            lost = keep_anchored(run)
        except (TouchstoneError, DBAPIError) as error:
            kind = type(error).__name__
            log_event(_log, logging.WARNING, "anchors.not-looked-at", kind=kind)
            lost = []
        if lost:
            log_event(_log, logging.WARNING, "anchors.lost", count=len(lost))
        due = time.monotonic() + (_AGAIN_S if lost else LOOK_AT_ANCHORS_S)
