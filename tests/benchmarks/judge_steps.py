"""The steps of judge.py, each in a process of its own: fill, judge, naive, page. Prints JSON.

Of a PostgreSQL server's seconds of the processor, those of the process that serves this one are
counted, as the system tells them.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import judge_naive
import judge_school
from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer.api import tokens
from issuer.api.models import Scope
from issuer.app import create_app
from issuer.competency import service
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.settings import make

PAGES: Final = 300
"""Learners' pages that are asked for."""
MIB: Final = 1 << 20
KIB_OF_RSS: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ru_maxrss."""
NOW: Final = judge_school.NOW


class Clocks:
    """Seconds by the clock, of this process, and of the database server's process for it."""

    def __init__(self, session: Session | None = None) -> None:
        self._server = None if session is None else _server_process(session)
        self._begun = self._read()

    def _read(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), _seconds_of(self._server)

    def seconds(self) -> dict[str, float]:
        """Since this was made."""
        names = ("seconds", "processor_seconds", "server_processor_seconds")
        spans = zip(names, self._read(), self._begun, strict=True)
        return {name: round(now - then, 2) for name, now, then in spans}


def _server_process(session: Session) -> int | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    process: int = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return process


def _seconds_of(process: int | None) -> float:
    """Of the processor, that another process has used; 0 where the system does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if process is None or not stat.is_file():
        return 0.0
    cells = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def fill(engine: Engine, learners: int) -> dict[str, Any]:
    """A school that has never judged."""
    migrate(engine)
    judge_school.found(engine)
    clocks = Clocks()
    rows = judge_school.fill(engine, learners, lambda _: None)
    return {"evidence": rows, **clocks.seconds()}


def judge(engine: Engine, at_most: int) -> dict[str, Any]:
    """What `issuer judge` does: the same function, in one transaction, the commit included.

    Args:
        engine: of the school.
        at_most: learners; judging is broken off after so many, and what was judged is kept.
    """
    progress = _Progress(at_most)
    with session_scope(engine) as session:
        clocks = Clocks(session)
        with contextlib.suppress(_EnoughError):
            service.judge_all(session, NOW, progress)
    found = clocks.seconds()
    judgments = progress.done * (judge_school.COMPETENCIES + judge_school.GOALS)
    return {
        "learners": progress.done,
        "judgments": judgments,
        **found,
        "per_second": round(judgments / found["seconds"]),
        "per_processor_second": round(judgments / found["processor_seconds"]),
        "peak_memory_mib": peak_memory_mib(),
    }


class _EnoughError(Exception):
    """So many learners were to be judged."""


class _Progress:
    """Says how far judging is, and ends it."""

    EVERY: Final = 5_000

    def __init__(self, at_most: int) -> None:
        self.done = 0
        self._at_most = at_most

    def __call__(self, done: int, total: int) -> None:
        if done // self.EVERY > self.done // self.EVERY:
            sys.stderr.write(f"  {done:,} of {total:,} learners\n")
        self.done = done
        if done >= self._at_most:
            raise _EnoughError


def naive(engine: Engine, learners: int) -> dict[str, Any]:
    """The loop of judge_naive.py over some learners, and what judging by set takes for as many.

    What it wrote is taken back: judging comes afterwards.
    """
    with session_scope(engine, read_only=True) as session:
        clocks = Clocks(session)
        judgments = judge_naive.judge_some(session, learners, NOW)
        found = clocks.seconds()
    return {
        "judgments": judgments,
        **found,
        "per_second": round(judgments / found["seconds"]),
        "per_processor_second": round(judgments / found["processor_seconds"]),
    }


def page(engine: Engine, learners: int, judged: int) -> dict[str, Any]:
    """GET /api/v1/learners/{id}/mastery of learners far apart; milliseconds.

    Args:
        engine: of the school.
        learners: who are in it.
        judged: how many of them were judged, in the order of their identifiers.
    """
    ids = judge_school.learner_ids(learners)
    with session_scope(engine) as session:
        token = tokens.new(session, Scope.REGISTRAR, None, note="bench", days=1, now=NOW)
    settings = make(
        {"home": Path.cwd(), "name": "Bench", "base_url": "https://school.example"}
        | {"did": "did:web:school.example"}
    )
    app = create_app(settings, signer=None, engine=engine, clock=lambda: NOW + timedelta(hours=1))
    ids = sorted(ids)[:judged]
    step = max(1, len(ids) // PAGES)
    processor = time.process_time()
    taken = sorted(asyncio.run(_ask(app, token, ids[::step][:PAGES])))
    processor = time.process_time() - processor
    return {
        "pages": len(taken),
        "processor_ms": round(processor / len(taken) * 1000, 1),
        "p50_ms": round(taken[len(taken) // 2] * 1000, 1),
        "p95_ms": round(taken[len(taken) * 95 // 100] * 1000, 1),
        "largest_ms": round(taken[-1] * 1000, 1),
    }


async def _ask(app: Any, token: str, ids: list[str]) -> list[float]:
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {token}"}
    taken = []
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        for turn, one in enumerate([ids[0], *ids]):
            begun = time.perf_counter()
            answer = await client.get(f"/api/v1/learners/{UUID(one)}/mastery", headers=headers)
            if turn:  # the first opens connections and compiles statements
                taken.append(time.perf_counter() - begun)
            found = answer.raise_for_status().json()
            assert found["evidence"] == judge_school.COMPETENCIES * judge_school.PIECES
            assert sum(1 for row in found["competencies"] if row["judgment"]) == (
                judge_school.COMPETENCIES + judge_school.GOALS
            )
    return taken


def peak_memory_mib() -> float:
    """The most memory that this process had at once."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OF_RSS
    return round(used / MIB, 1)


STEPS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "fill": fill,
    "judge": judge,
    "naive": naive,
    "page": page,
}


if __name__ == "__main__":
    step, url, *counts = sys.argv[1:]
    made = make_engine(Path(url) if url.startswith("/") else url)
    sys.stdout.write(json.dumps(STEPS[step](made, *map(int, counts))))
    made.dispose()
