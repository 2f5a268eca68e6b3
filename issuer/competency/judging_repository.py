"""What judging asks besides the evidence (judging_evidence): columns only, set-wise. Never commits.

A school has millions of these rows. Rows of the models would cost ten times as much as these. Rows
that judging itself reads and writes are as the database has them, identifiers and times included:
see judging_spelling. What other modules ask for has identifiers with hyphens.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Final
from typing import cast as cast_to
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, String, Table, Uuid, cast, select, type_coerce
from sqlmodel import Session, SQLModel

from issuer.competency.judging_spelling import DIGITS, HYPHENS, Spelling, hyphens
from issuer.competency.judgment_rows import JudgmentRow, ObservedRow, Standing
from issuer.competency.models import Evidence, Judgment, JudgmentDecision
from issuer.db import ExactDecimal, UtcDateTime
from issuer.db.among import among

_SQLITE_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLAlchemy writes times into SQLite."""
_IDENTIFIERS: Final = tuple(
    place for place, name in enumerate(JudgmentRow._fields) if name == "id" or name.endswith("_id")
)
_UUIDS: Final = frozenset({"id", "learner_id", "competency_id", "corrects", "scale_id"}) | {
    "proposal_id"
}


Row = tuple[Any, ...]


def spelling_of(session: Session) -> Spelling:
    """How the database of a session spells identifiers."""
    return HYPHENS if is_postgresql(session) else DIGITS


def time_of(session: Session, time: datetime) -> str:
    """A time as the database is told it."""
    return time.isoformat() if is_postgresql(session) else as_kept(time)


def read_standing(session: Session, learners: Sequence[str]) -> Iterator[Standing]:
    """The standing judgments of some learners, identifiers as the database spells them."""
    columns = ", ".join(spelt_as_text(session, name, "judgment") for name in Standing._fields)
    statement = (
        f"SELECT {columns} FROM judgment WHERE "  # noqa: S608 - our own names
        f"judgment.learner_id {_parameter(session)} AND judgment.superseded_by IS NULL"
    )
    return map(Standing._make, ask(session, statement, (_listed(session, learners),)))


def ask(session: Session, statement: str, values: Row = ()) -> list[Row]:
    """What a statement finds: the driver's own rows, which are tuples.

    A wrapped one costs as much as reading it.
    """
    found = session.connection().exec_driver_sql(statement, values)
    rows = found.cursor.fetchall()
    found.close()
    return cast_to("list[Row]", rows)


def spelt_as_text(session: Session, name: str, table: str) -> str:
    """A column in SQL, which PostgreSQL answers with as a text if it is an identifier."""
    column = f"{table}.{name}"
    return f"{column}::text" if name in _UUIDS and is_postgresql(session) else column


def _parameter(session: Session) -> str:
    if is_postgresql(session):
        return "= ANY(CAST(%s AS uuid[]))"
    return "IN (SELECT value FROM json_each(?))"


def _listed(session: Session, keys: Sequence[str]) -> object:
    return list(keys) if is_postgresql(session) else orjson.dumps(keys).decode()


def observed_by_id(session: Session, ids: Iterable[UUID]) -> dict[str, ObservedRow]:
    """Evidence by id, corrected ones too.

    Times are as the database has them: see judgment_rows.moment.
    """
    table = _table(Evidence)
    query = select(*_columns(session, table, ObservedRow._fields)).where(
        among(session, table.c.id, ids)
    )
    return {row.id: row for row in _observed(session, query)}


def _observed(session: Session, query: Any) -> list[ObservedRow]:
    rows = session.connection().execute(query).all()
    if is_postgresql(session):
        return list(map(ObservedRow._make, rows))
    return [
        ObservedRow._make(
            (
                one[0],
                *map(hyphens, one[1:4]),
                one[4] and hyphens(one[4]),
                *one[5:12],
                hyphens(one[12]),
            )
        )
        for one in rows
    ]


def judgments_by_id(session: Session, ids: Iterable[str]) -> dict[str, Standing]:
    """Judgments by id, whether they stand or not."""
    table = _table(Judgment)
    wanted = among(session, table.c.id, map(UUID, ids))
    rows = session.connection().execute(
        select(*_columns(session, table, Standing._fields)).where(wanted)
    )
    return {one.id: one for one in (_with_hyphens(session, row) for row in rows)}


def _with_hyphens(session: Session, row: Any) -> Standing:
    if is_postgresql(session):
        return Standing._make(row)
    return Standing._make(
        (*map(hyphens, row[:3]), *row[3:6], hyphens(row[6]), row[7] and hyphens(row[7]))
    )


