"""The guard refuses what leaves the machine, in this process and below it, and only that."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

# Addresses set aside for documentation (RFC 5737, RFC 3849, RFC 2606): no one answers there, so
# these tests would reach nothing even if the guard failed.
ELSEWHERE = "192.0.2.1"
ELSEWHERE_6 = "2001:db8::1"
NAME = "college.example"

PYTHON_CASES = {
    "connect": f"socket.socket().connect(('{ELSEWHERE}', 80))",
    "connect-ex": f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
    "connect-6": f"socket.socket(socket.AF_INET6).connect(('{ELSEWHERE_6}', 80))",
    "connect-by-name": f"socket.socket().connect(('{NAME}', 80))",
    "datagram": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{ELSEWHERE}', 53))",
    "look-up": f"socket.getaddrinfo('{NAME}', 443)",
    "old-look-up": f"socket.gethostbyname('{NAME}')",
    "name-of-address": f"socket.gethostbyaddr('{ELSEWHERE}')",
    "event-loop": f"asyncio.run(asyncio.open_connection('{ELSEWHERE}', 80))",
    "http": f"httpx.get('https://{NAME}/')",
}
NODE_CASES = {
    "connect": f"require('net').connect(80, '{ELSEWHERE}')",
    "connect-options": f"require('net').connect({{host: '{ELSEWHERE_6}', port: 80}})",
    "tls": f"require('tls').connect(443, '{NAME}')",
    "https": f"require('https').get('https://{NAME}/')",
    "fetch": f"fetch('https://{NAME}/').catch((error) => {{ throw error.cause }})",
    "datagram": f"require('dgram').createSocket('udp4').send('x', 53, '{ELSEWHERE}')",
    "look-up": f"require('dns').lookup('{NAME}', () => {{}})",
    "resolve": f"require('dns').promises.resolve4('{NAME}')",
    "resolver": f"new (require('dns').Resolver)().resolve('{NAME}', () => {{}})",
    "module": f"import('node:dns').then((dns) => dns.lookup('{NAME}', () => {{}}))",
}


@pytest.fixture
def expected_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of this test's own, so that refusals it asks for do not fail it."""
    log = tmp_path / "expected.txt"
    monkeypatch.setenv("TOUCHSTONE_GUARD_LOG", str(log))
    return log


PYTHON_ATTEMPTS = """
import asyncio, httpx, json, socket, sys
said = {}
for name, attempt in json.load(sys.stdin).items():
    try:
        said[name] = f"answered {eval(attempt)!r}"
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""
NODE_ATTEMPTS = """
const attempts = Object.entries(JSON.parse(require('fs').readFileSync(0, 'utf8')));
const said = {};
(async () => {
  for (const [name, attempt] of attempts) {
    try { said[name] = `answered ${await eval(attempt)}`; }
    catch (error) { said[name] = `${error.code}: ${error.message}`; }
  }
  process.stdout.write(JSON.stringify(said), () => process.exit());
})();
"""


@pytest.fixture(scope="module")
def python_refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one child Python met with each attempt."""
    return _attempts([sys.executable, "-c", PYTHON_ATTEMPTS], PYTHON_CASES, tmp_path_factory)


@pytest.fixture(scope="module")
def node_refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one child Node met with each attempt."""
    return _attempts(["node", "-e", NODE_ATTEMPTS], NODE_CASES, tmp_path_factory)


def _attempts(
    command: list[str], cases: dict[str, str], folders: pytest.TempPathFactory
) -> dict[str, str]:
    log = folders.mktemp("attempts") / "expected.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOUCHSTONE_GUARD_LOG", str(log))
        child = _child(command, given=json.dumps(cases))
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)


@pytest.fixture
def server() -> Iterator[int]:
    """A port on loopback at which something answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def test_refused_in_this_process(expected_refusals: Path) -> None:
    with socket.socket() as connecting:
        for attempt in (connecting.connect, connecting.connect_ex):
            with pytest.raises(RuntimeError, match="Tests reach loopback only"):
                attempt((ELSEWHERE, 80))
    with pytest.raises(RuntimeError, match=f"look up '{NAME}'"):
        socket.getaddrinfo(NAME, 443)
    assert expected_refusals.read_text("utf-8").count("A test tried to") == 3


@pytest.mark.parametrize("case", PYTHON_CASES)
def test_refused_in_a_child_python(case: str, python_refusals: dict[str, str]) -> None:
    assert python_refusals[case].startswith("BeyondLoopback: A test tried to"), python_refusals


@pytest.mark.parametrize("case", NODE_CASES)
def test_refused_in_a_child_node(case: str, node_refusals: dict[str, str]) -> None:
    assert node_refusals[case].startswith("EBEYONDLOOPBACK: A test tried to"), node_refusals


def test_children_write_what_was_refused(expected_refusals: Path) -> None:
    for command in (
        [sys.executable, "-c", f"import socket; {PYTHON_CASES['look-up']}"],
        ["node", "-e", NODE_CASES["look-up"]],
    ):
        child = _child(command)
        assert child.returncode != 0
        assert f"A test tried to look up '{NAME}'" in child.stderr
    assert len(expected_refusals.read_text("utf-8").splitlines()) == 2


def test_refused_in_a_grandchild(expected_refusals: Path) -> None:
    inner = [sys.executable, "-c", f"import socket; {PYTHON_CASES['look-up']}"]
    script = f"require('child_process').execFileSync(...{json.dumps([inner[0], inner[1:]])})"
    child = _child(["node", "-e", script])
    assert child.returncode != 0
    assert NAME in expected_refusals.read_text("utf-8")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_works_in_python(host: str, server: int) -> None:
    url = f"http://{host}:{server}/"
    assert httpx.get(url).text == "ok"
    child = _child([sys.executable, "-c", f"import httpx; print(httpx.get('{url}').text)"])
    assert child.stdout.strip() == "ok", child.stderr


def test_loopback_works_in_node(server: int) -> None:
    url = f"http://127.0.0.1:{server}/"
    child = _child(["node", "-e", f"fetch('{url}').then((r) => r.text()).then(console.log)"])
    assert child.stdout.strip() == "ok", child.stderr


def test_what_stays_here_is_let_be() -> None:
    """Numeric addresses are looked up nowhere; neither is the name of loopback."""
    assert socket.getaddrinfo(ELSEWHERE, 80, type=socket.SOCK_STREAM)[0][4] == (ELSEWHERE, 80)
    assert socket.getaddrinfo(None, 0)
    assert socket.getaddrinfo("::ffff:127.0.0.1", 80)
    assert socket.gethostbyaddr("127.0.0.1")
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"x")
        assert there.recv(1) == b"x"


def test_a_hidden_refusal_still_fails_its_test(
    pytester_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester_folder / "test_hides.py").write_text(
        "import socket\n\n"
        "def test_hides():\n"
        "    try:\n"
        f"        socket.getaddrinfo('{NAME}', 443)\n"
        "    except Exception:\n"
        "        pass\n",
        encoding="utf-8",
    )
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_hides.py"]
    child = _child(command, cwd=pytester_folder)
    assert child.returncode == 1
    assert f"A test tried to look up '{NAME}'" in child.stdout


@pytest.fixture
def pytester_folder(repository: Path, tmp_path: Path) -> Path:
    """A session of its own that loads this project's conftest.py."""
    for name in ("conftest.py", "guard"):
        (tmp_path / name).symlink_to(repository / "tests" / name)
    return tmp_path


def _child(
    command: list[str], *, cwd: Path | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=dict(os.environ),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
