"""Between the school and its node lies a network that delays, cuts, drips and garbles."""

import time

import pytest

from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from contracts.local_chain import CHAIN_ID
from issuer.anchoring import service
from issuer.anchoring.errors import WrongChain
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.service import AnchorState

TIMEOUT_S = 1.0
IN_TIME_S = 5.0
"""What a request may take here on a busy machine before we say that it hung."""


@pytest.fixture
def proxy(chain, tcp_proxy):
    with tcp_proxy.TcpProxy(chain.port) as proxy:
        yield proxy


@pytest.fixture
def far(school, proxy):
    """The school, behind the network."""
    near = school.client
    with EthereumClient(proxy.url, chain_id=CHAIN_ID, timeout_s=TIMEOUT_S) as client:
        school.client = client
        yield school
    school.client = near


FAULTS = {
    "slow": {"delay_s": 3 * TIMEOUT_S},
    "dripping": {"drip_s": 0.05},
    "cut in the head": {"cut_after": 20},
    "cut in the body": {"cut_after": 130},
    "silent": {"cut_after": 0},
    "a web page": {
        "garble": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
    },
    "no HTTP": {"garble": lambda _: b"\x00\xff" * 40},
    "packed": {
        "garble": lambda piece: piece.replace(
            b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1
        ).replace(b'"jsonrpc"', b'"jsonRpc"'),
    },
    "another answer's id": {"garble": lambda piece: piece.replace(b'"id":', b'"id":9')},
    "an endless answer": {
        "garble": lambda _: (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b" " * 5_000_000
        ),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_bad_connection_is_a_typed_error_in_bounded_time_and_nothing_is_changed(
    far, proxy, fault
):
    batch_id = far.prepare()
    before = far.stored(batch_id)
    proxy.behave(**fault)
    start = time.monotonic()
    with pytest.raises((ChainUnreachable, ChainBadAnswer)):
        far.advance(batch_id)
    assert time.monotonic() - start < IN_TIME_S
    assert far.stored(batch_id) == before
    proxy.behave()
    assert far.until(batch_id, AnchorState.CONFIRMED).tx_hash == before.anchor.tx_hash
    assert far.sent_transactions() == 1


def test_a_little_delay_is_no_fault(far, proxy):
    proxy.behave(delay_s=0.1)
    batch_id = far.prepare()
    assert far.until(batch_id, AnchorState.CONFIRMED)


def test_an_answer_that_is_lost_after_the_node_took_the_transaction(far, proxy, school):
    """The bytes arrived; we never heard. Sending them again is no second anchor."""
    batch_id = far.prepare()
    current = far.stored(batch_id).current
    proxy.behave(cut_after=10)
    with pytest.raises(ChainUnreachable):
        far.client.send_raw(current.raw_transaction, current.tx_hash)
    assert far.stored(batch_id).anchor.state == AnchorState.PREPARED
    proxy.behave()
    assert far.until(batch_id, AnchorState.CONFIRMED).tx_hash == current.tx_hash
    assert far.sent_transactions() == 1


@pytest.mark.parametrize("seed", range(6))
def test_noise_is_never_believed(far, proxy, tcp_proxy, seed):
    proxy.behave(garble=tcp_proxy.noise(seed))
    typed = (ChainUnreachable, ChainBadAnswer, ChainRefused, WrongChain)
    for _ in range(10):
        with pytest.raises(typed):
            far.client.check_chain()
    with pytest.raises(typed):
        far.prepare()
    proxy.behave()
    assert far.stored(far.prepare()).anchor.nonce == 0


def test_waiting_goes_on_through_an_interruption(far, proxy):
    batch_id = far.prepare()
    far.chain.rpc("evm_setAutomine", False)
    far.advance(batch_id)

    def clock():
        # Each turn another fault, until the block is there.
        proxy.behave(**next(faults, {}))
        return now()

    from datetime import UTC, datetime  # noqa: PLC0415

    def now():
        if proxy.cut_after is None:
            far.chain.mine()
        return datetime.now(UTC)

    faults = iter([{}, {"cut_after": 0}, {"cut_after": 50}])
    receipt = service.finish_anchor(
        far.scope, batch_id, far.client, confirmations=2, timeout_s=20, clock=clock
    )
    assert receipt.tx_hash == far.stored(batch_id).anchor.tx_hash
