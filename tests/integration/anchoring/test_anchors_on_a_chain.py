"""A real chain is driven into what chains do: full, forked, forgetful, slow."""

from datetime import timedelta

import pytest

from issuer.anchoring import service
from issuer.anchoring.errors import AlreadyAnchored, HistoryLost, NotConfirmed
from issuer.anchoring.service import AnchorState

GWEI = 10**9
STUCK = timedelta(minutes=6)


def hashes(school, batch_id):
    return [one.tx_hash for one in school.stored(batch_id).attempts]


def test_anchoring_uses_at_most_46000_gas(school):
    batch_id = school.prepare()
    standing = school.until(batch_id, AnchorState.CONFIRMED)
    receipt = school.chain.rpc("eth_getTransactionReceipt", standing.tx_hash)
    assert int(receipt["gasUsed"], 16) <= 46_000
    paid = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
    assert school.stored(batch_id).anchor.fee_wei == paid


def test_confirmations_follow_the_blocks(school):
    school.chain.rpc("anvil_setBlockTimestampInterval", 12)
    batch_id = school.prepare()
    school.advance(batch_id, confirmations=4)
    assert school.until(batch_id, AnchorState.SEEN, confirmations=4).confirmations == 1
    school.chain.mine(2)
    assert school.advance(batch_id, confirmations=4).confirmations == 3
    before = school.stored(batch_id).anchor
    school.chain.mine()
    standing = school.advance(batch_id, confirmations=4)
    assert (standing.state, standing.confirmations) == (AnchorState.CONFIRMED, 4)
    block = school.client.block("latest")
    assert block.time - before.block_time == timedelta(seconds=36)


def test_a_transaction_stuck_below_the_base_fee_is_replaced_and_the_replacement_is_mined(school):
    school.chain.rpc("evm_setAutomine", False)
    batch_id = school.prepare()
    school.advance(batch_id)
    first = school.stored(batch_id).current
    school.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(first.max_fee_per_gas + 5 * GWEI))
    school.chain.mine()
    assert school.advance(batch_id).state == AnchorState.BROADCAST
    assert hashes(school, batch_id) == [first.tx_hash]
    school.offset = STUCK
    replaced = school.advance(batch_id)
    second = school.stored(batch_id).attempts[1]
    assert replaced.tx_hash == second.tx_hash
    assert second.nonce == first.nonce
    assert school.client.knows(second.tx_hash)
    assert not school.client.knows(first.tx_hash)
    school.chain.mine()
    standing = school.until(batch_id, AnchorState.CONFIRMED)
    assert standing.tx_hash == second.tx_hash
    assert school.sent_transactions() == 1
    root = school.stored(batch_id).anchor.root
    sent = school.chain.rpc("eth_getTransactionByHash", standing.tx_hash)
    assert sent["input"] == "0x" + root.hex()


def test_a_transaction_dropped_from_the_pool_is_sent_again(school):
    school.chain.rpc("evm_setAutomine", False)
    batch_id = school.prepare()
    tx_hash = school.advance(batch_id).tx_hash
    school.chain.rpc("anvil_dropTransaction", tx_hash)
    assert not school.client.knows(tx_hash)
    assert school.advance(batch_id).tx_hash == tx_hash
    assert school.client.knows(tx_hash)
    school.chain.mine()
    assert school.until(batch_id, AnchorState.CONFIRMED).tx_hash == tx_hash


def test_an_anchor_reverted_with_its_chain_is_noticed_and_sent_again(school):
    snapshot = school.chain.rpc("evm_snapshot")
    batch_id = school.prepare()
    standing = school.until(batch_id, AnchorState.CONFIRMED)
    assert school.chain.rpc("evm_revert", snapshot) is True
    assert school.client.receipt(standing.tx_hash) is None
    school.chain.mine(3)
    with pytest.raises(HistoryLost):
        school.prepare()
    school.chain.rpc("evm_setAutomine", False)
    assert service.check_still_anchored(school.scope, school.client, 1) == [batch_id]
    after = school.stored(batch_id).anchor
    assert (after.state, after.block_hash) == (AnchorState.BROADCAST, None)
    assert "no longer part of the chain" in after.problem
    assert school.client.knows(standing.tx_hash)
    school.chain.mine()
    again = school.until(batch_id, AnchorState.CONFIRMED)
    assert (again.tx_hash, again.problem) == (standing.tx_hash, None)
    assert again.receipt.block_hash != standing.receipt.block_hash
    assert service.check_still_anchored(school.scope, school.client, 1) == []


