"""The contract on a real EVM; each thing it allows stands beside what it refuses."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.artifacts import credential_anchor
from contracts.credential_anchor import CODE_HASHES, anchored_at_calldata, storage_slot
from contracts.errors import ChainRefused

SELECTOR = bytes.fromhex("f8c2919d")
FULL_ROOT = bytes.fromhex("ff" * 32)  # no zero byte: the dearest calldata there is


def test_a_root_of_32_bytes_is_anchored_at_the_time_of_its_block(contract, chain, new_sender):
    sender, root = new_sender(), os.urandom(32)
    assert contract.anchored_at(sender, root) == 0
    receipt = contract.send(sender, root)
    block = chain.rpc("eth_getBlockByNumber", receipt["blockNumber"], False)
    assert receipt["status"] == "0x1"
    assert contract.anchored_at(sender, root) == int(block["timestamp"], 16) > 0


@pytest.mark.parametrize("size", [0, 1, 4, 31, 33, 64, 67, 68, 69, 100])
def test_calldata_of_any_other_size_reverts(contract, new_sender, size):
    assert not contract.succeeds(new_sender(), os.urandom(size))


def test_the_event_names_issuer_and_root(contract, new_sender):
    sender, root = new_sender(), os.urandom(32)
    [log] = contract.send(sender, root)["logs"]
    assert log["address"] == contract.address
    assert log["topics"][1:] == ["0x" + sender[2:].rjust(64, "0"), "0x" + root.hex()]
    assert log["data"] == "0x"


def test_what_reverts_leaves_no_event(contract, new_sender):
    assert contract.send(new_sender(), os.urandom(31))["logs"] == []


def test_the_same_root_again_by_the_same_sender_reverts_and_the_first_time_stands(
    contract, chain, new_sender
):
    sender, root = new_sender(), os.urandom(32)
    assert contract.succeeds(sender, root)
    first = contract.anchored_at(sender, root)
    chain.rpc("evm_increaseTime", 100)
    assert not contract.succeeds(sender, root)
    assert contract.anchored_at(sender, root) == first


def test_the_same_root_by_another_sender_is_another_anchoring(contract, new_sender):
    one, other, root = new_sender(), new_sender(), os.urandom(32)
    assert contract.succeeds(one, root)
    assert contract.anchored_at(other, root) == 0
    assert contract.succeeds(other, root)
    assert contract.anchored_at(other, root) >= contract.anchored_at(one, root) > 0


@pytest.mark.parametrize(
    "root", [SELECTOR + bytes(28), SELECTOR + b"\xff" * 28, bytes(32)], ids=bytes.hex
)
def test_a_root_that_begins_like_the_getter_is_a_root(contract, new_sender, root):
    sender = new_sender()
    assert contract.succeeds(sender, root)
    assert contract.anchored_at(sender, root) > 0


def test_the_getter_needs_its_selector_and_exactly_two_words(
    contract, new_sender, calldata_of_getter
):
    good = calldata_of_getter(new_sender(), FULL_ROOT)
    assert int(contract.call(good), 16) == 0
    assert "unknown function" in contract.refusal(b"\0" + good[1:])
    assert "not a 32-byte root" in contract.refusal(good[:-1])
    assert "not a 32-byte root" in contract.refusal(good + b"\0")


def test_the_getter_refuses_an_address_with_dirty_upper_bytes(
    contract, new_sender, calldata_of_getter
):
    good = calldata_of_getter(new_sender(), FULL_ROOT)
    assert contract.refusal(good[:4] + b"\x01" + good[5:])


def test_the_getter_as_a_transaction_changes_nothing(contract, new_sender, calldata_of_getter):
    sender, root = new_sender(), os.urandom(32)
    assert contract.succeeds(sender, calldata_of_getter(sender, root))
    assert contract.anchored_at(sender, root) == 0


def test_value_is_refused_with_a_root_with_the_getter_and_alone(
    contract, chain, new_sender, calldata_of_getter
):
    sender, root = new_sender(), os.urandom(32)
    for data in (root, calldata_of_getter(sender, root), b""):
        assert not contract.succeeds(sender, data, value=1)
    assert contract.succeeds(sender, root, value=0)
    assert chain.rpc("eth_getBalance", contract.address, "latest") == "0x0"


def test_creation_refuses_value(chain, new_sender):
    creation = {"from": new_sender(), "data": "0x" + credential_anchor().bytecode.hex()}
    assert chain.rpc("eth_call", creation, "latest") != "0x"
    with pytest.raises(ChainRefused):
        chain.rpc("eth_call", {**creation, "value": "0x1"}, "latest")


def test_the_time_lies_in_the_documented_storage_slot(contract, chain, new_sender):
    """A later bundle proves an anchor by eth_getProof of this slot."""
    sender, root = new_sender(), os.urandom(32)
    contract.send(sender, root)
    base = credential_anchor().storage_layout["anchored_at"].to_bytes(32, "big")
    of_sender = _keccak(chain, base + bytes.fromhex(sender[2:].rjust(64, "0")))
    slot = _keccak(chain, of_sender + root)
    assert storage_slot(sender, root) == slot
    assert storage_slot(new_sender(), root) != slot
    stored = chain.rpc("eth_getStorageAt", contract.address, "0x" + slot.hex(), "latest")
    assert int(stored, 16) == contract.anchored_at(sender, root)


def test_an_account_proof_shows_the_slot_and_one_of_our_code_hashes(contract, chain, new_sender):
    sender, root = new_sender(), os.urandom(32)
    contract.send(sender, root)
    slot = "0x" + storage_slot(sender, root).hex()
    proof = chain.rpc("eth_getProof", contract.address, [slot], "latest")
    assert bytes.fromhex(proof["codeHash"][2:]) in CODE_HASHES
    assert int(proof["storageProof"][0]["value"], 16) == contract.anchored_at(sender, root)
    elsewhere = chain.rpc("eth_getProof", sender, [slot], "latest")
    assert bytes.fromhex(elsewhere["codeHash"][2:]) not in CODE_HASHES


def test_no_code_path_can_destroy_move_or_delegate():
    forbidden = {0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL"}
    forbidden |= {0xF5: "CREATE2", 0xFF: "SELFDESTRUCT"}
    assert not {forbidden.get(code) for code in _opcodes(credential_anchor().runtime)} - {None}


@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=100).filter(lambda data: len(data) != 32))
def test_fuzz_nothing_but_32_bytes_is_ever_anchored(contract, fuzz_sender, data):
    receipt = contract.send(fuzz_sender, data)
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])


@settings(max_examples=12, deadline=None)
@given(
    salt=st.binary(min_size=31, max_size=31),
    moves=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=8),
)
def test_fuzz_the_contract_is_a_map_that_is_written_once(contract, fuzz_senders, salt, moves):
    """Against a dictionary: any order of (sender, root) pairs, repeated or not."""
    roots = [bytes([number]) + salt for number in range(3)]
    model = {(s, r): contract.anchored_at(s, r) for s in fuzz_senders for r in roots}
    for who, what in moves:
        pair = fuzz_senders[who], roots[what]
        assert contract.succeeds(*pair) == (model[pair] == 0)
        model[pair] = model[pair] or contract.anchored_at(*pair)
    assert model == {pair: contract.anchored_at(*pair) for pair in model}


@pytest.fixture(scope="session")
def fuzz_senders(new_sender):
    return [new_sender() for _ in range(3)]


@pytest.fixture(scope="session")
def fuzz_sender(new_sender):
    return new_sender()


def _keccak(chain, data: bytes) -> bytes:
    return bytes.fromhex(chain.rpc("web3_sha3", "0x" + data.hex())[2:])


def _opcodes(code: bytes):
    position = 0
    while position < len(code):
        opcode = code[position]
        yield opcode
        position += 1 + max(0, opcode - 0x5F) * (opcode <= 0x7F)


def test_our_calldata_for_the_getter_is_the_abis(contract, new_sender, calldata_of_getter):
    sender = new_sender()
    assert anchored_at_calldata(sender, FULL_ROOT) == calldata_of_getter(sender, FULL_ROOT)
    for wrong in ((sender[:-2], FULL_ROOT), (sender, FULL_ROOT[1:])):
        with pytest.raises(ValueError, match="20 bytes"):
            anchored_at_calldata(*wrong)
