"""Workers: they share the work, take over from one that died, and each has its own name."""

import json
import logging
import re
import signal
import time

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import func, select

from issuer.minting.models import BatchChunk
from issuer.workflow.slots import _key

SIGNING, SELF_CHECK = "issuer.minting.signing", "issuer.minting.self_check"
SLOW_SIGNING = f"slow:{SIGNING}:prepare_chunk:600"
TAKEN_OVER_S = 30
ON_BOTH = pytest.mark.parametrize("school", ["sqlite", "postgres"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("school", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("school", ["postgres"], indirect=True)


def worker(school, until, slot, *points):
    """A worker that is at work."""
    command = school.start("worker", "--slot", slot, points=points)
    until(lambda: "is at work" in command.out or command.code is not None)
    assert command.code is None, command.err
    return command


def signed(school):
    """How many chunks are signed."""
    query = select(func.count()).where(BatchChunk.signed_at.is_not(None))
    return school.rows(query)[0][0]


def released(school):
    """Whether every batch is."""
    return all(batch.released_at for batch in school.batches())


def owner_of_the_batch(school):
    """The slot whose process runs the batch's workflow."""
    query = text("SELECT executor_id FROM dbos.workflow_status WHERE name = 'mint_batch'")
    return school.rows(query)[0][0]


@pytest.mark.slow
@ON_POSTGRES
def test_a_worker_killed_under_load_is_replaced_in_time(school, until):
    """The one that has the batch and a chunk is killed; the other releases it within 30 s."""
    workers = {name: worker(school, until, name, SLOW_SIGNING) for name in ("one", "two")}
    asked = school.run("mint", "--no-wait", "--json")
    assert asked.code == 0, asked.err
    assert "No worker" not in asked.err
    until(lambda: signed(school) >= 1)
    victim = owner_of_the_batch(school)
    workers[victim].kill()
    died = time.monotonic()
    until(lambda: released(school), TAKEN_OVER_S)
    took = time.monotonic() - died
    assert took < TAKEN_OVER_S
    logging.getLogger(__name__).info("released %.1f s after its worker died", took)
    [left] = [command for name, command in workers.items() if name != victim]
    left.send(signal.SIGTERM)
    assert left.wait() == 0, left.err
    school.check_minted_once()


@pytest.mark.slow
@ON_SQLITE
def test_a_worker_killed_on_sqlite_is_replaced(school, until):
    first = worker(school, until, "one", SLOW_SIGNING)
    assert school.run("mint", "--no-wait").code == 0
    until(lambda: signed(school) >= 1)
    first.kill()
    second = worker(school, until, "two")
    until(lambda: released(school), TAKEN_OVER_S)
    second.send(signal.SIGTERM)
    assert second.wait() == 0
    school.check_minted_once()


@pytest.mark.slow
@ON_BOTH
def test_two_workers_with_one_name(school, until):
    first = worker(school, until, "registrar")
    second = school.run("worker", "--slot", "registrar")
    assert second.code == 1
    assert "error[workflow.slot-taken]: The slot registrar is taken by process" in second.err
    assert f"process {first.pid} on" in second.err
    other = worker(school, until, "registrar-2")
    for command in (first, other):
        command.send(signal.SIGTERM)
        assert command.wait() == 0, command.err
    again = worker(school, until, "registrar")
    again.send(signal.SIGINT)
    assert again.wait() == 0, again.err


@pytest.mark.slow
@ON_SQLITE
def test_a_name_that_cannot_be_one_is_refused(school):
    refused = school.run("worker", "--slot", "../elsewhere")
    assert refused.code == 1
    assert "error[workflow.bad-slot]" in refused.err


@pytest.mark.slow
@ON_SQLITE
def test_several_processes_by_one_command_and_their_metrics(school, until):
    several = school.start("worker", "--concurrency", "2", "--metrics-port", "0")
    until(lambda: several.out.count("is at work") == 2 or several.code is not None)
    assert several.code is None, several.err
    [address] = re.findall(r"Metrics are at (http://127\.0\.0\.1:\d+/metrics)", several.out)
    assert "touchstone_issuer_database_up 1" in httpx.get(address, trust_env=False).text
    waiting = school.run("mint", "--wait", "--json")
    assert waiting.code == 0, waiting.err
    [batch] = json.loads(waiting.out)
    assert batch["credentials"] == school.mastered
    several.send(signal.SIGTERM)
    assert several.wait() == 0, several.err
    school.check_minted_once()


@pytest.mark.slow
@ON_POSTGRES
def test_a_worker_that_lost_its_lock_ends(school, until):
    command = worker(school, until, "alone")
    high, low = divmod(_key("alone") % 2**64, 2**32)
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks "
        "WHERE locktype = 'advisory' AND classid = :high AND objid = :low"
    ).bindparams(high=high, low=low)
    assert [found for (found,) in school.rows(end)] == [True]
    assert command.wait() == 1
    assert "error[workflow.slot-lost]" in command.err
    # Nothing is lost: the next has the name, and works.
    again = worker(school, until, "alone")
    again.send(signal.SIGTERM)
    assert again.wait() == 0


@ON_SQLITE
@pytest.mark.slow
def test_interrupted_in_the_middle(school, until):
    command = school.start("mint", points=[SLOW_SIGNING])
    until(lambda: signed(school) >= 1)
    command.send(signal.SIGINT)
    assert command.wait(20) == 130
    assert "Interrupted. Nothing is lost" in command.err
    assert "Traceback" not in command.err
    assert not released(school)
    assert school.mint().code == 0
    school.check_minted_once()


@pytest.mark.slow
@ON_BOTH
def test_terminated_in_the_middle(school, until):
    command = school.start("mint", points=[SLOW_SIGNING])
    until(lambda: signed(school) >= 1)
    command.send(signal.SIGTERM)
    assert command.wait(20) == 128 + signal.SIGTERM
    assert school.mint().code == 0
    school.check_minted_once()


@pytest.mark.slow
@ON_BOTH
def test_two_runs_at_once(school, until):
    """The second says that it waits, and both are told of the same release or of nothing new."""
    first = school.start("mint", "--json", points=[SLOW_SIGNING])
    until(lambda: signed(school) >= 1)
    second = school.start("mint", "--json")
    until(lambda: "Another run is minting" in second.err or second.code is not None)
    assert f"process {first.pid} on" in second.err
    assert (first.wait(), second.wait()) == (0, 0), (first.err, second.err)
    assert len(json.loads(first.out)) == 1
    assert json.loads(second.out) == []
    school.check_minted_once()


@pytest.mark.slow
@ON_BOTH
def test_two_runs_begun_at_the_same_moment(school):
    runs = [school.start("mint", "--json") for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0], [run.err for run in runs]
    school.check_minted_once()


@pytest.mark.slow
@ON_BOTH
def test_minting_beside_workers(school, until):
    workers = [worker(school, until, name) for name in ("one", "two")]
    run = school.mint()
    assert run.code == 0, run.err
    assert len(json.loads(run.out)) == 1
    for command in workers:
        command.send(signal.SIGTERM)
        assert command.wait() == 0, command.err
    school.check_minted_once()


@pytest.mark.slow
@ON_SQLITE
def test_handing_over_without_a_worker_is_said(school, until):
    handed = school.run("mint", "--no-wait", "--json")
    assert handed.code == 0
    assert [row["credentials"] for row in json.loads(handed.out)] == [school.mastered]
    assert "note: No worker is running" in handed.err
    twice = school.run("mint", "--no-wait", "--json")
    assert json.loads(twice.out) == json.loads(handed.out)
    late = worker(school, until, "late")
    until(lambda: released(school), TAKEN_OVER_S)
    late.send(signal.SIGTERM)
    assert late.wait() == 0
    nothing = school.run("mint", "--no-wait", "--json")
    assert json.loads(nothing.out) == []
    school.check_minted_once()


@pytest.mark.slow
@ON_SQLITE
def test_what_stops_a_worker_is_told_to_who_waits(school, until):
    """The worker's self-check fails; the command that waits says why, and a later one mints."""
    broken = worker(school, until, "one", f"fail:{SELF_CHECK}:check_delivered:1")
    waiting = school.run("mint", "--wait", "--json")
    assert waiting.code == 1
    assert "error[minting.stopped]" in waiting.err
    assert "Broken for a test" in waiting.err
    broken.kill()
    assert school.mint().code == 0
    school.check_minted_once()
