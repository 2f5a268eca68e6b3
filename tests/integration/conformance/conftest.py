"""The conformance mode as a suite meets it: a process of its own, https, one line of JSON."""

import base64
import copy
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS = 90
VC2 = "https://www.w3.org/ns/credentials/v2"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Running:
    """The running services and a client that trusts their certificate."""

    said: dict[str, Any]
    client: httpx.Client

    def issue(self, credential: Any, profile: str | None = None, **options: Any) -> httpx.Response:
        """POST to a profile, or to the default one."""
        issuer = self.said["issuer"]["issue"]
        url = self.said["profiles"][profile]["issue"] if profile else issuer
        return self.client.post(url, json={"credential": credential, "options": options})

    def issued(self, credential: Any, profile: str | None = None, **options: Any) -> dict[str, Any]:
        """What was issued, which has to work."""
        response = self.issue(credential, profile, **options)
        assert response.status_code == 201, response.text
        assert "json" in response.headers["content-type"]
        found = response.json()["verifiableCredential"]
        assert isinstance(found, dict)
        return found

    def verify(self, credential: Any, **options: Any) -> httpx.Response:
        """POST a credential to the verifier."""
        body = {"verifiableCredential": credential, "options": options}
        return self.client.post(self.said["verifier"]["verifyCredential"], json=body)

    def derive(self, credential: Any, *pointers: str) -> httpx.Response:
        """POST a credential with a base proof, as a holder."""
        options = {"selectivePointers": list(pointers)}
        body = {"verifiableCredential": credential, "options": options}
        return self.client.post(self.said["verifier"]["derive"], json=body)


Start = Callable[..., "subprocess.Popen[str]"]


def start(repository: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The conformance mode as a process; the caller ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


@pytest.fixture(scope="session")
def starting(repository: Path) -> Start:
    """Starts the conformance mode as a process."""
    return lambda *arguments: start(repository, *arguments)


@pytest.fixture(scope="session")
def running(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Issuer and verifier, served for the whole session."""
    ready = tmp_path_factory.mktemp("conformance") / "ready.json"
    process = start(repository, "--ready-file", str(ready))
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, "the services did not come up"
            time.sleep(0.05)
        said = json.loads(ready.read_text(encoding="utf-8"))
        trust = ssl.create_default_context(cafile=said["certificate"])
        with httpx.Client(verify=trust, trust_env=False, timeout=30) as client:
            yield Running(said, client)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def change(document: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """A copy of a document with what a case sets, removes and cuts."""
    changed = copy.deepcopy(document)
    for pointer, value in case.get("set", {}).items():
        parent, name = _parent(changed, pointer)
        parent[name] = value
    for pointer in case.get("remove", []):
        parent, name = _parent(changed, pointer)
        del parent[name]
    if "cut" in case:
        parent, name = _parent(changed, case["cut"])
        parent[name] = parent[name][1:]
    return changed


def _parent(document: dict[str, Any], pointer: str) -> tuple[dict[str, Any], str]:
    *path, name = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    for part in path:
        document = document[part]
    return document, name


def body_of(case: dict[str, Any], base: dict[str, Any]) -> bytes:
    """The bytes of a request to issue."""
    if "base64" in case:
        return base64.b64decode(case["base64"])
    if "nested" in case:
        depth = case["nested"]
        return ('{"credential":' + '{"a":' * depth + "1" + "}" * depth + "}").encode()
    if case.get("raw") is not None:
        return str(case["raw"]).encode()
    members = {"credential": change(base, case)}
    if "options" in case:
        members["options"] = case["options"]
    return json.dumps(members).encode()


@pytest.fixture(scope="session")
def changed() -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]:
    """Applies a case to a document."""
    return change


@pytest.fixture(scope="session")
def request_body() -> Callable[[dict[str, Any], dict[str, Any]], bytes]:
    """The body of a case."""
    return body_of


def a_credential(**members: Any) -> dict[str, Any]:
    """An unsigned credential, new each time."""
    return {
        "@context": [VC2],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:alice", "name": "Alice"},
        **members,
    }


@pytest.fixture(scope="session")
def credential() -> Callable[..., dict[str, Any]]:
    """Makes unsigned credentials."""
    return a_credential


@pytest.fixture(scope="session")
def version_1() -> Callable[..., dict[str, Any]]:
    """Makes unsigned credentials of VC 1.1."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            **a_credential(),
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "issuanceDate": "2024-01-01T00:00:00Z",
            "credentialSubject": {"id": "did:example:alice"},
            **members,
        }

    return make
