"""The school that the benchmark runs on, what it minted, and our own tasks over that."""

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from cert_issuer_peer import ready_to_issue
from python_peers import prove_batch, pyld_canonicalise
from sqlalchemy.engine import Engine

from credentials.canonical import canonicalize, expanded_quads, without_proof
from credentials.json_types import JsonObject
from credentials.merkle import leaf
from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.data_integrity import options as proof_options
from credentials.proofs.merkle_proof_2019 import Anchor
from credentials.proofs.unsecured import Unsecured
from credentials.rdfc import canonical_nquads
from demo.sample import SampleOptions, generate
from issuer import db
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.commands.founding import Plan, found
from issuer.competency import service as competency
from issuer.identity import service as identity
from issuer.identity.node import open_node
from issuer.identity.signing import Publisher, sign_document
from issuer.minting import service as minting
from issuer.minting import stages
from issuer.minting.delivery import json_text
from issuer.minting.models import CHUNK
from issuer.minting.reservation import reserve
from issuer.minting.run import Mint
from issuer.settings import Settings
from issuer.status import service as status
from issuer.workflow.runner import run_step
from keys.signers.file import FileSigner
from verifier import policy
from verifier.fetch.chain import JsonRpcChains
from verifier.policy import Verdict
from verifier.ports import AnchorTransaction, Ports
from verifier.verify import verify_credential

PASSPHRASE = "a passphrase for figures only"
BASE_URL = "http://localhost:8700"
METHOD = "did:web:school.example#key-1"
CHEAP_SCRYPT = 2
DATA_INTEGRITY_CONTEXT = "https://w3id.org/security/data-integrity/v2"
Task = Callable[[], AbstractContextManager[Callable[[], None]]]
"""Opens one round: makes its inputs, outside the figure, and hands over what is timed."""


@dataclass(frozen=True)
class InMemory:
    """The verifier's ports, answered from memory."""

    documents: Mapping[str, bytes]
    did_document: JsonObject
    transaction: AnchorTransaction

    def resolve(self, did: str) -> JsonObject:
        """The school's DID document; there is no other."""
        assert did == self.did_document["id"]
        return self.did_document

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """A published document."""
        return self.documents[url][:max_bytes]

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """The transaction of the one batch."""
        return self.transaction


