"""Whatever a node does, the client answers with data or with one of a few typed errors."""

import json

import pytest

from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from contracts.local_chain import CHAIN_ID
from issuer.anchoring.errors import FeeTooHigh, WrongChain
from issuer.anchoring.ethereum import EthereumClient

ADDRESS = "0x" + "11" * 20
TX_HASH = "0x" + "22" * 32

CALLS = {
    "check_chain": lambda client: client.check_chain(),
    "balance": lambda client: client.balance(ADDRESS),
    "transaction_count": lambda client: client.transaction_count(ADDRESS, pending=True),
    "fees": lambda client: client.fees(),
    "estimate_gas": lambda client: client.estimate_gas(ADDRESS, ADDRESS, b"\x01"),
    "call": lambda client: client.call(ADDRESS, b"\x01"),
    "code": lambda client: client.code(ADDRESS),
    "send_raw": lambda client: client.send_raw(b"\x01", TX_HASH),
    "knows": lambda client: client.knows(TX_HASH),
    "receipt": lambda client: client.receipt(TX_HASH),
    "latest_block_number": lambda client: client.latest_block_number(),
    "block": lambda client: client.block(1),
    "newest block": lambda client: client.block("latest"),
    "block_by_hash": lambda client: client.block_by_hash(TX_HASH),
    "transaction": lambda client: client.transaction(TX_HASH),
    "proof": lambda client: client.proof(ADDRESS, [b"\x01" * 32], 1),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture
def client_of(node):
    clients = []

    def connect(*answers, **options):
        clients.append(EthereumClient(node(*answers), chain_id=CHAIN_ID, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def result(value: object) -> tuple[int, bytes]:
    return 200, json.dumps({"jsonrpc": "2.0", "id": "ID", "result": value}).encode()


def test_a_good_node_answers(client, account):
    client.check_chain()
    assert client.balance(account.address) == 10**18
    assert client.transaction_count(account.address) == 0
    assert client.code(account.address) == b""
    assert client.fees().max_fee_per_gas >= client.fees().max_priority_fee_per_gas
    newest = client.latest_block_number()
    assert client.block(newest).number == newest


def test_what_a_good_node_does_not_have_is_none(client):
    assert client.knows(TX_HASH) is False
    assert client.receipt(TX_HASH) is None
    assert client.block(10**9) is None


@every_call
def test_nobody_listening(call):
    with (
        EthereumClient("http://127.0.0.1:9", chain_id=CHAIN_ID) as client,
        pytest.raises(ChainUnreachable),
    ):
        call(client)


@every_call
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"{}", b'"0x1"', b'{"jsonrpc":"2.0","id":0}', b"\xff\xfe"],
)
def test_an_answer_that_is_not_json_rpc(client_of, call, body):
    with pytest.raises((ChainBadAnswer, ChainUnreachable)):
        call(client_of((200, body)))


@every_call
@pytest.mark.parametrize("value", ["nonsense", {}, [], -1, 1.5, "0xzz", {"status": "0x7"}])
def test_an_answer_of_the_wrong_kind(client_of, call, value):
    with pytest.raises(ChainBadAnswer):
        call(client_of(result(value)))


@every_call
def test_an_answer_to_another_question(client_of, call):
    other = {"hash": "0x" + "33" * 32, "transactionHash": "0x" + "33" * 32, "number": "0x7"}
    with pytest.raises(ChainBadAnswer):
        call(client_of(result(other)))


@every_call
def test_an_http_error_is_no_answer_and_the_urls_secret_is_not_shown(client_of, call):
    with pytest.raises(ChainUnreachable) as failed:
        call(client_of((503, b"overloaded")))
    assert "503" in failed.value.sentence
    assert "SECRET" not in str(failed.value)
    assert failed.value.__cause__ is None


@every_call
def test_the_nodes_own_error_is_passed_on(client_of, call):
    body = b'{"jsonrpc":"2.0","id":"ID","error":{"code":-32000,"message":"not today"}}'
    with pytest.raises(ChainRefused, match="not today"):
        call(client_of((200, body)))


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","id":77,"result":"0xaa36a7"}',
        b'{"jsonrpc":"2.0","id":"1","result":"0xaa36a7"}',
        b'{"jsonrpc":"2.0","id":null,"result":"0xaa36a7"}',
        b'{"jsonrpc":"2.0","id":true,"result":"0xaa36a7"}',
        b'{"jsonrpc":"2.0","result":"0xaa36a7"}',
        b'{"jsonrpc":"1.0","id":"ID","result":"0xaa36a7"}',
        b'{"jsonrpc":"2.0","id":"ID","result":"0xaa36a7","result":"0xaa36a7"}',
        b'[{"jsonrpc":"2.0","id":"ID","result":"0xaa36a7"}]',
        b'{"jsonrpc":"2.0","id":"ID","result":11155111}',
        b'{"jsonrpc":"2.0","id":"ID","result":"0x0aa36a7"}',
        b'{"jsonrpc":"2.0","id":"ID","result":"0x"}',
        b'{"jsonrpc":"2.0","id":"ID","result":"0x' + b"f" * 65 + b'"}',
    ],
)
def test_only_the_answer_to_this_question_is_believed(client_of, body):
    client_of((200, b'{"jsonrpc":"2.0","id":"ID","result":"0xaa36a7"}')).check_chain()
    with pytest.raises(ChainBadAnswer):
        client_of((200, body)).check_chain()


def test_a_refusal_under_an_http_error_is_still_the_nodes_own(client_of):
    body = b'{"jsonrpc":"2.0","id":"ID","error":{"code":-32000,"message":"nonce too low"}}'
    with pytest.raises(ChainRefused, match="nonce too low"):
        client_of((400, body)).send_raw(b"\x01", TX_HASH)
    with pytest.raises(ChainUnreachable, match="429"):
        client_of((429, b"slower")).send_raw(b"\x01", TX_HASH)


def test_logs_name_transactions_and_may_be_none(client_of):
    def ask(value):
        return client_of(result(value)).logs(ADDRESS, [TX_HASH], TX_HASH)

    assert ask([]) == []
    assert ask([{"transactionHash": TX_HASH}]) == [TX_HASH]
    for false in ({}, None, "0x", [{}], [{"transactionHash": "0x1"}], [1]):
        with pytest.raises(ChainBadAnswer):
            ask(false)


def test_an_answer_larger_than_any_is_not_read(client_of):
    with pytest.raises(ChainBadAnswer):
        client_of((200, b" " * 5_000_000)).check_chain()


def test_a_node_that_never_answers_is_given_up(client_of):
    with pytest.raises(ChainUnreachable):
        client_of(None, timeout_s=0.2).balance(ADDRESS)


def test_a_redirect_is_not_followed(client_of):
    with pytest.raises((ChainUnreachable, ChainBadAnswer)):
        client_of((302, b"")).balance(ADDRESS)


def test_a_node_of_another_chain(client_of):
    client_of(result(hex(CHAIN_ID))).check_chain()
    with pytest.raises(WrongChain) as wrong:
        client_of(result("0x1")).check_chain()
    assert wrong.value.code == "chain.wrong-chain"
    assert "SECRET" not in str(wrong.value)


def test_a_fee_beyond_the_limit_is_not_signed_for(chain):
    with (
        EthereumClient(chain.url, chain_id=CHAIN_ID, max_fee_per_gas=1) as client,
        pytest.raises(FeeTooHigh),
    ):
        client.fees()
    with EthereumClient(chain.url, chain_id=CHAIN_ID) as client:
        assert client.fees().max_fee_per_gas > 1
