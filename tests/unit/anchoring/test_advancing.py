"""One turn after another, against a node in memory: whatever the chain does, in exact time."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from simulators import ethereum_node as simulator

from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from issuer.anchoring import repository, service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.errors import (
    AlreadyAnchored,
    FeeTooHigh,
    LowBalance,
    NonceTaken,
    NotConfirmed,
    Reverted,
    WrongChain,
)
from issuer.anchoring.ethereum import Fees
from issuer.anchoring.readiness import LOW_BATCHES, check_ready, quote_anchor
from issuer.anchoring.service import AnchorState
from issuer.anchoring.signing import bumped
from issuer.db import engine, migrate, session_scope

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
STUCK = timedelta(minutes=6)
GWEI = 10**9


@dataclass(frozen=True)
class Start:
    """What is slow to make, and the same for every world: an empty database, an account."""

    database: Path
    account: EthereumAccount


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    empty = engine(folder / "empty.db")
    migrate(empty)
    with empty.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    empty.dispose()
    account = EthereumAccount.create(folder / "key.json", "correct horse", scrypt_n=2**10)
    return Start(folder / "empty.db", account)


class World:
    """A school's database and account, and a node in memory."""

    def __init__(self, folder: Path, start: Start):
        database = shutil.copyfile(start.database, folder / f"{uuid4()}.db")
        self.engine = engine(database)
        self.scope = partial(session_scope, self.engine)
        self.node = simulator.SimulatedNode()
        self.client = self.node.client()
        self.account = start.account
        self.now = NOW
        self.node.on_send = self.check_stored

    def check_stored(self, sent):
        """No bytes reach a node that are not committed."""
        with session_scope(self.engine, read_only=True) as session:
            assert repository.batch_of(session, sent.hash) is not None

    def prepare(self, batch_id=None, root=None):
        batch_id, root = batch_id or uuid4(), root or os.urandom(32)
        known = {"account": self.account, "client": self.client, "contract": simulator.CONTRACT}
        quote = quote_anchor(self.client, self.account.address, simulator.CONTRACT, root)
        with self.scope() as session:
            service.prepare_anchor(session, batch_id, root, quote=quote, now=self.now, **known)
        return batch_id

    def advance(self, batch_id, **options):
        known = {"account": self.account, "client": self.client, "confirmations": 3}
        return service.advance_anchor(self.scope, batch_id, **(known | {"now": self.now} | options))

    def stored(self, batch_id):
        with self.scope() as session:
            return repository.find_with_attempts(session, batch_id)

    def sent(self):
        """A batch whose transaction waits at the node."""
        batch_id = self.prepare()
        assert self.advance(batch_id).state == AnchorState.BROADCAST
        return batch_id

    def confirmed(self):
        batch_id = self.sent()
        self.node.mine(3)
        assert self.advance(batch_id).state == AnchorState.CONFIRMED
        return batch_id

    def make_stuck(self, batch_id):
        """The base fee rises above what was offered, and time passes."""
        cap = self.stored(batch_id).current.max_fee_per_gas
        self.node.base_fee = cap + GWEI
        self.node.mine()
        self.now += STUCK

    def dispose(self):
        self.engine.dispose()


@pytest.fixture
def world(tmp_path, start):
    world = World(tmp_path, start)
    yield world
    world.dispose()


def hashes(world, batch_id):
    return [one.tx_hash for one in world.stored(batch_id).attempts]


def test_from_prepared_to_confirmed(world):
    batch_id = world.prepare()
    assert world.stored(batch_id).anchor.state == AnchorState.PREPARED
    sent = world.advance(batch_id)
    assert (sent.state, sent.confirmations, sent.receipt) == (AnchorState.BROADCAST, 0, None)
    assert world.stored(batch_id).current.sent_at == NOW
    world.node.mine()
    seen = world.advance(batch_id)
    assert (seen.state, seen.confirmations) == (AnchorState.SEEN, 1)
    world.node.mine(2)
    done = world.advance(batch_id)
    assert (done.state, done.confirmations, done.problem) == (AnchorState.CONFIRMED, 3, None)
    assert done.receipt == seen.receipt
    assert done.receipt.block_hash == world.node.blocks[1].hash
    anchor = world.stored(batch_id).anchor
    assert anchor.fee_wei == simulator.GAS_USED * 2 * GWEI
    assert world.node.mined(anchor.root) == [done.tx_hash]


