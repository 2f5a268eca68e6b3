"""Places in status lists: given at random, once, and never again.

Bitstring Status List 1.0 §6.1: an index that tells the order of issuing would tell who is who.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.identity.signing import Publisher
from issuer.status import lists, repository
from issuer.status.errors import (
    CredentialIdInvalid,
    StatusIssuerWrong,
    UnknownStatusPurpose,
)
from issuer.status.models import (
    CREDENTIAL_ID_CHARACTERS,
    REVOCATION,
    SUSPENSION,
    StatusEntry,
    StatusList,
)

PURPOSES: Final = (REVOCATION, SUSPENSION)
"""What lists are kept for, in the order of a credential's entries."""
FULL_PERCENT: Final = 60
"""A list takes no more entries beyond this: the next place must stay hard to guess."""
TRIES: Final = 5
"""How often places are drawn anew when another process took one of them first."""
_DRAW_BYTES: Final = 8
"""Of each number that is drawn: so many that taking the rest of a division favours no place."""


@dataclass(frozen=True)
class Place:
    """Where one status of a credential is found.

    Attributes:
        list_id: the list's number.
        index: the place in its bit string.
        purpose: the list's purpose.
    """

    list_id: int
    index: int
    purpose: str = REVOCATION


def purposes(*, suspension: bool) -> tuple[str, ...]:
    """What a credential gets entries for: withdrawing it, and putting it on hold if wanted."""
    return PURPOSES if suspension else (REVOCATION,)


def status_entry(base_url: str, place: Place) -> JsonObject:
    """One BitstringStatusListEntry (section 2.1 of the recommendation)."""
    url = lists.list_url(base_url, place.list_id)
    return {
        "id": f"{url}#{place.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": place.purpose,
        "statusListIndex": str(place.index),
        "statusListCredential": url,
    }


def credential_status(base_url: str, places: Sequence[Place]) -> JsonObject | list[JsonObject]:
    """The ``credentialStatus`` of a credential: an entry, or an array of more than one."""
    entries = [status_entry(base_url, place) for place in places]
    return entries[0] if len(entries) == 1 else entries


def allocate(
    session: Session,
    credential_ids: Sequence[str],
    publisher: Publisher,
    now: datetime,
    *,
    purposes: Sequence[str] = (REVOCATION,),
    validity: timedelta = lists.DEFAULT_VALIDITY,
) -> dict[str, tuple[Place, ...]]:
    """A random free place for each credential and purpose; opens new lists as they fill.

    Args:
        session: the step's session; the caller commits.
        credential_ids: those that have their places already keep them.
        publisher: issues the credentials; signs a list that is opened.
        now: aware UTC.
        purposes: what each credential gets a place for.
        validity: how long a new list may be relied on.

    Returns:
        the places of each credential, in the order of the purposes.

    Raises:
        UnknownStatusPurpose: no lists are kept for a purpose.
    """
    wanted = checked_purposes(purposes)
    # Locked before what is there is looked up: another process may serve the same credentials.
    newest = {one: repository.newest_list(session, publisher.did, one) for one in wanted}
    places: dict[str, dict[str, Place]] = {one: {} for one in wanted}
    for credential_id, purpose, list_id, index in repository.places_among(session, credential_ids):
        if purpose in places:
            places[purpose][credential_id] = Place(list_id, index, purpose)
    filling = _Filling(session, publisher, now, validity)
    for purpose in wanted:
        waiting = [one for one in credential_ids if one not in places[purpose]]
        places[purpose] |= filling.fill(purpose, newest[purpose], waiting)
    return {one: tuple([places[purpose][one] for purpose in purposes]) for one in credential_ids}


def allocate_for(
    session: Session,
    credential_id: str,
    publisher: Publisher,
    now: datetime,
    *,
    purposes: Sequence[str] = (REVOCATION,),
    validity: timedelta = lists.DEFAULT_VALIDITY,
) -> tuple[Place, ...]:
    """The places of one credential that was not minted; the same again for the same id.

    A credential that is issued anew under its id shares the status of the one before: whoever
    withdraws the id withdraws both.

    Args:
        session: the request's session; the caller commits.
        credential_id: its ``id``, or what the client names it by (VC-API ``credentialId``).
        publisher: issues the credential; its lists take the entry.
        now: aware UTC.
        purposes: what it gets places for.
        validity: how long a new list may be relied on.

    Raises:
        CredentialIdInvalid: no id, or one that is too long.
        StatusIssuerWrong: another issuer has issued a credential with this id.
        UnknownStatusPurpose: no lists are kept for a purpose.
    """
    _check_id(credential_id)
    known = _known_places(session, credential_id, publisher)
    missing = [purpose for purpose in checked_purposes(purposes) if purpose not in known]
    if missing:
        try:
            with session.begin_nested():
                allocate(
                    session, [credential_id], publisher, now, purposes=missing, validity=validity
                )
        except IntegrityError:  # another request gave this very id its places meanwhile
            pass
        known = _known_places(session, credential_id, publisher)
    return tuple(known[purpose] for purpose in purposes)


