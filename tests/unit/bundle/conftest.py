"""A school whose roots are anchored on a real chain, and readers who ask nobody."""

import hashlib
import json
import socket
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from eth_utils.address import to_checksum_address
from simulators import school as simulated

from contracts.local_chain import CHAIN_ID, LocalChain
from credentials.canonical import without_proof
from credentials.proofs import data_integrity, eddsa_jcs_2022
from credentials.proofs.unsecured import Unsecured, canonical_json
from issuer.anchoring import service as anchoring
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.confirmation import await_receipt
from issuer.anchoring.contract import transaction
from issuer.anchoring.ethereum import EthereumClient
from issuer.bundle.chain_proofs import SentAnchor, prove
from issuer.bundle.service import Material, seal
from issuer.identity.signing import Publisher
from keys.multibase import base64url_encode
from verifier.bundle.checking import Offline, check_bundle
from verifier.bundle.given import Given, TrustedBlock
from verifier.bundle.headers import read_header
from verifier.bundle.reading import parse_bundle
from verifier.policy import decide
from verifier.ports import RecognisedIssuer
from verifier.settings import VerifierSettings

PASSPHRASE = "correct horse battery"
GAS = 200_000


@pytest.fixture(scope="session")
def simulator():
    """tests/simulators/school.py as a module."""
    return simulated


@pytest.fixture(scope="session")
def chain(tmp_path_factory, simulator):
    """A chain on which it is no earlier than in the simulated world."""
    with LocalChain(tmp_path_factory.mktemp("chain"), port=0) as chain:
        newest = chain.rpc("eth_getBlockByNumber", "latest", False)
        if int(newest["timestamp"], 16) < simulator.NOW.timestamp():
            chain.rpc("evm_setNextBlockTimestamp", int(simulator.NOW.timestamp()))
        yield chain


@pytest.fixture(scope="session")
def client(chain):
    with EthereumClient(chain.url, chain_id=CHAIN_ID) as client:
        yield client


@dataclass
class Account:
    """An account that writes roots; it keeps what it sent by hash."""

    chain: LocalChain
    client: EthereumClient
    key: EthereumAccount
    sent: dict = field(default_factory=dict)

    @property
    def address(self):
        return self.key.address.lower()

    def sign(self, to, data):
        """A transaction that is not sent."""
        unsigned = transaction(
            CHAIN_ID,
            self.client.transaction_count(self.key.address),
            to=to and to_checksum_address(to),
            data=data,
            gas=GAS * 10 if to is None else GAS,
            fees=self.client.fees(),
        )
        return self.key.sign(unsigned)

    def send(self, to, data):
        """A mined transaction; its signed bytes and hash."""
        signed = self.sign(to, data)
        self.client.send_raw(signed.raw, signed.tx_hash)
        receipt = await_receipt(self.client, signed.tx_hash, timeout_s=10)
        assert receipt.succeeded
        return signed, receipt

    def write(self, contract, root):
        """Anchor a root; the transaction's hash."""
        signed, _ = self.send(contract, root)
        known = SentAnchor(CHAIN_ID, self.key.address, contract, root, signed.raw)
        self.sent[signed.tx_hash] = known
        return signed.tx_hash


@pytest.fixture(scope="session")
def new_account(chain, client, tmp_path_factory):
    """A function that makes an account with money."""

    def make():
        path = tmp_path_factory.mktemp("account") / "key.json"
        key = EthereumAccount.create(path, PASSPHRASE, scrypt_n=2**10)
        chain.fund(key.address, 10**20)
        return Account(chain, client, key)

    return make


@pytest.fixture(scope="session")
def contract(client, new_account):
    """The network's anchor contract."""
    return anchoring.deploy_contract(client, new_account().key, timeout_s=10).lower()


