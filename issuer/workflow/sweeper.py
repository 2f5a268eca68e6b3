"""Keeps an eye on our own slot, and takes over the work of slots whose processes are gone.

The engine gives a dead process's queued work to others by itself, but what was running waits for
a process of the same name. So every process looks, every few seconds, for running work of other
slots; where it can take the slot's lock, the process is dead, and its work goes back to its queue.
"""

import logging
import threading
from collections import defaultdict
from typing import Final

from issuer.workflow.errors import SlotLost
from issuer.workflow.slots import Locks, Slot
from issuer.workflow.stopping import Stop
from schemas.logs import log_event

SWEEP_S: Final = 2.0
_log = logging.getLogger(__name__)


def start(slot: Slot, locks: Locks, stop: Stop) -> threading.Thread:
    """Watch and sweep in a thread, until ``stop`` is asked."""
    thread = threading.Thread(
        target=_run, args=(slot, locks, stop), name="touchstone-sweeper", daemon=True
    )
    thread.start()
    return thread


def _run(slot: Slot, locks: Locks, stop: Stop) -> None:
    while True:
        try:
            slot.check()
            sweep(slot.name, locks)
        except SlotLost as lost:
            stop.ask(lost)
            return
        except Exception as error:  # the database may be away for a while; the next round tells
            kind = type(error).__name__
            log_event(_log, logging.WARNING, "slots.not-looked-at", kind=kind)
        if stop.wait(SWEEP_S):
            return


def sweep(own: str, locks: Locks) -> int:
    """Give the running work of dead slots back to its queues. Returns how much it was."""
    from dbos import DBOS  # noqa: PLC0415

    running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    others = {one.executor_id for one in running if one.executor_id} - {own}
    return sum(_take_over(slot, locks) for slot in sorted(others))


def _take_over(slot: str, locks: Locks) -> int:
    from dbos import DBOS  # noqa: PLC0415

    lock = locks.take(slot)
    if lock is None:
        return 0
    queues: dict[str | None, list[str]] = defaultdict(list)
    try:
        # Asked again under the lock: its process may have come and gone, or another have swept.
        for one in DBOS.list_workflows(
            status="PENDING", executor_id=slot, load_input=False, load_output=False
        ):
            queues[one.queue_name].append(one.workflow_id)
        for queue, identities in queues.items():
            DBOS.resume_workflows(identities, queue_name=queue)
    finally:
        lock.release()
    found = sum(len(identities) for identities in queues.values())
    if found:
        log_event(_log, logging.WARNING, "slots.taken-over", count=found)
    return found
