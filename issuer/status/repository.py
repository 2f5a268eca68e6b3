"""Every query about status lists. Never commits."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert
from sqlmodel import Session, col, select

from issuer.status.models import StatusEntry, StatusList


def newest_list(session: Session) -> StatusList | None:
    """The list that new entries go to; locked against other writers until the step ends."""
    query = select(StatusList).order_by(col(StatusList.id).desc()).limit(1).with_for_update()
    return session.exec(query).first()


def get_list(session: Session, list_id: int) -> StatusList | None:
    """One list by its number."""
    return session.get(StatusList, list_id)


def all_lists(session: Session) -> list[StatusList]:
    """Every list, oldest first."""
    return list(session.exec(select(StatusList).order_by(col(StatusList.id))))


def used_positions(session: Session, list_id: int) -> set[int]:
    """The places in a list that are taken."""
    query = select(StatusEntry.position).where(StatusEntry.list_id == list_id)
    return set(session.exec(query))


def revoked_positions(session: Session, list_id: int) -> list[int]:
    """The places in a list whose credentials are withdrawn."""
    query = select(StatusEntry.position).where(
        StatusEntry.list_id == list_id, col(StatusEntry.revoked_at).is_not(None)
    )
    return list(session.exec(query))


def add_entries(session: Session, list_id: int, places: Mapping[str, int]) -> None:
    """Give places in a list to credentials, in one statement.

    Args:
        session: the step's session.
        list_id: the list's number.
        places: credential id (``urn:uuid:…``) to place.
    """
    rows = [
        {"list_id": list_id, "position": position, "credential_id": credential_id}
        for credential_id, position in places.items()
    ]
    session.execute(insert(StatusEntry), rows)


def entry_of(session: Session, credential_id: str) -> StatusEntry | None:
    """The place of one credential."""
    query = select(StatusEntry).where(StatusEntry.credential_id == credential_id)
    return session.exec(query).first()


def revoked_among(session: Session, credential_ids: Sequence[str]) -> set[str]:
    """Which of these credentials, about 1,000 at most, are withdrawn."""
    query = select(StatusEntry.credential_id).where(
        col(StatusEntry.credential_id).in_(credential_ids),
        col(StatusEntry.revoked_at).is_not(None),
    )
    return set(session.exec(query))
