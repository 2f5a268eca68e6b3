"""Every query about demographics. Never commits."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from issuer.db.among import among
from issuer.learners.models import Demographic, Person
from issuer.learners.seen_repository import is_seen


def kept(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """For each of these people of whom something is kept: what, by column."""
    found: dict[UUID, dict[str, str]] = {}
    query = select(col(Demographic.person_id), col(Demographic.name), col(Demographic.value))
    for key, name, value in session.execute(
        query.where(among(session, col(Demographic.person_id), person_ids))
    ):
        found.setdefault(key, {})[name] = value
    return found


def replace(session: Session, said: Mapping[UUID, Mapping[str, str]]) -> None:
    """Keep of each of these people this, and nothing else."""
    old = delete(Demographic).where(among(session, col(Demographic.person_id), said))
    session.execute(old, execution_options={"synchronize_session": False})
    rows = [
        {"person_id": key, "name": name, "value": value}
        for key, values in said.items()
        for name, value in values.items()
    ]
    if rows:
        session.execute(insert(Demographic), rows)


def drop_other_columns(session: Session, names: Iterable[str]) -> None:
    """Delete what was kept in columns that are not wanted any more."""
    others = delete(Demographic).where(col(Demographic.name).not_in(list(names)))
    session.execute(others, execution_options={"synchronize_session": False})


def drop_unseen(session: Session) -> int:
    """Delete what is kept of people whom the file does not have.

    Returns:
        of how many people.
    """
    unseen = col(Demographic.person_id).in_(select(col(Person.id)).where(~is_seen(Person)))
    people = select(func.count(func.distinct(col(Demographic.person_id)))).where(unseen)
    count = session.scalar(people) or 0
    if count:
        session.execute(
            delete(Demographic).where(unseen), execution_options={"synchronize_session": False}
        )
    return count
