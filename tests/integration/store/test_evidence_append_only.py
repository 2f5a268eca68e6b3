"""Evidence is only ever added: the database refuses to change or delete it, on both databases."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from simulators.databases import migrated
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.competency import service
from issuer.competency.calibration import Period
from issuer.competency.models import Competency, Evidence, Framework
from issuer.db import session_scope
from issuer.learners.models import Person

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
ANA, BO, FRAMEWORK, GOAL = (UUID(int=number) for number in range(1, 5))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Two learners with one piece of evidence each."""
    if request.param == "sqlite":
        engine = migrated(tmp_path / "touchstone.db")
    else:
        engine = request.getfixturevalue("server").migrated()
    with session_scope(engine) as session:
        session.add_all([person(ANA, "ana"), person(BO, "bo")])
        session.add(
            Framework(
                id=FRAMEWORK,
                uri="urn:f",
                title="F",
                creator="S",
                digest=b"",
                imported_at=NOW,
                extra={},
                package_extra={},
            )
        )
        session.flush()
        session.add(
            Competency(
                id=GOAL,
                framework_id=FRAMEWORK,
                uri="urn:c",
                statement="Does.",
                position=0,
                digest=b"",
                extra={},
            )
        )
        session.flush()
        session.add_all([evidence(ANA, "a"), evidence(BO, "b")])
    yield engine
    engine.dispose()


def person(key: UUID, name: str) -> Person:
    return Person(
        id=key, sourced_id=name, given_name=name, family_name=name, status="active", digest=b""
    )


def evidence(learner: UUID, name: str, key: UUID | None = None) -> Evidence:
    key = key or UUID(int=100 + learner.int)
    return Evidence(
        id=key,
        origin_id=key,
        source="file",
        sourced_id=name,
        learner_id=learner,
        competency_id=GOAL,
        kind="quiz",
        assessor_kind="person",
        observed_at=NOW,
        recorded_at=NOW,
        digest=b"",
    )


def through_the_orm(session: Session) -> None:
    row = session.scalars(select(Evidence)).first()
    assert row is not None
    row.note = "changed"


DOORS: list[Callable[[Session], Any]] = [
    lambda session: session.execute(text("UPDATE evidence SET score = '4'")),
    lambda session: session.execute(text("DELETE FROM evidence")),
    lambda session: session.execute(update(Evidence).values(formative=True)),
    lambda session: session.execute(delete(Evidence)),
    through_the_orm,
]


@pytest.mark.parametrize("door", range(len(DOORS)))
def test_no_door_changes_evidence(store: Engine, door: int) -> None:
    with pytest.raises(DatabaseError, match="only ever added"), session_scope(store) as session:
        DOORS[door](session)
    assert kept(store) == {("a", "", None), ("b", "", None)}


def test_a_postgresql_table_is_not_emptied_either(store: Engine) -> None:
    if store.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="only ever added"), session_scope(store) as session:
        session.execute(text("TRUNCATE evidence CASCADE"))
    assert len(kept(store)) == 2


def test_only_a_learner_who_asked_for_it_is_forgotten(store: Engine) -> None:
    with session_scope(store) as session:
        repository.permit_erasure(session, [ANA], NOW)
        repository.permit_erasure(session, [ANA], NOW)
        session.execute(delete(Evidence).where(Evidence.learner_id == ANA))
    assert kept(store) == {("b", "", None)}
    with pytest.raises(DatabaseError, match="only ever added"), session_scope(store) as session:
        session.execute(delete(Evidence).where(Evidence.learner_id == BO))


def kept(engine: Engine) -> set[tuple[Any, ...]]:
    with session_scope(engine, read_only=True) as session:
        return {
            tuple(row)
            for row in session.execute(text("SELECT sourced_id, note, score FROM evidence"))
        }


def test_second_ratings_are_read_alike_on_both(store: Engine) -> None:
    with session_scope(store) as session:
        for number in range(40):
            first = evidence(ANA, f"f{number}", UUID(int=1_000 + number))
            first.assessor_id, first.score = "tea", Decimal(1 + number % 4)
            session.add(first)
            session.flush()
            other = evidence(ANA, f"s{number}", UUID(int=2_000 + number))
            other.assessor_id, other.score = "ted", Decimal(1 + number % 4)
            other.second_rating_of = first.id
            session.add(other)
    with session_scope(store, read_only=True) as session:
        [kappa] = service.kappa_of(session, [GOAL]).values()
        [found] = service.calibration(session, by=Period.TERM)
        listed = {one.sourced_id: one for one in service.listed_evidence(session, learner_id=ANA)}
        taken = repository.learners_of_work(session, "file", "f1")
        ratings = list(repository.ratings(session, [UUID(int=1_000)]))
    assert kappa is not None
    assert (kappa.value, kappa.pairs) == (1, 40)
    assert (found.works, found.agreement.kappa) == (40, kappa)
    assert [listed[name].second_rating_of for name in ("s7", "f7")] == ["f7", ""]
    assert [listed[name].stands for name in ("s7", "a")] == [True, False]
    assert taken == {ANA}
    assert {one.assessor_id for one in ratings} == {"tea", "ted"}
