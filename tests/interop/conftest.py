"""A school that has minted, and the peers that judge its credentials."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account

from contracts.local_chain import LocalChain
from credentials.canonical import without_proof
from credentials.status_list import Bitstring
from demo.sample import SampleOptions, generate
from issuer import cli, db
from issuer.commands.founding import Plan, found
from issuer.identity import service as identity
from issuer.identity.signing import Publisher, sign_document
from issuer.settings import Settings

HERE = Path(__file__).parent
SCHEMA_URL = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
DATA_INTEGRITY_CONTEXT = "https://w3id.org/security/data-integrity/v2"
PASSPHRASE = "correct horse interop battery"
CHEAP_SCRYPT = 2
LEARNERS = 2
SERVE_DEADLINE_S = 60.0
Document = dict[str, Any]


class Peer:
    """A Node process that answers one JSON line for each JSON line (runner.mjs)."""

    def __init__(self, name: str, log: Path) -> None:
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                ["node", str(HERE / f"{name}.mjs")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )

    def ask(self, request: Document) -> Document:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self._process.stdout.readline()
        assert line, f"the peer ended: {self._log.read_text(encoding='utf-8')[-2000:]}"
        answer: Document = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


@dataclass(frozen=True)
class School:
    """What a school minted and publishes."""

    credentials: list[Document]
    revoked: Document
    documents: dict[str, Document]
    rpc_url: str
    publisher: Publisher
    now: datetime

    @property
    def did_url(self) -> str:
        return f"{self.publisher.base_url}/.well-known/did.json"

    @property
    def profile_url(self) -> str:
        return f"{self.publisher.base_url}/issuer"

    def documents_for(self, peer: str) -> dict[str, Document]:
        """What the peer finds under the school's URLs.

        Blockcerts' verifier cannot read a Bitstring Status List as the recommendation has it: it
        knows no multibase prefix, and refuses a second type without a second context. It is given
        the same bits in the form it reads, signed by the same key; everything else is untouched.
        """
        if peer != "blockcerts":
            return self.documents
        lists = {
            url: self._for_blockcerts(document)
            for url, document in self.documents.items()
            if "encodedList" in document.get("credentialSubject", {})
        }
        return {**self.documents, **lists}

    def _for_blockcerts(self, status_list: Document) -> Document:
        unsigned = without_proof(status_list)
        subject = unsigned["credentialSubject"]
        return sign_document(
            {
                **unsigned,
                "@context": [*unsigned["@context"], DATA_INTEGRITY_CONTEXT],
                "credentialSubject": {
                    **subject,
                    "encodedList": subject["encodedList"].removeprefix("u"),
                },
            },
            self.publisher,
            self.now,
        )

    def empty_list(self, peer: str) -> str:
        encoded = Bitstring().encode()
        return encoded.removeprefix("u") if peer == "blockcerts" else encoded


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Home:
    """An issuer's home and its command line."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "home"
        self._passphrase_file = directory / "passphrase"
        self._passphrase_file.write_text(PASSPHRASE, encoding="utf-8")
        plan = Plan(
            home=self.path,
            name="Interop School",
            base_url=f"http://localhost:{free_port()}",
            chain_port=0,
            insecure_loopback=True,
            scrypt_n=CHEAP_SCRYPT,
        )
        # Blockcerts wants the account listed before the block, and blocks count whole seconds.
        founded = datetime.now(UTC) - timedelta(minutes=1)
        self.settings: Settings = found(plan, PASSPHRASE, founded, lambda _: None)

    def _options(self) -> list[str]:
        passphrase = ["--passphrase-file", str(self._passphrase_file)]
        return ["--home", str(self.path), "--insecure-loopback", *passphrase]

    def issuer(self, *arguments: str) -> None:
        assert cli.run([*self._options(), *arguments]) == 0, arguments

    def read(self, *paths: str) -> dict[str, Document]:
        """What ``issuer serve`` publishes under these paths, by its public URL."""
        ready = self.path.parent / "ready"
        port = self.settings.base_url.rpartition(":")[2]
        program = [sys.executable, "-c", "from issuer.cli import main; main()"]
        serve = ["serve", "--port", port, "--ready-file", str(ready)]
        with subprocess.Popen([*program, *self._options(), *serve]) as site:
            try:
                deadline = time.monotonic() + SERVE_DEADLINE_S
                while not (ready.exists() and ready.read_text(encoding="utf-8")):
                    assert site.poll() is None, "issuer serve ended"
                    assert time.monotonic() < deadline, "issuer serve is not ready"
                    time.sleep(0.05)
                address = ready.read_text(encoding="utf-8").strip()
                return {f"{self.settings.base_url}{path}": get(address + path) for path in paths}
            finally:
                site.terminate()

    def publisher(self) -> Publisher:
        engine = db.engine(self.settings.database)
        with db.session_scope(engine, read_only=True) as session:
            opened = identity.open_publisher(session, self.settings, PASSPHRASE)
        engine.dispose()
        return opened


