"""Allocates places in status lists, withdraws credentials, keeps the signed lists current.

Bitstring Status List 1.0. A list is signed anew whenever a bit changes, and again before it
expires; it is always served whole, so the school never learns which credential is being read.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from credentials.proofs.data_integrity import format_date_time_stamp
from credentials.status_list import Bitstring
from issuer.identity.documents import VC_CONTEXT
from issuer.identity.signing import Publisher, sign_document
from issuer.status import repository
from issuer.status.errors import ReasonInvalid, UnknownStatusEntry, UnknownStatusList
from issuer.status.models import REASON_CHARACTERS, StatusEntry, StatusList

FULL_PERCENT: Final = 60
"""A list takes no more entries beyond this: random free places must stay easy to find."""
DEFAULT_VALIDITY: Final = timedelta(days=3)
_random = secrets.SystemRandom()


@dataclass(frozen=True)
class Place:
    """Where a credential's status is found.

    Attributes:
        list_id: the list's number.
        index: the place in its bit string.
    """

    list_id: int
    index: int


@dataclass(frozen=True)
class Withdrawal:
    """That a credential is withdrawn, and since when.

    Attributes:
        credential_id: ``urn:uuid:…``
        revoked_at: aware UTC.
        reason: as the school gave it; not published.
        already: it had been withdrawn before; nothing was changed.
    """

    credential_id: str
    revoked_at: datetime
    reason: str
    already: bool


def list_url(base_url: str, list_id: int) -> str:
    """Where a status list is served."""
    return f"{base_url}/status/{list_id}"


def status_entry(base_url: str, place: Place) -> dict[str, str]:
    """The ``credentialStatus`` of a credential (section 2.1 of the recommendation)."""
    url = list_url(base_url, place.list_id)
    return {
        "id": f"{url}#{place.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place.index),
        "statusListCredential": url,
    }


def allocate(
    session: Session,
    credential_ids: Sequence[str],
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> dict[str, Place]:
    """A random free place for each credential; opens new lists as they fill.

    Args:
        session: the step's session; the caller commits.
        credential_ids: ``urn:uuid:…``, none of which has a place yet.
        publisher: signs a list that is opened.
        now: aware UTC.
        validity: how long a new list may be relied on.
    """
    places: dict[str, Place] = {}
    waiting = list(credential_ids)
    while waiting:
        status_list = repository.newest_list(session)
        room = _room(status_list)
        if status_list is None or room <= 0:
            _open_list(session, publisher, now, validity)
            continue
        now_served, waiting = waiting[:room], waiting[room:]
        places |= _place(session, status_list, now_served)
    return places


def _room(status_list: StatusList | None) -> int:
    if status_list is None:
        return 0
    return status_list.size * FULL_PERCENT // 100 - status_list.allocated


def _place(
    session: Session, status_list: StatusList, credential_ids: Sequence[str]
) -> dict[str, Place]:
    list_id = _number(status_list)
    free = set(range(status_list.size)) - repository.used_positions(session, list_id)
    positions = _random.sample(sorted(free), len(credential_ids))
    places = dict(zip(credential_ids, positions, strict=True))
    repository.add_entries(session, list_id, places)
    status_list.allocated += len(places)
    session.add(status_list)
    session.flush()
    return {credential_id: Place(list_id, index) for credential_id, index in places.items()}


def _open_list(session: Session, publisher: Publisher, now: datetime, validity: timedelta) -> None:
    status_list = StatusList(valid_from=now, valid_until=now + validity)
    session.add(status_list)
    session.flush()
    _sign(session, status_list, publisher, now, validity)


def revoke(
    session: Session,
    credential_id: str,
    reason: str,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> Withdrawal:
    """Withdraw a credential: set its bit and sign its list anew.

    Withdrawing twice changes nothing and says so (``already``).

    Raises:
        UnknownStatusEntry: no list has a place for it.
        ReasonInvalid: the reason is empty or too long.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_CHARACTERS:
        raise ReasonInvalid(
            f"The reason for withdrawing {credential_id} has {len(reason)} characters.",
            f"Give a reason of 1 to {REASON_CHARACTERS} characters.",
        )
    entry = _entry(session, credential_id)
    if entry.revoked_at is not None:
        return Withdrawal(credential_id, entry.revoked_at, entry.reason or "", already=True)
    entry.revoked_at, entry.reason = now, reason
    session.add(entry)
    session.flush()
    _sign(session, _list(session, entry.list_id), publisher, now, validity)
    return Withdrawal(credential_id, now, reason, already=False)


def _entry(session: Session, credential_id: str) -> StatusEntry:
    entry = repository.entry_of(session, credential_id)
    if entry is None:
        raise UnknownStatusEntry(
            f"No credential with the id {credential_id} has a place in a status list.",
            "List the credentials with `issuer credentials`.",
        )
    return entry


def _list(session: Session, list_id: int) -> StatusList:
    status_list = repository.get_list(session, list_id)
    if status_list is None:
        raise UnknownStatusList(
            f"There is no status list {list_id}.", "Take the address from a credential."
        )
    return status_list


def published_list(
    session: Session,
    list_id: int,
    now: datetime,
    publisher: Publisher | None = None,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> StatusList:
    """The list as it is served; signed anew when half of its validity is over.

    Args:
        session: the request's session; the caller commits.
        list_id: the list's number.
        now: aware UTC.
        publisher: signs; without it the list is served as it stands.
        validity: how long a newly signed list may be relied on.

    Raises:
        UnknownStatusList: there is no such list.
    """
    status_list = _list(session, list_id)
    if publisher is not None and needs_signing(status_list, now):
        _sign(session, status_list, publisher, now, validity)
    return status_list


def needs_signing(status_list: StatusList, now: datetime) -> bool:
    """Whether half of the list's validity is over."""
    half = (status_list.valid_until - status_list.valid_from) / 2
    return now >= status_list.valid_from + half


def _sign(
    session: Session,
    status_list: StatusList,
    publisher: Publisher,
    now: datetime,
    validity: timedelta,
) -> None:
    bits = Bitstring(size=status_list.size)
    for position in repository.revoked_positions(session, _number(status_list)):
        bits.set(position, True)
    status_list.valid_from, status_list.valid_until = now, now + validity
    unsigned = _credential(status_list, bits.encode(), publisher)
    status_list.document = json.dumps(sign_document(unsigned, publisher, now), ensure_ascii=False)
    status_list.etag = hashlib.sha256(status_list.document.encode("utf-8")).hexdigest()
    session.add(status_list)
    session.flush()


def _credential(status_list: StatusList, encoded_list: str, publisher: Publisher) -> dict[str, Any]:
    """The BitstringStatusListCredential without its proof (section 2.2)."""
    url = list_url(publisher.base_url, _number(status_list))
    return {
        "@context": [VC_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": publisher.did,
        "validFrom": format_date_time_stamp(status_list.valid_from),
        "validUntil": format_date_time_stamp(status_list.valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": status_list.purpose,
            "encodedList": encoded_list,
        },
    }


def _number(status_list: StatusList) -> int:
    if status_list.id is None:
        raise RuntimeError("a status list has a number once it is in the database")
    return status_list.id


def documents(session: Session) -> dict[int, str]:
    """The signed text of every list, by its number."""
    return {_number(one): one.document for one in repository.all_lists(session)}


def withdrawn(session: Session, credential_ids: Sequence[str]) -> set[str]:
    """Which of these credentials, about 1,000 at most, are withdrawn."""
    return repository.revoked_among(session, credential_ids)
