"""Fills a school's database with any number of learners and judgments, quickly.

A few learners come in by the front door: imported, with evidence, judged. All others are copies of
them that the database makes of its own rows, with ids, names and evidence of their own: about a
hundred thousand judgments in some seconds, where importing and judging would take many minutes.
"""
# ruff: noqa: S608 - statements are made of the names of our own tables and columns

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.engine import Engine

from issuer.db.engine import CACHE_KIB as USUAL_CACHE_KIB

COPIES_AT_ONCE: Final = 500
CACHE_KIB: Final = 400_000
OWN_IDS: Final = {
    "person": ("id",),
    "evidence": ("id", "learner_id", "origin_id"),
    "judgment": ("id", "learner_id"),
}
"""UUIDs that a copy has of its own, by table; in the order in which rows depend on each other."""
OWN_TEXTS: Final = {"person": ("sourced_id",), "evidence": ("sourced_id",)}
OWN_ID_LISTS: Final = {"judgment": ("evidence_ids", "used_ids")}
NOT_COPIED: Final = {"evidence": ("corrects",), "judgment": ("superseded_by",)}
"""Evidence that others correct is not copied; no copy corrects anything."""
MINTABLE: Final = "mastered AND superseded_by IS NULL AND state = 'decided'"
DIALECTS: Final = {
    # How a copy's number becomes the first eight digits of an id, and of each id of a JSON list.
    "sqlite": {
        "id": "printf('%08x', copy.n) || substr(one.{0}, 9)",
        "text": "one.{0} || '-' || copy.n",
        "list": "(SELECT json_group_array(printf('%08x', copy.n) || substr(value, 9)) "
        "FROM json_each(one.{0}))",
        "named": "SELECT replace(value, '-', '') FROM judgment, json_each(evidence_ids)",
        "copies": "WITH RECURSIVE copy(n) AS (SELECT :first UNION ALL "
        "SELECT n + 1 FROM copy WHERE n < :last) ",
    },
    "postgresql": {
        "id": "CAST(lpad(to_hex(copy.n), 8, '0') || substr(CAST(one.{0} AS text), 9) AS uuid)",
        "text": "one.{0} || '-' || copy.n",
        "list": "(SELECT coalesce(json_agg(lpad(to_hex(copy.n), 8, '0') || substr(value, 9)), "
        "'[]'::json) FROM json_array_elements_text(one.{0}))",
        "named": "SELECT CAST(value AS uuid) FROM judgment, "
        "json_array_elements_text(evidence_ids) AS value",
        "copies": "WITH copy(n) AS "
        "(SELECT generate_series(CAST(:first AS int), CAST(:last AS int))) ",
    },
}


def fill(engine: Engine, judgments: int) -> int:
    """Copy the learners of a database until there are exactly so many judgments to mint.

    Args:
        engine: of a school with at least one judgment of mastery, and none minted.
        judgments: how many mintable judgments there shall be; at least as many as there are.

    Returns:
        how many there are now.
    """
    with engine.connect() as connection, _in_haste(connection), connection.begin():
        _keep_templates(connection)
        first = _mintable(connection)
        copies = -(-(judgments - first) // first)
        for start in range(1, copies + 1, COPIES_AT_ONCE):
            span = {"first": start, "last": min(copies, start + COPIES_AT_ONCE - 1)}
            for table in OWN_IDS:
                connection.execute(text(_copy(connection, table)), span)
        _drop_templates(connection)
        _withhold(connection, _mintable(connection) - judgments)
        return _mintable(connection)


@contextmanager
def _in_haste(connection: Connection) -> Iterator[None]:
    """SQLite with much memory and no care for power cuts: what is made here can be made again."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    for pragma in ("synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
        driver.execute(f"PRAGMA {pragma}")
    yield
    for pragma in ("synchronous = NORMAL", f"cache_size = -{USUAL_CACHE_KIB}"):
        driver.execute(f"PRAGMA {pragma}")


def _keep_templates(connection: Connection) -> None:
    """Put aside what is copied: judgments that can be minted, and what those name."""
    named = DIALECTS[connection.dialect.name]["named"]
    chosen = {
        "person": f"id IN (SELECT learner_id FROM judgment WHERE {MINTABLE})",
        "evidence": f"id IN ({named} WHERE {MINTABLE})",
        "judgment": MINTABLE,
    }
    for table in OWN_IDS:
        rows = f"SELECT * FROM {table} WHERE {chosen[table]}"
        connection.execute(text(f"CREATE TEMPORARY TABLE first_{table} AS {rows}"))


def _drop_templates(connection: Connection) -> None:
    for table in OWN_IDS:
        connection.execute(text(f"DROP TABLE first_{table}"))


def _copy(connection: Connection, table: str) -> str:
    """The statement that adds copies of a table's first rows."""
    dialect = DIALECTS[connection.dialect.name]
    columns = [column["name"] for column in inspect(connection).get_columns(table)]
    values = [_value(table, column, dialect) for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) {dialect['copies']}"
        f"SELECT {', '.join(values)} FROM copy, first_{table} one"
    )


def _value(table: str, column: str, dialect: dict[str, str]) -> str:
    if column in NOT_COPIED.get(table, ()):
        return "NULL"
    kinds = (("id", OWN_IDS), ("text", OWN_TEXTS), ("list", OWN_ID_LISTS))
    for kind, columns in kinds:
        if column in columns.get(table, ()):
            return dialect[kind].format(column)
    return f"one.{column}"


def _mintable(connection: Connection) -> int:
    judgment = Table("judgment", MetaData(), autoload_with=connection)
    query = select(func.count()).select_from(judgment).where(text(MINTABLE))
    return int(connection.execute(query).scalar_one())


def _withhold(connection: Connection, count: int) -> None:
    """Turn so many judgments into proposals, which are not minted."""
    connection.execute(
        text(
            "UPDATE judgment SET state = 'proposed' WHERE id IN "
            f"(SELECT id FROM judgment WHERE {MINTABLE} ORDER BY id DESC LIMIT :count)"
        ),
        {"count": max(count, 0)},
    )
