"""The local chain outlives commands, kills and each other's exits."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contracts import anvil, local_chain
from contracts.errors import (
    AnvilMissing,
    ChainNotStarted,
    ChainPortTaken,
    ChainRefused,
    ChainStateDamaged,
    ChainUnreachable,
)
from contracts.local_chain import LocalChain


def test_it_answers_as_sepolia_on_loopback(chain):
    assert chain.rpc("eth_chainId") == "0xaa36a7"
    assert chain.url == f"http://127.0.0.1:{chain.port}"
    assert chain.started_here


def test_mining_and_funding(chain):
    before = int(chain.rpc("eth_blockNumber"), 16)
    chain.mine(3)
    assert int(chain.rpc("eth_blockNumber"), 16) == before + 3
    chain.fund("0x" + "ab" * 20, 7)
    assert chain.rpc("eth_getBalance", "0x" + "ab" * 20, "latest") == "0x7"


def test_what_the_chain_refuses_is_a_typed_error(chain):
    with pytest.raises(ChainRefused, match="no_such_method"):
        chain.rpc("no_such_method")


def test_transactions_are_there_after_a_stop_and_a_start(tmp_path, transact):
    with LocalChain(tmp_path, port=0) as first:
        sent = transact(first)
    assert not _listens(first.port)
    with LocalChain(tmp_path, port=0) as second:
        assert second.rpc("eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_transactions_are_there_after_kill_9(tmp_path, transact):
    first = LocalChain(tmp_path, port=0).start()
    sent = transact(first)
    _state_is_written_again(tmp_path)
    first.process.kill()
    first.process.wait()
    with pytest.raises(ChainUnreachable):
        first.rpc("eth_chainId")
    with LocalChain(tmp_path, port=0) as second:
        first.stop()
        assert second.rpc("eth_getTransactionReceipt", sent)["status"] == "0x1"
        block = second.rpc("eth_getTransactionByHash", sent)["blockNumber"]
        assert second.rpc("eth_getBlockByNumber", block, False)["transactions"] == [sent]


def test_half_written_state_goes_back_to_the_copy_of_the_last_start(tmp_path, transact):
    with LocalChain(tmp_path, port=0) as chain:
        sent = transact(chain)
    with LocalChain(tmp_path, port=0):
        pass
    state = tmp_path / "state.json"
    state.write_bytes(state.read_bytes()[:-100])
    with LocalChain(tmp_path, port=0) as chain:
        assert chain.rpc("eth_getTransactionReceipt", sent) is not None


def test_damaged_state_without_a_copy_is_a_typed_error(tmp_path):
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(ChainStateDamaged):
        LocalChain(tmp_path, port=0).start()


def test_a_second_command_uses_the_running_chain_and_leaves_it_running(chain):
    second = LocalChain(chain.directory, port=0).start()
    assert (second.url, second.pid) == (chain.url, chain.pid)
    assert not second.started_here
    second.stop()
    assert chain.rpc("eth_chainId") == "0xaa36a7"


def test_whoever_leaves_last_stops_it(tmp_path):
    first = LocalChain(tmp_path, port=0).start()
    process = first.process
    second = LocalChain(tmp_path, port=0).start()
    first.stop()
    assert second.rpc("eth_chainId") == "0xaa36a7"
    second.stop()
    assert process.wait(5) == 0
    assert not _listens(first.port)


def test_a_chain_whose_starter_was_killed_is_found_used_and_stopped(tmp_path):
    program = (
        "import os, sys, pathlib; from contracts.local_chain import LocalChain\n"
        "print(LocalChain(pathlib.Path(sys.argv[1]), port=0).start().pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    starter = _python(program, tmp_path)
    assert starter.returncode == -9
    chain = LocalChain(tmp_path, port=0).start()
    assert chain.pid == int(starter.stdout)
    assert not chain.started_here
    chain.stop()
    assert not _listens(chain.port)


def test_commands_that_start_at_once_share_one_chain(tmp_path):
    program = (
        "import sys, pathlib; from contracts.local_chain import LocalChain\n"
        "with LocalChain(pathlib.Path(sys.argv[1]), port=0) as chain:\n"
        "    print(chain.pid, flush=True); sys.stdin.read()\n"
    )
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=_root(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    pids = {command.stdout.readline() for command in commands}
    for command in commands:
        command.communicate("")
    assert len(pids) == 1
    assert [command.returncode for command in commands] == [0, 0, 0]
    with pytest.raises(ProcessLookupError):
        _until_gone(int(pids.pop()))


def test_two_folders_have_two_chains(chain, tmp_path, transact):
    with LocalChain(tmp_path, port=0) as other:
        assert other.port != chain.port
        assert other.rpc("eth_getTransactionReceipt", transact(chain)) is None


def test_a_port_taken_by_another_program_is_a_typed_error(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ChainPortTaken) as taken:
            LocalChain(tmp_path, port=other.getsockname()[1]).start()
    assert str(other) not in str(taken.value)
    with LocalChain(tmp_path, port=0) as chain:
        assert chain.rpc("eth_chainId")


def test_a_port_taken_by_another_homes_chain_is_not_mistaken_for_ours(chain, tmp_path):
    with pytest.raises(ChainPortTaken):
        LocalChain(tmp_path, port=chain.port).start()


def test_a_program_that_is_not_anvil_is_a_typed_error(tmp_path):
    with pytest.raises(ChainNotStarted, match="ended at once"):
        LocalChain(tmp_path, port=0, anvil=Path("/bin/false")).start()


def test_a_program_that_never_answers_is_given_up_and_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(local_chain, "START_DEADLINE_S", 0.3)
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    chain = LocalChain(tmp_path / "chain", port=0, anvil=silent)
    with pytest.raises(ChainNotStarted, match="does not answer"):
        chain.start()
    assert chain.process is None


def test_a_missing_binary_is_a_typed_error_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(anvil, "_candidates", lambda: iter([tmp_path / "anvil"]))
    monkeypatch.delenv("TOUCHSTONE_ANVIL", raising=False)
    with pytest.raises(AnvilMissing) as missing:
        LocalChain(tmp_path, port=0).start()
    assert missing.value.code == "chain.anvil-missing"
    assert "npm ci" in missing.value.remedy


def test_the_variable_wins_and_is_checked(monkeypatch, tmp_path):
    monkeypatch.delenv("TOUCHSTONE_ANVIL", raising=False)
    installed = anvil.find_anvil()
    monkeypatch.setenv("TOUCHSTONE_ANVIL", str(installed))
    assert anvil.find_anvil() == installed
    monkeypatch.setenv("TOUCHSTONE_ANVIL", str(tmp_path))
    with pytest.raises(AnvilMissing, match="not an executable file"):
        anvil.find_anvil()


def test_before_the_start_it_says_so(tmp_path):
    with pytest.raises(ChainUnreachable, match="not been started"):
        LocalChain(tmp_path).rpc("eth_chainId")
    LocalChain(tmp_path).stop()


def _root() -> Path:
    return Path(local_chain.__file__).parents[1]


def _python(program: str, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=_root(), capture_output=True, text=True, check=False)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _state_is_written_again(directory: Path) -> None:
    """Wait until Anvil has written its state twice more: a write in progress may miss a block."""
    state = directory / "state.json"
    for _ in range(2):
        before = state.stat().st_mtime_ns if state.exists() else 0
        deadline = time.monotonic() + 5
        while not state.exists() or state.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline, "state not written"
            time.sleep(0.02)
    time.sleep(0.1)
    json.loads(state.read_bytes())


def _until_gone(pid: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        os.kill(pid, 0)
        time.sleep(0.02)