@dataclass(frozen=True)
class School:
    """A school that has minted.

    Attributes:
        credentials: with both proofs.
        published: its documents by URL.
        transaction: the batch's, as the chain tells it; ``transaction_hash`` names it.
        database: a copy of its database from just before it minted.
        settings, publisher: what minting works with.
        now: the time of every round.
    """

    credentials: list[JsonObject]
    published: Mapping[str, JsonObject]
    transaction: AnchorTransaction
    transaction_hash: str
    database: Path
    settings: Settings
    publisher: Publisher
    now: datetime

    def tasks(self) -> dict[str, Task]:
        """Our own tasks, by name."""
        return {
            "canonicalise": partial(self._canonicalise, canonicalize),
            "canonicalise, 40 quads": partial(self._canonicalise, canonicalize, of=small_badge),
            "canonicalise, new shape": partial(self._canonicalise, canonicalize_new_shape),
            "sign": self._sign,
            "sign a batch": self._sign_batch,
            "verify": self._verify,
        }

    def python_peers(self) -> dict[str, Task]:
        """What other Python programs do with the same, by name."""
        canonicalise = partial(self._canonicalise, pyld_canonicalise)
        return {
            "pyld canonicalise": canonicalise,
            "pyld canonicalise, 40 quads": partial(canonicalise, of=small_badge),
            "cert-issuer sign": self._cert_issuer,
        }

    @contextmanager
    def _canonicalise(
        self,
        form: Callable[[JsonObject], str],
        of: Callable[[JsonObject], JsonObject] = without_proof,
    ) -> Iterator[Callable[[], None]]:
        bare = [of(credential) for credential in self.credentials]

        def run() -> None:
            for document in bare:
                form(document)

        yield run

    @contextmanager
    def _sign(self) -> Iterator[Callable[[], None]]:
        """Canonicalise and sign, as a wallet or a school without a chain does."""
        bare = [without_proof(credential) for credential in self.credentials]
        signer = FileSigner.generate()

        def run() -> None:
            for document in bare:
                options = proof_options(eddsa_rdfc_2022.CRYPTOSUITE, METHOD, self.now)
                proof = eddsa_rdfc_2022.create(Unsecured(document), options, signer.sign)
                _ = {**document, "proof": proof}

        yield run

    @contextmanager
    def _sign_batch(self) -> Iterator[Callable[[], None]]:
        """Canonicalise, put into a tree, prove."""
        bare = [without_proof(credential) for credential in self.credentials]

        def run() -> None:
            leaves = [leaf(canonicalize(document)) for document in bare]
            prove_batch(bare, leaves, *self.anchoring(), json_text)

        yield run

    @contextmanager
    def _cert_issuer(self) -> Iterator[Callable[[], None]]:
        bare = [without_proof(credential) for credential in self.credentials]
        with ready_to_issue(bare) as issue:
            yield issue

    def anchoring(self) -> tuple[Anchor, JsonObject]:
        anchor = Anchor(self.settings.chain_id, self.transaction_hash)
        return anchor, proof_options("merkle-proof-2019", METHOD, self.now)

    @contextmanager
    def ready_to_mint(self, database: Path) -> Iterator[Mint]:
        """What minting works with, but for the chain, on a fresh copy of a database."""
        copy = self.database.with_name(f"{uuid.uuid4()}.db")
        copy_database(database, copy)
        engine = db.engine(copy)
        nothing = cast("Any", None)
        try:
            yield Mint(
                engine, self.settings, self.publisher, nothing, nothing, "", lambda: self.now
            )
        finally:
            engine.dispose()
            for file in copy.parent.glob(f"{copy.name}*"):
                file.unlink()

    @contextmanager
    def _verify(self) -> Iterator[Callable[[], None]]:
        documents = {url: json.dumps(one).encode() for url, one in self.published.items()}
        did_document = self.published[f"{BASE_URL}/.well-known/did.json"]
        world = InMemory(documents, did_document, self.transaction)
        ports = Ports(clock=lambda: self.now, dids=world, documents=world, chain=world)

        def run() -> None:
            for credential in self.credentials:
                decision = policy.decide(verify_credential(credential, ports), policy.DEFAULT)
                assert decision.verdict is Verdict.VERIFIED, decision.reasons

        yield run

    def for_peers(self, count: int) -> JsonObject:
        """The input of peers.mjs, but for the number of rounds: the first ``count`` credentials."""
        lists = {url: self._for_blockcerts(one) for url, one in self.published.items()}
        anchor = {
            "remoteHash": self.transaction.input.hex(),
            "issuingAddress": self.transaction.sender,
            "time": self.transaction.block_time.isoformat(),
            "revokedAddresses": [],
        }
        return {
            "credentials": self.credentials[:count],
            "documents": dict(self.published),
            "blockcertsDocuments": lists,
            "transactions": {self.transaction_hash.removeprefix("0x"): anchor},
        }

    def _for_blockcerts(self, document: JsonObject) -> JsonObject:
        """A status list in the one form that Blockcerts' verifier reads; others as they are."""
        subject = document.get("credentialSubject", {})
        if "encodedList" not in subject:
            return document
        bits = {**subject, "encodedList": subject["encodedList"].removeprefix("u")}
        contexts = [*document["@context"], DATA_INTEGRITY_CONTEXT]
        bare = {**without_proof(document), "@context": contexts, "credentialSubject": bits}
        return sign_document(bare, self.publisher, self.now)


