"""What the rest of the issuer may ask about a person's data: hand out, look over, delete.

Every function takes a Session and commits nothing; the caller's request or step owns the commit.
"""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from issuer.learners import repository as learners
from issuer.learners.models import Person
from issuer.people import export, repository
from issuer.people.archive import write_archive
from issuer.people.deletion import Deletion, delete_person, readmit_person
from issuer.people.errors import UnknownPerson
from issuer.people.holdings import HOLDINGS
from issuer.settings import Settings

__all__ = [
    "Deletion",
    "delete_person",
    "export_person",
    "holdings_of",
    "person_files",
    "readmit_person",
]


def person_files(
    session: Session, sourced_id: str, settings: Settings, now: datetime
) -> dict[str, bytes]:
    """All that is kept about a person, by file name.

    Args:
        session: reads only.
        sourced_id: exactly as imported.
        settings: the school's.
        now: the time of the export; aware UTC.

    Raises:
        UnknownPerson: there is nobody with this sourcedId.
    """
    return export.person_files(session, _person(session, sourced_id), settings, now)


def export_person(
    session: Session, sourced_id: str, settings: Settings, path: Path, now: datetime
) -> tuple[int, UUID]:
    """Write all that is kept about a person to a ZIP archive.

    Args:
        session: reads only.
        sourced_id: exactly as imported.
        settings: the school's.
        path: of the archive; one that is there is replaced.
        now: the time of the export; aware UTC.

    Returns:
        how many files are in it, and who it is.

    Raises:
        UnknownPerson: there is nobody with this sourcedId.
        ArchiveBlocked: the archive cannot be written there.
    """
    person = _person(session, sourced_id)
    files = export.person_files(session, person, settings, now)
    write_archive(files, path)
    return len(files), person.id


def holdings_of(session: Session, sourced_id: str) -> dict[str, int]:
    """How many rows each table holds about a person; those that hold none are left out.

    Raises:
        UnknownPerson: there is nobody with this sourcedId.
    """
    person = _person(session, sourced_id)
    counts = {one.table: repository.count(session, one, person.id) for one in HOLDINGS}
    return {table: count for table, count in counts.items() if count}


def _person(session: Session, sourced_id: str) -> Person:
    found = learners.person_named(session, sourced_id)
    if found is None:
        raise UnknownPerson(
            f"There is nobody with the sourcedId {sourced_id}.",
            "Give it exactly as `issuer learners` shows it.",
        )
    return found
