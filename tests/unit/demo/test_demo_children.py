"""Programs that the demonstration starts end with it, and never keep it waiting."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from demo import children
from demo.errors import ChildFailed

SERVER = """
import sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex((children.HOST, port)) == 0


def serve(tmp_path, port, program=SERVER):
    return children.serving(
        ["-c", program, str(port)],
        health=f"http://{children.HOST}:{port}/",
        log=tmp_path / "log.txt",
        environment=children.bare_environment(),
    )


def test_free_port_prefers_and_gives_way():
    port = children.free_port()
    assert children.free_port(port) == port
    with socket.socket() as taken:
        taken.bind((children.HOST, port))
        taken.listen()
        assert children.free_port(port) not in {port, 0}


def test_service_runs_as_long_as_the_block(tmp_path):
    port = children.free_port()
    with serve(tmp_path, port) as wait_until_ready:
        wait_until_ready()
        assert answers(port)
    assert not answers(port)


def test_service_ends_when_the_block_fails(tmp_path):
    port = children.free_port()
    with pytest.raises(RuntimeError), serve(tmp_path, port) as wait_until_ready:  # noqa: PT012
        wait_until_ready()
        raise RuntimeError
    assert not answers(port)


def test_stubborn_service_is_ended_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "STOP_TIMEOUT_S", 0.5)
    port = children.free_port()
    with serve(tmp_path, port, STUBBORN) as wait_until_ready:
        wait_until_ready()
        assert answers(port)
    assert not answers(port)


def test_service_that_ends_early_says_why(tmp_path):
    with (
        pytest.raises(ChildFailed, match="ended with 3") as failed,
        serve(
            tmp_path, children.free_port(), "import sys; print('no key'); sys.exit(3)"
        ) as wait_until_ready,
    ):
        wait_until_ready()
    assert "no key" in failed.value.remedy


def test_service_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "START_TIMEOUT_S", 0.5)
    started = time.monotonic()
    with (
        pytest.raises(ChildFailed, match="did not answer"),
        serve(tmp_path, children.free_port(), "import time; time.sleep(60)") as wait_until_ready,
    ):
        wait_until_ready()
    assert time.monotonic() - started < 10


def test_command_that_hangs_is_given_up(tmp_path):
    with pytest.raises(ChildFailed, match="did not end"):
        children.run(
            ["-c", "import time; time.sleep(60)"],
            directory=tmp_path,
            environment=children.bare_environment(),
            timeout_s=0.5,
        )


def test_command_sees_its_environment_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_HOME", "/somewhere")
    monkeypatch.setenv("INSECURE_LOOPBACK", "1")
    program = (
        "import os; print([n for n in os.environ if n in ('TOUCHSTONE_HOME', 'INSECURE_LOOPBACK')])"
    )
    done = children.run(
        ["-c", program], directory=tmp_path, environment=children.bare_environment()
    )
    assert (done.exit_code, done.output.strip()) == (0, "[]")


def test_signal_ends_the_children(tmp_path):
    port = children.free_port()
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from demo import children
        with children.ended_by_signals(), children.serving(
            ["-c", {SERVER!r}, "{port}"],
            health="http://{children.HOST}:{port}/",
            log=Path({str(tmp_path / "log.txt")!r}),
            environment=children.bare_environment(),
        ) as wait_until_ready:
            wait_until_ready()
            print("ready", flush=True)
            time.sleep(60)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as parent:
        try:
            assert parent.stdout.readline() == "ready\n"
            assert answers(port)
            parent.send_signal(signal.SIGTERM)
            assert parent.wait(timeout=20) == 128 + signal.SIGTERM
        finally:
            parent.kill()
    assert not answers(port)
