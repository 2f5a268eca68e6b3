"""Judging that was started over the API: one run at a time, in a thread of the service.

What it does is one transaction, and running it again adds nothing: so a run that is lost with its
process is simply started again. What it did stands in the audit log.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.api.errors import JudgingUnderWay
from issuer.audit import service as audit
from issuer.competency import service as competency
from issuer.competency.reports import JudgingReport
from issuer.workflow.runner import run_step
from schemas.errors import TouchstoneError
from schemas.logs import log_error, log_fault

MAX_REMEMBERED: Final = 20
"""Runs that may be asked about."""
_FAULT: Final = "internal.fault"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class JudgingRun:
    """One run.

    Attributes:
        id: by which it may be asked about.
        started_at: when.
        done, total: learners through it, and of how many.
        state: ``running``, ``done`` or ``failed``.
        report: what it did, once it is done.
        problem: code of the error that ended it.
    """

    id: UUID
    started_at: datetime
    done: int = 0
    total: int = 0
    state: str = "running"
    report: JudgingReport | None = None
    problem: str | None = None

    def note(self, done: int, total: int) -> None:
        """How far it is."""
        self.done, self.total = done, total


def judge(session: Session, now: datetime, who: str, run: JudgingRun) -> JudgingReport:
    """Judge everybody, and log it.

    Args:
        session: the step's; the caller commits.
        now: aware UTC.
        who: asked for it, as the audit log names him.
        run: told how far it is.
    """
    report = competency.judge_all(session, now, progress=run.note)
    audit.record_judging(session, who, now=now, new=report.new, old=report.superseded)
    return report


class Judging:
    """The runs of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[UUID, JudgingRun] = OrderedDict()

    def start(
        self, engine: Engine, now: datetime, who: str, after: Callable[[], object] | None = None
    ) -> JudgingRun:
        """Start a run.

        Args:
            engine: the issuer's database.
            now: aware UTC.
            who: asked for it, as the audit log names him.
            after: done once everybody is judged, before the run is.

        Raises:
            JudgingUnderWay: one is under way.
        """
        with self._lock:
            if any(run.state == "running" for run in self._runs.values()):
                raise JudgingUnderWay("Judging is under way.", "Wait until it is done.")
            run = JudgingRun(uuid4(), now)
            self._runs[run.id] = run
            while len(self._runs) > MAX_REMEMBERED:
                self._runs.popitem(last=False)
        work = threading.Thread(target=_work, args=(run, engine, now, who, after), daemon=True)
        work.start()
        return run

    def run(self, run_id: UUID) -> JudgingRun | None:
        """One run; None if this process knows of none."""
        with self._lock:
            return self._runs.get(run_id)


def _work(
    run: JudgingRun, engine: Engine, now: datetime, who: str, after: Callable[[], object] | None
) -> None:
    try:
        run.report = run_step("judge", engine, lambda session: judge(session, now, who, run))
        if after is not None:
            after()
        run.state = "done"
    except TouchstoneError as error:
        log_error(_log, "api.judging", error)
        run.problem, run.state = error.code, "failed"
    except Exception as error:  # whatever it is: whoever asks is told that it failed
        log_fault(_log, "api.judging", error, code=_FAULT)
        run.problem, run.state = _FAULT, "failed"