def test_a_reorganisation_after_it_was_seen_takes_it_back(school):
    batch_id = school.prepare()
    school.advance(batch_id, confirmations=3)
    seen = school.until(batch_id, AnchorState.SEEN, confirmations=3)
    school.chain.rpc("evm_setAutomine", False)
    school.chain.rpc("anvil_reorg", 1, [])
    back = school.advance(batch_id, confirmations=3)
    assert back.tx_hash == seen.tx_hash
    assert back.receipt is None or back.receipt.block_hash != seen.receipt.block_hash
    school.chain.mine(4)
    done = school.until(batch_id, AnchorState.CONFIRMED, confirmations=3)
    assert done.tx_hash == seen.tx_hash
    assert school.client.block(done.receipt.block_number).block_hash == done.receipt.block_hash
    assert school.sent_transactions() == 1


def test_a_released_anchor_in_a_deep_reorganisation(school):
    batch_id = school.prepare()
    before = school.until(batch_id, AnchorState.CONFIRMED)
    school.chain.mine(5)
    school.chain.rpc("anvil_reorg", 6, [])
    assert service.check_still_anchored(school.scope, school.client, 1) == [batch_id]
    school.chain.mine()
    after = school.until(batch_id, AnchorState.CONFIRMED)
    assert after.tx_hash == before.tx_hash
    assert after.receipt != before.receipt


def test_a_root_anchored_before_the_database_was_restored_is_found_on_the_chain(orderly_school):
    school = orderly_school
    lost = school.prepare()
    before = school.until(lost, AnchorState.CONFIRMED)
    root, raw = school.stored(lost).anchor.root, school.stored(lost).current.raw_transaction
    school.chain.mine(3)
    with school.scope() as session:
        for table in ("anchor_attempt", "anchor", "anchor_nonce"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    batch_id = school.prepare(root)
    assert school.stored(batch_id).current.raw_transaction == raw
    assert school.until(batch_id, AnchorState.CONFIRMED).receipt == before.receipt
    assert school.sent_transactions() == 2  # the contract's, and the anchor's
    with pytest.raises(AlreadyAnchored):
        school.prepare(root)


def test_waiting_ends_after_its_time_and_can_be_taken_up_again(school):
    school.chain.rpc("evm_setAutomine", False)
    batch_id = school.prepare()
    with pytest.raises(NotConfirmed, match="Nothing is lost"):
        service.finish_anchor(school.scope, batch_id, school.client, timeout_s=0.2)
    school.chain.mine()
    assert service.finish_anchor(school.scope, batch_id, school.client, timeout_s=10)


def test_a_blocks_header_and_the_proof_of_an_anchor_can_be_asked_for(school):
    from contracts.credential_anchor import storage_slot  # noqa: PLC0415

    batch_id = school.prepare()
    receipt = school.until(batch_id, AnchorState.CONFIRMED).receipt
    root = school.stored(batch_id).anchor.root
    slot = storage_slot(school.account.address, root)
    proof = school.client.proof(school.contract, [slot, bytes(32)], receipt.block_number)
    assert [one.slot for one in proof.storage] == [slot, bytes(32)]
    assert proof.storage[0].value == int(receipt.block_time.timestamp())
    assert proof.storage[1].value == 0
    assert proof.proof
    block = school.client.block(receipt.block_number)
    assert block == school.client.block_by_hash(receipt.block_hash)
    assert block.header["stateRoot"].startswith("0x")
    assert school.client.block("finalized").number <= block.number
    assert school.client.block(10**9) is None
