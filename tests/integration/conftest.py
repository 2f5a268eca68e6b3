"""A school that went the whole road once, through its own commands, on a real local chain.

A folder with a conftest.py of its own may put other schools in the place of these.
"""

import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from simulators.postgres import Server

from demo.sample.generate import SampleOptions, generate
from issuer.app import create_app
from issuer.cli import run
from issuer.settings import Settings

PASSPHRASE = "correct horse battery staple"
BASE_URL = "http://127.0.0.1:8321"
VARIABLES = {"TOUCHSTONE_PASSPHRASE": PASSPHRASE, "INSECURE_LOOPBACK": "1"}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The code of its error."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        [last] = [line for line in self.err.splitlines() if line.startswith("error[")]
        return last.removeprefix("error[").partition("]")[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as a JSON listing."""
        assert self.code == 0, self.err
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


Issuer = Callable[..., Said]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The passphrase and the switch, as a demonstration sets them; tests may take them away."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def issuer(environment: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Issuer:
    """Runs one command in this process."""

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample school."""
    directory = tmp_path_factory.mktemp("sample")
    generate(directory, SampleOptions(learners=4, seed=7, competencies=4))
    return directory


def _once(home: Path, *command: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        assert run([*command, "--home", str(home)]) == os.EX_OK


@pytest.fixture(scope="session")
def judged_once(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """The home of a school that has judged and not minted."""
    home = tmp_path_factory.mktemp("school") / "home"
    _once(home, "init", "--name", "Northgate", "--base-url", BASE_URL, "--chain-port", "0")
    _once(home, "import", "case", str(sample / "framework.json"))
    _once(home, "import", "oneroster", str(sample / "oneroster"))
    _once(home, "import", "evidence", str(sample / "evidence.csv"))
    _once(home, "judge")
    return home


@pytest.fixture(scope="session")
def minted_once(tmp_path_factory: pytest.TempPathFactory, judged_once: Path) -> Path:
    """The home of a school that has minted; never changed by a test."""
    home = tmp_path_factory.mktemp("minted") / "home"
    shutil.copytree(judged_once, home)
    _once(home, "mint")
    return home


@pytest.fixture
def judged(judged_once: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(judged_once, tmp_path / "home"))


@pytest.fixture
def minted(minted_once: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(minted_once, tmp_path / "home"))


Site = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="session")
def open_site() -> Site:
    """Serves a school, by its home or its settings, on a free port for the time of a block."""

    @contextmanager
    def serve(school: Path | Settings, **options: Any) -> Iterator[httpx.Client]:
        settings = (
            Settings.load(school, insecure_loopback=True) if isinstance(school, Path) else school
        )
        app = create_app(settings, **options)
        config = uvicorn.Config(app, log_level="critical", server_header=False)
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                    yield client
            finally:
                server.should_exit = True
                thread.join(timeout=30)
                app.state.site.engine.dispose()

    return serve


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL, for as long as the tests run."""
    folder = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    made = Server(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
