"""Every query of judging: columns only, set-wise. Never commits.

A school has millions of these rows. Rows of the models would cost ten times as much as these. Rows
that judging itself reads and writes are as the database has them, identifiers and times included:
see judging_spelling. What other modules ask for has identifiers with hyphens.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
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

SORTING_MEMORY: Final = "64MB"
"""That PostgreSQL may use to put evidence in order; then it uses its disk."""
ROWS_AT_ONCE: Final = 40_000
"""Pieces of evidence that are in memory together, and what more there is of a learner."""
FIXED: Final = ("learner_id", "competency_id", "id", "unusual", "corrects")
"""The first columns of what ``read_evidence`` reads."""

_SQLITE_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLAlchemy writes times into SQLite."""
_IDENTIFIERS: Final = tuple(
    place
    for place, name in enumerate(JudgmentRow._fields)
    if name == "id" or name.endswith("_id") or name == "superseded_by"
)
_UUIDS: Final = frozenset({"id", "learner_id", "competency_id", "corrects", "scale_id"}) | {
    "proposal_id"
}
Row = tuple[Any, ...]
_Parts = Generator[list[Row], None, None]


def spelling_of(session: Session) -> Spelling:
    """How the database of a session spells identifiers."""
    return HYPHENS if _is_postgresql(session) else DIGITS


def time_of(session: Session, time: datetime) -> str:
    """A time as the database is told it."""
    return time.isoformat() if _is_postgresql(session) else as_kept(time)


def count_learners(session: Session) -> int:
    """How many people there is evidence of.

    Each is looked up once: reading who every piece of evidence is of would take as long as there
    is evidence.
    """
    rows = session.connection().exec_driver_sql(
        "SELECT count(*) FROM person WHERE EXISTS "
        "(SELECT 1 FROM evidence WHERE evidence.learner_id = person.id)"
    )
    return int(rows.scalar_one())


def prepare(session: Session) -> None:
    """Let PostgreSQL sort everything at once, until the transaction ends: see read_evidence."""
    if _is_postgresql(session):
        run = session.connection().exec_driver_sql
        run(f"SET LOCAL work_mem = '{SORTING_MEMORY}'")
        run("SET LOCAL cursor_tuple_fraction = 1")
        run("SET LOCAL enable_incremental_sort = off")


def read_evidence(session: Session, names: Sequence[str], now: datetime) -> _Parts:
    """All evidence, some learners' at a time: one learner's is never cut.

    The database reads its table once from end to end and sorts. Looking the learners up one by one
    would fetch a page for every piece: a year's evidence of one of them lies all over the table.

    Args:
        session: reads only; other statements may run in between.
        names: columns to read after FIXED.
        now: what was observed later is unusual.

    Yields:
        Rows of FIXED and ``names``, by learner and competency, oldest first. ``unusual`` is 2 for
        what scores work that another scored first, 1 for what has not been observed yet, None for
        all else. Withdrawals are among them, and what was corrected by an entry that is read here
        as well.
    """
    spelt = [_spelt(session, name, "evidence") for name in names]
    # A sign before the column keeps SQLite from its index on it, which would do what is said above.
    first = "evidence.learner_id" if _is_postgresql(session) else "+evidence.learner_id"
    statement = (
        f"SELECT {_spelt(session, 'learner_id', 'evidence')}, "  # noqa: S608 - our own names
        f"{_spelt(session, 'competency_id', 'evidence')}, {_spelt(session, 'id', 'evidence')}, "
        "CASE WHEN evidence.second_rating_of IS NOT NULL THEN 2 "
        f"WHEN evidence.observed_at > '{time_of(session, now)}' THEN 1 END, "
        f"{_spelt(session, 'corrects', 'evidence')}, {', '.join(spelt)} FROM evidence "
        "WHERE (evidence.score IS NOT NULL OR evidence.corrects IS NOT NULL) "
        f"ORDER BY {first}, evidence.competency_id, evidence.observed_at, evidence.id"
    )
    return _uncut(_fetched(session, statement))


