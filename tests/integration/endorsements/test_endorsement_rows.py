"""Endorsements as rows: the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from simulators.databases import migrated
from sqlalchemy import Engine

from issuer.db import metadata, session_scope
from issuer.endorsements import service
from issuer.endorsements.errors import EndorsementNotOurs, UnknownEndorsement
from issuer.endorsements.models import ID_BYTES, Kind
from issuer.endorsements.targets import CheckedEndorsement, Target

NOW = datetime(2026, 7, 1, tzinfo=UTC)
BADGE = "https://school.example/achievements/1"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database of either kind."""
    if request.param == "sqlite":
        made = migrated(tmp_path / "touchstone.db")
    else:
        server = request.getfixturevalue("server")
        made = server.migrated()
    yield made
    made.dispose()


def test_models_and_migration_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, metadata)
    assert [it for it in differences if "endorsement" in str(it)] == []


def received(number: int, **members: object) -> CheckedEndorsement:
    known: dict[str, object] = {
        "data": b"\xef\xbb\xbf" + f'{{"n": {number}}}\r\n'.encode(),
        "credential_id": f"urn:uuid:{number:08d}",
        "endorser": "did:web:college.example",
        "comment": "Sound.",
        "official": "",
        "target": Target(Kind.ACHIEVEMENT, BADGE),
        "valid_from": NOW - timedelta(days=1),
        "valid_until": None,
        "names_content": True,
    }
    return CheckedEndorsement(**{**known, **members})  # type: ignore[arg-type]


def test_kept_byte_for_byte_and_once(engine: Engine) -> None:
    first = received(1)
    with session_scope(engine) as session:
        row, is_new = service.take_in(session, first, NOW)
        assert is_new
        assert service.take_in(session, first, NOW) == (row, False)
    with session_scope(engine, read_only=True) as session:
        [found] = service.delivered(session, [BADGE, "did:web:x.example"], NOW)
        assert found.data == first.data
        assert service.embedded([found]) == {"endorsement": [{"n": 1}]}
        assert service.public(session, row.id) == found
        [listed] = service.listing(session)
        assert (listed.direction, listed.withdrawn_at) == ("received", None)


def test_only_what_is_in_force_is_handed_on(engine: Engine) -> None:
    with session_scope(engine) as session:
        service.take_in(session, received(1, valid_until=NOW), NOW)
        service.take_in(session, received(2, valid_from=NOW + timedelta(days=1)), NOW)
        service.take_in(session, received(3, valid_until=NOW + timedelta(days=1)), NOW)
        service.take_in(session, received(4, target=Target(Kind.ISSUER, "did:web:x")), NOW)
    with session_scope(engine, read_only=True) as session:
        assert [it.data for it in service.delivered(session, [BADGE], NOW)] == [received(3).data]
        assert service.delivered(session, [], NOW) == []


def test_of_many_the_newest(engine: Engine) -> None:
    with session_scope(engine) as session:
        for number in range(service.MAX_DELIVERED + 5):
            service.take_in(session, received(number), NOW + timedelta(seconds=number))
    later = NOW + timedelta(days=1)
    with session_scope(engine, read_only=True) as session:
        found = service.delivered(session, [BADGE], later)
        assert [it.data for it in found] == [
            received(number).data for number in range(5, service.MAX_DELIVERED + 5)
        ]


def test_the_longest_ids_are_kept(engine: Engine) -> None:
    longest = "https://school.example/".ljust(ID_BYTES, "x")
    target = Target(Kind.ACHIEVEMENT, longest)
    with session_scope(engine) as session:
        service.take_in(session, received(1, target=target, credential_id=longest), NOW)
        assert len(service.delivered(session, [longest], NOW)) == 1


def test_who_may_withdraw(engine: Engine) -> None:
    with session_scope(engine) as session:
        service.take_in(session, received(1), NOW)
        with pytest.raises(EndorsementNotOurs):
            service.find_given(session, "urn:uuid:00000001")
        for text in ("urn:uuid:9", "", "%", "_"):
            with pytest.raises(UnknownEndorsement):
                service.find_given(session, text)


def test_removed_with_what_they_are_of(engine: Engine) -> None:
    with session_scope(engine) as session:
        service.take_in(session, received(1), NOW)
        assert service.remove_of(session, ["urn:uuid:other"]) == 0
        assert service.remove_of(session, [BADGE]) == 1
        assert service.listing(session) == []
