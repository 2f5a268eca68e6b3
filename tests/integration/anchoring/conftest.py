"""A school that anchors on a real chain of its own, which a test may bend as it likes."""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from simulators import tcp_proxy as simulated_proxy

from contracts.local_chain import CHAIN_ID, LocalChain
from issuer.anchoring import repository, service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.db import engine, migrate, session_scope

PASSPHRASE = "correct horse"
CHEAP_SCRYPT = 2**10
GWEI = 10**9


@dataclass
class School:
    """An issuer with a funded account, a deployed contract and a database of its own.

    Attributes:
        offset: how far its clock is ahead of this machine's.
    """

    chain: LocalChain
    client: EthereumClient
    account: EthereumAccount
    contract: str
    database: Path | str
    keystore: Path
    offset: timedelta = field(default=timedelta(0))

    def __post_init__(self):
        self.engine = engine(self.database)
        migrate(self.engine)
        self.scope = partial(session_scope, self.engine)

    def prepare(self, root=None):
        batch_id = uuid4()
        known = {"account": self.account, "client": self.client, "contract": self.contract}
        with self.scope() as session:
            service.prepare_anchor(session, batch_id, root or os.urandom(32), **known)
        return batch_id

    def advance(self, batch_id, **options):
        known = {"account": self.account, "client": self.client, "confirmations": 1}
        now = datetime.now(UTC) + self.offset
        return service.advance_anchor(self.scope, batch_id, **(known | {"now": now} | options))

    def until(self, batch_id, state, *, seconds=10, **options):
        """Advance until the anchor stands there."""
        deadline = time.monotonic() + seconds
        while (standing := self.advance(batch_id, **options)).state != state:
            assert time.monotonic() < deadline, standing
            time.sleep(0.02)
        return standing

    def stored(self, batch_id):
        with self.scope() as session:
            return repository.find_with_attempts(session, batch_id)

    def sent_transactions(self):
        return self.client.transaction_count(self.account.address)


@pytest.fixture(scope="session")
def tcp_proxy():
    """tests/simulators/tcp_proxy.py as a module."""
    return simulated_proxy


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    with LocalChain(tmp_path_factory.mktemp("chain"), port=0) as chain:
        yield chain


@pytest.fixture(scope="module")
def client(chain):
    with EthereumClient(chain.url, chain_id=CHAIN_ID) as client:
        yield client


@pytest.fixture(scope="module")
def contract(chain, client, tmp_path_factory):
    deployer = EthereumAccount.create(
        tmp_path_factory.mktemp("deployer") / "key.json", PASSPHRASE, scrypt_n=CHEAP_SCRYPT
    )
    chain.fund(deployer.address, 10**18)
    return service.deploy_contract(client, deployer, timeout_s=20)


@pytest.fixture
def orderly_school(tmp_path):
    """A school on a chain of its own, whose time only grows, as that of every real chain does.

    Where tests took blocks away, Anvil has later blocks with earlier times.
    """
    with (
        LocalChain(tmp_path / "chain", port=0) as chain,
        EthereumClient(chain.url, chain_id=CHAIN_ID) as client,
    ):
        keystore = tmp_path / "keys" / "ethereum-1.json"
        account = EthereumAccount.create(keystore, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)
        chain.fund(account.address, 10**18)
        contract = service.deploy_contract(client, account, timeout_s=20)
        school = School(chain, client, account, contract, tmp_path / "school.db", keystore)
        yield school
        school.engine.dispose()


@pytest.fixture
def school(chain, client, contract, tmp_path):
    """A school of its own for each test; afterwards the chain mines by itself, and cheaply."""
    keystore = tmp_path / "keys" / "ethereum-1.json"
    account = EthereumAccount.create(keystore, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)
    chain.fund(account.address, 10**18)
    school = School(chain, client, account, contract, tmp_path / "school.db", keystore)
    yield school
    school.engine.dispose()
    chain.rpc("anvil_dropAllTransactions")
    chain.rpc("evm_setAutomine", True)
    chain.rpc("anvil_removeBlockTimestampInterval")
    chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    chain.mine()


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_school(request, school):
    """A school whose database several processes write to."""
    if request.param == "postgresql":
        school.engine.dispose()
        server = request.getfixturevalue("server")
        school.database = server.url(server.create())
        school.__post_init__()
    return school
