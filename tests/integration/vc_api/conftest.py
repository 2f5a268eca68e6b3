"""A school with a home, keys and a database, and no chain: enough to sign on request."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from simulators.databases import migrated

from issuer import db
from issuer.app import create_app
from issuer.cli import run
from issuer.commands.serving import open_signers
from issuer.identity import service as identity
from issuer.settings import KEY_ID, Settings, make
from keys.signers import file

PASSPHRASE = "correct horse battery staple"
BASE_URL = "https://school.example"


@dataclass(frozen=True)
class School:
    """A founded school and the commands that its staff runs."""

    settings: Settings

    @property
    def home(self) -> Path:
        return self.settings.home

    def run(self, *arguments: str) -> int:
        """One command in this process."""
        return run([*arguments, "--home", str(self.home)])


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Founded a moment ago."""
    monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", PASSPHRASE)
    home = tmp_path / "home"
    signer = file.create(home / "keys" / "signing-1.jwe", PASSPHRASE)
    settings = make(
        {
            "home": home,
            "name": "Northgate",
            "base_url": BASE_URL,
            "did": "did:web:school.example",
        }
    )
    (home / "issuer.toml").write_text(settings.to_toml(), encoding="utf-8")
    engine = migrated(home / "touchstone.db")
    now = datetime.now(UTC)
    with db.session_scope(engine) as session:
        identity.record_key(session, KEY_ID, signer.public_key, settings.signer_uri, now)
        identity.publish_did_document(session, settings, now)
    engine.dispose()
    return School(settings)


@pytest.fixture
def new_token(school: School, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Makes a token with the command."""

    def make_token() -> str:
        capfd.readouterr()
        assert school.run("token", "new", "--note", "a test") == os.EX_OK
        out, err = capfd.readouterr()
        assert "cannot be shown again" in err
        return out.strip()

    return make_token


Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def serve(school: School) -> Serve:
    """Serves the school for the time of a block, with its keys open or not."""

    @contextmanager
    def serving(*, passphrase: str | None = PASSPHRASE, **options: Any) -> Iterator[httpx.Client]:
        engine = db.engine(school.settings.database)
        signer, further = open_signers(school.settings, passphrase)
        app = create_app(school.settings, signer=signer, signers=further, engine=engine, **options)
        config = uvicorn.Config(app, log_level="critical", server_header=False)
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
                    yield client
            finally:
                server.should_exit = True
                thread.join(timeout=30)
                engine.dispose()

    return serving


@pytest.fixture
def body() -> dict[str, Any]:
    """A request to issue."""
    return {
        "credential": {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "credentialSubject": {"id": "did:example:alice", "name": "Alice"},
        }
    }
