"""`issuer serve` and `issuer chain` as processes of their own: they start, answer and end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

STARTING_SECONDS = 60
ENDING_SECONDS = 30


@contextmanager
def child(*arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """The issuer's command as a process; ended, by its own handle, when the block ends."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("issuer"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=ENDING_SECONDS)


def wait_for(path: Path, process: "subprocess.Popen[str]") -> str:
    """The content of a file once it is there."""
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return path.read_text().strip()
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    raise AssertionError("it did not start")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_the_site_answers_and_ends_with_its_chain(
    minted: Path, tmp_path: Path, number: signal.Signals
) -> None:
    ready = tmp_path / "ready"
    with child("serve", "--home", minted, "--port", 0, "--ready-file", ready) as process:
        address = wait_for(ready, process)
        with httpx.Client(trust_env=False, timeout=30) as client:
            assert client.get(f"{address}/health").json()["status"] == "ok"
            chain = (minted / "chain" / "endpoint.json").read_text()
            port = int(chain.rpartition(":")[2].strip(" }"))
            question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
            answer = client.post(f"http://127.0.0.1:{port}", json=question)
            assert answer.json()["result"] == hex(11155111)
            process.send_signal(number)
            assert process.wait(ENDING_SECONDS) == 0
            with pytest.raises(httpx.ConnectError):
                client.post(f"http://127.0.0.1:{port}", json=question)


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(minted: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with child("serve", "--home", minted, "--port", 0, "--ready-file", ready) as first:
        port = wait_for(ready, first).rpartition(":")[2]
        with child("serve", "--home", minted, "--port", port) as second:
            out, _ = second.communicate(timeout=STARTING_SECONDS)
    assert second.returncode == 1
    assert "error[cli.port-taken]" in out
    assert "Traceback" not in out


def test_the_chain_runs_alone_and_ends(minted: Path) -> None:
    with child("chain", "--home", minted) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "answers at" in line)
        address = said.rpartition("answers at ")[2].split(". ")[0]
        question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        answer = httpx.post(address, json=question, trust_env=False)
        assert answer.json()["result"] == hex(11155111)
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDING_SECONDS) == 0
