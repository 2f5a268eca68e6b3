"""How far minting is, for whoever has a token, and about no person."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from simulators.databases import migrated

from issuer import db
from issuer.app import create_app
from issuer.minting import attempts
from issuer.minting.errors import SelfCheckFailed
from issuer.minting.models import Batch, BatchChunk
from issuer.settings import make
from issuer.vc_api.tokens import TokenFile
from issuer.workflow import slots

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return make(
        {
            "home": tmp_path,
            "name": "Northgate",
            "base_url": "https://northgate.example/school",
            "did": "did:web:northgate.example:school",
        }
    )


@pytest.fixture
def engine(settings):
    made = migrated(settings.home / "touchstone.db")
    yield made
    made.dispose()


@pytest.fixture
def ask(settings, engine):
    """Asks the endpoint, with a token or without."""
    app = create_app(settings, engine=engine, clock=lambda: NOW + timedelta(seconds=10))
    token = TokenFile(settings.home).new("a test", NOW)

    def get(given=token):
        return asyncio.run(request(app, {"Authorization": f"Bearer {given}"} if given else {}))

    return get


async def request(app, headers):
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        return await client.get("/school/minting/progress", headers=headers)


def half_signed(engine):
    """A batch of two thousand, half of it signed."""
    batch = Batch(id=uuid4(), size=2000, chain_id=1, anchor_method="did:x#a", created_at=NOW)
    with db.session_scope(engine) as session:
        session.add(batch)
        session.flush()
        for number in range(4):
            signed = NOW + timedelta(seconds=number + 1) if number < 2 else None
            session.add(
                BatchChunk(
                    batch_id=batch.id, number=number, first=500 * number, size=500, signed_at=signed
                )
            )
        attempts.current(session, batch.id, NOW)
    return batch.id


def test_nothing_to_tell(ask):
    answer = ask()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (answer.json()["batches"], answer.json()["workers"]) == ([], [])


def test_a_batch_under_way_and_a_worker(ask, engine, settings):
    batch_id = half_signed(engine)
    locks = slots.locks_of(engine, settings.home)
    with slots.hold(engine, locks, "lab-1", lambda: NOW):
        told = ask().json()
    assert told["batches"] == [
        {
            "batch": str(batch_id),
            "stage": "signing",
            "done": 1000,
            "total": 2000,
            "signed": 1000,
            "checked": 0,
            "credentials_per_second": 500.0,
            "seconds_left": 2,
            "attempt": 1,
            "attempt_started": "2026-06-12T09:30:00+00:00",
            "problem": None,
        }
    ]
    assert told["workers"] == [{"name": "lab-1", "since": "2026-06-12T09:30:00+00:00"}]


def test_what_ended_an_attempt_is_a_code_and_quotes_nobody(ask, engine):
    batch_id = half_signed(engine)
    with db.session_scope(engine) as session:
        attempts.end(session, batch_id, 1, NOW, SelfCheckFailed("Amina Okafor is refused.", ""))
    answer = ask()
    assert answer.json()["batches"][0]["problem"] == "minting.self-check-failed"
    assert "Amina" not in answer.text


@pytest.mark.parametrize("token", ["", "tsi_not-a-token-of-ours"])
def test_without_a_token_nothing_is_told(ask, engine, token):
    half_signed(engine)
    answer = ask(token)
    assert answer.status_code == 401
    assert "batches" not in answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
