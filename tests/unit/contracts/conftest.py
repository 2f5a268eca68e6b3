import itertools
import time
from dataclasses import dataclass

import pytest

from contracts.artifacts import credential_anchor
from contracts.errors import ChainRefused
from contracts.local_chain import LocalChain

GETTER_SELECTOR = "f8c2919d"


@dataclass
class Contract:
    """The anchor contract as its senders see it: raw calldata in, receipts and words out."""

    chain: LocalChain
    address: str

    def send(self, sender: str, data: bytes, value: int = 0) -> dict:
        """A mined transaction's receipt; the node runs it even if it reverts."""
        sent = self.chain.rpc(
            "eth_sendTransaction",
            {
                "from": sender,
                "to": self.address,
                "data": "0x" + data.hex(),
                "value": hex(value),
                "gas": hex(100_000),
            },
        )
        return mined(self.chain, sent)

    def succeeds(self, sender: str, data: bytes, value: int = 0) -> bool:
        return self.send(sender, data, value)["status"] == "0x1"

    def call(self, data: bytes) -> str:
        return self.chain.rpc("eth_call", {"to": self.address, "data": "0x" + data.hex()}, "latest")

    def anchored_at(self, sender: str, root: bytes) -> int:
        return int(self.call(getter_calldata(sender, root)), 16)

    def refusal(self, data: bytes) -> str:
        with pytest.raises(ChainRefused) as refused:
            self.call(data)
        return refused.value.sentence


def mined(chain: LocalChain, transaction: str) -> dict:
    """The receipt; the node answers a moment before it has mined."""
    deadline = time.monotonic() + 5
    while (receipt := chain.rpc("eth_getTransactionReceipt", transaction)) is None:
        assert time.monotonic() < deadline, "not mined"
        time.sleep(0.005)
    return receipt


def getter_calldata(sender: str, root: bytes) -> bytes:
    return bytes.fromhex(GETTER_SELECTOR + sender[2:].rjust(64, "0")) + root


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    with LocalChain(tmp_path_factory.mktemp("chain"), port=0) as chain:
        yield chain


@pytest.fixture(scope="session")
def new_sender(chain):
    """A function that makes one more funded account."""
    numbers = itertools.count(0x1000)

    def make() -> str:
        address = f"0x{next(numbers):040x}"
        chain.fund(address, 10**18)
        chain.rpc("anvil_impersonateAccount", address)
        return address

    return make


@pytest.fixture(scope="session")
def contract(chain, new_sender):
    creation = {
        "from": new_sender(),
        "data": "0x" + credential_anchor().bytecode.hex(),
        "gas": hex(1_000_000),
    }
    receipt = mined(chain, chain.rpc("eth_sendTransaction", creation))
    return Contract(chain, receipt["contractAddress"])


@pytest.fixture
def calldata_of_getter():
    return getter_calldata


@pytest.fixture(scope="session")
def receipt_of(chain):
    return lambda transaction: mined(chain, transaction)
