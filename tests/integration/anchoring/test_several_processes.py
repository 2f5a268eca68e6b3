"""Processes that anchor at once, and processes that are killed: one nonce, one transaction."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from issuer.anchoring import repository, service
from issuer.anchoring.readiness import quote_anchor
from issuer.anchoring.service import AnchorState

GWEI = 10**9
PROGRAM = Path(__file__).parent / "killed.py"
NEVER = 99
POINTS = 8


def at_once(work, count):
    """Run ``work(index)`` in threads that begin together."""
    barrier, failures = threading.Barrier(count), []

    def run(index):
        barrier.wait(20)
        try:
            work(index)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures


def anchoring(school, batch_id, root, point=NEVER):
    """Start a process that anchors the batch, and dies at a point."""
    arguments = [point, school.database, school.keystore, school.chain.url, school.contract]
    return subprocess.Popen(
        [sys.executable, PROGRAM, *map(str, [*arguments, batch_id, root.hex()])],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([".", os.environ["PYTHONPATH"]])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process) -> int:
    try:
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode in (0, -9), output
    return process.returncode


def test_batches_prepared_at_once_have_nonces_without_a_gap(shared_school):
    school = shared_school
    batches = [uuid4() for _ in range(6)]
    quotes = [quote(school, bytes([index]) * 32) for index in range(6)]
    at_once(lambda index: store(school, batches[index], bytes([index]) * 32, quotes[index]), 6)
    nonces = [school.stored(batch_id).anchor.nonce for batch_id in batches]
    assert sorted(nonces) == list(range(6))


def test_a_batch_prepared_by_several_at_once_has_one_nonce_and_the_others_are_given_back(
    shared_school,
):
    school, batch_id, root = shared_school, uuid4(), os.urandom(32)
    asked = quote(school, root)
    at_once(lambda _: store(school, batch_id, root, asked), 6)
    stored = school.stored(batch_id)
    assert (stored.anchor.nonce, len(stored.attempts)) == (0, 1)
    assert school.stored(school.prepare()).anchor.nonce == 1


def test_a_fee_raised_by_several_at_once_is_raised_once(shared_school):
    school = shared_school
    school.chain.rpc("evm_setAutomine", False)
    batch_id = school.prepare()
    school.advance(batch_id)
    cap = school.stored(batch_id).current.max_fee_per_gas
    school.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(cap + GWEI))
    school.chain.mine()
    school.offset = timedelta(minutes=6)
    at_once(lambda _: school.advance(batch_id), 4)
    stored = school.stored(batch_id)
    assert [one.number for one in stored.attempts] == [1, 2]
    assert len({one.nonce for one in stored.attempts}) == 1
    school.chain.mine()
    assert school.until(batch_id, AnchorState.CONFIRMED).tx_hash == stored.attempts[1].tx_hash


def test_two_processes_anchor_the_same_batch_by_one_transaction(shared_school):
    school, batch_id, root = shared_school, uuid4(), os.urandom(32)
    both = [anchoring(school, batch_id, root) for _ in range(2)]
    assert [ended(process) for process in both] == [0, 0]
    assert school.sent_transactions() == 1
    assert school.stored(batch_id).anchor.state == AnchorState.CONFIRMED


@pytest.mark.parametrize(
    "point", [3, *(pytest.param(one, marks=pytest.mark.slow) for one in (0, 1, 2, 4, 5, 6, 7))]
)
def test_kill_9_and_the_next_process_finishes_with_one_transaction(school, point):
    batch_id, root = uuid4(), os.urandom(32)
    assert ended(anchoring(school, batch_id, root, point)) == -9
    before = school.stored(batch_id)
    assert (before is None) == (point == 0)
    assert ended(anchoring(school, batch_id, root)) == 0
    after = school.stored(batch_id)
    assert after.anchor.state == AnchorState.CONFIRMED
    assert before is None or hashes(before) == hashes(after)
    assert (len(hashes(after)), school.sent_transactions()) == (1, 1)
    with school.scope() as session:
        assert service.unfinished(session) == []
        assert repository.batch_of(session, after.anchor.tx_hash) == batch_id


def hashes(stored):
    return [one.tx_hash for one in stored.attempts]


def quote(school, root):
    return quote_anchor(school.client, school.account.address, school.contract, root)


def store(school, batch_id, root, asked):
    known = {"account": school.account, "client": school.client, "contract": school.contract}
    with school.scope() as session:
        service.prepare_anchor(session, batch_id, root, quote=asked, **known)
