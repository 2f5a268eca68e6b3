"""Every query about groups, and about mastery by group. Never commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, delete, exists, insert, select, text, tuple_, update
from sqlmodel import Session, col

from issuer.competency.models import Competency, Framework
from issuer.db.among import among
from issuer.db.chunks import CHUNK
from issuer.equity.models import LearnerGroup

Key = tuple[UUID, str]


class Slice(NamedTuple):
    """Learners of one group and competency whom it took the same time.

    ``days`` is None for those who have not mastered it, whose count is then in ``learners``.
    """

    competency_id: UUID
    value: str
    days: int | None
    learners: int
    attempts: int


def groups(session: Session, people: Iterable[UUID]) -> dict[Key, str]:
    """The groups of some people, by person and attribute."""
    table: Table = LearnerGroup.__table__  # type: ignore[attr-defined]
    query = select(table.c.person_id, table.c.attribute, table.c.value).where(
        among(session, table.c.person_id, people)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def add(session: Session, rows: Mapping[Key, str]) -> None:
    """Groups that were not there before."""
    if rows:
        session.execute(insert(LearnerGroup), [_row(key, value) for key, value in rows.items()])


def change(session: Session, rows: Mapping[Key, str]) -> None:
    """Other values for groups that are there."""
    if rows:
        session.execute(update(LearnerGroup), [_row(key, value) for key, value in rows.items()])


def remove(session: Session, keys: Sequence[Key]) -> None:
    """Take people out of groups."""
    if keys:
        pair = tuple_(col(LearnerGroup.person_id), col(LearnerGroup.attribute))
        session.execute(delete(LearnerGroup).where(pair.in_(keys)))


def _row(key: Key, value: str) -> dict[str, Any]:
    return {"person_id": key[0], "attribute": key[1], "value": value}


def has_attribute(session: Session, attribute: str) -> bool:
    """Whether anybody has a value under this attribute."""
    found = exists().where(col(LearnerGroup.attribute) == attribute)
    return bool(session.scalar(select(found)))


def attributes(session: Session) -> list[str]:
    """Every attribute that groups were imported for."""
    query = select(col(LearnerGroup.attribute)).distinct().order_by(col(LearnerGroup.attribute))
    return list(session.scalars(query))


_DAYS: Final = {
    "sqlite": "CAST(julianday(won.at) - julianday(tried.first) AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM won.at - tried.first) / 86400) AS INTEGER)",
}
_SLICES: Final = {
    dialect: text(
        f"""
        SELECT tried.competency_id, COALESCE(grouped.value, '') AS value,
               CASE WHEN {days} < 0 THEN 0 ELSE {days} END AS days,
               COUNT(*) AS learners, SUM(tried.attempts) AS attempts
        FROM (
            SELECT learner_id, competency_id, MIN(observed_at) AS first,
                   COUNT(DISTINCT origin_id) AS attempts
            FROM evidence WHERE score IS NOT NULL GROUP BY learner_id, competency_id
        ) AS tried
        LEFT JOIN (
            SELECT learner_id, competency_id, MIN(judged_at) AS at
            FROM judgment WHERE mastered AND state = 'decided' GROUP BY learner_id, competency_id
            HAVING MAX(CASE WHEN superseded_by IS NULL THEN 1 ELSE 0 END) = 1
        ) AS won
            ON won.learner_id = tried.learner_id AND won.competency_id = tried.competency_id
        LEFT JOIN learner_group AS grouped
            ON grouped.person_id = tried.learner_id AND grouped.attribute = :attribute
        GROUP BY 1, 2, 3 ORDER BY 1
        """  # noqa: S608 - ours
    )
    .bindparams(bindparam("attribute"))
    .columns(competency_id=Uuid())
    for dialect, days in _DAYS.items()
}


def slices(session: Session, attribute: str) -> Iterator[Slice]:
    """How long mastery took and how many tries, by competency and group, streamed by competency.

    Of a person and a competency counts whatever evidence there is, and each try once, however often
    it was corrected. Who has no value under the attribute has the value ''.

    Args:
        session: reads only.
        attribute: of the groups; '' for no division.
    """
    query = _SLICES[session.get_bind().dialect.name]
    rows = session.execute(query.execution_options(yield_per=CHUNK), {"attribute": attribute})
    for row in rows:
        yield Slice(row[0], row[1], row[2], row[3], int(row[4]))


def frameworks_of(session: Session) -> dict[UUID, tuple[UUID, str, str]]:
    """For each competency: its framework, its own name, and the framework's title."""
    query = select(
        col(Competency.id),
        col(Framework.id),
        col(Competency.code),
        col(Competency.statement),
        col(Framework.title),
    ).join(Framework, col(Framework.id) == col(Competency.framework_id))
    return {row[0]: (row[1], row[2] or row[3], row[4]) for row in session.execute(query)}