def known_judgments(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of the identifiers that are judgments."""
    table = _table(Judgment)
    query = select(table.c.id).where(among(session, table.c.id, map(UUID, ids)))
    return {str(one) for one in session.connection().scalars(query)}


def decided_on(session: Session, proposals: Iterable[str]) -> dict[str, str]:
    """Of some proposals, the judgment that the last decision on each made."""
    table = _table(JudgmentDecision)
    query = (
        select(table.c.proposal_id, table.c.judgment_id)
        .where(among(session, table.c.proposal_id, map(UUID, proposals)))
        .order_by(table.c.decided_at, table.c.id)
    )
    return {str(row[0]): str(row[1]) for row in session.connection().execute(query)}


def add_judgments(session: Session, rows: Sequence[JudgmentRow]) -> None:
    """New judgments, identifiers with hyphens."""
    kept = rows if is_postgresql(session) else list(map(_for_sqlite, rows))
    add_kept_judgments(session, kept)


def add_kept_judgments(session: Session, rows: Sequence[JudgmentRow]) -> None:
    """New judgments, identifiers and times as the database spells them, by the fastest way in."""
    if not rows:
        return
    session.flush()
    if not is_postgresql(session):
        usual = [row[:_SELDOM] for row in rows if row[_SELDOM:] == _NOTHING]
        _insert(session, JudgmentRow._fields[:_SELDOM], usual)
        others = [row[:] for row in rows if row[_SELDOM:] != _NOTHING]
        _insert(session, JudgmentRow._fields, others)
    elif session.connection().dialect.driver == "psycopg":
        _copy(session, rows)
    else:
        typed = [row._replace(mastered=bool(row.mastered)) for row in rows]
        _insert(session, JudgmentRow._fields, typed)


def _copy(session: Session, rows: Sequence[JudgmentRow]) -> None:
    names = ", ".join(JudgmentRow._fields)
    with (
        closing(session.connection().connection.cursor()) as cursor,
        cursor.copy(f"COPY judgment ({names}) FROM STDIN") as copy,
    ):
        copy.write("".join(map(_copied, rows)))


def _insert(session: Session, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Rows that are plain tuples of texts and numbers.

    SQLite's driver asks each None, and each value of a tuple that is more than one, what it is:
    a third of the time that a row takes.
    """
    if not rows:
        return
    connection = session.connection()
    place = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    statement = (
        f"INSERT INTO judgment ({', '.join(names)}) "  # noqa: S608 - our own names
        f"VALUES ({', '.join(place for _ in names)})"
    )
    connection.exec_driver_sql(statement, rows)


_SELDOM: Final = JudgmentRow._fields.index("kappa")
"""From here on few judgments have anything."""
_NOTHING: Final = (None,) * (len(JudgmentRow._fields) - _SELDOM)
_JUDGED_AT: Final = JudgmentRow._fields.index("judged_at")
_NULL: Final = "\x02"
"""Stands for NULL until backslashes are escaped; no column of a judgment holds control characters:
names of rules are slugs, and JSON escapes them."""


def _copied(row: JudgmentRow) -> str:
    """A row in the text format of COPY (PostgreSQL's manual, COPY, File Formats)."""
    line = "\t".join([_NULL if one is None else str(one) for one in row])
    if "\\" in line:
        line = line.replace("\\", "\\\\")
    return line.replace(_NULL, "\\N") + "\n"


def _for_sqlite(row: JudgmentRow) -> JudgmentRow:
    values: list[Any] = list(row)
    for place in _IDENTIFIERS:
        if values[place] is not None:
            values[place] = values[place].replace("-", "")
    values[_JUDGED_AT] = as_kept(values[_JUDGED_AT])
    return JudgmentRow._make(values)


def as_kept(time: datetime) -> str:
    """A time as SQLite has it: in UTC, and in this form later is greater."""
    return time.astimezone(UTC).strftime(_SQLITE_TIME)


def _columns(session: Session, table: Table, names: Iterable[str]) -> list[ColumnElement[Any]]:
    texts = is_postgresql(session)
    return [_plain(table.c[name], texts=texts) for name in names]


def _plain(column: ColumnElement[Any], *, texts: bool) -> ColumnElement[Any]:
    """A column as the database has it; PostgreSQL spells UUIDs faster than Python does."""
    if isinstance(column.type, Uuid):
        return cast(column, String) if texts else type_coerce(column, String)
    if isinstance(column.type, ExactDecimal) or (
        isinstance(column.type, UtcDateTime) and not texts
    ):
        return type_coerce(column, String)
    return column


def is_postgresql(session: Session) -> bool:
    """True on PostgreSQL, False on SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def _table(model: type[SQLModel]) -> Table:
    """The table of a model; rows asked of it cost half of those asked of the model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
