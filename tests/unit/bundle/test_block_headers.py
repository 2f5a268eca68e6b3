"""Headers of every fork since London, from a real node, and the hash they have to give."""

import socket
import subprocess
import time

import httpx
import pytest
import rlp
from eth_hash.auto import keccak

from contracts.anvil import find_anvil
from issuer.anchoring.ethereum import EthereumClient
from issuer.bundle.errors import BundleBlockUnreadable
from issuer.bundle.headers import header_bytes
from verifier.bundle.errors import BundleProofWrong
from verifier.bundle.headers import read_header

FORKS = {"london": 16, "paris": 16, "shanghai": 17, "cancun": 20, "prague": 21}
"""How many fields a header has."""


@pytest.fixture
def block_of(tmp_path):
    """A function: the second block of a chain of a fork."""

    def ask(fork):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        command = [find_anvil(), "--port", str(port), "--hardfork", fork, "--silent"]
        process = subprocess.Popen(command, cwd=tmp_path)
        try:
            with EthereumClient(f"http://127.0.0.1:{port}", chain_id=31337) as client:
                _wait(port)
                return client.block(1)
        finally:
            process.kill()
            process.wait()

    return ask


def _wait(port):
    """Until it answers; then one block is mined."""
    question = {"jsonrpc": "2.0", "id": 1, "method": "anvil_mine", "params": ["0x1"]}
    for _ in range(200):
        try:
            httpx.post(f"http://127.0.0.1:{port}", json=question, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("anvil did not start")


@pytest.mark.parametrize(("fork", "fields"), FORKS.items())
def test_the_hash_comes_out(fork, fields, block_of):
    block = block_of(fork)
    encoded = header_bytes(block.header, block.block_hash)
    header = read_header(encoded)
    assert len(rlp.decode(encoded)) == fields
    assert "0x" + header.hash.hex() == block.block_hash
    assert (header.number, header.time) == (block.number, block.time)
    assert "0x" + header.state_root.hex() == block.header["stateRoot"]


@pytest.fixture(scope="module")
def newest(client):
    """A block of the newest fork here."""
    return client.block("latest")


def test_a_header_of_an_unknown_form_is_refused(newest):
    with pytest.raises(BundleBlockUnreadable):
        header_bytes({**newest.header, "gasUsed": "0x1234"}, newest.block_hash)
    with pytest.raises(BundleBlockUnreadable):
        header_bytes({"number": "0x1"}, newest.block_hash)


def test_fields_of_forks_to_come_are_hashed_with_the_rest(newest):
    fields = rlp.decode(header_bytes(newest.header, newest.block_hash))
    longer = rlp.encode([*fields, b"\x77" * 32, b"\x01"])
    assert read_header(longer).hash == keccak(longer)
    assert read_header(longer).number == newest.number


def test_what_is_no_header(newest):
    encoded = header_bytes(newest.header, newest.block_hash)
    fields = rlp.decode(encoded)
    for other in (
        b"",
        b"\x80",
        encoded[:-1],
        encoded + b"\x00",
        rlp.encode(fields[:14]),
        rlp.encode([*fields, *[b""] * 64]),
        rlp.encode([*fields[:3], b"\x01" * 31, *fields[4:]]),
        rlp.encode([*fields[:8], b"\x00\x01", *fields[9:]]),
        rlp.encode([*fields[:8], b"\x01" * 9, *fields[9:]]),
        rlp.encode([*fields[:11], b"\xff" * 8, *fields[12:]]),
        rlp.encode([*fields[:12], [b"x"], *fields[13:]]),
        rlp.encode([*fields[:12], b"x" * 3000, *fields[13:]]),
    ):
        with pytest.raises(BundleProofWrong):
            read_header(other)