def test_what_waits_is_not_sent_again_and_its_fee_not_raised_too_early(world):
    batch_id = world.sent()
    world.node.asked.clear()
    world.node.mine(0)
    world.now += timedelta(minutes=4)
    assert world.advance(batch_id).problem is None
    assert "eth_sendRawTransaction" not in world.node.asked
    assert len(hashes(world, batch_id)) == 1


def test_a_stuck_transaction_is_replaced_at_the_same_nonce_and_every_hash_is_kept(world):
    batch_id = world.sent()
    first = world.stored(batch_id).current
    world.make_stuck(batch_id)
    standing = world.advance(batch_id)
    both = world.stored(batch_id).attempts
    assert [one.number for one in both] == [1, 2]
    assert both[0].tx_hash == first.tx_hash
    assert standing.tx_hash == both[1].tx_hash == world.stored(batch_id).anchor.tx_hash
    assert {one.nonce for one in both} == {first.nonce}
    read = [simulator.read(bytes(one.raw_transaction)) for one in both]
    assert read[0].root == read[1].root
    assert read[0].to == read[1].to
    assert both[1].max_fee_per_gas * 8 >= first.max_fee_per_gas * 9
    assert both[1].max_priority_fee_per_gas * 8 >= first.max_priority_fee_per_gas * 9
    assert list(world.node.pool) == [both[1].tx_hash]
    world.node.mine(3)
    assert world.advance(batch_id).receipt.tx_hash == both[1].tx_hash


def test_whichever_hash_is_mined_is_the_one_recorded(world):
    batch_id = world.sent()
    first = world.node.pool[hashes(world, batch_id)[0]]
    world.make_stuck(batch_id)
    world.advance(batch_id)
    # A miner had the first one all the time.
    world.node.pool = {first.hash: first}
    world.node.base_fee = GWEI
    world.node.mine(3)
    standing = world.advance(batch_id)
    assert standing.state == AnchorState.CONFIRMED
    assert standing.receipt.tx_hash == first.hash == world.stored(batch_id).anchor.tx_hash
    assert len(hashes(world, batch_id)) == 2


def test_a_replacement_that_the_node_does_not_take_is_no_fault(world):
    batch_id = world.sent()
    world.make_stuck(batch_id)
    world.node.broken["eth_sendRawTransaction"] = ChainRefused("replacement underpriced")
    assert world.advance(batch_id).state == AnchorState.BROADCAST
    world.node.broken.clear()
    world.node.base_fee = GWEI
    world.node.mine(3)
    assert world.advance(batch_id).receipt.tx_hash == hashes(world, batch_id)[0]


@pytest.mark.parametrize(
    ("paid", "asked", "expected"),
    [
        (Fees(80, 8), Fees(1, 1), Fees(90, 9)),
        (Fees(81, 9), Fees(1, 1), Fees(92, 11)),
        (Fees(0, 0), Fees(0, 0), Fees(1, 1)),
        (Fees(80, 8), Fees(200, 8), Fees(200, 9)),
    ],
)
def test_a_bump_is_at_least_an_eighth_on_both_fees_rounded_up(paid, asked, expected):
    assert bumped(paid, asked) == expected


