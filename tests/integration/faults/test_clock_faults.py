"""A clock that steps, backwards or forwards, while a school works: nothing lost, nothing twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.competency import service as competency
from issuer.db import engine as make_engine
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.node import open_node
from issuer.minting.service import Mint, mint
from issuer.settings import Settings
from keys.signers import open_signer
from schemas.errors import TouchstoneError

PASSPHRASE = "correct horse battery staple"
DAY = timedelta(days=1)


class Clock:
    """Tells the time of this machine, and steps when it is told to."""

    def __init__(self) -> None:
        self.step = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.step


@contextmanager
def minting(home: Path, clock: Clock, progress: Callable[..., None]) -> Iterator[Mint]:
    """What minting works with, under a clock."""
    settings = Settings.load(home, insecure_loopback=True)
    engine = make_engine(settings.database)
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
    account = EthereumAccount.unlock(settings.keystore_path, PASSPHRASE)
    with (
        open_node(settings) as node,
        EthereumClient(node.url, chain_id=settings.chain_id) as client,
    ):
        yield Mint(
            engine=engine,
            settings=settings,
            publisher=publisher,
            account=account,
            client=client,
            node_url=node.url,
            clock=clock,
            progress=progress,
        )
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_clock_that_steps_while_a_batch_is_under_way(judged: Path, whole: Any, days: int) -> None:
    """It is minted all the same, or it is told why not; with the clock right, it is whole."""
    clock = Clock()

    def step(stage: str, done: int, _total: int) -> None:
        if done > 0 and not clock.step:
            clock.step = days * DAY

    with minting(judged, clock, step) as run:
        try:
            mint(run)
        except TouchstoneError as error:
            assert error.code.partition(".")[0] in {"minting", "anchoring", "status"}  # noqa: PT017
        assert clock.step, "the clock did not step"
    whole(judged)


@pytest.mark.parametrize("days", [-30, 30])
def test_a_status_list_that_a_wrong_clock_dated_is_signed_anew(
    minted: Path, open_site: Any, days: int
) -> None:
    settings = Settings.load(minted, insecure_loopback=True)
    clock = Clock()
    clock.step = days * DAY
    signer = open_signer(settings.signer, PASSPHRASE)
    with open_site(minted, signer=signer, clock=clock) as client:
        wrong = client.get("/status/1").json()
        clock.step = timedelta()
        right = client.get("/status/1").json()
    now = datetime.now(UTC)
    begins, ends = (datetime.fromisoformat(right[name]) for name in ("validFrom", "validUntil"))
    assert begins <= now + timedelta(minutes=5)
    assert ends > now
    if days > 0:  # before, the list that was stored was still good
        assert datetime.fromisoformat(wrong["validFrom"]) > now + 20 * DAY


def test_a_clock_a_little_ahead_is_no_reason_to_sign(minted: Path, open_site: Any) -> None:
    settings = Settings.load(minted, insecure_loopback=True)
    clock = Clock()
    signer = open_signer(settings.signer, PASSPHRASE)
    with open_site(minted, signer=signer, clock=clock) as client:
        first = client.get("/status/1").headers["etag"]
        clock.step = -timedelta(minutes=4)
        assert client.get("/status/1").headers["etag"] == first


@pytest.mark.parametrize("days", [-1, 400])
def test_judging_under_a_wrong_clock_judges_nothing_twice(
    issuer: Callable[..., Any], judged: Path, days: int
) -> None:
    standing = issuer("judgments", "--json", "--home", judged).rows
    engine = make_engine(judged / "touchstone.db")
    with session_scope(engine) as session:
        competency.judge_all(session, datetime.now(UTC) + days * DAY)
    with session_scope(engine) as session:
        competency.judge_all(session, datetime.now(UTC))
    engine.dispose()
    again = issuer("judgments", "--json", "--home", judged).rows
    assert [one["id"] for one in again] == [one["id"] for one in standing]


def test_metrics_do_not_go_below_nothing_when_the_clock_steps_back(
    judged: Path, open_site: Any
) -> None:
    clock = Clock()
    clock.step = -400 * DAY
    with open_site(judged, clock=clock) as client:
        text = client.get("/metrics").text
    assert "touchstone_issuer_oldest_unreleased_batch_age_seconds 0.0" in text
