"""`issuer registry …`: a network accredits, revokes and hands over, on a real node."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.artifacts import credential_anchor, issuer_registry
from contracts.local_chain import CHAIN_ID
from contracts.words import checksum_address, word_of_address
from issuer.anchoring.account import EthereumAccount
from issuer.cli import run

PASSPHRASE = "correct horse battery"
DID = "did:web:northgate.example"
ANCHOR = "0x52908400098527886E0F7030069857D2E4169EE7"
OTHER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
NOBODY = "0x" + "00" * 20


@dataclass
class Said:
    code: int
    out: str
    err: str

    def refused(self, code: str) -> bool:
        return self.code == 1 and f"error[{code}]" in self.err


class Network:
    """A registry, the keystores of its network and of a stranger, and the commands."""

    def __init__(self, chain, folder, capfd, receipt_of, new_sender) -> None:
        self.chain, self.folder, self._capfd = chain, folder, capfd
        self._receipt_of, self._new_sender = receipt_of, new_sender
        self.account, self.stranger = self.keystore("network"), self.keystore("stranger")
        creation = issuer_registry().bytecode + word_of_address(self.address(self.account))
        self.registry = self.deploy(creation)

    def keystore(self, name):
        path = self.folder / f"{name}.json"
        account = EthereumAccount.create(path, PASSPHRASE, scrypt_n=2**10)
        self.chain.fund(account.address, 10**18)
        return path

    def address(self, keystore) -> str:
        text = json.loads(keystore.read_text())["address"].removeprefix("0x")
        return checksum_address("0x" + text)

    def deploy(self, code: bytes) -> str:
        creation = {"from": self._new_sender(), "data": "0x" + code.hex(), "gas": hex(3_000_000)}
        sent = self.chain.rpc("eth_sendTransaction", creation)
        return checksum_address(self._receipt_of(sent)["contractAddress"])

    def run(self, *words: object, keystore=None, registry=None, reads=False) -> Said:
        options = ["--rpc", self.chain.url, "--chain-id", CHAIN_ID]
        options += ["--registry", registry or self.registry]
        options += [] if reads else ["--keystore", keystore or self.account]
        self._capfd.readouterr()
        code = run([str(word) for word in ("registry", *words, *options)])
        return Said(code, *self._capfd.readouterr())

    def rows(self, did=DID, *more) -> list[dict]:
        said = self.run("show", did, "--json", *more, reads=True)
        assert said.code == 0, said.err
        return json.loads(said.out)

    def sent(self) -> int:
        asked = self.address(self.account)
        return int(self.chain.rpc("eth_getTransactionCount", asked, "latest"), 16)


@pytest.fixture
def network(chain, tmp_path, capfd, receipt_of, new_sender, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("TOUCHSTONE_RPC_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return Network(chain, tmp_path, capfd, receipt_of, new_sender)


def test_an_issuer_is_accredited_shown_and_revoked(network):
    assert network.rows() == []
    said = network.run("accredit", DID, ANCHOR, "--until", "2090-07-01")
    assert said.code == 0, said.err
    [row] = network.rows(DID, "--at", "2080-01-01")
    assert (row["account"], row["accredited"]) == (ANCHOR, True)
    assert (row["until"], row["revoked"], row["reason"]) == ("2090-07-01T00:00:00Z", None, None)
    assert not network.rows(DID, "--at", "2090-07-01")[0]["accredited"]
    assert not network.rows(DID, "--at", "2020-01-01")[0]["accredited"]
    assert network.rows("did:web:southgate.example") == []
    assert network.run("revoke", DID, "--reason", "closed").code == 0
    [row] = network.rows(DID, "--at", "2080-01-01")
    assert (row["accredited"], row["reason"]) == (False, "closed")


def test_the_same_again_is_not_sent_again_and_a_renewal_is(network):
    for _ in range(2):
        assert network.run("accredit", DID, ANCHOR, "--until", "2090-07-01").code == 0
    assert network.sent() == 1
    assert network.run("accredit", DID, ANCHOR, "--until", "2091-07-01").code == 0
    assert network.sent() == 2
    assert len(network.rows()) == 2


def test_the_chains_clock_counts_not_ours(network):
    network.chain.rpc("evm_increaseTime", 7200)
    network.run("accredit", DID, ANCHOR)
    assert network.rows()[0]["accredited"]
    assert not network.rows(DID, "--at", datetime.now(UTC).isoformat())[0]["accredited"]


def test_revoking_an_issuer_revokes_all_its_accounts_and_one_only_that(network):
    for account in (ANCHOR, OTHER):
        network.run("accredit", DID, account)
    assert network.run("revoke", DID, OTHER, "--reason", "lost").code == 0
    assert [row["reason"] for row in network.rows()] == [None, "lost"]
    network.run("accredit", DID, OTHER)
    assert network.run("revoke", DID, "--reason", "closed").code == 0
    assert [row["reason"] for row in network.rows()] == ["closed", "lost", "closed"]
    assert network.run("revoke", DID, "--reason", "closed").refused("registry.not-accredited")


def test_another_account_is_told_before_anything_is_sent(network):
    said = network.run("accredit", DID, ANCHOR, keystore=network.stranger)
    assert said.refused("registry.not-the-network")
    assert network.address(network.account) in said.err
    assert network.rows() == []
    assert network.run("accredit", DID, ANCHOR).code == 0


def test_what_the_contract_would_refuse_is_said_with_its_reason(network):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    said = network.run("accredit", DID, ANCHOR, "--from", yesterday)
    assert said.refused("chain.refused")
    assert "begins in the past" in said.err
    assert network.sent() == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("accredit", "northgate", ANCHOR), "registry.bad-request"),
        (("accredit", DID + "#key-1", ANCHOR), "registry.bad-request"),
        (("accredit", DID, OTHER[:-1] + "8"), "deploy.bad-address"),
        (("accredit", DID, ANCHOR, "--until", "soon"), "registry.bad-request"),
        (("accredit", DID, ANCHOR, "--until", "2090-01-01T00:00:00"), "registry.bad-request"),
        (("revoke", DID, "--reason", "x" * 33), "registry.bad-request"),
        (("revoke", DID, "--reason", ""), "registry.bad-request"),
    ],
)
def test_what_cannot_be_meant_is_refused(network, words, code):
    assert network.run(*words).refused(code)
    assert network.sent() == 0


def test_another_contract_or_none_is_no_registry(network):
    anchor = network.deploy(credential_anchor().bytecode)
    assert network.run("show", DID, registry=anchor, reads=True).refused("contract.other-code")
    assert network.run("show", DID, registry=ANCHOR, reads=True).refused("contract.no-code")
    assert network.run("show", DID, reads=True).code == 0


def test_a_registry_has_to_be_named(network, capfd):
    options = ["--rpc", network.chain.url, "--chain-id", str(CHAIN_ID)]
    assert run(["registry", "show", DID, *options]) == 1
    assert "error[registry.unknown]" in capfd.readouterr().err


def test_the_registry_is_handed_over_in_two_steps(network):
    successor = network.keystore("successor")
    assert network.run("propose", network.address(successor)).code == 0
    stranger = network.run("accept", keystore=network.stranger)
    assert stranger.refused("registry.not-the-network")
    assert network.run("accredit", DID, ANCHOR).code == 0
    assert network.run("accept", keystore=successor).code == 0
    assert network.run("accredit", DID, OTHER).refused("registry.not-the-network")
    assert network.run("accredit", DID, OTHER, keystore=successor).code == 0
    assert [row["account"] for row in network.rows()] == [ANCHOR, OTHER]


def test_a_proposal_can_be_taken_back(network):
    successor = network.keystore("successor")
    network.run("propose", network.address(successor))
    assert network.run("propose", NOBODY).code == 0
    assert network.run("accept", keystore=successor).refused("registry.not-the-network")