def test_over_the_ceiling_it_says_so_and_waits_and_signs_nothing(world):
    world.client = world.node.client(max_fee_per_gas=4 * GWEI)
    batch_id = world.sent()
    world.make_stuck(batch_id)
    world.node.asked.clear()
    standing = world.advance(batch_id)
    assert standing.state == AnchorState.BROADCAST
    assert "max_fee_gwei" in standing.problem
    assert world.stored(batch_id).anchor.problem == standing.problem
    assert len(hashes(world, batch_id)) == 1
    world.client = world.node.client(max_fee_per_gas=100 * GWEI)
    assert world.advance(batch_id).problem is None
    assert len(hashes(world, batch_id)) == 2


def test_over_the_ceiling_nothing_is_prepared(world):
    world.client = world.node.client(max_fee_per_gas=2 * GWEI)
    with pytest.raises(FeeTooHigh):
        world.prepare()
    world.client = world.node.client(max_fee_per_gas=3 * GWEI)
    assert world.prepare()


def test_without_the_account_the_fee_is_not_raised_and_that_is_said(world, tmp_path):
    batch_id = world.sent()
    world.make_stuck(batch_id)
    assert "with the passphrase" in world.advance(batch_id, account=None).problem
    other = EthereumAccount.create(tmp_path / "other.json", "correct horse", scrypt_n=2**10)
    assert world.account.address in world.advance(batch_id, account=other).problem
    assert len(hashes(world, batch_id)) == 1
    assert world.advance(batch_id).problem is None
    assert len(hashes(world, batch_id)) == 2


def test_what_waits_for_an_earlier_batch_is_not_paid_more_for(world):
    first, second = world.prepare(), world.sent()
    del world.node.pool[hashes(world, first)[0]]
    world.node.broken["eth_sendRawTransaction"] = ChainRefused("not now")
    world.node.mine()
    world.now += STUCK
    standing = world.advance(second)
    assert "numbered 0" in standing.problem
    assert "not now" in world.stored(first).anchor.problem
    assert len(hashes(world, second)) == 1
    world.node.broken.clear()
    world.advance(first)
    world.node.mine(3)
    for batch_id in (first, second):
        assert world.advance(batch_id).state == AnchorState.CONFIRMED
    assert world.stored(second).anchor.problem is None


def test_what_an_earlier_number_waits_for_is_done_by_whoever_comes_later(world):
    """Its batch may be begun again, so that nobody else will: later ones would wait for ever."""
    first, second = world.prepare(), world.prepare()
    assert world.advance(second).state == AnchorState.BROADCAST
    assert list(world.node.pool) == hashes(world, first) + hashes(world, second)
    assert world.stored(first).anchor.state == AnchorState.BROADCAST
    world.make_stuck(second)
    assert "numbered 0" in world.advance(second).problem
    assert (len(hashes(world, first)), len(hashes(world, second))) == (2, 1)
    world.node.base_fee = GWEI
    world.node.mine(3)
    assert world.advance(second).state == AnchorState.CONFIRMED
    assert world.stored(first).anchor.state == AnchorState.CONFIRMED


def test_a_chain_that_stands_still_is_no_reason_to_pay_more(world):
    batch_id = world.sent()
    world.now += STUCK
    assert "no block since" in world.advance(batch_id).problem
    assert len(hashes(world, batch_id)) == 1


def test_an_account_that_cannot_pay_more_is_said(world):
    batch_id = world.sent()
    world.make_stuck(batch_id)
    world.node.balances[world.account.address] = 10**12
    assert "Send ether" in world.advance(batch_id).problem
    world.node.balances.clear()
    assert world.advance(batch_id).problem is None


def test_a_dropped_transaction_is_sent_again_and_after_a_while_pays_more(world):
    batch_id = world.sent()
    (first,) = hashes(world, batch_id)
    world.node.drop()
    assert world.advance(batch_id).tx_hash == first
    assert list(world.node.pool) == [first]
    world.node.drop()
    world.make_stuck(batch_id)
    after = world.advance(batch_id)
    assert after.tx_hash != first
    assert after.tx_hash in world.node.pool


