"""Judging in a large school: as many questions, as much work for one learner, the same results."""

import json
import resource
import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import lists, uuids
from simulators.judging_store import NOW, Store
from simulators.postgres import Server
from sqlalchemy import Engine, event, func, select
from sqlmodel import Session

from issuer.competency import judging_evidence, service
from issuer.competency.judging_evidence import corrected_elsewhere, read_evidence
from issuer.competency.judging_repository import read_standing
from issuer.competency.judging_spelling import DIGITS, HYPHENS
from issuer.competency.judgment_rows import JUDGMENTS, SEEN
from issuer.competency.models import Evidence, Judgment
from issuer.db import session_scope
from issuer.db.engine import CACHE_KIB
from issuer.learners.models import Person

TABLES = ("person", "evidence", "judgment")
ANA = "Ana Alvarez"
RULES: list[dict[str, Any]] = [
    {
        "name": "twice",
        "version": 1,
        "method": "n-times",
        "n": 2,
        "threshold": 3,
        "applies_to": {"competencies": ["OT.1"]},
    },
    {
        "name": "recent",
        "version": 1,
        "method": "average",
        "threshold": 2,
        "window_days": 200,
        "exclude_formative": True,
        "decided_by": "both",
        "applies_to": {"competencies": ["OT.2"]},
    },
    {
        "name": "kinds",
        "version": 1,
        "method": "weighted-by-kind",
        "threshold": 2,
        "kind_weights": {"project": 2, "quiz": 1},
        "applies_to": {"competencies": ["OT.3"]},
    },
    {
        "name": "two",
        "version": 1,
        "method": "k-of-members",
        "n": 1,
        "threshold": 1,
        "applies_to": {"competencies": ["OT"]},
    },
]


def fill(store: Store) -> None:
    """Evidence of every sort: corrected, withdrawn, scored twice, of the future, in a range."""
    store.rules(*RULES)
    for learner in ("ana", "bo"):
        store.see(1, 3, 4, learner=learner)
        store.see(3, 4, learner=learner, on="OT.2", formative=True)
        store.see(2, 3.5, learner=learner, on="OT.2")
        store.see(60, learner=learner, on="OT.3", kind="quiz", scoreMin=0, scoreMax=100)
        wrong = store.see(1, learner=learner, on="OT.3")
        store.see(4, learner=learner, on="OT.3", corrects=wrong)
    store.see(None, corrects=store.see(4, on="OT.2"))
    first = store.see(2, on="OT.1", assessorId="tea")
    store.see(4, on="OT.1", assessorId="tom", secondRatingOf=first)
    store.see(1, on="OT.1", observedAt=(NOW + timedelta(days=1)).isoformat())


def all_judgments(engine: Engine) -> set[tuple[object, ...]]:
    """Without identifiers that follow from a person's, which each import makes anew."""
    of_people = {"id", "learner_id", "superseded_by", "members", "proposal_id"}
    names = [name for name in Judgment.model_fields if name not in of_people]
    query = select(Person.sourced_id, Judgment).join(Person, Person.id == Judgment.learner_id)
    with session_scope(engine, read_only=True) as session:
        return {
            (name, *(str(getattr(row, one)) for one in names))
            for name, row in session.execute(query)
        }


def test_judging_again_recomputes_and_corrections_count(store: Store) -> None:
    fill(store)
    report = store.judge()
    assert (report.new, report.unruled) == (8, 0)
    assert store.judge().unchanged == 8
    assert store.all_recompute()
    told = store.explain(competency_code="OT.3", learner_name=ANA)
    assert [one.points for one in told.evidence if one.used] != []


@pytest.fixture
def postgres(server: Server) -> Iterator[Engine]:
    made = server.migrated()
    yield made
    made.dispose()


