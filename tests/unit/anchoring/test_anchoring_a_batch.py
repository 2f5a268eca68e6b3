"""A batch is anchored by one transaction, whatever breaks on the way."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from contracts.errors import ChainRefused, ChainUnreachable
from contracts.local_chain import CHAIN_ID, LocalChain
from issuer.anchoring import service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.confirmation import await_receipt
from issuer.anchoring.contract import anchored_at
from issuer.anchoring.errors import (
    AlreadyAnchored,
    HistoryLost,
    LowBalance,
    NoCode,
    NonceTaken,
    NotConfirmed,
    NotPrepared,
    OtherCode,
    OtherRoot,
    Reverted,
    RootInvalid,
    WrongChain,
)
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor, AnchorState
from issuer.anchoring.readiness import quote_anchor


def stored(school, batch_id) -> Anchor | None:
    found = school.stored(batch_id)
    return None if found is None else found.anchor


def raw(school, batch_id) -> list[bytes]:
    return [bytes(one.raw_transaction) for one in school.stored(batch_id).attempts]


def transfer(school, nonce: int) -> str:
    """Something else sends from the school's account."""
    signed = school.account.sign(
        {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": nonce,
            "to": school.account.address,
            "value": 0,
            "gas": 30_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
        }
    )
    school.client.send_raw(signed.raw, signed.tx_hash)
    await_receipt(school.client, signed.tx_hash, timeout_s=5)
    return signed.tx_hash


def prepare_and_die(school, batch_id, root):
    options = {"account": school.account, "client": school.client, "contract": school.contract}
    with school.scope() as session:
        service.prepare_anchor(session, batch_id, root, **options)
        raise KeyboardInterrupt


def test_the_calldata_is_the_root_the_sender_is_the_account_the_time_is_the_blocks(
    school, new_batch
):
    batch_id, root = new_batch()
    before = datetime.now(UTC)
    receipt = school.anchor(batch_id, root, timeout_s=10)
    sent = school.chain.rpc("eth_getTransactionByHash", receipt.tx_hash)
    assert sent["input"] == "0x" + root.hex()
    assert sent["from"] == receipt.sender.lower() == school.account.address.lower()
    assert sent["blockHash"] == receipt.block_hash
    assert receipt.chain_id == CHAIN_ID
    assert abs((receipt.block_time - before).total_seconds()) < 3600
    at = anchored_at(school.client, school.contract, school.account.address, root)
    assert at == int(receipt.block_time.timestamp())


def test_a_finished_anchor_is_answered_from_the_database_and_not_sent_again(school, new_batch):
    batch_id, root = new_batch()
    first = school.anchor(batch_id, root, timeout_s=10)
    assert school.anchor(batch_id, root, timeout_s=10) == first
    assert school.sent_transactions() == 1
    row = stored(school, batch_id)
    assert row.state == AnchorState.CONFIRMED
    assert row.block_time == first.block_time


def test_the_bytes_are_stored_before_anything_is_sent(school, new_batch):
    batch_id, root = new_batch()
    anchor = school.prepare(batch_id, root)
    assert len(raw(school, batch_id)) == 1
    assert school.stored(batch_id).current.sent_at is None
    assert stored(school, batch_id).state == AnchorState.PREPARED
    assert not school.client.knows(anchor.tx_hash)
    assert school.sent_transactions() == 0