def test_a_node_that_refuses_is_an_error_and_after_a_while_is_offered_more(world):
    batch_id = world.prepare()
    world.node.broken["eth_sendRawTransaction"] = ChainRefused("transaction underpriced")
    with pytest.raises(ChainRefused):
        world.advance(batch_id)
    assert "underpriced" in world.stored(batch_id).anchor.problem
    assert world.stored(batch_id).anchor.state == AnchorState.PREPARED
    world.now += STUCK
    with pytest.raises(ChainRefused):
        world.advance(batch_id)
    assert len(hashes(world, batch_id)) == 2
    world.node.broken.clear()
    assert world.advance(batch_id).problem is None
    world.node.mine(3)
    assert world.advance(batch_id).receipt.tx_hash == hashes(world, batch_id)[1]


def test_a_block_that_goes_away_takes_the_state_back_and_the_same_bytes_are_sent(world):
    batch_id = world.sent()
    world.node.mine()
    assert world.advance(batch_id).state == AnchorState.SEEN
    world.node.reorganise(1, keep=False)
    standing = world.advance(batch_id)
    assert (standing.state, standing.receipt) == (AnchorState.BROADCAST, None)
    assert "no longer part of the chain" in standing.problem
    anchor = world.stored(batch_id).anchor
    assert (anchor.block_number, anchor.block_hash, anchor.block_time) == (None, None, None)
    assert list(world.node.pool) == hashes(world, batch_id)
    world.node.mine(3)
    assert world.advance(batch_id).problem is None
    assert len(world.node.mined(anchor.root)) == 1


def test_a_reorganisation_does_not_count_as_waiting(world):
    batch_id = world.sent()
    world.node.mine()
    world.advance(batch_id)
    world.now += STUCK
    world.node.reorganise(1)
    world.advance(batch_id)
    world.node.base_fee = 100 * GWEI
    world.node.mine()
    world.now += timedelta(minutes=1)
    world.advance(batch_id)
    assert len(hashes(world, batch_id)) == 1
    world.now += STUCK
    world.advance(batch_id)
    assert len(hashes(world, batch_id)) == 2


def test_a_transaction_that_comes_back_in_another_block_is_recorded_there(world):
    batch_id = world.sent()
    world.node.mine()
    before = world.advance(batch_id).receipt
    world.node.reorganise(1)
    world.node.mine()
    after = world.advance(batch_id)
    assert after.state == AnchorState.SEEN
    assert after.receipt.block_number != before.block_number


def test_what_was_confirmed_and_released_is_looked_after(world):
    standing, gone = world.confirmed(), world.confirmed()
    world.node.reorganise(3, keep=False)
    world.node.mine(3)
    found = service.check_still_anchored(world.scope, world.client, 3, now=world.now)
    assert found == [gone]
    assert world.stored(gone).anchor.state == AnchorState.BROADCAST
    assert world.stored(standing).anchor.state == AnchorState.CONFIRMED
    assert list(world.node.pool) == hashes(world, gone)
    assert service.check_still_anchored(world.scope, world.client, 3) == []
    world.node.mine(3)
    assert world.advance(gone).state == AnchorState.CONFIRMED


def test_a_confirmed_batch_replaced_by_a_strangers_transaction_is_an_alarm(world):
    batch_id = world.confirmed()
    world.node.reorganise(3, keep=False)
    other = world.account.sign(
        {
            "type": 2,
            "chainId": simulator.CHAIN_ID,
            "nonce": 0,
            "to": simulator.CONTRACT,
            "value": 0,
            "data": b"\x01" * 32,
            "gas": 50_000,
            "maxFeePerGas": 10 * GWEI,
            "maxPriorityFeePerGas": GWEI,
        }
    )
    world.node.on_send = None
    world.client.send_raw(other.raw, other.tx_hash)
    world.node.mine()
    assert service.check_still_anchored(world.scope, world.client, 3) == [batch_id]
    assert "Something else sends from this account" in world.stored(batch_id).anchor.problem
    with pytest.raises(NonceTaken):
        world.advance(batch_id)
    assert len(hashes(world, batch_id)) == 1