def _fetched(session: Session, statement: str) -> _Parts:
    """A statement's rows, ROWS_AT_ONCE at a time; only the last part may be shorter."""
    if _is_postgresql(session):
        # Its drivers fetch all there is, unless a cursor of the server is asked.
        run = session.connection().exec_driver_sql
        run(f"DECLARE evidence_in_order NO SCROLL CURSOR FOR {statement}")
        while part := _asked(session, f"FETCH {ROWS_AT_ONCE} FROM evidence_in_order", ()):
            yield part
        run("CLOSE evidence_in_order")
        return
    with closing(session.connection().exec_driver_sql(statement)) as found:
        while part := cast_to("list[Row]", found.cursor.fetchmany(ROWS_AT_ONCE)):
            yield part


def _uncut(parts: Iterable[list[Row]]) -> _Parts:
    """The same rows in parts that end where a learner's do."""
    ahead: list[Row] = []
    for more in parts:
        ahead += more
        end = len(ahead)
        if len(more) == ROWS_AT_ONCE:
            last = ahead[-1][0]
            while end and ahead[end - 1][0] == last:
                end -= 1
        if end:
            yield ahead[:end]
            ahead = ahead[end:]
    if ahead:
        yield ahead


def corrected_by_others(session: Session) -> frozenset[str]:
    """Evidence that was corrected by an entry of another learner, as the database spells it.

    There is hardly any: a result in a roster that was moved to another pupil. It costs a look at
    every correction there is.
    """
    # SQLite takes its index of corrections for a range, but not for "is not null", and it keeps to
    # the order of a cross join.
    corrects = "new.corrects IS NOT NULL" if _is_postgresql(session) else "new.corrects > ''"
    statement = (
        f"SELECT {_spelt(session, 'id', 'old')} FROM evidence AS new "  # noqa: S608 - our own names
        "CROSS JOIN evidence AS old "
        f"WHERE {corrects} AND old.id = new.corrects AND new.learner_id <> old.learner_id"
    )
    return frozenset(row[0] for row in _asked(session, statement, ()))


def read_standing(session: Session, learners: Sequence[str]) -> Iterator[Standing]:
    """The standing judgments of some learners, identifiers as the database spells them."""
    columns = ", ".join(_spelt(session, name, "judgment") for name in Standing._fields)
    statement = (
        f"SELECT {columns} FROM judgment WHERE "  # noqa: S608 - our own names
        f"judgment.learner_id {_parameter(session)} AND judgment.superseded_by IS NULL"
    )
    return map(Standing._make, _asked(session, statement, (_listed(session, learners),)))


def _asked(session: Session, statement: str, values: Row) -> list[Row]:
    """The driver's own rows, which are tuples: a wrapped one costs as much as reading it."""
    found = session.connection().exec_driver_sql(statement, values)
    rows = found.cursor.fetchall()
    found.close()
    return cast_to("list[Row]", rows)


def _spelt(session: Session, name: str, table: str) -> str:
    column = f"{table}.{name}"
    return f"{column}::text" if name in _UUIDS and _is_postgresql(session) else column


def _parameter(session: Session) -> str:
    if _is_postgresql(session):
        return "= ANY(CAST(%s AS uuid[]))"
    return "IN (SELECT value FROM json_each(?))"


def _listed(session: Session, keys: Sequence[str]) -> object:
    return list(keys) if _is_postgresql(session) else orjson.dumps(keys).decode()


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
    if _is_postgresql(session):
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
    if _is_postgresql(session):
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
    kept = rows if _is_postgresql(session) else list(map(_for_sqlite, rows))
    add_kept_judgments(session, kept)


def add_kept_judgments(session: Session, rows: Sequence[JudgmentRow]) -> None:
    """New judgments, identifiers and times as the database spells them, by the fastest way in."""
    if not rows:
        return
    session.flush()
    names = ", ".join(JudgmentRow._fields)
    connection = session.connection()
    if _is_postgresql(session) and connection.dialect.driver == "psycopg":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY judgment ({names}) FROM STDIN") as copy:
            copy.write("".join(map(_copied, rows)))
        cursor.close()
        return
    places = ", ".join("?" if connection.dialect.paramstyle == "qmark" else "%s" for _ in rows[0])
    statement = f"INSERT INTO judgment ({names}) VALUES ({places})"  # noqa: S608 - our own names
    connection.exec_driver_sql(statement, rows)


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
    texts = _is_postgresql(session)
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


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _table(model: type[SQLModel]) -> Table:
    """The table of a model; rows asked of it cost half of those asked of the model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
