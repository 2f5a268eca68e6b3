"""`issuer deploy` against a real node, and against what nodes do when they are not well."""

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts import deployment as deployments
from contracts.artifacts import credential_anchor, issuer_registry
from contracts.deployment import created_address
from contracts.issuer_registry import network_calldata
from contracts.local_chain import CHAIN_ID
from issuer import db
from issuer.anchoring import repository
from issuer.anchoring.account import EthereumAccount
from issuer.cli import run
from issuer.settings import Settings

PASSPHRASE = "correct horse battery"
CHEAP_SCRYPT = 2**10
ETHER = 10**18


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)

    def refused(self, code: str) -> bool:
        return self.code == 1 and f"error[{code}]" in self.err


@pytest.fixture
def keystore(tmp_path, chain):
    """A funded account of its own for each test."""
    path = tmp_path / "keys" / "payer.json"
    account = EthereumAccount.create(path, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)
    chain.fund(account.address, ETHER)
    return path


@pytest.fixture
def payer(keystore):
    return "0x" + json.loads(keystore.read_text())["address"].removeprefix("0x")


@pytest.fixture
def issuer(capfd, monkeypatch, tmp_path):
    """Runs one command in this process, in a folder without an issuer."""
    monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("TOUCHSTONE_RPC_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture
def deploy(issuer, chain, keystore, tmp_path):
    """`issuer deploy …` with everything said; later options win."""

    def call(contract: str, *more: object, **options: object) -> Said:
        said = {"rpc": chain.url, "chain-id": CHAIN_ID, "keystore": keystore}
        said |= {"write-to": tmp_path / "out", **options}
        pairs = [part for name, value in said.items() for part in (f"--{name}", value)]
        return issuer("deploy", contract, *pairs, "--json", *more)

    return call


@contextmanager
def no_mining(chain):
    chain.rpc("evm_setAutomine", False)
    try:
        yield
    finally:
        chain.rpc("evm_setAutomine", True)
        chain.mine()


def sent_by(chain, address: str) -> int:
    return int(chain.rpc("eth_getTransactionCount", address, "latest"), 16)


@contextmanager
def node_that(answers):
    """A listener on loopback that gives each request to a function of the socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    continue
                with peer:
                    peer.recv(65536)
                    answers(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(timeout=15)


def test_the_anchor_contract_is_deployed_and_written_down(deploy, chain, payer, tmp_path):
    said = deploy("anchor")
    assert said.code == 0, said.err
    entry, file = said.json["deployment"], Path(said.json["file"])
    code = chain.rpc("eth_getCode", entry["address"], "latest")
    assert bytes.fromhex(code[2:]) == credential_anchor().runtime
    receipt = chain.rpc("eth_getTransactionReceipt", entry["transaction"])
    assert receipt["contractAddress"].lower() == entry["address"].lower()
    assert (int(receipt["blockNumber"], 16), receipt["blockHash"]) == (
        entry["block_number"],
        entry["block_hash"],
    )
    assert entry["deployer"].lower() == payer.lower()
    assert entry["compiler"] == "vyper 0.4.3"
    assert said.json["settings"] == {"contract_address": entry["address"]}
    [found] = deployments.read(file).of("CredentialAnchor")
    assert found.address == entry["address"]
    assert list((tmp_path / "out").glob("*.pending")) == []


def test_run_again_it_finds_the_contract_and_pays_nothing(deploy, chain, payer, monkeypatch):
    first = deploy("anchor").json
    monkeypatch.delenv("TOUCHSTONE_PASSPHRASE")
    again = deploy("anchor")
    assert again.json["deployment"] == first["deployment"]
    assert (first["was_there"], again.json["was_there"]) == (False, True)
    assert sent_by(chain, payer) == 1


def test_for_people_it_says_the_line_for_the_settings(issuer, deploy, chain, keystore, tmp_path):
    address = deploy("anchor").json["deployment"]["address"]
    options = ["--rpc", chain.url, "--chain-id", CHAIN_ID, "--keystore", keystore]
    said = issuer("deploy", "anchor", *options, "--write-to", tmp_path / "out")
    assert f'contract_address = "{address}"' in said.out
    assert "was deployed before" in said.out


def test_the_registry_is_written_by_the_networks_account_alone(deploy, chain, payer):
    network = created_address(payer, 99)
    said = deploy("registry", **{"network-account": network})
    entry = said.json["deployment"]
    assert entry["arguments"] == {"network": network}
    code = chain.rpc("eth_getCode", entry["address"], "latest")
    assert bytes.fromhex(code[2:]) == issuer_registry().runtime
    call = {"to": entry["address"], "data": "0x" + network_calldata().hex()}
    assert int(chain.rpc("eth_call", call, "latest"), 16) == int(network, 16)
    other = deploy("registry", **{"network-account": created_address(payer, 98)}).json
    assert not other["was_there"]
    assert other["deployment"]["address"] != entry["address"]
    assert deploy("registry", **{"network-account": network}).json["deployment"] == entry
    assert sent_by(chain, payer) == 2


@pytest.mark.parametrize(
    "text", ["0x12", "northgate", "0x" + "g" * 40, "0x52908400098527886E0F7030069857D2E4169Ee7"]
)
def test_a_network_account_with_a_wrong_digit_is_refused(deploy, chain, payer, text):
    assert deploy("registry", **{"network-account": text}).refused("deploy.bad-address")
    assert sent_by(chain, payer) == 0
    right = "0x52908400098527886E0F7030069857D2E4169EE7"
    assert deploy("registry", **{"network-account": right}).code == 0


def test_another_chain_is_refused_before_anything_is_signed(deploy, chain, payer, tmp_path):
    assert deploy("anchor", **{"chain-id": 1}).refused("chain.wrong-chain")
    assert sent_by(chain, payer) == 0
    assert not list((tmp_path / "out").glob("*"))


def test_an_account_that_cannot_pay_is_refused_before_anything_is_signed(deploy, chain, payer):
    chain.fund(payer, 1000)
    assert deploy("anchor").refused("anchoring.low-balance")
    assert sent_by(chain, payer) == 0
    chain.fund(payer, ETHER)
    assert deploy("anchor").code == 0


def test_a_node_that_is_down_is_a_clear_error(deploy, chain, payer):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert deploy("anchor", rpc=f"http://127.0.0.1:{port}").refused("chain.unreachable")
    assert deploy("anchor").code == 0


def test_a_node_that_answers_nonsense_is_a_clear_error_without_the_urls_secret(deploy):
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    with node_that(lambda peer: peer.sendall(page)) as url:
        said = deploy("anchor", rpc=f"{url}/v3/SECRETKEY")
    assert said.refused("chain.bad-answer")
    assert "SECRETKEY" not in said.out + said.err


def test_plain_http_to_another_machine_is_refused(deploy):
    assert deploy("anchor", rpc="http://node.example/").refused("deploy.bad-rpc-url")


def test_a_wrong_passphrase_leaves_nothing_behind(deploy, chain, payer, monkeypatch, tmp_path):
    monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", "another horse battery")
    said = deploy("anchor")
    assert said.refused("anchoring.wrong-passphrase")
    assert "another horse" not in said.err
    assert sent_by(chain, payer) == 0
    assert list((tmp_path / "out").glob("*.pending")) == []


def test_without_an_issuer_everything_has_to_be_said(issuer, keystore):
    said = issuer("deploy", "anchor", "--keystore", keystore)
    assert said.refused("deploy.incomplete")
    assert "--rpc, --chain-id" in said.err
    assert "--keystore" not in said.err


def test_an_address_that_has_lost_its_code_is_not_deployed_over(deploy, chain, payer):
    entry = deploy("anchor").json["deployment"]
    code = chain.rpc("eth_getCode", entry["address"], "latest")
    chain.rpc("anvil_setCode", entry["address"], "0x")
    said = deploy("anchor")
    assert said.refused("deploy.not-there")
    assert entry["address"] in said.err
    chain.rpc("anvil_setCode", entry["address"], "0x6001")
    assert deploy("anchor").refused("deploy.not-there")
    assert sent_by(chain, payer) == 1
    chain.rpc("anvil_setCode", entry["address"], code)
    assert deploy("anchor").json["was_there"]


def test_a_run_that_is_cut_off_goes_on_with_the_same_transaction(
    deploy, chain, payer, tmp_path, monkeypatch
):
    monkeypatch.setattr("issuer.commands.deploying.TIMEOUT_S", 0.1)
    with no_mining(chain):
        assert deploy("anchor").refused("anchoring.not-confirmed")
        [pending] = (tmp_path / "out").glob("*.pending")
        begun = json.loads(pending.read_text())["attempts"][0]["transaction"]
        assert deploy("anchor").refused("anchoring.not-confirmed")
    said = deploy("anchor")
    assert said.json["deployment"]["transaction"] == begun
    assert sent_by(chain, payer) == 1
    assert not pending.exists()


def test_a_run_that_died_before_sending_sends_what_it_had_signed(
    deploy, chain, payer, tmp_path, monkeypatch
):
    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415

    def dies(*_arguments) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(EthereumClient, "send_raw", dies)
        assert deploy("anchor").code != 0
    [pending] = (tmp_path / "out").glob("*.pending")
    assert pending.stat().st_mode & 0o777 == 0o600
    assert sent_by(chain, payer) == 0
    signed = json.loads(pending.read_text())["attempts"][0]["transaction"]
    assert deploy("anchor").json["deployment"]["transaction"] == signed
    assert sent_by(chain, payer) == 1


def test_a_fee_that_became_too_low_is_raised_and_there_is_one_contract(
    deploy, chain, payer, tmp_path, monkeypatch
):
    monkeypatch.setattr("issuer.commands.deploying.TIMEOUT_S", 0.1)
    with no_mining(chain):
        deploy("anchor")
        [pending] = (tmp_path / "out").glob("*.pending")
        [first] = json.loads(pending.read_text())["attempts"]
        chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(10 * first["max_fee_per_gas"]))
        chain.rpc("anvil_mine", "0x1")
        assert chain.rpc("eth_getTransactionReceipt", first["transaction"]) is None
        deploy("anchor")
        attempts = json.loads(pending.read_text())["attempts"]
        assert len(attempts) == 2
        assert attempts[1]["max_fee_per_gas"] > 9 * first["max_fee_per_gas"]
    said = deploy("anchor")
    assert said.json["deployment"]["transaction"] == attempts[1]["transaction"]
    assert said.json["deployment"]["address"] == created_address(payer, 0)
    assert sent_by(chain, payer) == 1


def test_a_number_that_another_transaction_took_is_not_waited_for(
    deploy, chain, payer, monkeypatch, tmp_path
):
    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415

    with monkeypatch.context() as patch:
        patch.setattr(EthereumClient, "send_raw", lambda *_: None)
        patch.setattr("issuer.commands.deploying.TIMEOUT_S", 0.1)
        assert deploy("anchor").refused("anchoring.not-confirmed")
    chain.rpc("anvil_setNonce", payer, "0x1")
    assert deploy("anchor").refused("deploy.overtaken")
    said = deploy("anchor")
    assert said.json["deployment"]["address"] == created_address(payer, 1)


def test_a_deployment_begun_with_other_arguments_is_not_mixed_up(deploy, chain, payer, monkeypatch):
    one, other = created_address(payer, 50), created_address(payer, 51)
    monkeypatch.setattr("issuer.commands.deploying.TIMEOUT_S", 0.1)
    with no_mining(chain):
        assert deploy("registry", **{"network-account": one}).refused("anchoring.not-confirmed")
        assert deploy("registry", **{"network-account": other}).refused("deploy.overtaken")
    assert deploy("registry", **{"network-account": one}).code == 0
    assert deploy("registry", **{"network-account": other}).code == 0


def test_files_that_are_damaged_stop_it_before_anything_is_signed(deploy, chain, payer, tmp_path):
    path = Path(deploy("anchor").json["file"])
    good = path.read_text()
    path.write_text(good[:-20])
    assert deploy("anchor").refused("contract.deployments-damaged")
    path.write_text(good)
    pending = path.with_suffix(".IssuerRegistry.pending")
    pending.write_text("{}")
    network = {"network-account": created_address(payer, 1)}
    assert deploy("registry", **network).refused("deploy.pending-damaged")
    assert sent_by(chain, payer) == 1
    pending.unlink()
    assert deploy("registry", **network).code == 0


def test_a_folder_that_cannot_be_written_stops_it_before_anything_is_signed(
    deploy, chain, payer, tmp_path
):
    (tmp_path / "file").write_text("")
    said = deploy("anchor", **{"write-to": tmp_path / "file" / "out"})
    assert said.refused("deploy.cannot-write")
    assert sent_by(chain, payer) == 0


def test_two_at_once_do_not_deploy_twice(deploy, chain, payer, tmp_path):
    import fcntl  # noqa: PLC0415

    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert deploy("anchor").refused("deploy.busy")
    assert deploy("anchor").code == 0
    assert sent_by(chain, payer) == 1


def test_as_many_confirmations_as_asked_for(deploy, chain, monkeypatch):
    monkeypatch.setattr("issuer.commands.deploying.TIMEOUT_S", 0.1)
    assert deploy("anchor", confirmations=3).refused("anchoring.not-confirmed")
    chain.mine(2)
    assert deploy("anchor", confirmations=3).code == 0


@pytest.fixture
def home(tmp_path, chain):
    """An issuer's home, as far as deploying needs one."""
    made = Settings(
        home=tmp_path / "home",
        name="Northgate",
        base_url="https://northgate.example",
        did="did:web:northgate.example",
        rpc_url=chain.url,
    )
    account = EthereumAccount.create(made.keystore_path, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)
    chain.fund(account.address, ETHER)
    (made.home / "issuer.toml").write_text(made.to_toml())
    engine = db.engine(made.database)
    db.migrate(engine)
    yield made, account.address, engine
    engine.dispose()


def test_in_a_home_nothing_has_to_be_said_and_the_database_owns_the_numbers(issuer, chain, home):
    settings, address, engine = home
    with db.session_scope(engine) as session:
        assert repository.take_nonce(session, CHAIN_ID, address, 0) == 0
    chain.rpc("anvil_setNonce", address, "0x1")  # that one is sent
    said = issuer("--home", settings.home, "deploy", "anchor", "--json")
    assert said.json["deployment"]["address"] == created_address(address, 1)
    assert Path(said.json["file"]).parent == settings.home / "deployments"
    with db.session_scope(engine) as session:
        assert repository.take_nonce(session, CHAIN_ID, address, 0) == 2


def test_a_key_is_in_no_file_that_deploying_writes(deploy, chain, keystore, tmp_path):
    said = deploy("anchor")
    from eth_account import Account  # noqa: PLC0415

    key = Account.decrypt(json.loads(keystore.read_text()), PASSPHRASE).hex().removeprefix("0x")
    written = [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert not any(key.encode() in text or PASSPHRASE.encode() in text for text in written)
    assert key not in said.out + said.err


def test_an_account_is_made_encrypted_and_never_overwritten(issuer, deploy, chain, tmp_path):
    path = tmp_path / "new" / "payer.json"
    said = issuer("deploy", "account", path)
    assert said.code == 0, said.err
    assert path.stat().st_mode & 0o777 == 0o600
    assert PASSPHRASE not in said.out + said.err + path.read_text()
    assert issuer("deploy", "account", path).refused("anchoring.account-exists")
    address = said.out.split()[2]
    assert deploy("anchor", keystore=path).refused("anchoring.low-balance")
    chain.fund(address, ETHER)
    assert deploy("anchor", keystore=path).json["deployment"]["deployer"] == address