class Anchored:
    """What a simulated school does besides, if it anchors for real; a part of its class."""

    world_class = new_wallet = network_contract = client = None

    def __init__(self, host="school.example"):
        self.wallet, self.contract = type(self).new_wallet(), self.network_contract
        super().__init__(self.world_class(), host)
        self.account = self.wallet.address
        self.publish()

    def did_document(self):
        document = super().did_document()
        point = self.wallet.key.public_key
        x, y = (base64url_encode(half)[1:] for half in (point[:32], point[32:]))
        jwk = {"kty": "EC", "crv": "secp256k1", "x": x, "y": y}
        entry = {"id": f"{self.did}#ethereum-1", "type": "JsonWebKey", "controller": self.did}
        document["verificationMethod"].append({**entry, "publicKeyJwk": jwk})
        return document

    @property
    def document_text(self):
        """The DID document as it is served, hashed and anchored."""
        return json.dumps(self.did_document(), indent=2)

    @property
    def digest(self):
        return hashlib.sha256(self.document_text.encode()).hexdigest()

    def write(self, root):
        return self.wallet.write(self.contract, root)

    def anchor_document(self, text=None):
        text = self.document_text if text is None else text
        return self.write(hashlib.sha256(text.encode()).digest())

    def bundle(self, credentials, *, texts=None, at=None, block="latest", anchors=None):
        """A bundle of these credentials, at the chain's newest moment or another."""
        pages = self.world.pages
        lists = {it["credentialStatus"]["statusListCredential"] for it in credentials}
        sent = self.wallet.sent.values() if anchors is None else anchors
        material = Material(
            credentials=credentials,
            did_documents=texts or [self.document_text],
            published={url: json.dumps(pages[url]) for url in {f"{self.base}/issuer", *lists}},
            anchors=list(sent),
        )
        proven = prove(material.anchors, self.client, block)
        publisher = Publisher(self.did, self.base, self.method, self.signer)
        made_at = at or self.client.block("latest").time
        return seal(material, [proven.proof], publisher, made_at)

    def sealed_again(self, data, change, signer=None):
        """The bundle changed, and signed anew as the school (or somebody else) would."""
        document = json.loads(data)
        change(document)
        bare = without_proof(document)
        created = data_integrity.parse_date_time_stamp(bare["created"])
        made = data_integrity.options("eddsa-jcs-2022", self.method, created)
        proof = eddsa_jcs_2022.create(Unsecured(bare), made, (signer or self.signer).sign)
        return canonical_json({**bare, "proof": proof})


@pytest.fixture(scope="session")
def new_school(simulator, client, contract, new_account):
    """A function that makes a school which anchors for real."""
    members = {
        "world_class": simulator.World,
        "new_wallet": staticmethod(new_account),
        "network_contract": contract,
        "client": client,
    }
    return type("AnchoredSchool", (Anchored, simulator.School), members)


@dataclass
class Reader:
    """Somebody who checks offline, with what he trusts."""

    given: Given
    trust: object
    now: datetime
    settings: VerifierSettings = field(default_factory=VerifierSettings)

    def check(self, data):
        bundle, document = parse_bundle(data)
        offline = Offline(self.given, self.trust, self.settings)
        report = check_bundle(bundle, document, offline, self.now)
        return report, decide(report, offline.policy)

    def without(self, **members):
        return replace(self, given=replace(self.given, **members))


@pytest.fixture
def reader(simulator, contract):
    """A function that makes a reader who trusts a bundle's block, and knows a school."""

    def make(data, school, *, registry=True, accounts=None, pins=(), days=1):
        blocks = [read_header(bytes.fromhex(it["header"][2:])) for it in json.loads(data)["blocks"]]
        trusted = {it.hash: TrustedBlock(it.hash, CHAIN_ID, it.number) for it in blocks}
        given = Given(trusted, frozenset({(CHAIN_ID, contract)}), frozenset(pins))
        listed = frozenset({school.account} if accounts is None else accounts)
        entry = RecognisedIssuer(school.did, school.name, anchor_accounts=listed)
        trust = simulator.Registry("The network", {school.did: entry}) if registry else None
        return Reader(given, trust, max(it.time for it in blocks) + timedelta(days=days))

    return make


@pytest.fixture
def no_network(monkeypatch):
    """From here on, whoever makes a socket fails."""

    def refuse(*_arguments, **_more):
        raise AssertionError("somebody opened a socket")

    for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture(scope="session")
def school(new_school):
    """A school that anchored its DID document."""
    made = new_school()
    made.anchor_document()
    return made


@pytest.fixture(scope="session")
def data(school):
    """A bundle of three credentials out of two batches; never changed by a test."""
    first = school.issue_batch([school.unsigned(), school.unsigned(code="OT.1.3")])
    second = school.issue_batch([school.unsigned(code="OT.1.4")])
    return school.bundle([*first, *second])


@pytest.fixture
def codes():
    """A function: the codes of all findings of one check, in all records, or the bundle's own."""

    def of(report, check):
        return {finding.code for finding in report.everything() if finding.check == check}

    return of