def test_a_crash_between_store_and_broadcast_loses_nothing(school, new_batch, tmp_path):
    """A process stores the transaction and is killed; another, without the key, finishes."""
    batch_id, root = new_batch()
    program = (
        "import os, sys, uuid, pathlib\n"
        "from issuer.anchoring import service\n"
        "from issuer.anchoring.account import EthereumAccount\n"
        "from issuer.anchoring.ethereum import EthereumClient\n"
        "from issuer.db import engine, session_scope\n"
        "database, keystore, url, contract, batch, root = sys.argv[1:]\n"
        "account = EthereumAccount.unlock(pathlib.Path(keystore), 'correct horse')\n"
        "client = EthereumClient(url, chain_id=11155111)\n"
        "with session_scope(engine(pathlib.Path(database))) as session:\n"
        "    service.prepare_anchor(session, uuid.UUID(batch), bytes.fromhex(root),\n"
        "                           account=account, client=client, contract=contract)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    keystore = tmp_path / "keys" / "ethereum-1.json"
    arguments = [school.database, keystore, school.chain.url, school.contract, batch_id, root.hex()]
    killed = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    with school.scope() as session:
        assert [anchor.batch_id for anchor in service.unfinished(session)] == [batch_id]
    prepared = stored(school, batch_id)
    receipt = school.finish(batch_id, timeout_s=10)
    assert receipt.tx_hash == prepared.tx_hash
    assert school.sent_transactions() == 1


def test_a_crash_between_broadcast_and_record_sends_the_same_bytes_and_counts_once(
    school, new_batch
):
    batch_id, root = new_batch()
    school.prepare(batch_id, root)
    # What a process did that died before it wrote it down.
    current = school.stored(batch_id).current
    school.client.send_raw(current.raw_transaction, current.tx_hash)
    assert stored(school, batch_id).state == AnchorState.PREPARED
    receipt = school.anchor(batch_id, root, timeout_s=10)
    assert receipt.tx_hash == stored(school, batch_id).tx_hash == current.tx_hash
    assert school.sent_transactions() == 1


def test_a_node_that_says_already_known_has_taken_it(school, new_batch, monkeypatch):
    batch_id, root = new_batch()
    school.prepare(batch_id, root)
    with school.no_mining():
        school.advance(batch_id)
        # Another worker asks just before, and sends just after, the first one sent.
        answers = iter([False])
        really = EthereumClient.knows
        monkeypatch.setattr(
            EthereumClient,
            "knows",
            lambda self, tx: next(answers, None) is None and really(self, tx),
        )
        assert school.advance(batch_id).state == AnchorState.BROADCAST
    school.chain.mine()
    assert school.finish(batch_id, timeout_s=10)
    assert school.sent_transactions() == 1


def test_a_transaction_that_the_node_forgot_is_sent_again(school, new_batch):
    batch_id, root = new_batch()
    with school.no_mining():
        tx_hash = school.prepare(batch_id, root).tx_hash
        school.advance(batch_id)
        school.chain.rpc("anvil_dropTransaction", tx_hash)
        assert not school.client.knows(tx_hash)
        with pytest.raises(NotConfirmed):
            school.finish(batch_id, timeout_s=0.1)
        assert school.client.knows(tx_hash)
    school.chain.mine()
    assert school.finish(batch_id, timeout_s=10).tx_hash == tx_hash


def test_a_nonce_taken_by_another_transaction_is_an_alarm_and_nothing_is_signed_anew(
    school, new_batch
):
    batch_id, root = new_batch()
    before, signed = school.prepare(batch_id, root), raw(school, batch_id)
    transfer(school, before.nonce)
    with pytest.raises(NonceTaken) as alarm:
        school.anchor(batch_id, root, timeout_s=5)
    assert alarm.value.code == "anchoring.nonce-taken"
    after = stored(school, batch_id)
    assert (raw(school, batch_id), after.state) == (signed, AnchorState.PREPARED)
    assert "Something else sends from this account" in after.problem
    assert school.sent_transactions() == 1


def test_another_use_of_the_account_in_good_order_is_no_alarm(school, new_batch):
    transfer(school, 0)
    assert school.prepare(*new_batch()).nonce == 1


def test_the_node_is_never_asked_while_the_database_is_locked(school, new_batch, monkeypatch):
    """A slow node must not stop everybody else who writes."""
    batch_id, root = new_batch()
    really, writes = EthereumClient._ask, []

    def ask(client, method, *params, read):
        with school.scope() as session:
            session.connection().exec_driver_sql("DELETE FROM anchor_nonce WHERE chain_id = 0")
        writes.append(method)
        return really(client, method, *params, read=read)

    monkeypatch.setattr(EthereumClient, "_ask", ask)
    school.anchor(batch_id, root, timeout_s=10)
    assert "eth_sendRawTransaction" in writes


@pytest.mark.parametrize("question", ["eth_call", "eth_estimateGas"])
def test_the_same_batch_anchored_by_another_process_meanwhile_is_no_alarm(
    school, new_batch, monkeypatch, question
):
    batch_id, root = new_batch()
    really, others = EthereumClient._ask, []

    def ask(client, method, *params, read):
        if method == question and not others:
            others.append("running")
            others.append(school.anchor(batch_id, root, timeout_s=10))
        return really(client, method, *params, read=read)

    monkeypatch.setattr(EthereumClient, "_ask", ask)
    assert school.anchor(batch_id, root, timeout_s=10) == others[1]
    assert school.sent_transactions() == 1


def test_a_quote_may_be_older_than_another_batchs_confirmation(school, new_batch):
    batch_id, root = new_batch()
    quote = quote_anchor(school.client, school.account.address, school.contract, root)
    school.anchor(*new_batch(), timeout_s=10)
    with school.scope() as session:
        anchor = service.prepare_anchor(
            session,
            batch_id,
            root,
            account=school.account,
            client=school.client,
            contract=school.contract,
            quote=quote,
        )
        assert anchor.nonce == 1
    assert school.finish(batch_id, timeout_s=10)


def test_batches_prepared_at_once_have_different_nonces(school, new_batch):
    batches = [new_batch() for _ in range(6)]
    threads = [threading.Thread(target=school.prepare, args=batch) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with school.scope() as session:
        nonces = session.exec(select(Anchor.nonce)).all()
        in_order = [anchor.batch_id for anchor in service.unfinished(session)]
    assert sorted(nonces) == list(range(6))
    for batch_id in in_order:
        school.finish(batch_id, timeout_s=10)
    assert school.sent_transactions() == 6


def test_a_rolled_back_prepare_gives_its_nonce_back(school, new_batch):
    batch_id, root = new_batch()
    with pytest.raises(KeyboardInterrupt):
        prepare_and_die(school, batch_id, root)
    assert school.stored(batch_id) is None
    assert school.prepare(*new_batch()).nonce == 0


def test_preparing_with_a_quote_what_is_prepared_gives_its_nonce_back(school, new_batch):
    batch_id, root = new_batch()
    quote = quote_anchor(school.client, school.account.address, school.contract, root)
    options = {"account": school.account, "client": school.client, "contract": school.contract}
    hashes = set()
    for _ in range(2):
        with school.scope() as session:
            anchor = service.prepare_anchor(session, batch_id, root, quote=quote, **options)
            hashes.add((anchor.nonce, anchor.tx_hash))
    assert len(hashes) == 1
    assert school.prepare(*new_batch()).nonce == 1


def test_preparing_again_finds_the_first_and_another_root_is_refused(school, new_batch):
    batch_id, root = new_batch()
    first = school.prepare(batch_id, root)
    assert school.prepare(batch_id, root).tx_hash == first.tx_hash
    with pytest.raises(OtherRoot):
        school.prepare(batch_id, b"\xff" * 32)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_only_32_bytes_are_a_root(school, new_batch, size):
    with pytest.raises(RootInvalid):
        school.prepare(new_batch()[0], bytes(size))


def test_a_root_anchored_behind_the_databases_back_is_said(school, new_batch):
    _, root = new_batch()
    school.anchor(new_batch()[0], root, timeout_s=10)
    with pytest.raises(AlreadyAnchored):
        school.prepare(new_batch()[0], root)


def test_a_reverted_transaction_never_counts(school, new_batch):
    (one, root), (other, _) = new_batch(), new_batch()
    school.prepare(one, root)
    school.prepare(other, root)
    assert school.finish(one, timeout_s=10)
    for _ in range(2):
        with pytest.raises(Reverted) as reverted:
            school.finish(other, timeout_s=10)
        assert reverted.value.code == "anchoring.reverted"
    assert stored(school, other).state == AnchorState.REVERTED
    assert "failed in block" in stored(school, other).problem
    assert stored(school, other).block_time is None


def test_confirmations_are_waited_for_and_waiting_is_bounded(school, new_batch):
    batch_id, root = new_batch()
    with pytest.raises(NotConfirmed) as late:
        school.anchor(batch_id, root, confirmations=3, timeout_s=0.2)
    assert late.value.code == "anchoring.not-confirmed"
    assert stored(school, batch_id).state == AnchorState.SEEN
    school.chain.mine(1)
    with pytest.raises(NotConfirmed):
        school.finish(batch_id, confirmations=3, timeout_s=0.2)
    school.chain.mine(1)
    assert school.finish(batch_id, confirmations=3, timeout_s=5)


def test_a_block_that_was_reorganised_away_does_not_count(school, new_batch):
    batch_id, root = new_batch()
    with pytest.raises(NotConfirmed):
        school.anchor(batch_id, root, confirmations=2, timeout_s=0.2)
    tx_hash = stored(school, batch_id).tx_hash
    lost = school.client.receipt(tx_hash)
    school.chain.rpc("anvil_reorg", 1, [])
    assert school.client.block(lost.block_number).block_hash != lost.block_hash
    receipt = school.finish(batch_id, timeout_s=10)
    assert receipt.block_hash != lost.block_hash
    assert school.client.block(receipt.block_number).block_hash == receipt.block_hash


def test_a_chain_that_is_down_changes_nothing_and_can_be_gone_on_with(
    tmp_path, new_batch, account, school
):
    chain = LocalChain(tmp_path / "chain", port=0).start()
    chain.fund(account.address, 10**18)
    with EthereumClient(chain.url, chain_id=CHAIN_ID) as client:
        school.client, school.chain = client, chain
        school.contract = service.deploy_contract(client, account, timeout_s=10)
        batch_id, root = new_batch()
        anchor = school.prepare(batch_id, root)
        chain.stop()
        with pytest.raises(ChainUnreachable):
            school.prepare(*new_batch())
        with pytest.raises(ChainUnreachable):
            school.finish(batch_id)
        assert stored(school, batch_id).state == AnchorState.PREPARED
        with LocalChain(tmp_path / "chain", port=chain.port):
            assert school.finish(batch_id, timeout_s=10).tx_hash == anchor.tx_hash


def test_a_chain_begun_anew_is_noticed_before_anything_is_signed(
    tmp_path, new_batch, account, school
):
    school.anchor(*new_batch(), timeout_s=10)
    with (
        LocalChain(tmp_path / "anew", port=0) as chain,
        EthereumClient(chain.url, chain_id=CHAIN_ID) as client,
    ):
        school.client = client
        with pytest.raises(NoCode):
            school.prepare(*new_batch())
        deployer = EthereumAccount.create(tmp_path / "other.json", "x", scrypt_n=2**10)
        for address in (deployer.address, account.address):
            chain.fund(address, 10**18)
        school.contract = service.deploy_contract(client, deployer, timeout_s=10)
        with pytest.raises(HistoryLost):
            school.prepare(*new_batch())


def test_a_low_balance_is_said_before_anything_is_signed(school, new_batch):
    service.check_ready(school.client, school.account.address, school.contract)
    school.chain.fund(school.account.address, 10**9)
    for attempt in (
        lambda: service.check_ready(school.client, school.account.address, school.contract),
        lambda: school.prepare(*new_batch()),
        lambda: service.deploy_contract(school.client, school.account),
    ):
        with pytest.raises(LowBalance) as low:
            attempt()
        assert low.value.code == "anchoring.low-balance"
        assert school.account.address in low.value.sentence
    with school.scope() as session:
        assert service.unfinished(session) == []


def test_the_contracts_address_must_hold_our_contract(school, new_batch):
    service.check_contract(school.client, school.contract)
    with pytest.raises(NoCode) as missing:
        service.check_contract(school.client, school.account.address)
    assert missing.value.code == "contract.no-code"
    other = "0x" + "99" * 20
    school.chain.rpc("anvil_setCode", other, "0x00")
    with pytest.raises(OtherCode):
        service.check_contract(school.client, other)
    school.contract = other
    with pytest.raises(OtherCode):
        school.prepare(*new_batch())


def test_bytes_signed_for_one_chain_are_not_sent_to_another(school, new_batch):
    batch_id, root = new_batch()
    school.prepare(batch_id, root)
    with EthereumClient(school.chain.url, chain_id=1) as client:
        school.client = client
        with pytest.raises(WrongChain):
            school.advance(batch_id)
        with pytest.raises(WrongChain):
            school.prepare(*new_batch())


def test_what_was_never_prepared_cannot_be_advanced(school, new_batch):
    with pytest.raises(NotPrepared):
        school.advance(new_batch()[0])
    batch_id, root = new_batch()
    school.prepare(batch_id, root)
    assert school.advance(batch_id).state == AnchorState.BROADCAST


def test_a_node_that_refuses_for_another_reason_is_quoted(school, new_batch):
    batch_id, root = new_batch()
    school.prepare(batch_id, root)
    school.chain.fund(school.account.address, 0)
    with pytest.raises(ChainRefused, match=r"[Ii]nsufficient funds"):
        school.advance(batch_id)
    assert stored(school, batch_id).state == AnchorState.PREPARED
    assert "nsufficient funds" in stored(school, batch_id).problem
