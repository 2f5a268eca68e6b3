"""A made-up school whose evidence is written straight into its tables, for make bench-judge.

Framework and rules come in by the front door. People and evidence are made here, the same on every
database, in the order in which a school would record them: piece by piece, competency by
competency, so that what belongs to one learner lies scattered over the whole table.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from issuer.competency import service
from issuer.db import session_scope

GOALS: Final = 4
COMPETENCIES: Final = 40
PIECES: Final = 5
CLASS_SIZE: Final = 25
SEED: Final = 20_260_901
BEGIN: Final = datetime(2025, 9, 1, 9, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 30, 12, tzinfo=UTC)
METHODS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "latest", "method": "most-recent", "threshold": 3},
    {"name": "best", "method": "highest", "threshold": 3.5},
    {"name": "fading", "method": "decaying-average", "weight": 0.65, "threshold": 3},
    {"name": "thrice", "method": "n-times", "n": 3, "threshold": 3},
    {
        "name": "by-kind",
        "method": "weighted-by-kind",
        "threshold": 3,
        "kind_weights": {"project": 3, "quiz": 1},
        "other_kinds_weight": 2,
        "decided_by": "both",
    },
)
"""Rules, each of every fifth competency; what the last one gives waits for a person."""
KINDS: Final = ("quiz", "project", "portfolio", "project", "exhibition")
"""Of the first, second … piece of every competency: a whole year group does the same work."""
COLUMNS: Final = (
    *("id", "source", "sourced_id", "learner_id", "competency_id", "kind", "score", "score_min"),
    *("score_max", "level", "formative", "assessor_kind", "assessor_role", "assessor_id"),
    *("observed_at", "artefact_url", "artefact_sha256", "title", "note", "origin_id", "corrects"),
    *("setting", "second_rating_of", "recorded_at", "digest"),
)
ROWS_AT_ONCE: Final = 20_000
MIXTURE: Final = (
    "8 competencies each by most recent, highest, decaying average, 3 times and weighted by kind "
    "(proposed to a person), 4 clusters of 10 (7 of them); rubric scores 1 to 4, in a quarter of "
    "the competencies in halves, in another quarter the first piece a quiz of 20 questions in "
    "per cent; 2 of 5 pieces formative"
)


def guid(name: str) -> str:
    """The identifier of something of the framework."""
    return str(uuid5(NAMESPACE_URL, f"https://bench.example/{name}"))


def competency(number: int) -> str:
    """The code of a competency: number // 10 is its goal."""
    return f"G{number * GOALS // COMPETENCIES}.{number}"


def found(engine: Engine) -> None:
    """Import the framework and let the rules hold."""
    with tempfile.TemporaryDirectory() as folder, session_scope(engine) as session:
        case, rules = Path(folder) / "case.json", Path(folder) / "rules.json"
        case.write_text(json.dumps(_framework()), encoding="utf-8")
        rules.write_text(json.dumps({"rules": _rules()}), encoding="utf-8")
        service.import_case(session, case, BEGIN)
        service.import_rules(session, rules, BEGIN)


def _framework() -> dict[str, Any]:
    goals = {f"G{number}": "D" for number in range(GOALS)}
    leaves = {
        competency(number): competency(number).split(".")[0] for number in range(COMPETENCIES)
    }
    places = goals | leaves
    return {
        "CFDocument": _node("D", title="The year's goals", creator="A school"),
        "CFItems": [
            _node(name, fullStatement=f"Can do {name}.", humanCodingScheme=name) for name in places
        ],
        "CFAssociations": [
            _node(
                f"{name} in {above}",
                associationType="isChildOf",
                originNodeURI=_link(name),
                destinationNodeURI=_link(above),
            )
            for name, above in places.items()
        ],
    }


def _node(name: str, **members: Any) -> dict[str, Any]:
    uri = f"https://bench.example/{guid(name)}"
    base = {"identifier": guid(name), "uri": uri, "lastChangeDateTime": "2025-08-01T00:00:00Z"}
    return base | members


def _link(name: str) -> dict[str, str]:
    node = _node(name)
    return {"title": name, "identifier": node["identifier"], "uri": node["uri"]}


def _rules() -> list[dict[str, Any]]:
    rules = []
    for place, one in enumerate(METHODS):
        of = [competency(number) for number in range(place, COMPETENCIES, len(METHODS))]
        rules.append({"version": 1, **one, "applies_to": {"competencies": of}})
    goals = [f"G{number}" for number in range(GOALS)]
    cluster = {"name": "seven", "version": 1, "method": "k-of-members", "n": 7}
    return [*rules, {**cluster, "threshold": 3, "applies_to": {"competencies": goals}}]


def learner_ids(learners: int) -> list[str]:
    """Identifiers, as 32 digits, in the order of the year group's list."""
    chance = random.Random(SEED)
    return [f"{chance.getrandbits(128):032x}" for _ in range(learners)]


def fill(engine: Engine, learners: int, say: Callable[[str], None]) -> int:
    """People and their evidence; how many pieces there are."""
    with engine.begin() as connection:
        _add_people(connection, learner_ids(learners))
    if engine.dialect.name == "postgresql":
        _fill_postgresql(engine, learners, say)
    else:
        _fill_sqlite(engine, learners, say)
    return learners * COMPETENCIES * PIECES