def get(url: str) -> Document:
    answer = httpx.get(url, headers={"Accept": "application/json"}, trust_env=False)
    document: Document = answer.raise_for_status().json()
    return document


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("interop-home"))


@pytest.fixture(scope="session")
def chain(home: Home) -> Iterator[LocalChain]:
    """The home's own chain, kept running; the commands join it."""
    with LocalChain(home.settings.chain_state, port=0) as running:
        yield running


def send_root(chain: LocalChain, account: Any, root: bytes) -> str:
    """Write a root into a transaction's calldata; returns the transaction's hash."""
    chain.fund(account.address, 10**18)
    transaction = {
        "to": account.address,
        "data": "0x" + root.hex(),
        "value": 0,
        "gas": 100_000,
        "gasPrice": 10**10,
        "nonce": int(chain.rpc("eth_getTransactionCount", account.address, "latest"), 16),
        "chainId": 11_155_111,
    }
    raw = account.sign_transaction(transaction).raw_transaction
    sent: str = chain.rpc("eth_sendRawTransaction", "0x" + raw.hex().removeprefix("0x"))
    return sent


@pytest.fixture(scope="session")
def school(home: Home, chain: LocalChain, tmp_path_factory: pytest.TempPathFactory) -> School:
    """A school that has walked the road: imported, judged, minted, exported, withdrawn one."""
    sample, exported = tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("exported")
    learner = generate(sample, SampleOptions(learners=LEARNERS)).featured
    home.issuer("import", "case", str(sample / "framework.json"))
    home.issuer("import", "oneroster", str(sample / "oneroster"))
    home.issuer("import", "evidence", str(sample / "evidence.csv"))
    home.issuer("judge")
    home.issuer("mint")
    home.issuer("export", learner.sourced_id, str(exported))
    files = sorted(exported.glob("*.json"))
    *credentials, revoked = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    home.issuer("revoke", revoked["id"], "--reason", "Issued by mistake")
    lists = {one["credentialStatus"]["statusListCredential"] for one in [*credentials, revoked]}
    list_paths = [url.removeprefix(home.settings.base_url) for url in lists]
    return School(
        credentials=credentials,
        revoked=revoked,
        documents=home.read("/.well-known/did.json", "/issuer", *list_paths),
        rpc_url=chain.url,
        publisher=home.publisher(),
        now=datetime.now(UTC),
    )


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Peer]]:
    logs = tmp_path_factory.mktemp("peers")
    names = ("digitalbazaar", "digitalcredentials", "blockcerts")
    running = {name: Peer(name, logs / f"{name}.log") for name in names}
    yield running
    for peer in running.values():
        peer.close()


@pytest.fixture
def ask(peers, school):
    """Ask a peer about a credential; ``instead`` and ``without`` change what it finds."""

    def question(peer, credential, *, instead=None, without=()):
        found = {**school.documents_for(peer), **(instead or {})}
        published = {url: document for url, document in found.items() if url not in without}
        return peers[peer].ask(
            {"credential": credential, "documents": published, "rpcUrl": school.rpc_url}
        )

    return question


@pytest.fixture
def send_from_stranger(chain):
    """Anchor a root from an account that is not the school's."""
    return lambda root: send_root(chain, Account.create(), root)


@pytest.fixture(scope="session")
def official_schema(shared: Path) -> tuple[str, Document]:
    path = shared / "standards/schemas/ob3/ob_v3p0_achievementcredential_schema.json"
    return SCHEMA_URL, json.loads(path.read_text(encoding="utf-8"))
