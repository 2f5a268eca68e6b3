import time

import pytest

from contracts.local_chain import LocalChain

SENDER = "0x00000000000000000000000000000000000000aa"


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    """One chain for the tests that only need some chain."""
    with LocalChain(tmp_path_factory.mktemp("chain"), port=0) as chain:
        yield chain


@pytest.fixture
def transact():
    """A function that has a transaction mined and returns its hash."""

    def send(chain: LocalChain) -> str:
        chain.fund(SENDER, 10**18)
        chain.rpc("anvil_impersonateAccount", SENDER)
        sent = chain.rpc("eth_sendTransaction", {"from": SENDER, "to": SENDER, "data": "0x01"})
        deadline = time.monotonic() + 5
        while chain.rpc("eth_getTransactionReceipt", sent) is None:
            assert time.monotonic() < deadline, "not mined"
            time.sleep(0.005)
        return sent

    return send