def _add_people(connection: Connection, ids: list[str]) -> None:
    empty = ("middle_name", "preferred_given_name", "preferred_middle_name", "username", "email")
    empty += ("preferred_family_name", "identifier", "grades", "primary_org_sourced_id")
    rows = [
        {"id": one, "sourced_id": f"learner-{number}", "given_name": "Kim", "digest": bytes(32)}
        | {"family_name": f"Learner {number}", "status": "active", **dict.fromkeys(empty, "")}
        for number, one in enumerate(ids)
    ]
    names = list(rows[0])
    places = ", ".join("CAST(:id AS uuid)" if name == "id" else f":{name}" for name in names)
    if connection.dialect.name != "postgresql":
        places = ", ".join(f":{name}" for name in names)
    statement = f"INSERT INTO person ({', '.join(names)}) VALUES ({places})"  # noqa: S608
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(text(statement), rows[begin : begin + ROWS_AT_ONCE])


def evidence(learners: int) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of COLUMNS; identifiers as 32 digits, times as texts."""
    chance = random.Random(SEED + 1)
    ids = learner_ids(learners)
    ability = [chance.random() for _ in ids]
    for piece in range(PIECES):
        for number in range(COMPETENCIES):
            yield from _assessment(chance, ids, ability, piece, number)


def _assessment(
    chance: random.Random, ids: Sequence[str], ability: Sequence[float], piece: int, number: int
) -> Iterator[tuple[Any, ...]]:
    """What the whole year group did for one piece of one competency."""
    about = guid(competency(number)).replace("-", "")
    day = BEGIN + timedelta(days=piece * 58 + number)
    halves, quiz = number % 4 == 1, number % 4 == 2 and piece == 0
    draw, bits = chance.random, chance.getrandbits
    for place, learner in enumerate(ids):
        share = min(0.999, max(0.0, ability[place] * 0.6 + draw() * 0.35 + piece * 0.06))
        if quiz:
            score, top = str(int(share * 21) * 5), "100"
        else:
            score = _HALVES[int(share * 7)] if halves else _WHOLES[int(share * 4)]
            top = None
        key = f"{bits(128):032x}"
        seen = _time(day, place // CLASS_SIZE % 14)
        yield (
            *(key, "bench", f"{piece}-{number}-{place}", learner, about, KINDS[piece], score),
            *(None if top is None else "0", top, "", piece in {0, 2}, "person", "teacher"),
            *(f"teacher-{place // CLASS_SIZE}", seen, "", "", "", "", key, None, "school", None),
            *(seen, key),
        )


_WHOLES: Final = ("1", "2", "3", "4")
_HALVES: Final = ("1", "1.5", "2", "2.5", "3", "3.5", "4")


def _time(day: datetime, later: int) -> str:
    return (day + timedelta(days=later)).strftime("%Y-%m-%d %H:%M:%S.%f")


def _fill_sqlite(engine: Engine, learners: int, say: Callable[[str], None]) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = -2000000")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    with engine.begin() as connection:
        indexes = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'evidence' "
            "AND sql IS NOT NULL"
        ).all()
        for name, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        driver = connection.connection.cursor()
        statement = f"INSERT INTO evidence ({', '.join(COLUMNS)}) VALUES "  # noqa: S608
        statement += f"({', '.join('?' * len(COLUMNS))})"
        rows = ((*row[:-1], bytes.fromhex(row[-1])) for row in evidence(learners))
        driver.executemany(statement, rows)
        driver.close()
        say("indexes")
        for _, sql in indexes:
            connection.exec_driver_sql(sql)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _fill_postgresql(engine: Engine, learners: int, say: Callable[[str], None]) -> None:
    with engine.begin() as connection:
        again = _without_indexes(connection)
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY evidence ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for part in _copied(learners):
                copy.write(part)
        cursor.close()
        say("indexes")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        for statement in again:
            connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE) evidence")
        connection.exec_driver_sql("VACUUM (ANALYZE) person")


def _copied(learners: int) -> Iterator[str]:
    """The rows as COPY's text; the session's zone is UTC."""
    lines = []
    for row in evidence(learners):
        *cells, digest = row
        cells = ["\\N" if one is None else one for one in cells]
        cells[10] = "t" if cells[10] else "f"
        lines.append("\t".join(cells) + "\t\\\\x" + digest)
        if len(lines) == ROWS_AT_ONCE:
            yield "\n".join([*lines, ""])
            lines = []
    yield "\n".join([*lines, ""])


def _without_indexes(connection: Connection) -> list[str]:
    """Drop what would be kept up row by row; the statements that make it again.

    Foreign keys come back for every row from now on; the rows made here satisfy them.
    """
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    constraints = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE 'evidence'::regclass IN (conrelid, confrelid) "
        "AND contype IN ('f', 'u', 'p') ORDER BY contype"
    ).all()
    for table, name, _, _ in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'evidence'"
    ).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    again = [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {meaning}"
        + (" NOT VALID" if kind == "f" else "")
        for table, name, kind, meaning in reversed(constraints)
    ]
    return [*(meaning for _, meaning in indexes), *again]