def checked_purposes(purposes: Sequence[str]) -> Sequence[str]:
    """The purposes, if lists are kept for all of them.

    Raises:
        UnknownStatusPurpose: for one there are none.
    """
    for purpose in purposes:
        if purpose not in PURPOSES:
            raise UnknownStatusPurpose(
                f"No status list is kept for the purpose {str(purpose)[:60]!r}.",
                f"Possible are: {', '.join(PURPOSES)}.",
            )
    return purposes


def _check_id(credential_id: str) -> None:
    if not isinstance(credential_id, str) or not 1 <= len(credential_id) <= (
        CREDENTIAL_ID_CHARACTERS
    ):
        raise CredentialIdInvalid(
            "A credential that is to have a status needs an id of 1 to "
            f"{CREDENTIAL_ID_CHARACTERS:,} characters.",
            "Give the credential an id.",
        )


def _known_places(session: Session, credential_id: str, publisher: Publisher) -> dict[str, Place]:
    known: dict[str, Place] = {}
    for entry in repository.entries_of(session, credential_id):
        if lists.get_list(session, entry.list_id).issuer != publisher.did:
            raise StatusIssuerWrong(
                f"Another issuer keeps the status of a credential with the id "
                f"{credential_id[:100]}.",
                "Give the credential an id of its own.",
            )
        known[entry.purpose] = place_of(entry)
    return known


def place_of(entry: StatusEntry) -> Place:
    """The place that an entry stands for."""
    return Place(entry.list_id, entry.position, entry.purpose)


@dataclass(frozen=True)
class _Filling:
    """Fills a publisher's lists, and opens new ones as they fill."""

    session: Session
    publisher: Publisher
    now: datetime
    validity: timedelta

    def fill(
        self, purpose: str, newest: StatusList | None, credential_ids: Sequence[str]
    ) -> dict[str, Place]:
        """Places for credentials that have none for this purpose."""
        places: dict[str, Place] = {}
        status_list, waiting = newest, credential_ids
        while waiting:
            room = _room(status_list)
            if status_list is None or room <= 0:
                status_list = lists.open_list(
                    self.session, purpose, self.publisher, self.now, validity=self.validity
                )
                continue
            now_served, waiting = waiting[:room], waiting[room:]
            places |= _place(self.session, status_list, now_served)
        return places


def _room(status_list: StatusList | None) -> int:
    if status_list is None:
        return 0
    return status_list.size * FULL_PERCENT // 100 - status_list.allocated


def _place(
    session: Session, status_list: StatusList, credential_ids: Sequence[str]
) -> dict[str, Place]:
    list_id, purpose = lists.number(status_list), status_list.purpose
    positions = _take(session, status_list, credential_ids)
    status_list.allocated += len(positions)
    session.add(status_list)
    session.flush()
    return {one: Place(list_id, index, purpose) for one, index in positions.items()}


def _take(
    session: Session, status_list: StatusList, credential_ids: Sequence[str]
) -> dict[str, int]:
    """Places of the credentials, taken. The primary key decides between two processes."""
    list_id = lists.number(status_list)
    for tries_left in reversed(range(TRIES)):
        indexes = _draw(session, list_id, len(credential_ids), status_list.size)
        positions = dict(zip(credential_ids, indexes, strict=True))
        try:
            with session.begin_nested():
                repository.add_entries(session, list_id, status_list.purpose, positions)
        except IntegrityError:
            if not tries_left:
                raise
        else:
            return positions
    raise RuntimeError("the last try either returns or raises")


def _draw(session: Session, list_id: int, count: int, size: int) -> list[int]:
    """Different random places that are free.

    At most 60 of 100 are taken, so two draws in five find a free one: what is drawn and taken is
    drawn again, and only what is drawn is looked up.
    """
    free: dict[int, None] = {}
    tried: set[int] = set()
    while len(free) < count:
        drawn: dict[int, None] = {}
        while len(drawn) < count - len(free):
            for index in _numbers_below(size, count - len(free) - len(drawn)):
                if index not in tried:
                    tried.add(index)
                    drawn[index] = None
        taken = repository.taken_among(session, list_id, drawn)
        free |= {index: None for index in drawn if index not in taken}
    return list(free)


def _numbers_below(size: int, count: int) -> list[int]:
    """Unguessable numbers, from one call of the system's generator for all of them."""
    drawn = memoryview(secrets.token_bytes(_DRAW_BYTES * count)).cast("Q")
    return [number % size for number in drawn]