def small_badge(credential: JsonObject) -> JsonObject:
    """A credential with as much left out that its canonical form has 40 quads."""
    subject = {**credential["credentialSubject"]}
    achievement = {**subject["achievement"]}
    subject.pop("identifier", None)
    achievement.pop("alignment", None)
    described = [
        {**one, "rubricCriterionLevel": one["rubricCriterionLevel"][2:3]}
        for one in achievement["resultDescription"]
    ]
    subject["achievement"] = {**achievement, "resultDescription": described}
    return {
        **without_proof(credential),
        "credentialSubject": subject,
        "evidence": [],
    }


def canonicalize_new_shape(document: JsonObject) -> str:
    """The canonical form as it is made for a document of a shape that was never met before."""
    return canonical_nquads(expanded_quads(document))


def mint_without_chain(run: Mint, expected: int) -> Iterator[UUID]:
    """Reserve, place, read, assemble, check, canonicalise, sign, store, tree: up to the anchor.

    Yields:
        the batch, after each chunk and at the end.
    """
    opening = partial(reserve, settings=run.settings, store=run.store, now=run.clock())
    batch = run_step("reserve", run.engine, opening)
    assert batch is not None
    signed = 0
    for number in range(-(-expected // CHUNK)):
        signed += stages.sign(run, batch, number)
        yield batch
    assert signed == expected == stages.build_tree(run, batch)
    yield batch


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database, its write-ahead log included."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()


def minted_school(directory: Path, learners: int) -> School:
    """Found a school in a directory and walk the road up to its credentials."""
    now = datetime.now(UTC)
    plan = Plan(
        home=directory / "home",
        name="Benchmark School",
        base_url=BASE_URL,
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=CHEAP_SCRYPT,
    )
    settings = found(plan, PASSPHRASE, now - timedelta(minutes=1), lambda _: None)
    engine = db.engine(settings.database)
    import_sample(engine, directory / "sample", learners, now)
    before = directory / "before.db"
    copy_database(settings.home / "touchstone.db", before)
    with db.session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
    transaction_hash, transaction = anchored(engine, settings, publisher)
    with db.session_scope(engine, read_only=True) as session:
        credentials = [minting.deliver(session, one.id) for one in minting.credentials(session)]
        profile = identity.profile(session, settings)
        documents = {
            f"{BASE_URL}/.well-known/did.json": identity.published_did_document(session),
            profile["id"]: profile,
            **{
                status.list_url(BASE_URL, number): json.loads(document)
                for number, document in status.documents(session).items()
            },
        }
    engine.dispose()
    return School(
        credentials=credentials,
        published=documents,
        transaction=transaction,
        transaction_hash=transaction_hash,
        database=before,
        settings=settings,
        publisher=publisher,
        now=datetime.now(UTC),
    )


def import_sample(engine: Engine, sample: Path, learners: int, now: datetime) -> None:
    """Generate a sample, import all of it, and judge."""
    generate(sample, SampleOptions(learners=learners))
    for name, work, path in (
        ("import case", competency.import_case, sample / "framework.json"),
        ("import oneroster", competency.import_oneroster, sample / "oneroster"),
        ("import evidence", competency.import_evidence, sample / "evidence.csv"),
    ):
        run_step(name, engine, lambda session, work=work, path=path: work(session, path, now))
    run_step("judge", engine, lambda session: competency.judge_all(session, now))


def anchored(
    engine: Engine, settings: Settings, publisher: Publisher
) -> tuple[str, AnchorTransaction]:
    """Mint everything, with the chain; the transaction as our verifier reads it."""
    account = EthereumAccount.unlock(settings.keystore_path, PASSPHRASE)
    with (
        open_node(settings) as node,
        EthereumClient(node.url, chain_id=settings.chain_id) as client,
    ):
        clock = partial(datetime.now, UTC)
        run = Mint(engine, settings, publisher, account, client, node.url, clock)
        (batch,) = minting.mint(run)
        reader = JsonRpcChains({settings.chain_id: node.url})
        return batch.transaction, reader.anchor(settings.chain_id, batch.transaction)