def test_reverted_is_final_only_where_it_is_deep_enough(world):
    batch_id = world.sent()
    world.node.mine(fail=True)
    shallow = world.advance(batch_id)
    assert (shallow.state, shallow.receipt) == (AnchorState.BROADCAST, None)
    assert "failed in block" in shallow.problem
    world.node.mine(2)
    deep = world.advance(batch_id)
    assert (deep.state, deep.receipt) == (AnchorState.REVERTED, None)
    assert world.advance(batch_id) == deep
    with pytest.raises(Reverted):
        service.finish_anchor(world.scope, batch_id, world.client, confirmations=3, timeout_s=0)


def test_a_revert_that_is_reorganised_away_is_tried_again(world):
    batch_id = world.sent()
    world.node.mine(3, fail=True)
    assert world.advance(batch_id).state == AnchorState.REVERTED
    world.node.reorganise(3)
    assert world.advance(batch_id).state == AnchorState.BROADCAST
    world.node.mine(3)
    assert world.advance(batch_id).state == AnchorState.CONFIRMED


def restored(world, root):
    """The database knows nothing of the batch, but the chain has its root from our account."""
    lost = world.prepare(root=root)
    world.advance(lost)
    with world.scope() as session:
        for table in ("anchor_attempt", "anchor", "anchor_nonce"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    return lost


def test_a_root_that_our_account_anchored_before_the_database_was_restored_counts(world):
    root = os.urandom(32)
    restored(world, root)
    world.node.mine(2)
    sent = world.node.mined(root)
    batch_id = world.prepare(root=root)
    world.node.mine()
    standing = world.advance(batch_id)
    assert standing.state == AnchorState.CONFIRMED
    assert [standing.tx_hash] == sent == world.node.mined(root)
    assert hashes(world, batch_id) == sent


def test_a_second_transaction_of_a_restored_database_reverts_and_the_first_one_counts(world):
    root = os.urandom(32)
    restored(world, root)
    batch_id = world.prepare(root=root)
    world.advance(batch_id)
    world.node.mine(3)
    (sent,) = world.node.mined(root)
    standing = world.advance(batch_id)
    assert (standing.state, standing.tx_hash) == (AnchorState.CONFIRMED, sent)
    assert sorted(one.nonce for one in world.stored(batch_id).attempts) == [0, 1]
    assert standing.receipt.tx_hash == sent


def test_another_batchs_transaction_is_not_taken_for_ours(world):
    root = os.urandom(32)
    first, second = world.prepare(root=root), world.prepare(root=root)
    for batch_id in (first, second):
        world.advance(batch_id)
    world.node.mine(3)
    assert world.advance(first).state == AnchorState.CONFIRMED
    assert world.advance(second).state == AnchorState.REVERTED
    with pytest.raises(AlreadyAnchored):
        world.prepare(root=root)


def test_a_found_transaction_is_believed_only_if_its_hash_and_signature_are_right(world):
    root = os.urandom(32)
    restored(world, root)
    world.node.mine(3)
    world.node.broken["eth_getTransactionByHash"] = lambda answer: answer | {"nonce": "0x7"}
    with pytest.raises(AlreadyAnchored):
        world.prepare(root=root)
    world.node.broken.clear()
    assert world.prepare(root=root)


def test_a_taken_nonce_is_noticed_in_the_pool_as_well(world):
    batch_id = world.sent()
    world.node.drop()
    other = world.account.sign(
        {
            "type": 2,
            "chainId": simulator.CHAIN_ID,
            "nonce": 0,
            "to": simulator.CONTRACT,
            "value": 0,
            "data": b"\x01" * 32,
            "gas": 50_000,
            "maxFeePerGas": 10 * GWEI,
            "maxPriorityFeePerGas": 5 * GWEI,
        }
    )
    world.node.on_send = None
    world.client.send_raw(other.raw, other.tx_hash)
    assert "underpriced" in world.advance(batch_id).problem
    world.node.mine()
    with pytest.raises(NonceTaken):
        world.advance(batch_id)


FORGED = {
    "another sender": ("eth_getTransactionReceipt", {"from": "0x" + "11" * 20}),
    "another contract": ("eth_getTransactionReceipt", {"to": "0x" + "22" * 20}),
    "a creation": ("eth_getTransactionReceipt", {"to": None}),
    "another transaction": ("eth_getTransactionReceipt", {"transactionHash": "0x" + "33" * 32}),
    "another place in the block": ("eth_getTransactionReceipt", {"transactionIndex": "0x1"}),
    "another number": ("eth_getTransactionReceipt", {"blockNumber": "0x9"}),
    "a huge number": ("eth_getTransactionReceipt", {"blockNumber": hex(2**64)}),
    "a huge fee": ("eth_getTransactionReceipt", {"effectiveGasPrice": hex(2**200)}),
    "a status beyond 1": ("eth_getTransactionReceipt", {"status": "0x2"}),
    "no status": ("eth_getTransactionReceipt", {"status": None}),
    "a number for a text": ("eth_getTransactionReceipt", {"status": 1}),
    "a block without it": ("eth_getBlockByHash", {"transactions": []}),
    "a block of another hash": ("eth_getBlockByHash", {"hash": "0x" + "44" * 32}),
    "a block of another number": ("eth_getBlockByHash", {"number": "0x8"}),
    "a block from the year 300000": ("eth_getBlockByHash", {"timestamp": hex(10**13)}),
    "a block from beyond time": ("eth_getBlockByHash", {"timestamp": hex(2**63)}),
    "a block of objects": ("eth_getBlockByHash", {"transactions": [{}]}),
}


@pytest.mark.parametrize("method_and_change", FORGED.values(), ids=FORGED)
def test_nothing_is_believed_that_does_not_fit_together(world, method_and_change):
    method, change = method_and_change
    batch_id = world.sent()
    world.node.mine(3)
    world.node.broken[method] = lambda answer: answer | change
    with pytest.raises(ChainBadAnswer):
        world.advance(batch_id)
    assert world.stored(batch_id).anchor.state == AnchorState.BROADCAST
    world.node.broken.clear()
    assert world.advance(batch_id).state == AnchorState.CONFIRMED


def test_a_receipt_that_the_contract_does_not_bear_out_is_not_believed(world):
    batch_id = world.sent()
    world.node.mine(3)
    for false in (0, 5):
        world.node.broken["eth_call"] = lambda _, false=false: "0x" + false.to_bytes(32).hex()
        with pytest.raises(ChainBadAnswer):
            world.advance(batch_id)
        assert world.stored(batch_id).anchor.state == AnchorState.BROADCAST
    world.node.broken.clear()
    assert world.advance(batch_id).state == AnchorState.CONFIRMED


def test_a_newest_block_that_is_older_than_the_receipts_is_not_believed(world):
    batch_id = world.sent()
    world.node.mine(3)
    world.node.broken["eth_blockNumber"] = lambda _: "0x0"
    with pytest.raises(ChainBadAnswer):
        world.advance(batch_id)


def test_a_block_on_another_branch_is_not_the_chain(world):
    batch_id = world.sent()
    world.node.mine(3)
    other = {"hash": "0x" + "55" * 32}
    world.node.broken["eth_getBlockByNumber"] = lambda answer: answer | other
    assert world.advance(batch_id).state == AnchorState.BROADCAST


@pytest.mark.parametrize(
    ("method", "false"),
    [
        ("eth_estimateGas", hex(10**9)),
        ("eth_getTransactionCount", hex(2**62)),
        ("eth_getTransactionCount", hex(2**64)),
        ("eth_maxPriorityFeePerGas", hex(2**200)),
        ("eth_chainId", None),
        ("eth_getBalance", "lots"),
        ("eth_getCode", "0xabc"),
        ("eth_call", "0x01"),
    ],
)
def test_huge_numbers_and_nonsense_are_not_signed_for(world, method, false):
    answers = iter(["0x0"]) if method == "eth_getTransactionCount" else iter([])
    world.node.broken[method] = lambda _: next(answers, false)
    with pytest.raises((ChainBadAnswer, WrongChain)):
        world.prepare()
    world.node.broken.clear()
    assert world.stored(world.prepare()).anchor.nonce == 0


def test_a_chain_id_that_changes_is_noticed_at_the_next_turn(world):
    batch_id = world.sent()
    world.node.chain_id = 1
    with pytest.raises(WrongChain):
        world.advance(batch_id)
    assert "belongs to chain 1" in world.stored(batch_id).anchor.problem
    world.node.chain_id = simulator.CHAIN_ID
    assert world.advance(batch_id).state == AnchorState.BROADCAST


def test_a_node_that_is_down_changes_nothing(world):
    batch_id = world.sent()
    world.node.broken["*"] = simulator.unreachable()
    before = world.stored(batch_id)
    with pytest.raises(ChainUnreachable):
        world.advance(batch_id)
    with pytest.raises(ChainUnreachable):
        service.check_still_anchored(world.scope, world.client, 3)
    assert world.stored(batch_id) == before


def test_waiting_outlives_a_node_that_goes_away_and_is_bounded(world):
    batch_id = world.prepare()
    times = iter(range(100))

    def clock():
        count = next(times)
        world.node.broken = {"*": simulator.unreachable()} if count in (1, 2) else {}
        if count == 3:
            world.node.mine(3)
        return NOW

    receipt = service.finish_anchor(
        world.scope, batch_id, world.client, confirmations=3, timeout_s=20, clock=clock
    )
    assert [receipt.tx_hash] == hashes(world, batch_id)
    other = world.sent()
    with pytest.raises(NotConfirmed):
        service.finish_anchor(world.scope, other, world.client, confirmations=3, timeout_s=0)


def test_what_a_batch_costs_and_how_far_the_balance_goes(world):
    address, contract = world.account.address, simulator.CONTRACT
    ready = check_ready(world.client, address, contract)
    assert ready.batch_wei == 50_600 * 3 * GWEI
    assert ready.batches == 10**18 // ready.batch_wei
    assert ready.warning is None
    world.node.balances[address] = ready.batch_wei * (LOW_BATCHES - 1)
    low = check_ready(world.client, address, contract)
    assert low.batches == LOW_BATCHES - 1
    assert "enough for 9 more batches" in low.warning
    world.node.balances[address] = ready.batch_wei - 1
    with pytest.raises(LowBalance):
        check_ready(world.client, address, contract)


class Killed(BaseException):
    """The process ends here, whatever it was doing."""


def kill_at(world, point, work):
    """Do some work, and die at the given question to the node or end of a transaction.

    Returns:
        Whether it died: False if there are not that many points.
    """
    count, really, scope = [0], world.node.ask, world.scope

    def pass_by():
        count[0] += 1
        if count[0] == point:
            raise Killed

    def ask(method, *params):
        pass_by()
        answer = really(method, *params)
        pass_by()
        return answer

    @contextmanager
    def dying_scope():
        with scope() as session:
            yield session
            pass_by()
        pass_by()

    world.node.ask, world.scope = ask, dying_scope
    try:
        work()
    except Killed:
        return True
    finally:
        world.node.ask, world.scope = really, scope
    return False


def work_to_the_end(world, batch_id, root):
    """Anchor a batch whose first transaction gets stuck and whose block goes away."""
    if world.stored(batch_id) is None:
        world.prepare(batch_id, root)
    world.advance(batch_id)
    if len(hashes(world, batch_id)) == 1 and not world.node.mined(root):
        world.make_stuck(batch_id)
    world.advance(batch_id)
    if not world.node.mined(root) and len(world.node.blocks) < 6:
        world.node.mine()
    world.advance(batch_id)
    if len(world.node.blocks) < 6:
        world.node.reorganise(1, keep=False)
    world.advance(batch_id)
    world.node.mine(3)
    return world.advance(batch_id)


def check_one(world, batch_id, root):
    stored = world.stored(batch_id)
    assert stored.anchor.state == AnchorState.CONFIRMED
    assert world.node.mined(root) == [stored.anchor.tx_hash]
    assert {one.nonce for one in stored.attempts} == {stored.anchor.nonce}
    with world.scope() as session:
        assert repository.batch_of(session, stored.anchor.tx_hash) == batch_id


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(1, 8))]
)
def test_a_death_at_any_point_and_the_next_run_finishes_with_one_transaction(
    tmp_path, start, first
):
    """Every eighth point from ``first`` on: between any two questions, before and after commits."""
    points = 0
    for point in range(first + 1, 400, 8):
        world, batch_id, root = World(tmp_path, start), uuid4(), os.urandom(32)
        died = kill_at(world, point, lambda w=world, b=batch_id, r=root: work_to_the_end(w, b, r))
        for _ in range(2):
            work_to_the_end(world, batch_id, root)
        check_one(world, batch_id, root)
        world.dispose()
        points += died
        if not died:
            break
    assert points > 5


