"""Every query about status lists. Never commits."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel, col, select

from issuer.db.among import among
from issuer.status.models import StatusChange, StatusEntry, StatusList


def newest_list(session: Session, issuer: str, purpose: str) -> StatusList | None:
    """The list that new entries go to; locked against other writers until the step ends."""
    query = (
        select(StatusList)
        .where(StatusList.issuer == issuer, StatusList.purpose == purpose)
        .order_by(col(StatusList.id).desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)  # what another process counted meanwhile
    )
    return session.exec(query).first()


def get_list(session: Session, list_id: int) -> StatusList | None:
    """One list by its number."""
    return session.get(StatusList, list_id)


def all_lists(session: Session) -> list[StatusList]:
    """Every list, oldest first."""
    return list(session.exec(select(StatusList).order_by(col(StatusList.id))))


def taken_among(session: Session, list_id: int, positions: Collection[int]) -> set[int]:
    """Which of these places in a list are taken."""
    table = _table(StatusEntry)
    query = select(table.c.position).where(
        table.c.list_id == list_id, among(session, table.c.position, positions)
    )
    return set(session.connection().scalars(query).all())


def set_positions(session: Session, list_id: int) -> list[int]:
    """The places in a list whose bits are set."""
    query = select(StatusEntry.position).where(
        StatusEntry.list_id == list_id, col(StatusEntry.set_at).is_not(None)
    )
    return list(session.exec(query))


def add_entries(session: Session, list_id: int, purpose: str, positions: Mapping[str, int]) -> None:
    """Give places in a list to credentials, in one statement.

    Args:
        session: the step's session.
        list_id: the list's number.
        purpose: the list's purpose.
        positions: credential id to place.
    """
    rows = [
        {
            "list_id": list_id,
            "position": position,
            "credential_id": credential_id,
            "purpose": purpose,
        }
        for credential_id, position in positions.items()
    ]
    session.connection().execute(insert(_table(StatusEntry)), rows)


def places_among(
    session: Session, credential_ids: Sequence[str]
) -> list[tuple[str, str, int, int]]:
    """(credential, purpose, list, place) of each place that the credentials have."""
    table = _table(StatusEntry)
    query = select(table.c.credential_id, table.c.purpose, table.c.list_id, table.c.position)
    rows = (
        session.connection()
        .execute(query.where(among(session, table.c.credential_id, credential_ids)))
        .all()
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def entries_of(session: Session, credential_id: str) -> list[StatusEntry]:
    """The places of one credential, one for each purpose at the most."""
    query = select(StatusEntry).where(StatusEntry.credential_id == credential_id)
    return list(session.exec(query.order_by(col(StatusEntry.purpose))))


def changes_of(session: Session, entry: StatusEntry) -> list[StatusChange]:
    """What happened to one place, oldest first."""
    query = select(StatusChange).where(
        StatusChange.list_id == entry.list_id, StatusChange.position == entry.position
    )
    return list(session.exec(query.order_by(col(StatusChange.id))))


def set_among(session: Session, credential_ids: Sequence[str]) -> set[str]:
    """Which of these credentials, about 1,000 at most, have a bit set in any list."""
    query = select(StatusEntry.credential_id).where(
        col(StatusEntry.credential_id).in_(credential_ids),
        col(StatusEntry.set_at).is_not(None),
    )
    return set(session.exec(query))


def _table(model: type[SQLModel]) -> Table:
    """The table of a model: many rows cost half of what they cost by the model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
