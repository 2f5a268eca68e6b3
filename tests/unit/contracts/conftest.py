import itertools
import re
import time
from dataclasses import dataclass

import pytest
from pyrevm import EVM, BlockEnv

from contracts.artifacts import credential_anchor
from contracts.errors import ChainRefused
from contracts.local_chain import LocalChain

GETTER_SELECTOR = "f8c2919d"
FIRST_TIME = 1_800_000_000


class Evm:
    """An EVM in this process, for many small steps: accounts with money, and a clock to turn."""

    def __init__(self) -> None:
        self._evm = EVM(spec_id="CANCUN")
        self.time = FIRST_TIME
        self.wait(0)

    def wait(self, seconds: int) -> None:
        self.time += seconds
        self._evm.set_block_env(BlockEnv(number=self.time, timestamp=self.time))

    def account(self, number: int) -> str:
        address = f"0x{number:040x}"
        self._evm.set_balance(address, 10**24)
        return address

    def deploy(self, sender: str, code: bytes, value: int = 0) -> str:
        try:
            return self._evm.deploy(sender, code, value=value)
        except RuntimeError as error:
            raise Reverted(error) from None

    def send(self, sender: str, to: str, data: bytes, value: int = 0) -> list:
        """A transaction; its logs as (topics, data). Raises Reverted."""
        try:
            self._evm.message_call(sender, to, calldata=data, value=value)
        except RuntimeError as error:
            raise Reverted(error) from None
        return [(log.data[0], log.data[1]) for log in self._evm.result.logs]

    def call(self, to: str, data: bytes) -> bytes:
        """A read-only call, which would fail if it wrote anything. Raises Reverted."""
        try:
            return self._evm.message_call(f"0x{1:040x}", to, calldata=data, is_static=True)
        except RuntimeError as error:
            raise Reverted(error) from None

    def storage(self, address: str, slot: bytes) -> int:
        return self._evm.storage(address, int.from_bytes(slot, "big"))

    def whole_storage(self, address: str) -> dict[int, int]:
        """Every slot of a contract that is not zero."""
        journal = self._evm.journal_str
        account = journal[journal.index(f"{address.lower()}: Account") :]
        account = account[account.index("storage: {") : account.index("status: ")]
        slots = re.findall(r"(\d+): StorageSlot {[^}]*present_value: (\d+)", account)
        return {int(slot): int(value) for slot, value in slots if int(value)}

    def balance(self, address: str) -> int:
        return self._evm.get_balance(address)


class Reverted(Exception):
    """A call reverted; the text is the contract's own, if it gave one."""

    def __init__(self, error: RuntimeError) -> None:
        found = re.search(r"output: 0x08c379a0([0-9a-f]+)", str(error))
        words = bytes.fromhex(found[1]) if found else bytes(64)
        size = int.from_bytes(words[32:64], "big")
        super().__init__(words[64 : 64 + size].decode())


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


@pytest.fixture
def evm():
    return Evm()


@pytest.fixture(scope="session")
def new_evm():
    """For state machines, which need one each."""
    return Evm


@pytest.fixture(scope="session")
def reverted():
    return Reverted
