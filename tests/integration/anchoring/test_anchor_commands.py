"""``issuer anchor``: what a school is told, and what it can do."""

import json
import os
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from issuer import cli
from issuer.anchoring import service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.service import AnchorState
from issuer.commands.founding import Plan, found
from issuer.db import engine, session_scope
from issuer.identity.node import open_node
from issuer.minting.models import Batch, BatchState

PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    home = tmp_path_factory.mktemp("founded") / "home"
    plan = Plan(
        home=home,
        name="Northgate",
        base_url="http://127.0.0.1:8391",
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=2**10,
    )
    return found(plan, PASSPHRASE, datetime.now(UTC), lambda _step: None)


@pytest.fixture
def node(founded):
    """Keeps the chain of the home running."""
    with open_node(founded) as node:
        yield node.local


@pytest.fixture
def issuer(founded, node, monkeypatch, capsys):
    """A function that runs a command and returns its exit code, output and errors."""
    monkeypatch.setenv("INSECURE_LOOPBACK", "1")

    def run(*arguments, passphrase=PASSPHRASE):
        monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", passphrase)
        capsys.readouterr()
        code = cli.run(["--home", str(founded.home), *arguments])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def prepare(founded, node):
    """A function that stores a batch's transaction, which nobody has sent."""
    made = engine(founded.database)
    account = EthereumAccount.unlock(founded.keystore_path, PASSPHRASE)

    def prepare():
        batch_id, contract = uuid4(), founded.contract_address
        batch = Batch(
            id=batch_id,
            state=BatchState.TREED,
            size=1,
            chain_id=founded.chain_id,
            anchor_method=f"{founded.did}#ethereum-1",
            created_at=datetime.now(UTC),
        )
        with EthereumClient.of(founded, node.url) as client, session_scope(made) as session:
            session.add(batch)
            service.prepare_anchor(
                session,
                batch_id,
                os.urandom(32),
                account=account,
                client=client,
                contract=contract,
            )
        return str(batch_id)

    yield prepare
    made.dispose()


def rows(issuer, *arguments):
    code, output, errors = issuer(*arguments, "--json")
    assert code == 0, errors
    return {row["batch"]: row for row in json.loads(output)}


def test_an_anchor_is_resumed_without_minting_and_its_standing_is_shown(issuer, prepare):
    batch_id = prepare()
    row = rows(issuer, "anchor", "status")[batch_id]
    assert (row["state"], row["attempts"], row["confirmations"]) == ("prepared", 1, None)
    assert (row["sent_at"], row["fee_gwei"], row["of"]) == (None, None, "credentials")
    resumed = rows(issuer, "anchor", "resume", "--wait", "20")[batch_id]
    assert resumed["state"] == "confirmed"
    row = rows(issuer, "anchor", "status")[batch_id]
    assert (row["state"], row["confirmations"], row["problem"]) == ("confirmed", 1, None)
    assert row["transaction"] == resumed["transaction"]
    assert row["fee_gwei"] > 0
    code, output, _ = issuer("anchor", "status")
    assert code == 0
    assert "more batches" in output
    assert issuer("anchor", "resume")[1].strip() == "Every anchor is confirmed."


def test_anchors_that_vanish_with_their_blocks_are_found_and_sent_again(issuer, prepare, node):
    assert "still there" in issuer("anchor", "check")[1]
    snapshot = node.rpc("evm_snapshot")
    batch_id = prepare()
    rows(issuer, "anchor", "resume", "--wait", "20")
    node.rpc("evm_revert", snapshot)
    node.rpc("evm_setAutomine", False)
    gone = rows(issuer, "anchor", "check")
    assert list(gone) == [batch_id]
    assert gone[batch_id]["state"] == "broadcast"
    assert "no longer part of the chain" in gone[batch_id]["problem"]
    node.rpc("evm_setAutomine", True)
    node.mine()
    assert rows(issuer, "anchor", "resume", "--wait", "20")[batch_id]["state"] == "confirmed"


def test_a_node_that_is_away_still_leaves_what_is_stored(issuer, prepare, monkeypatch):
    batch_id = prepare()
    monkeypatch.setenv("TOUCHSTONE_RPC_URL", "http://127.0.0.1:9")
    code, output, errors = issuer("anchor", "status", "--json")
    assert code == 0
    assert batch_id in {row["batch"] for row in json.loads(output)}
    assert "warning[chain.unreachable]" in errors
    code, _, errors = issuer("anchor", "resume")
    assert code == 1
    assert "error[chain.unreachable]" in errors
    monkeypatch.delenv("TOUCHSTONE_RPC_URL")
    assert rows(issuer, "anchor", "resume", "--wait", "20")[batch_id]["state"] == "confirmed"


def test_what_is_refused_for_one_batch_is_shown_and_does_not_stop_the_others(
    issuer, prepare, founded, node
):
    first, second = prepare(), prepare()
    address = EthereumAccount.unlock(founded.keystore_path, PASSPHRASE).address
    held = node.rpc("eth_getBalance", address, "latest")
    node.fund(address, 0)
    refused = rows(issuer, "anchor", "resume")
    assert {refused[one]["state"] for one in (first, second)} == {AnchorState.PREPARED}
    assert "nsufficient funds" in refused[second]["problem"]
    assert "Send ether" in issuer("anchor", "status")[2]
    node.fund(address, int(held, 16))
    done = rows(issuer, "anchor", "resume", "--wait", "20")
    assert {done[one]["state"] for one in (first, second)} == {AnchorState.CONFIRMED}


def test_the_wrong_passphrase_is_an_error(issuer):
    code, _, errors = issuer("anchor", "resume", passphrase="quite another one")
    assert code == 1
    assert "error[anchoring.wrong-passphrase]" in errors
