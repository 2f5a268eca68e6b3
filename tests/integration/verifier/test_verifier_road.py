"""A separate verifier process that sees files, a school's host on this machine, and a chain."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

VERIFIED, REFUSED, UNDECIDED, WRONG_USE = range(4)


class Handler(BaseHTTPRequestHandler):
    """Serves the simulated pages, and answers JSON-RPC from the simulated chain."""

    def do_GET(self):
        page = self.server.world.pages.get(f"{self.server.base}{self.path}")
        body = json.dumps(page).encode()
        self.answer(200 if page else 404, body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = rpc(self.server.world, request["method"], request["params"])
        self.answer(200, json.dumps({"id": request["id"], "result": result}).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        return


def rpc(world, method, parameters):
    if method == "eth_chainId":
        return hex(11155111)
    if method == "eth_blockNumber":
        return hex(200)
    if method == "eth_getBlockByNumber":
        (found,) = [
            it for it in world.transactions.values() if hex(it.block_number) == parameters[0]
        ]
        seconds = hex(int(found.block_time.timestamp()))
        return {"hash": found.block_hash, "number": parameters[0], "timestamp": seconds}
    found = world.transactions.get(parameters[0])
    if found is None:
        return None
    place = {"blockHash": found.block_hash, "blockNumber": hex(found.block_number)}
    if method == "eth_getTransactionReceipt":
        return {**place, "transactionHash": parameters[0], "status": hex(found.succeeded)}
    members = {"from": found.sender, "to": found.to, "input": "0x" + found.input.hex()}
    return {**place, **members, "hash": parameters[0]}


@pytest.fixture
def host(world):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.world = world
    server.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def local_school(simulator, world, host):
    return simulator.School(world, host.base.removeprefix("http://"), scheme="http")


@pytest.fixture
def verifier(host, tmp_path):
    """Run the verifier as its own process in a folder of its own."""

    def run(*arguments, insecure=True):
        command = [sys.executable, "-m", "verifier.cli", *arguments]
        command += ["--rpc", f"11155111={host.base}"]
        command += ["--insecure-loopback"] if insecure else []
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "300"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


def test_the_whole_road(verifier, local_school, tmp_path, world):
    good = local_school.issue()
    (tmp_path / "good.json").write_text(json.dumps(good))
    done = verifier("check", "good.json")
    assert done.returncode == VERIFIED, done.stdout + done.stderr
    assert done.stderr.startswith("warning[insecure-loopback]: INSECURE_LOOPBACK is on")
    assert done.stderr.count("INSECURE_LOOPBACK") == 1
    assert "Its fingerprint was written to the Sepolia test chain on 2026-06-01" in done.stdout

    (tmp_path / "bad.json").write_text(json.dumps(good).replace("Weighs", "Weights", 1))
    done = verifier("check", "good.json", "bad.json", "--json")
    assert done.returncode == REFUSED
    assert [it["verdict"] for it in json.loads(done.stdout)["results"]] == ["VERIFIED", "REFUSED"]

    local_school.set_status(good)
    assert verifier("check", "good.json").returncode == REFUSED
    del world.pages[local_school.list_url("revocation")]
    assert verifier("check", "good.json").returncode == UNDECIDED


def test_without_the_switch_this_machine_is_no_school(verifier, local_school, tmp_path):
    (tmp_path / "good.json").write_text(json.dumps(local_school.issue()))
    done = verifier("check", "good.json", insecure=False)
    assert done.returncode == UNDECIDED
    assert done.stderr == ""
    assert "private networks" in done.stdout or "this machine" in done.stdout


def test_wrong_use_of_the_process(verifier):
    assert verifier("check").returncode == WRONG_USE
    assert verifier("check", "none.json").returncode == WRONG_USE
