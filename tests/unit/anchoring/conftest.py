import itertools
import json
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.local_chain import CHAIN_ID, LocalChain
from issuer.anchoring import repository, service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.db import engine, migrate, session_scope

PASSPHRASE = "correct horse"
CHEAP_SCRYPT = 2**10


@dataclass
class School:
    """An issuer with a funded account, a deployed contract and a database of its own."""

    chain: LocalChain
    client: EthereumClient
    account: EthereumAccount
    contract: str
    database: Path

    def __post_init__(self):
        self.engine = engine(self.database)
        migrate(self.engine)
        self.scope = partial(session_scope, self.engine)

    def prepare(self, batch_id, root):
        with self.scope() as session:
            return service.prepare_anchor(
                session,
                batch_id,
                root,
                account=self.account,
                client=self.client,
                contract=self.contract,
            )

    def advance(self, batch_id, *, after=timedelta(0), **options):
        """One turn, ``after`` from now; with the account unless ``account`` says otherwise."""
        known = {"account": self.account, "client": self.client, "confirmations": 1}
        now = datetime.now(UTC) + after
        return service.advance_anchor(self.scope, batch_id, **(known | {"now": now} | options))

    def stored(self, batch_id):
        """The anchor and its attempts, as they are stored."""
        with self.scope() as session:
            return repository.find_with_attempts(session, batch_id)

    def anchor(self, batch_id, root, **options):
        return service.anchor_root(
            self.scope,
            batch_id,
            root,
            account=self.account,
            client=self.client,
            contract=self.contract,
            **options,
        )

    def finish(self, batch_id, **options):
        return service.finish_anchor(self.scope, batch_id, self.client, **options)

    def sent_transactions(self):
        return self.client.transaction_count(self.account.address)

    @contextmanager
    def no_mining(self):
        self.chain.rpc("evm_setAutomine", False)
        try:
            yield
        finally:
            self.chain.rpc("evm_setAutomine", True)


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    with LocalChain(tmp_path_factory.mktemp("chain"), port=0) as chain:
        yield chain


@pytest.fixture(scope="session")
def client(chain):
    with EthereumClient(chain.url, chain_id=CHAIN_ID) as client:
        yield client


@pytest.fixture(scope="session")
def contract(chain, client, tmp_path_factory):
    deployer = EthereumAccount.create(
        tmp_path_factory.mktemp("deployer") / "key.json", PASSPHRASE, scrypt_n=CHEAP_SCRYPT
    )
    chain.fund(deployer.address, 10**18)
    return service.deploy_contract(client, deployer, timeout_s=10)


@pytest.fixture
def account(chain, tmp_path):
    account = EthereumAccount.create(
        tmp_path / "keys" / "ethereum-1.json", PASSPHRASE, scrypt_n=CHEAP_SCRYPT
    )
    chain.fund(account.address, 10**18)
    return account


@pytest.fixture
def school(chain, client, account, contract, tmp_path):
    school = School(chain, client, account, contract, tmp_path / "school.db")
    yield school
    school.engine.dispose()


@pytest.fixture
def new_batch():
    """A function that makes a batch's id and root."""
    return lambda: (uuid4(), os.urandom(32))


@pytest.fixture
def node():
    """A function that starts a false node: it gives each request the next answer, the last ever.

    An answer is (HTTP status, body); "ID" in it becomes the question's id. None never answers.
    """
    servers, released = [], threading.Event()

    def start(*answers):
        following = itertools.chain(answers, itertools.repeat(answers[-1]))

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = next(following)
                if answer is None:
                    released.wait(10)
                    return
                status, body = answer
                body = body.replace(b'"ID"', str(question["id"]).encode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/v3/SECRET-PROJECT-KEY"

    yield start
    released.set()
    for server in servers:
        server.shutdown()
        server.server_close()
