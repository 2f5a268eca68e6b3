"""Key and account change while batches, and workers, are under way."""

import json
import signal
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.minting.models import BatchItem, Credential
from issuer.status.models import StatusEntry

STAGES, CLIENT = "issuer.minting.stages", "issuer.anchoring.ethereum"
ON_BOTH = pytest.mark.parametrize("school", ["sqlite", "postgres"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("school", ["sqlite"], indirect=True)
POINTS = {
    "half signed": f"after:{STAGES}:sign:2",
    "not sent": f"before:{CLIENT}:EthereumClient.send_raw:1",
    "sent": f"after:{CLIENT}:EthereumClient.send_raw:1",
    "not released": f"before:{STAGES}:_release:1",
}


def stolen(school, name):
    """Say that a key or account was in other hands from this second on."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = school.run("keys", "compromised", name, "--since", now)
    assert said.code == 0, said.err
    fund(school)
    return said.out


def fund(school):
    """Give the account that came into use what it needs."""
    with session_scope(school.engine, read_only=True) as session:
        address = identity.account_in_use(session).address
    school.chain.fund(address, 10**18)


def methods(school):
    """With which keys the stored credentials are signed."""
    proofs = [json.loads(proof) for (proof,) in school.rows(select(Credential.proof))]
    return {proof["verificationMethod"].rpartition("#")[2] for proof in proofs}


def mint(school):
    """``issuer mint`` to its end; the batches that it released."""
    command = school.mint()
    assert command.code == 0, command.err
    return json.loads(command.out)


def check_made_once(school):
    """Every judgment has one credential, with its places, which its learner's readers accept."""
    items = school.rows(select(BatchItem.judgment_id, BatchItem.credential_id))
    stored = {one for (one,) in school.rows(select(Credential.id))}
    assert len({judgment for judgment, _ in items}) == len(items) == school.mastered
    assert stored == {one for _, one in items}
    assert {one for (one,) in school.rows(select(StatusEntry.credential_id))} == stored
    school.check_delivered(sorted(stored))


@pytest.mark.slow
@ON_BOTH
@pytest.mark.parametrize("name", ["key-1", "ethereum-1"])
@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_batch_under_way_is_made_anew(school, point, name):
    assert school.mint(point).code == -signal.SIGKILL
    [old] = school.batches()
    assert "nobody has received them" in stolen(school, name)
    [begun] = school.batches()
    assert (begun.id != old.id, begun.size) == (True, school.mastered)
    [batch] = mint(school)
    assert batch["credentials"] == school.mastered
    assert methods(school) == {"key-2" if name == "key-1" else "key-1"}
    states = {row["state"] for row in json.loads(school.run("anchor", "status", "--json").out)}
    assert states <= {"confirmed", "given up"}
    check_made_once(school)
    assert mint(school) == []


@ON_SQLITE
@pytest.mark.slow
def test_a_batch_that_was_signed_is_made_anew_with_the_new_key(school):
    assert school.mint(POINTS["sent"]).code == -signal.SIGKILL
    stolen(school, "key-1")
    mint(school)
    assert methods(school) == {"key-2"}
    check_made_once(school)
    standing = {
        row["of"]: row["state"] for row in json.loads(school.run("anchor", "status", "--json").out)
    }
    assert standing["credentials"] == "confirmed"


@pytest.mark.slow
@ON_SQLITE
def test_a_released_batch_is_left_as_it_is(school):
    mint(school)
    before = school.batches()
    assert "under way" not in stolen(school, "key-1")
    assert school.batches() == before
    assert methods(school) == {"key-1"}


@pytest.mark.slow
@ON_BOTH
def test_a_worker_follows_new_keys_and_a_new_account(school, until):
    worker = school.start("worker", "--slot", "one")
    until(lambda: "is at work" in worker.out or worker.code is not None)
    assert worker.code is None, worker.err
    for change in ("rotate", "rotate-account"):
        changed = school.run("keys", change)
        assert changed.code == 0, changed.err
    fund(school)
    asked = school.run("mint", "--wait", "--json")
    assert asked.code == 0, asked.err
    assert methods(school) == {"key-2"}
    [batch] = school.batches()
    assert batch.anchor_method.endswith("#ethereum-2")
    check_made_once(school)
    worker.send(signal.SIGTERM)
    assert worker.wait() == 0, worker.err
