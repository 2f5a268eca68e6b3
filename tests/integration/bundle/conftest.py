"""A school that minted two batches, wrote a bundle, and is gone: no site, no chain, no home."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from demo.sample.generate import SampleOptions, generate
from issuer.cli import run
from verifier.cli import run as verifier

PASSPHRASE = "correct horse battery staple"
BASE_URL = "https://school.example"
CHAIN = 11155111
VARIABLES = {"TOUCHSTONE_PASSPHRASE": PASSPHRASE}


def issuer(home: Path, *arguments: object) -> str:
    """One command, which has to succeed; what it said."""
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        code = run([str(argument) for argument in (*arguments, "--home", home)])
    assert code == os.EX_OK, said.getvalue()
    return said.getvalue()


@dataclass(frozen=True)
class Left:
    """What is left of the school: a file, and what others know about it."""

    bundle: Path
    block_hash: str
    block_number: int
    digest: str
    did: str
    account: str
    contract: str

    @property
    def document(self) -> dict[str, Any]:
        """The bundle as JSON."""
        found: dict[str, Any] = json.loads(self.bundle.read_bytes())
        return found

    def registry(self, path: Path, **members: Any) -> Path:
        """A network's list that knows the school."""
        entry = {
            "did": self.did,
            "name": "Northgate",
            "anchorAccounts": [self.account],
            "anchorContracts": [{"chainId": CHAIN, "address": self.contract}],
            **members,
        }
        path.write_text(json.dumps({"name": "A network", "issuers": [entry]}), "utf-8")
        return path


@pytest.fixture(scope="session")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """The bundle of a learner with credentials out of two batches."""
    folder = tmp_path_factory.mktemp("school")
    sample, home, bundle = folder / "sample", folder / "home", folder / "bundle.json"
    generate(sample, SampleOptions(learners=3, seed=7, competencies=4))
    issuer(home, "init", "--name", "Northgate", "--base-url", BASE_URL, "--chain-port", "0")
    issuer(home, "import", "case", sample / "framework.json")
    issuer(home, "import", "oneroster", sample / "oneroster")
    header, *lines = (sample / "evidence.csv").read_text("utf-8").splitlines()
    place = header.split(",").index("secondRatingOf")
    ratings = [line for line in lines if line.split(",")[place]]
    firsts = [line for line in lines if line not in ratings]
    for number, part in enumerate((firsts[::2], firsts[1::2] + ratings)):
        evidence = folder / f"evidence-{number}.csv"
        evidence.write_text("\n".join([header, *part, ""]), "utf-8")
        issuer(home, "import", "evidence", evidence)
        issuer(home, "judge")
        issuer(home, "mint")
    rows = json.loads(issuer(home, "credentials", "--json"))
    batches = {row["learner_sourced_id"]: set() for row in rows}
    for row in rows:
        batches[row["learner_sourced_id"]].add(row["batch"])
    learner = max(batches, key=lambda one: len(batches[one]))
    assert len(batches[learner]) == 2
    (said,) = json.loads(issuer(home, "bundle", learner, "-o", bundle, "--json"))
    account = json.loads((home / "keys/ethereum-1.json").read_text("utf-8"))["address"]
    document = json.loads(bundle.read_bytes())
    shutil.rmtree(home)
    return Left(
        bundle=bundle,
        block_hash=said["block_hash"],
        block_number=said["block_number"],
        digest=said["did_document_sha256"],
        did=document["issuer"],
        account=f"0x{account.removeprefix('0x')}",
        contract=document["blocks"][0]["contracts"][0]["address"],
    )


@dataclass(frozen=True)
class Found:
    """What ``verifier check --offline --json`` said."""

    code: int
    verdict: str
    result: dict[str, Any]
    err: str

    def codes(self, check: str) -> set[str]:
        """The codes of all findings of a check, the bundle's own and those of its records."""
        reports = [self.result, *self.result.get("credentials", [])]
        return {
            found["code"]
            for report in reports
            for found in report.get("findings", [])
            if found["check"] == check
        }


def _without_network() -> list[str]:
    """What puts a program where there is no network at all, if this machine lets us."""
    command = ["unshare", "--net", "--map-root-user"]
    try:
        child = subprocess.run([*command, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return []
    return command if child.returncode == 0 else []


def _found(code: int, out: str, err: str) -> Found:
    answer = json.loads(out) if out else {"verdict": "", "results": [{}]}
    return Found(code, answer["verdict"], answer["results"][0], err)


@pytest.fixture
def check(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Found]:
    """Runs the verifier's own command here, where nobody can make a socket."""

    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError("somebody opened a socket")

    def verify(bundle: Path, *options: object) -> Found:
        capfd.readouterr()
        with monkeypatch.context() as patch:
            for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
                patch.setattr(socket, name, refuse)
            command = ["check", "--offline", bundle, "--json", *options]
            code = verifier([str(part) for part in command])
        return _found(code, *capfd.readouterr())

    return verify


@pytest.fixture(scope="session")
def check_alone() -> Callable[..., Found]:
    """The same as a program of its own, in a network that leads nowhere if this machine can."""
    alone = _without_network()

    def verify(bundle: Path, *options: object) -> Found:
        command = [sys.executable, "-m", "verifier.cli", "check", "--offline", str(bundle)]
        said = subprocess.run(
            [*alone, *command, "--json", *map(str, options)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return _found(said.returncode, said.stdout, said.stderr)

    return verify