@pytest.mark.slow
def test_both_databases_make_the_same_judgments(
    store: Store, postgres: Engine, tmp_path: Path
) -> None:
    fill(store)
    store.judge()
    folder = tmp_path / "other"
    folder.mkdir()
    with session_scope(postgres) as session:
        service.import_case(session, tmp_path / "framework.json", NOW)
        service.import_oneroster(session, tmp_path / "roster", NOW)
    other = Store(postgres, folder)
    fill(other)
    with session_scope(postgres) as session:  # times are told in the session's zone
        name = session.connection().exec_driver_sql("SELECT current_database()").scalar_one()
        session.connection().exec_driver_sql(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'")
    postgres.dispose()
    assert other.judge().new == 8
    assert other.judge().unchanged == 8
    assert all_judgments(postgres) == all_judgments(store.engine)
    assert other.all_recompute()


def crowd(engine: Engine, last: int, first: int = 1, tables: Sequence[str] = TABLES) -> None:
    """More learners, of these numbers, each with evidence and judgments like Ana's."""
    names = ("id", "learner_id", "corrects", "second_rating_of")
    own = {name: f"printf('%08x', n) || substr({name}, 9)" for name in names}
    own |= {"origin_id": own["id"], "sourced_id": "sourced_id || '-' || n"}
    with session_scope(engine) as session:
        run = session.connection().exec_driver_sql
        [(ana,)] = run("SELECT id FROM person WHERE sourced_id = 'ana'").all()
        for table in tables:
            columns = [row[1] for row in run(f"PRAGMA table_info({table})")]
            values = ", ".join(own.get(name, name) for name in columns)
            whose = "id" if table == "person" else "learner_id"
            run(
                f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - our names
                f"WITH RECURSIVE copy(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM copy "
                f"WHERE n < {last}) SELECT {values} FROM copy, "
                f"(SELECT * FROM {table} WHERE {whose} = '{ana}')"
            )


def steps(engine: Engine, ask: Callable[[Session], object]) -> int:
    """How much SQLite does for an answer, in hundreds of instructions of its machine."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with session_scope(engine, read_only=True) as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(count, 100)
        ask(session)
        driver.set_progress_handler(None, 100)
    return counted


def test_reading_a_learner_costs_as_much_however_large_the_school_is(store: Store) -> None:
    for on in ("OT.1", "OT.2", "OT.3"):
        store.see(3, 3, 4, on=on)
    store.judge()
    with session_scope(store.engine, read_only=True) as session:
        (learner,) = session.scalars(select(Evidence.learner_id).distinct()).all()
    asked: list[Callable[[Session], object]] = [
        lambda session: list(read_standing(session, [learner.hex])),
        corrected_elsewhere,
    ]
    crowd(store.engine, 20)
    few = [steps(store.engine, ask) for ask in asked]
    with session_scope(store.engine) as session:
        session.connection().exec_driver_sql("DROP TRIGGER evidence_no_delete")
        for table in ("judgment", "evidence", "person"):
            session.connection().exec_driver_sql(
                f"DELETE FROM {table} WHERE id LIKE '000000%'"  # noqa: S608 - our names
            )
    crowd(store.engine, 2_000)
    many = [steps(store.engine, ask) for ask in asked]
    assert all(more <= less * 1.2 + 1 for more, less in zip(many, few, strict=True)), (few, many)
    everything = steps(store.engine, lambda session: session.scalars(select(Evidence.id)).all())
    assert everything > 10 * max(many)  # what is counted does grow with what is read


def statements(engine: Engine, work: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def pieces(engine: Engine) -> int:
    """Of evidence, withdrawals included."""
    with session_scope(engine, read_only=True) as session:
        return session.scalar(select(func.count()).select_from(Evidence)) or 0


def test_a_group_of_learners_is_read_and_written_with_so_many_statements(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    crowd(store.engine, 59)
    in_one = statements(store.engine, store.judge)
    again = statements(store.engine, store.judge)
    monkeypatch.setattr(judging_evidence, "ROWS_AT_ONCE", 62 * 3 // 4)
    in_five = statements(store.engine, store.judge)
    assert in_one <= 40
    # A group's standing judgments are one statement, and its twice rated work is another.
    assert 3 <= in_five - again <= 2 * 5


@pytest.mark.parametrize("at_once", [1, 2, 7, 23, 24, 10_000])
def test_a_learner_is_never_cut_in_two(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    fill(store)
    crowd(store.engine, 5)
    monkeypatch.setattr(judging_evidence, "ROWS_AT_ONCE", at_once)
    with session_scope(store.engine, read_only=True) as session:
        parts = list(read_evidence(session, ["points"], NOW))
    learners = [one for part in parts for one in dict.fromkeys(row[0] for row in part)]
    assert len(learners) == len(set(learners)) == 7
    read = [one for part in parts for row in part for one in row[2].split(",")]
    assert len(read) == len(set(read)) == pieces(store.engine)
    whose = [row[:2] for part in parts for row in part]
    assert whose == sorted(set(whose))


def test_sqlite_walks_the_index_of_judging_and_sorts_nothing(store: Store) -> None:
    fill(store)
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    event.listen(store.engine, "before_cursor_execute", note)
    with session_scope(store.engine, read_only=True) as session:
        list(read_evidence(session, SEEN, NOW))
        event.remove(store.engine, "before_cursor_execute", note)
        (reading,) = [one for one in asked if "GROUP BY" in one]
        run = session.connection().exec_driver_sql
        plan = [row[-1] for row in run(f"EXPLAIN QUERY PLAN {reading}")]
    assert plan == ["SCAN evidence USING COVERING INDEX ix_evidence_judging"]


def test_evidence_is_read_oldest_first_in_whatever_order_it_came(store: Store) -> None:
    days = [9, 2, 30, 4, 4, 17, 1]
    for number, day in enumerate(days):
        store.see(number + 1, observedAt=f"2026-01-{day:02}T00:00:00Z", scoreMin=0, scoreMax=10)
    with session_scope(store.engine, read_only=True) as session:
        (part,) = read_evidence(session, SEEN, NOW)
        query = select(Evidence.id, Evidence.score).order_by(Evidence.observed_at, Evidence.id)
        expected = session.execute(query).all()
    (row,) = part
    assert row[2] == ",".join(one.id.hex for one in expected)
    assert json.loads(row[5]) == [f"{one.score}/0/10" for one in expected]
    assert json.loads(row[-1]) == sorted(f"2026-01-{day:02} 00:00:00.000000" for day in days)


@pytest.mark.parametrize(("learner", "on"), [("ana", "OT.2"), ("bo", "OT.1")])
def test_what_an_entry_elsewhere_corrects_does_not_count(
    store: Store, learner: str, on: str
) -> None:
    wrong, _ = store.see(1), store.see(4)
    better = store.see(3, learner=learner, on=on)
    store.judge()
    assert len(store.explain(competency_code="OT.1", learner_name=ANA).evidence) == 2
    store.change(
        "UPDATE evidence SET corrects = (SELECT id FROM evidence WHERE sourced_id = :wrong)"
        " WHERE sourced_id = :better",
        wrong=wrong,
        better=better,
    )
    store.judge()
    told = store.explain(competency_code="OT.1", learner_name=ANA)
    assert [(one.points, one.why) for one in told.evidence] == [
        (1, "It had been corrected or withdrawn."),
        (4, ""),
    ]
    assert store.all_recompute()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_school(store: Store) -> None:
    for on in ("OT.1", "OT.2", "OT.3"):
        store.see(*range(1, 5), 4, 3, 2, 4, on=on)
    crowd(store.engine, 400, tables=TABLES[:2])
    store.judge()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    crowd(store.engine, 10_000, first=401, tables=TABLES[:2])
    store.judge()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    unit = 1 if sys.platform == "darwin" else 1024
    # SQLite's own cache fills, and it sorts as much at a time; the 230,000 pieces that are read
    # would take as much again.
    assert grown * unit < 2 * (CACHE_KIB << 10) + (48 << 20)


def test_identifiers_are_those_of_the_standard(store: Store) -> None:
    for name in ("", "a", "Ärger\x1f1", "x" * 1_000):
        expected = uuid.uuid5(JUDGMENTS, name)
        assert DIGITS.judgment(name) == expected.hex
        assert HYPHENS.judgment(name) == str(expected)
    some = uuid.uuid4()
    assert DIGITS.text(some.hex) == str(some)
    assert DIGITS.kept(str(some)) == some.hex


@given(lists(lists(uuids(), max_size=3)))
def test_lists_of_identifiers_are_spelt_together(some: list[list[uuid.UUID]]) -> None:
    expected = [json.dumps([str(one) for one in each], separators=(",", ":")) for each in some]
    hyphens = [",".join(map(str, each)) for each in some]
    digits = [one.replace("-", "") for one in hyphens]
    for found in (DIGITS.listings(digits), HYPHENS.listings(hyphens)):
        assert [f'["{one}"]' if one else "[]" for one in found] == expected
