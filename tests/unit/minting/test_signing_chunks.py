"""A chunk can be signed again, by several at once and in parts: one credential a judgment."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from credentials.canonical import canonicalize
from credentials.errors import StructureInvalid
from credentials.merkle import leaf
from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from issuer.competency.views import MintableJudgment
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.identity.signing import Publisher
from issuer.minting import repository, signing
from issuer.minting.errors import MintedElsewhere
from issuer.minting.models import Achievement, Batch, BatchItem, Credential
from issuer.status.models import StatusEntry
from keys.signers.file import FileSigner

Make = Callable[..., MintableJudgment]
NOW = datetime(2026, 6, 13, 8, tzinfo=UTC)
DID = "did:web:northgate.example"
SIGNER = FileSigner.generate()


@dataclass(frozen=True)
class Known:
    """Judgments that were never stored."""

    judgments: Sequence[MintableJudgment]

    def ids(self, _session: Session) -> Iterator[UUID]:
        return iter([one.judgment_id for one in self.judgments])

    def standing(self, _session: Session, ids: Sequence[UUID]) -> set[UUID]:
        return set(ids)

    def views(self, _session: Session, ids: Sequence[UUID]) -> list[MintableJudgment]:
        known = {one.judgment_id: one for one in self.judgments}
        return [known[one] for one in ids if one in known]


@dataclass(frozen=True)
class Work:
    """What signing works with (issuer.minting.signing.SigningWork)."""

    settings: Any
    publisher: Publisher
    store: Known

    def clock(self) -> datetime:
        return NOW


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_engine(tmp_path / "touchstone.db")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def work(make_judgment: Make) -> Work:
    """Five judgments to sign."""
    settings = SimpleNamespace(
        did=DID,
        name="Northgate",
        base_url="https://northgate.example",
        include_learner_name=True,
        include_assessor_names=False,
        offer_suspension=True,
        status_list_validity=timedelta(days=3),
    )
    publisher = Publisher(DID, settings.base_url, f"{DID}#key-1", SIGNER)
    return Work(settings, publisher, Known([make_judgment() for _ in range(5)]))


@pytest.fixture
def batch(engine: Engine, work: Work) -> Batch:
    """A batch that has reserved them."""
    made = Batch(id=uuid4(), size=5, chain_id=1, anchor_method=f"{DID}#e", created_at=NOW)
    with session_scope(engine) as session:
        session.add(made)
        session.flush()
        for position, judgment in enumerate(work.store.judgments):
            session.add(
                BatchItem(
                    batch_id=made.id,
                    position=position,
                    judgment_id=judgment.judgment_id,
                    credential_id=f"urn:uuid:{uuid4()}",
                )
            )
    return made


def sign(engine: Engine, work: Work, batch: Batch) -> int:
    """The whole chunk in one session."""
    with session_scope(engine) as session:
        items = repository.items(session, batch.id, 0, 1_000)
        return signing.sign_chunk(work, batch, items, session)


def stored(engine: Engine) -> list[tuple[Any, ...]]:
    """All credentials, as they are stored."""
    with session_scope(engine, read_only=True) as session:
        rows = session.exec(select(Credential).order_by(Credential.position)).all()
        return [(row.id, row.position, row.document, row.leaf, row.proof) for row in rows]


def prepared(engine: Engine, work: Work, batch: Batch) -> signing.SignedChunk:
    """A chunk as a process has it just before it stores it."""
    with session_scope(engine) as session:
        items = repository.items(session, batch.id, 0, 1_000)
        places = signing.place_chunk(work, items, session)
    with session_scope(engine, read_only=True) as session:
        return signing.prepare_chunk(work, batch, items, places, session)


def test_each_judgment_gets_one_signed_credential(engine: Engine, work: Work, batch: Batch) -> None:
    assert sign(engine, work, batch) == 5
    rows = stored(engine)
    assert [position for _, position, *_ in rows] == [0, 1, 2, 3, 4]
    for credential_id, _, text, digest, proof in rows:
        document = json.loads(text)
        assert document["id"] == credential_id
        assert digest == leaf(canonicalize(document))
        eddsa_rdfc_2022.verify(Unsecured(document), json.loads(proof), SIGNER.public_key)


def test_signing_again_changes_nothing(engine: Engine, work: Work, batch: Batch) -> None:
    sign(engine, work, batch)
    before = stored(engine)
    assert sign(engine, work, batch) == 0
    assert stored(engine) == before
    with session_scope(engine, read_only=True) as session:
        assert len(session.exec(select(StatusEntry)).all()) == 10
        assert len(session.exec(select(Achievement)).all()) == 1


def test_only_what_is_missing_is_signed(engine: Engine, work: Work, batch: Batch) -> None:
    with session_scope(engine) as session:
        some = repository.items(session, batch.id, 1, 2)
        assert signing.sign_chunk(work, batch, some, session) == 2
    before = stored(engine)
    assert sign(engine, work, batch) == 3
    assert [row for row in stored(engine) if row in before] == before


def test_of_two_that_sign_at_once_the_first_counts(
    engine: Engine, work: Work, batch: Batch
) -> None:
    one, other = prepared(engine, work, batch), prepared(engine, work, batch)
    assert one.credentials[0]["document"] != other.credentials[0]["document"], "another salt"
    with session_scope(engine) as session:
        signing.store_chunk(one, session)
    before = stored(engine)
    with session_scope(engine) as session:
        signing.store_chunk(other, session)
    assert stored(engine) == before


def test_a_chunk_that_was_placed_and_never_signed_keeps_its_places(
    engine: Engine, work: Work, batch: Batch
) -> None:
    first = prepared(engine, work, batch)
    second = prepared(engine, work, batch)
    statuses = [
        [json.loads(row["document"])["credentialStatus"] for row in chunk.credentials]
        for chunk in (first, second)
    ]
    assert statuses[0] == statuses[1]


def test_a_judgment_that_is_gone_is_not_passed_over(
    engine: Engine, work: Work, batch: Batch
) -> None:
    fewer = replace(work, store=Known(work.store.judgments[:4]))
    with pytest.raises(MintedElsewhere):
        sign(engine, fewer, batch)
    assert stored(engine) == []


def test_what_is_no_valid_credential_is_not_signed(
    engine: Engine, work: Work, batch: Batch
) -> None:
    work.settings.base_url = "no address"
    with pytest.raises(StructureInvalid):
        sign(engine, work, batch)
    assert stored(engine) == []


def test_nothing_to_sign_is_nothing_done(engine: Engine, work: Work, batch: Batch) -> None:
    with session_scope(engine) as session:
        assert signing.sign_chunk(work, batch, [], session) == 0
