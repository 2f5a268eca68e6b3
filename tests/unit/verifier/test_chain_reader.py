"""A node is believed only as far as its answers agree with each other."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from verifier.errors import (
    ChainAnswerMalformed,
    ChainMismatch,
    ChainNotConfigured,
    ChainUnreachable,
    SettingInvalid,
    TransactionPending,
    TransactionUnknown,
)
from verifier.fetch.chain import JsonRpcChains
from verifier.fetch.http import RpcDoor

CHAIN = 11155111
WANTED = "0x" + "aa" * 32
BLOCK = "0x" + "bb" * 32


def story():
    return {
        "eth_chainId": hex(CHAIN),
        "eth_blockNumber": "0x6e",
        "eth_getTransactionByHash": {
            "hash": WANTED,
            "blockHash": BLOCK,
            "blockNumber": "0x64",
            "from": "0x" + "AB" * 20,
            "to": "0x" + "cd" * 20,
            "input": "0x" + "11" * 32,
        },
        "eth_getTransactionReceipt": {
            "transactionHash": WANTED,
            "blockHash": BLOCK,
            "blockNumber": "0x64",
            "status": "0x1",
        },
        "eth_getBlockByNumber": {"hash": BLOCK, "number": "0x64", "timestamp": "0x6a000000"},
    }


class Door:
    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def post(self, url, payload):
        self.asked.append(payload["method"])
        answer = self.answers[payload["method"]]
        if isinstance(answer, Exception):
            raise answer
        return {"jsonrpc": "2.0", "id": payload["id"], "result": answer}


def read(answers, **more):
    door = Door(answers)
    reader = JsonRpcChains({CHAIN: "https://node.example"}, door, **more)
    return reader.anchor(CHAIN, WANTED), reader, door


def test_a_transaction_in_a_block():
    found, _, _ = read(story())
    assert found.input == b"\x11" * 32
    assert found.sender == "0x" + "ab" * 20
    assert found.succeeded
    assert (found.block_number, found.confirmations) == (100, 11)
    assert found.block_time == datetime.fromtimestamp(0x6A000000, UTC)


def test_a_batch_asks_once():
    _, reader, door = read(story())
    asked = len(door.asked)
    reader.anchor(CHAIN, WANTED.upper().replace("0X", "0x"))
    assert len(door.asked) == asked


def test_a_reverted_transaction_is_told():
    answers = story()
    answers["eth_getTransactionReceipt"]["status"] = "0x0"
    assert not read(answers)[0].succeeded


def test_a_contract_creation_has_no_recipient():
    answers = story()
    answers["eth_getTransactionByHash"]["to"] = None
    assert read(answers)[0].to is None


@pytest.mark.parametrize(
    ("method", "member", "value", "error"),
    [
        ("eth_chainId", None, "0x1", ChainMismatch),
        ("eth_chainId", None, "1", ChainAnswerMalformed),
        ("eth_chainId", None, None, ChainAnswerMalformed),
        ("eth_getTransactionByHash", None, None, TransactionUnknown),
        ("eth_getTransactionByHash", "hash", "0x" + "cc" * 32, ChainAnswerMalformed),
        ("eth_getTransactionByHash", "blockNumber", None, TransactionPending),
        ("eth_getTransactionByHash", "blockHash", "0x" + "cc" * 32, ChainAnswerMalformed),
        ("eth_getTransactionByHash", "input", "0xz", ChainAnswerMalformed),
        ("eth_getTransactionByHash", "input", "0x1", ChainAnswerMalformed),
        ("eth_getTransactionByHash", "from", "0x12", ChainAnswerMalformed),
        ("eth_getTransactionByHash", None, [], ChainAnswerMalformed),
        ("eth_getTransactionReceipt", None, None, TransactionPending),
        ("eth_getTransactionReceipt", "transactionHash", "0x" + "cc" * 32, ChainAnswerMalformed),
        ("eth_getTransactionReceipt", "status", 1, ChainAnswerMalformed),
        ("eth_getTransactionReceipt", "blockNumber", "0x065", ChainAnswerMalformed),
        ("eth_getBlockByNumber", None, None, ChainAnswerMalformed),
        ("eth_getBlockByNumber", "hash", "0x" + "cc" * 32, ChainAnswerMalformed),
        ("eth_getBlockByNumber", "number", "0x65", ChainAnswerMalformed),
        ("eth_getBlockByNumber", "timestamp", "0x" + "f" * 60, ChainAnswerMalformed),
        ("eth_blockNumber", None, "newest", ChainAnswerMalformed),
    ],
)
def test_answers_that_do_not_tell_one_story(method, member, value, error):
    answers = story()
    if member is None:
        answers[method] = value
    else:
        answers[method][member] = value
    with pytest.raises(error):
        read(answers)


def test_a_node_behind_its_own_block_gives_no_confirmation():
    answers = story()
    answers["eth_blockNumber"] = "0x10"
    assert read(answers)[0].confirmations == 0


def test_a_chain_that_nobody_configured():
    with pytest.raises(ChainNotConfigured):
        read(story())[1].anchor(1, WANTED)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://node.example/key", True),
        ("http://127.0.0.1:8545", True),
        ("http://localhost:8545", True),
        ("http://node.example", False),
        ("http://10.0.0.1:8545", False),
        ("ws://127.0.0.1:8545", False),
        ("node", False),
        ("", False),
    ],
)
def test_which_nodes_may_be_configured(url, right):
    if right:
        assert RpcDoor.check_url(url) == url
    else:
        with pytest.raises(SettingInvalid):
            RpcDoor.check_url(url)


class Node(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.server.answer(request)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        return


@pytest.fixture
def node():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    server.status = 200
    answers = story()
    server.answer = lambda request: json.dumps(
        {"jsonrpc": "2.0", "id": request["id"], "result": answers[request["method"]]}
    ).encode()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reader(node):
    door = RpcDoor(seconds=2)
    yield JsonRpcChains({CHAIN: f"http://127.0.0.1:{node.server_address[1]}"}, door)
    door.close()


def test_over_http(reader):
    assert reader.anchor(CHAIN, WANTED).confirmations == 11


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"no json", ChainAnswerMalformed),
        (b"[]", ChainAnswerMalformed),
        (b"{}", ChainAnswerMalformed),
        (b'{"id": 2, "result": "0x1"}', ChainAnswerMalformed),
        (b'{"id": 1, "error": {"code": -32000}}', ChainUnreachable),
        (b" " * (RpcDoor.MAX_ANSWER_BYTES + 1), ChainAnswerMalformed),
    ],
)
def test_nonsense_over_http(node, reader, answer, error):
    node.answer = lambda _: answer
    with pytest.raises(error):
        reader.anchor(CHAIN, WANTED)


def test_trouble_over_http(node, reader):
    node.status = 503
    with pytest.raises(ChainUnreachable):
        reader.anchor(CHAIN, WANTED)
