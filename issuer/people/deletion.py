"""Deleting a person: all that is about him goes, what holders need in order to be believed stays.

What stays are hashes (the Merkle trees, in which his signed documents were leaves), batches and
anchors, the places of his credentials in status lists by the credentials' random ids, and the
school's own keys. So a credential that he holds verifies as before, and can still be withdrawn.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository
from issuer.db.scrub import overwrite_deleted
from issuer.learners import repository as learners
from issuer.learners.departed import Departed, begin_departed, open_departed
from issuer.learners.models import MAX_REASON, DepartedPerson, Person
from issuer.minting import work_repository
from issuer.people import repository
from issuer.people.errors import (
    BatchNotReleased,
    DeletionReasonInvalid,
    NotDeleted,
    UnknownPerson,
)
from issuer.people.export import own_names
from issuer.people.holdings import BLANK, HOLDINGS, MENTIONS, Fate


@dataclass(frozen=True)
class Deletion:
    """What a deletion did.

    Attributes:
        removed: rows that went, by table.
        kept: rows that stay without the school's words, by table.
        renamed: records about others in which a pseudonym took the person's place.
        already: the person had been deleted before, and nothing was left to do.
    """

    removed: dict[str, int]
    kept: dict[str, int]
    renamed: int
    already: bool = False

    @property
    def entries(self) -> int:
        """How many rows went."""
        return sum(self.removed.values())


def delete_person(
    session: Session, home: Path, sourced_id: str, reason: str, now: datetime
) -> Deletion:
    """Delete a person, in the caller's one transaction.

    Args:
        session: the step's; the caller commits, and then scrubs the database (issuer.db.scrub).
        home: has, or is given, the key that recognises deleted people.
        sourced_id: exactly as imported.
        reason: why, for the school's book; 1 to 500 characters that do not name the person.
        now: aware UTC.

    Raises:
        UnknownPerson: there is nobody, and never was anybody deleted, with this sourcedId.
        BatchNotReleased: minting has to be finished first.
        DeletionReasonInvalid: the reason is no reason, or names the person.
        DepartedKeyMissing, DepartedKeyWrong: the home is not complete.
    """
    overwrite_deleted(session)
    work_repository.lock_reserving(session)
    person = learners.person_named(session, sourced_id, lock=True)
    if person is None:
        return _deleted_before(session, home, sourced_id)
    _check_reason(reason, person)
    _check_released(session, person.id)
    departed = begin_departed(session, home)
    session.expunge(person)
    names = own_names(person)
    others = repository.others_in_evidence(session, person.id, names)
    evidence_repository.permit_erasure(session, {person.id, *others}, now)
    renamed = _rename(session, departed, person)
    removed, kept = _take_away(session, person.id)
    removed.pop("evidence_erasure", None)  # the permission of a moment ago
    evidence_repository.end_erasure(session)
    row = DepartedPerson(
        mark=departed.mark(sourced_id),
        key_check=departed.key_check,
        departed_at=now,
        reason=reason.strip(),
    )
    learners.add_departed(session, row)
    return Deletion(removed, kept, renamed)


def readmit_person(session: Session, home: Path, sourced_id: str) -> None:
    """Let imports bring a deleted person again; as somebody new, without what was deleted.

    Raises:
        NotDeleted: nobody with this sourcedId was deleted here.
        DepartedKeyMissing, DepartedKeyWrong: the home is not complete.
    """
    departed = open_departed(session, home)
    if departed is None or not learners.drop_departed(session, departed.mark(sourced_id)):
        raise NotDeleted(
            f"Nobody with the sourcedId {sourced_id} was deleted here.",
            "Give the sourcedId exactly as the school's information system writes it.",
        )


def _deleted_before(session: Session, home: Path, sourced_id: str) -> Deletion:
    departed = open_departed(session, home)
    if departed is not None and departed.among(session, [sourced_id]):
        return Deletion({}, {}, 0, already=True)
    raise UnknownPerson(
        f"There is nobody with the sourcedId {sourced_id}.",
        "Give it exactly as `issuer learners` shows it.",
    )


def _check_reason(reason: str, person: Person) -> None:
    text = reason.strip()
    if not 1 <= len(text) <= MAX_REASON:
        raise DeletionReasonInvalid(
            f"The reason has {len(text)} characters.", f"Give one of 1 to {MAX_REASON} characters."
        )
    names = (
        person.given_name,
        person.family_name,
        person.preferred_given_name,
        person.preferred_family_name,
        *own_names(person),
    )
    if any(name and _stands_in(name, text) for name in names):
        raise DeletionReasonInvalid(
            "The reason names the person, and it is kept after the deletion.",
            "Say why without saying who, such as the number of the request in your own register.",
        )


def _stands_in(name: str, text: str) -> bool:
    """As a word of its own: Al is not in "also"."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _check_released(session: Session, person: UUID) -> None:
    waiting = repository.unreleased_batches(session, person)
    if waiting:
        raise BatchNotReleased(
            f"Credentials of this person are on their way in the batch {waiting[0]}, which is "
            "not released yet. Nothing was deleted.",
            "Finish it with `issuer mint`, then run this again.",
        )


def _rename(session: Session, departed: Departed, person: Person) -> int:
    pseudonym = departed.pseudonym(person.sourced_id)
    names = own_names(person)
    return sum(
        repository.rename(session, mention, person.id, names, pseudonym) for mention in MENTIONS
    )


def _take_away(session: Session, person: UUID) -> tuple[dict[str, int], dict[str, int]]:
    removed: dict[str, int] = {}
    kept: dict[str, int] = {}
    for holding in HOLDINGS:
        repository.clear_links(session, holding, person)
        counts = removed if holding.fate is Fate.REMOVED else kept
        counts[holding.table] = repository.take_away(session, holding, person, BLANK)
    return removed, kept
