"""The chain of the audit log: nothing can be changed in it unseen, and nothing falls out of it."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from simulators.databases import migrated
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from issuer import db
from issuer.audit import service as audit
from issuer.audit.chain import head_leaf
from issuer.audit.errors import AuditBroken

NOW = datetime(2026, 6, 10, 12, 0, 0, 123_456, tzinfo=UTC)
ROWS = 6
PER_WRITER = 10
WRITERS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        made = migrated(tmp_path / "touchstone.db")
    else:
        server = request.getfixturevalue("server")
        made = server.migrated()
    yield made
    made.dispose()


@pytest.fixture
def written(engine):
    """The log with some rows."""
    with db.session_scope(engine) as session:
        for number in range(ROWS):
            now = NOW + timedelta(seconds=number)
            audit.record(session, "cli", "thing.done", now=now, subject=uuid.uuid4(), count=number)
    return engine


def verified(engine, anchored=None):
    with db.session_scope(engine, read_only=True) as session:
        return audit.verify(session, anchored)


def tamper(engine, statement):
    """What somebody does who owns the database."""
    drop = {
        "sqlite": ["DROP TRIGGER audit_event_no_UPDATE", "DROP TRIGGER audit_event_no_DELETE"],
        "postgresql": ["DROP TRIGGER audit_event_stays ON audit_event"],
    }
    with engine.begin() as connection:
        for one in [*drop[engine.dialect.name], statement]:
            connection.execute(text(one))


def test_a_log_as_it_was_written_is_verified(written):
    head = verified(written)
    assert head.length == ROWS
    assert verified(written, {ROWS: head.hash}) == head


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET who = 'api:x' WHERE seq = 2", "DELETE FROM audit_event"]
)
def test_the_database_itself_refuses_to_change_it(written, statement):
    with pytest.raises(DBAPIError, match="only added to"), written.begin() as connection:
        connection.execute(text(statement))
    assert verified(written).length == ROWS


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit_event SET who = 'api:x' WHERE seq = 3", 3),
        ("UPDATE audit_event SET details = '{\"count\": 9}' WHERE seq = 4", 4),
        ("UPDATE audit_event SET at = (SELECT at FROM audit_event WHERE seq = 1) WHERE seq = 2", 2),
        ("DELETE FROM audit_event WHERE seq = 5", 5),
        ("DELETE FROM audit_event WHERE seq = 1", 1),
        ("UPDATE audit_event SET hash = previous WHERE seq = 2", 2),
        ("UPDATE audit_event SET previous = hash WHERE seq = 6", 6),
    ],
)
def test_the_first_row_that_was_tampered_with_is_found(written, statement, seq):
    tamper(written, statement)
    with pytest.raises(AuditBroken) as caught:
        verified(written)
    assert caught.value.details["seq"] == seq


def test_an_end_that_was_cut_off_is_found_by_an_anchored_head(written):
    head = verified(written)
    tamper(written, "DELETE FROM audit_event WHERE seq > 4")
    assert verified(written).length == 4
    with pytest.raises(AuditBroken) as caught:
        verified(written, {ROWS: head.hash})
    assert caught.value.details["seq"] == 5


def test_a_log_that_was_written_anew_is_found_by_an_anchored_head(written):
    with pytest.raises(AuditBroken, match="anchored"):
        verified(written, {3: bytes(32)})


def test_what_is_rolled_back_is_not_in_it(written):
    def fail():
        with db.session_scope(written) as session:
            audit.record(session, "cli", "thing.done", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verified(written).length == ROWS


def test_writers_at_once_keep_one_chain(engine):
    def write(number):
        for _ in range(PER_WRITER):
            with db.session_scope(engine) as session:
                audit.record(session, f"writer-{number}", "thing.done", now=NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert verified(engine).length == WRITERS * PER_WRITER


@pytest.mark.parametrize("word", ["Ana Alvarez", "ana@x.example", "é", "a/b"])
def test_what_a_person_wrote_is_refused(engine, word):
    with db.session_scope(engine) as session, pytest.raises(ValueError, match="stable words"):
        audit.record(session, "cli", "thing.done", now=NOW, note=word)


def test_an_id_that_is_no_uuid_is_kept_as_its_digest(engine):
    with db.session_scope(engine) as session:
        plain = uuid.uuid4()
        rows = [
            audit.record(session, "cli", "thing.done", now=NOW, subject=one)
            for one in (f"urn:uuid:{plain}", "https://x.example/ana-alvarez")
        ]
        assert rows[0].subject == str(plain)
        assert rows[1].subject.startswith("sha256:")


def test_a_head_is_bound_with_its_length():
    assert head_leaf(3, bytes(32)) != head_leaf(4, bytes(32))
    assert len(head_leaf(3, bytes(32))) == 32