class Chain(RuleBasedStateMachine):
    """Whatever a chain and the clock do, in any order, two batches have one transaction each."""

    folder: Path
    start: Start

    @initialize()
    def begin(self):
        self.world = World(self.folder, self.start)
        self.batches = {self.world.prepare(root=root): root for root in (b"\1" * 32, b"\2" * 32)}
        self.nonces = {one: self.world.stored(one).anchor.nonce for one in self.batches}

    @rule(which=st.integers(0, 1), minutes=st.integers(0, 7))
    def advance(self, which, minutes):
        self.world.now += timedelta(minutes=minutes)
        self.world.advance(list(self.batches)[which])

    @rule(which=st.integers(0, 1), point=st.integers(1, 40))
    def die(self, which, point):
        batch_id = list(self.batches)[which]
        kill_at(self.world, point, lambda: self.world.advance(batch_id))

    @rule(gwei=st.sampled_from([1, 2, 10, 40]), blocks=st.integers(1, 3))
    def mine(self, gwei, blocks):
        self.world.node.base_fee = gwei * GWEI
        self.world.node.mine(blocks)

    @rule(depth=st.integers(1, 4), keep=st.booleans())
    def reorganise(self, depth, keep):
        self.world.node.reorganise(depth, keep=keep)

    @rule()
    def drop(self):
        self.world.node.drop()

    @rule()
    def check(self):
        service.check_still_anchored(self.world.scope, self.world.client, 3, now=self.world.now)

    @invariant()
    def one_nonce_and_never_two_on_the_chain(self):
        for batch_id, root in self.batches.items():
            stored = self.world.stored(batch_id)
            assert {one.nonce for one in stored.attempts} == {self.nonces[batch_id]}
            assert len(self.world.node.mined(root)) <= 1

    def teardown(self):
        world = self.world
        world.node.base_fee = GWEI
        for _ in range(4):
            for batch_id in self.batches:
                world.advance(batch_id)
            world.node.mine(3)
        for batch_id, root in self.batches.items():
            assert world.advance(batch_id).state == AnchorState.CONFIRMED
            check_one(world, batch_id, root)
        world.dispose()


def test_any_order_of_events(tmp_path, start):
    Chain.folder, Chain.start = tmp_path, start
    case = Chain.TestCase
    case.settings = settings(
        max_examples=6,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()


@pytest.mark.slow
def test_any_order_of_many_events(tmp_path, start):
    Chain.folder, Chain.start = tmp_path, start
    case = Chain.TestCase
    case.settings = settings(
        max_examples=60,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()
