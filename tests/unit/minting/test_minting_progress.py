"""Progress comes from rows alone, so it is the same whoever works, and after any crash."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.minting import attempts, progress, work_repository
from issuer.minting.errors import BatchStopped, SelfCheckFailed, SelfCheckUndecided
from issuer.minting.models import Batch, BatchChunk, BatchState

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    made = make_engine(tmp_path / "issuer.db")
    migrate(made)
    yield made
    made.dispose()


def open_batch(engine, sizes, **changes):
    """A batch with chunks of these sizes."""
    batch = Batch(
        id=uuid4(), size=sum(sizes), chain_id=1, anchor_method="did:x#a", created_at=NOW, **changes
    )
    with session_scope(engine) as session:
        session.add(batch)
        session.flush()
        first = 0
        for number, size in enumerate(sizes):
            session.add(BatchChunk(batch_id=batch.id, number=number, first=first, size=size))
            first += size
    return batch.id


def sign(engine, batch_id, seconds):
    """Mark the first chunks as signed, so many seconds after the beginning."""
    with session_scope(engine) as session:
        for number, after in enumerate(seconds):
            chunk = work_repository.lock_chunk(session, batch_id, number)
            chunk.signed_at = NOW + timedelta(seconds=after)


def stand(engine, batch_id, after=10.0):
    with session_scope(engine, read_only=True) as session:
        return progress.of_batch(session, batch_id, NOW + timedelta(seconds=after))


def test_a_batch_that_was_only_reserved(engine):
    found = stand(engine, open_batch(engine, [1000, 1000, 500]))
    assert (found.stage, found.done, found.total, found.attempt) == ("Signing", 0, 2500, 0)
    assert found.rate is found.seconds_left is found.problem is None


def test_rate_and_time_left_of_what_was_signed(engine):
    batch_id = open_batch(engine, [1000] * 5)
    sign(engine, batch_id, [2.0, 4.0, 6.0])
    found = stand(engine, batch_id)
    assert (found.done, found.signed, found.checked) == (3000, 3000, 0)
    assert found.rate == pytest.approx(500.0)
    assert found.seconds_left == pytest.approx(4.0)


def test_what_was_signed_long_ago_says_nothing_about_now(engine):
    """A batch that is taken up again a day later is not slow because of that day."""
    batch_id = open_batch(engine, [1000] * 5)
    sign(engine, batch_id, [2.0, 4.0, 86_400.0, 86_401.0])
    assert stand(engine, batch_id, after=86_402.0).rate == pytest.approx(1000.0)
    assert stand(engine, batch_id, after=90_000.0).rate is None


def test_every_stage_has_its_word(engine):
    batch_id = open_batch(engine, [10])
    words = []
    for state in BatchState:
        with session_scope(engine) as session:
            work_repository.lock_batch(session, batch_id).state = state
        words.append(stand(engine, batch_id).stage)
    assert words == ["Signing", "Signing", "Anchoring", "Checking", "Released"]


def test_no_batch_has_no_progress(engine):
    assert stand(engine, uuid4()) is None
    with session_scope(engine, read_only=True) as session:
        assert progress.unfinished(session, NOW) == []


def test_only_unfinished_batches_are_listed_oldest_first(engine):
    open_batch(engine, [1], state=BatchState.RELEASED)
    batch_id = open_batch(engine, [2])
    with session_scope(engine, read_only=True) as session:
        assert [one.batch_id for one in progress.unfinished(session, NOW)] == [batch_id]


def test_an_attempt_goes_on_until_an_error_ends_it(engine):
    batch_id = open_batch(engine, [10])
    with session_scope(engine) as session:
        assert attempts.current(session, batch_id, NOW) == 1
        assert attempts.current(session, batch_id, NOW) == 1
    error = SelfCheckFailed("It is refused.", "Mend it.")
    with session_scope(engine) as session:
        attempts.end(session, batch_id, 1, NOW, error)
        attempts.end(session, batch_id, 1, NOW, SelfCheckFailed("Later.", ""))
    found = stand(engine, batch_id)
    assert (found.problem, found.sentence) == ("minting.self-check-failed", "It is refused.")
    with session_scope(engine) as session:
        row = work_repository.attempt(session, batch_id)
        assert attempts.error_of(row) is error, "in this process, as it was raised"
        stopped = attempts.error_of(row)
        assert isinstance(stopped, BatchStopped), "in another, in its words"
        assert "It is refused." in stopped.sentence
        assert attempts.current(session, batch_id, NOW) == 2
    assert stand(engine, batch_id).problem is None


def test_a_fault_of_ours_is_noted_without_what_it_says(engine):
    batch_id = open_batch(engine, [10])
    with session_scope(engine) as session:
        number = attempts.current(session, batch_id, NOW)
        attempts.end(session, batch_id, number, NOW, ValueError("Amina Okafor"))
    found = stand(engine, batch_id)
    assert found.problem == "internal.fault"
    assert "ValueError" in found.sentence
    assert "Amina" not in found.sentence


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (SelfCheckFailed("It is refused."), 0),
        (ValueError("a fault of ours"), 0),
        (SelfCheckUndecided("The chain does not answer."), 10),
    ],
)
def test_what_is_checked_anew_after_an_attempt_that_ended(engine, error, kept):
    batch_id = open_batch(engine, [10], state=BatchState.ANCHORED)
    with session_scope(engine) as session:
        attempts.current(session, batch_id, NOW)
        work_repository.lock_chunk(session, batch_id, 0).checked_at = NOW
        attempts.end(session, batch_id, 1, NOW, error)
    assert stand(engine, batch_id).checked == 10
    with session_scope(engine) as session:
        attempts.current(session, batch_id, NOW)
    assert stand(engine, batch_id).checked == kept
