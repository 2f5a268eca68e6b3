"""What minting reads of judgments: streamed ids, and set-wise views that say what was judged."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from issuer.competency import service
from issuer.competency.models import Judgment
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.db.among import among
from issuer.status.models import StatusList

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


class School:
    """The school of the fixture, with shorthands."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.file = folder / "seen.json"
        self.count = 0

    def judge(self, *scores: object, learner: str = "ana", on: str = "OT.1") -> None:
        """Evidence an hour apart, and what it comes to."""
        entries = []
        for score in scores:
            self.count += 1
            entries.append(
                {
                    "sourcedId": f"e{self.count}",
                    "learnerSourcedId": learner,
                    "competency": on,
                    "kind": "project",
                    "score": score,
                    "observedAt": (FIRST + timedelta(hours=self.count)).isoformat(),
                    "assessorKind": "person",
                }
            )
        self.file.write_text(json.dumps({"evidence": entries}))
        with session_scope(self.engine) as session:
            service.import_evidence(session, self.file, NOW)
            service.judge_all(session, NOW)

    def ids(self) -> list[UUID]:
        with session_scope(self.engine, read_only=True) as session:
            return list(service.mintable_ids(session))

    def views(self, ids: list[UUID]) -> list[MintableJudgment]:
        with session_scope(self.engine, read_only=True) as session:
            return service.mintable_views(session, ids)


@pytest.fixture
def seen(school: Engine, tmp_path: Path) -> School:
    return School(school, tmp_path)


def test_ids_come_in_one_order_and_only_of_mastery_that_stands(seen: School) -> None:
    seen.judge(4, 4, 4, learner="bo")
    seen.judge(4, 4, 4, on="OT.2")
    seen.judge(1, 1, 1, on="OT.3")
    ids = seen.ids()
    assert len(ids) == 2
    assert seen.ids() == ids
    views = seen.views(ids)
    assert views == sorted(views, key=lambda one: (one.learner_id.hex, one.competency.id.hex))


def test_views_come_in_the_order_asked_for_and_unknown_ones_are_left_out(seen: School) -> None:
    seen.judge(4, 4, 4, learner="bo")
    seen.judge(4, 4, 4)
    one, other = seen.ids()
    found = seen.views([other, uuid4(), one])
    assert [view.judgment_id for view in found] == [other, one]
    assert seen.views([]) == []


def test_a_view_says_what_was_judged(seen: School) -> None:
    seen.judge(3, 3.25, 4)
    [view] = seen.views(seen.ids())
    assert view.learner_sourced_id == "ana"
    assert [one.points for one in view.evidence] == [Decimal(3), Decimal("3.25"), Decimal(4)]
    assert [one.observed_at for one in view.evidence] == [
        FIRST + timedelta(hours=hour) for hour in (1, 2, 3)
    ]
    assert [UUID(one.id).version for one in view.evidence] == [5, 5, 5]
    assert view.evidence[-1].used
    assert not any(one.formative for one in view.evidence)
    assert view.level in view.levels
    assert view.required_level.points <= view.level.points
    assert view.reasons


def test_a_judgment_that_was_superseded_after_it_was_reserved_can_still_be_read(
    seen: School,
) -> None:
    seen.judge(4, 4, 4)
    [before] = seen.ids()
    seen.judge(1, 1, 1)
    assert seen.ids() == []
    assert [view.judgment_id for view in seen.views([before])] == [before]
    with session_scope(seen.engine, read_only=True) as session:
        assert service.standing_ids(session, [before]) == set()


def test_what_judgments_share_is_the_same_object(seen: School) -> None:
    seen.judge(4, 4, 4, learner="bo")
    seen.judge(4, 4, 4)
    one, other = seen.views(seen.ids())
    assert one.competency is other.competency
    assert one.levels is other.levels
    assert one.rule is other.rule


@pytest.fixture
def queries(seen: School) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(seen.engine, "before_cursor_execute", note)
    yield asked
    event.remove(seen.engine, "before_cursor_execute", note)


def test_reading_more_judgments_asks_no_more_questions(seen: School, queries: list[str]) -> None:
    seen.judge(4, 4, 4)
    few = seen.ids()
    seen.judge(4, 4, 4, on="OT.2")
    seen.judge(4, 4, 4, on="OT.3", learner="bo")
    queries.clear()
    seen.views(few)
    for_one = len(queries)
    many = seen.ids()
    queries.clear()
    assert len(seen.views(many)) == 3
    assert len(queries) == for_one


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


def copies(engine: Engine, count: int) -> None:
    """So many more judgments that stand, like the first."""
    columns = [column.name for column in Judgment.__table__.c]  # type: ignore[attr-defined]
    values = ", ".join("printf('%032x', n)" if name == "id" else name for name in columns)
    with session_scope(engine) as session:
        session.connection().exec_driver_sql(
            "WITH RECURSIVE counted(n) AS "  # noqa: S608 - names of our own columns
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) "
            f"INSERT INTO judgment ({', '.join(columns)}) "
            f"SELECT {values} FROM counted, (SELECT * FROM judgment LIMIT 1)"
        )


def test_reading_some_judgments_costs_as_much_however_many_a_school_has(seen: School) -> None:
    seen.judge(4, 4, 4)
    some = [*seen.ids(), *(UUID(int=number) for number in range(1, 50))]
    copies(seen.engine, 200)

    def standing(session: Session) -> object:
        return service.standing_ids(session, some)

    def views(session: Session) -> object:
        return service.mintable_views(session, some)

    few = [steps(seen.engine, ask) for ask in (standing, views)]
    with session_scope(seen.engine) as session:
        session.connection().exec_driver_sql("DELETE FROM judgment WHERE id < printf('%032x', 201)")
    copies(seen.engine, 10_000)
    many = [steps(seen.engine, ask) for ask in (standing, views)]
    assert all(more <= less * 1.2 + 1 for more, less in zip(many, few, strict=True)), (few, many)
    everything = steps(seen.engine, lambda session: list(service.mintable_ids(session)))
    assert everything > 10 * max(many)  # what is counted does grow with what is read


def test_among_finds_uuids_texts_and_numbers_and_nothing_else(seen: School) -> None:
    seen.judge(4, 4, 4)
    [judgment] = seen.ids()
    with session_scope(seen.engine) as session:
        assert service.standing_ids(session, [judgment, uuid4()]) == {judgment}
        assert service.standing_ids(session, []) == set()
        session.add(StatusList(issuer="did:web:a'b", valid_from=NOW, valid_until=NOW))
        session.flush()
        table = StatusList.__table__  # type: ignore[attr-defined]
        for column, values, found in [
            (table.c.id, [1, 2], 1),
            (table.c.id, [2], 0),
            (table.c.issuer, ["did:web:a'b", "x"], 1),
            (table.c.issuer, ["did:web:a"], 0),
        ]:
            query = table.select().where(among(session, column, values))
            assert len(session.connection().execute(query).all()) == found
        session.connection().execute(text("DELETE FROM status_list"))
