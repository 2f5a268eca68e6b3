"""The lists themselves: opened, signed, signed anew when due, published whole.

Bitstring Status List 1.0. A list is signed anew whenever a bit changes, and again before it
expires; it is always served whole, so the school never learns which credential is being read.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from credentials.proofs.data_integrity import format_date_time_stamp
from credentials.status_list import Bitstring
from issuer.identity.documents import VC_CONTEXT
from issuer.identity.signing import Publisher, sign_document
from issuer.status import repository
from issuer.status.errors import StatusIssuerWrong, UnknownStatusList
from issuer.status.models import StatusList

DEFAULT_VALIDITY: Final = timedelta(days=3)
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far readers let a list's beginning lie ahead of their own clocks."""


def list_url(base_url: str, list_id: int) -> str:
    """Where a status list is served."""
    return f"{base_url}/status/{list_id}"


def open_list(
    session: Session,
    purpose: str,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> StatusList:
    """A new list of a publisher, signed and empty."""
    status_list = StatusList(
        issuer=publisher.did, purpose=purpose, valid_from=now, valid_until=now + validity
    )
    session.add(status_list)
    session.flush()
    sign(session, status_list, publisher, now, validity=validity)
    return status_list


def get_list(session: Session, list_id: int) -> StatusList:
    """One list.

    Raises:
        UnknownStatusList: there is no such list.
    """
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
    """The list as it is served; signed anew when a bit changed or half of its validity is over.

    Args:
        session: the request's session; the caller commits.
        list_id: the list's number.
        now: aware UTC.
        publisher: signs; without it, or if the list is another's, it is served as it stands.
        validity: how long a newly signed list may be relied on.

    Raises:
        UnknownStatusList: there is no such list.
    """
    status_list = get_list(session, list_id)
    if publisher and publisher.did == status_list.issuer and needs_signing(status_list, now):
        sign(session, status_list, publisher, now, validity=validity)
    return status_list


def sign_all(
    session: Session,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> int:
    """Sign every list of a publisher anew, because another key signs from now on.

    A list speaks of today, so readers take it from a key that is good today and from no other.

    Returns:
        How many lists that were.
    """
    own = [one for one in repository.all_lists(session) if one.issuer == publisher.did]
    for status_list in own:
        sign(session, status_list, publisher, now, validity=validity)
    return len(own)


def needs_signing(status_list: StatusList, now: datetime) -> bool:
    """Whether a bit has changed since it was signed, or half of its validity is over, or a clock
    that ran ahead dated it so that no reader takes it yet."""
    half = (status_list.valid_until - status_list.valid_from) / 2
    ahead = status_list.valid_from > now + CLOCK_TOLERANCE
    return status_list.stale or ahead or now >= status_list.valid_from + half


def sign(
    session: Session,
    status_list: StatusList,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> None:
    """Sign a list as its entries say.

    Raises:
        StatusIssuerWrong: it is another issuer's list.
    """
    if publisher.did != status_list.issuer:
        raise StatusIssuerWrong(
            f"The status list {status_list.id} is {status_list.issuer}'s, and not "
            f"{publisher.did}'s.",
            "Change the status with the issuer that issued the credential.",
        )
    bits = Bitstring(size=status_list.size)
    for position in repository.set_positions(session, number(status_list)):
        bits.set(position, True)
    status_list.valid_from, status_list.valid_until = now, now + validity
    unsigned = _credential(status_list, bits.encode(), publisher)
    status_list.document = json.dumps(sign_document(unsigned, publisher, now), ensure_ascii=False)
    status_list.etag = hashlib.sha256(status_list.document.encode("utf-8")).hexdigest()
    status_list.stale = False
    session.add(status_list)
    session.flush()


def _credential(status_list: StatusList, encoded_list: str, publisher: Publisher) -> dict[str, Any]:
    """The BitstringStatusListCredential without its proof (section 2.2)."""
    url = list_url(publisher.base_url, number(status_list))
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


def number(status_list: StatusList) -> int:
    """The list's number, which it has once it is in the database."""
    if status_list.id is None:
        raise RuntimeError("a status list has a number once it is in the database")
    return status_list.id


def documents(session: Session) -> dict[int, str]:
    """The signed text of every list, by its number."""
    return {number(one): one.document for one in repository.all_lists(session)}
