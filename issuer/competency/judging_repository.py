"""Every query of judging: columns only, set-wise, identifiers as texts. Never commits.

A school has millions of these rows. Rows of the models would cost ten times as much as these.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, Table, Uuid, cast, exists, select, type_coerce
from sqlmodel import Session, SQLModel

from issuer.competency.judgment_rows import JudgmentRow, ObservedRow, Standing
from issuer.competency.models import Evidence, Judgment, JudgmentDecision
from issuer.db import ExactDecimal, UtcDateTime
from issuer.db.among import among

_SQLITE_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLAlchemy writes times into SQLite."""
_IDENTIFIERS: Final = tuple(
    place
    for place, name in enumerate(JudgmentRow._fields)
    if name == "id" or name.endswith("_id") or name == "superseded_by"
)


def observed(session: Session, learner_ids: Iterable[UUID]) -> list[ObservedRow]:
    """The evidence of some learners that has not been corrected, and is no withdrawal.

    Times are as the database has them: see judgment_rows.moment.
    """
    table = _table(Evidence)
    later = table.alias()
    query = select(*_columns(session, table, ObservedRow._fields)).where(
        among(session, table.c.learner_id, learner_ids),
        table.c.score.is_not(None),
        ~exists().where(later.c.corrects == table.c.id),
    )
    return _observed(session, query)


def observed_by_id(session: Session, ids: Iterable[UUID]) -> dict[str, ObservedRow]:
    """Evidence by id, corrected ones too."""
    table = _table(Evidence)
    query = select(*_columns(session, table, ObservedRow._fields)).where(
        among(session, table.c.id, ids)
    )
    return {row.id: row for row in _observed(session, query)}


def _observed(session: Session, query: Any) -> list[ObservedRow]:
    rows = session.connection().execute(query).all()
    if _is_postgresql(session):
        return list(map(ObservedRow._make, rows))
    seen: dict[str, str] = {}
    return [
        ObservedRow._make(
            (
                one[0],
                _hyphens(one[1]),
                _known(seen, one[2]),
                _known(seen, one[3]),
                one[4] and _hyphens(one[4]),
                *one[5:12],
                _hyphens(one[12]),
            )
        )
        for one in rows
    ]


def _known(seen: dict[str, str], digits: str) -> str:
    found = seen.get(digits)
    if found is None:
        found = seen[digits] = _hyphens(digits)
    return found


def _hyphens(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def standing(session: Session, learner_ids: Iterable[UUID]) -> Iterator[Standing]:
    """The standing judgments of some learners."""
    table = _table(Judgment)
    among_them = among(session, table.c.learner_id, learner_ids)
    return _standing(session, among_them, table.c.superseded_by.is_(None))


def judgments_by_id(session: Session, ids: Iterable[str]) -> dict[str, Standing]:
    """Judgments by id, whether they stand or not."""
    table = _table(Judgment)
    wanted = among(session, table.c.id, map(UUID, ids))
    return {one.id: one for one in _standing(session, wanted)}


def _standing(session: Session, *terms: ColumnElement[bool]) -> Iterator[Standing]:
    table = _table(Judgment)
    query = select(*_columns(session, table, Standing._fields)).where(*terms)
    rows = session.connection().execute(query).all()
    if _is_postgresql(session):
        return map(Standing._make, rows)
    return (
        Standing._make(
            (*map(_hyphens, one[:3]), *one[3:6], _hyphens(one[6]), one[7] and _hyphens(one[7]))
        )
        for one in rows
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
    """New judgments, by the fastest way into the database."""
    if not rows:
        return
    session.flush()
    names = ", ".join(JudgmentRow._fields)
    connection = session.connection()
    if _is_postgresql(session) and connection.dialect.driver == "psycopg":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY judgment ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.close()
        return
    places = ", ".join("?" if connection.dialect.paramstyle == "qmark" else "%s" for _ in rows[0])
    statement = f"INSERT INTO judgment ({names}) VALUES ({places})"  # noqa: S608 - our own names
    values = rows if _is_postgresql(session) else list(map(_for_sqlite, rows))
    connection.exec_driver_sql(statement, values)


_JUDGED_AT: Final = JudgmentRow._fields.index("judged_at")


def _for_sqlite(row: JudgmentRow) -> tuple[Any, ...]:
    values: list[Any] = list(row)
    for place in _IDENTIFIERS:
        if values[place] is not None:
            values[place] = values[place].replace("-", "")
    values[_JUDGED_AT] = as_kept(row.judged_at)
    return tuple(values)


def as_kept(time: datetime) -> str:
    """A time in UTC as SQLite has it: in this form, later is greater."""
    return time.strftime(_SQLITE_TIME)


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


by_age = itemgetter(0, 1)
"""Orders ObservedRows: by time, then by identifier."""
