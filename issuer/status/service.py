"""What the rest of the issuer may ask about the standing of credentials, and change.

Withdrawing is for ever, a hold can be lifted (Bitstring Status List 1.0 §2.1, statusPurpose). Each
turn of a bit is kept with its reason, and nothing of that is published but the bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from issuer.identity.signing import Publisher
from issuer.status import lists, places, repository
from issuer.status.errors import (
    ReasonInvalid,
    StatusFinal,
    StatusValueInvalid,
    UnknownStatusEntry,
    UnknownStatusPurpose,
)
from issuer.status.lists import (
    DEFAULT_VALIDITY,
    documents,
    list_url,
    needs_signing,
    published_list,
)
from issuer.status.models import (
    REASON_CHARACTERS,
    REVOCATION,
    SUSPENSION,
    StatusChange,
    StatusEntry,
)
from issuer.status.places import (
    FULL_PERCENT,
    PURPOSES,
    Place,
    allocate,
    allocate_for,
    credential_status,
    purposes,
    status_entry,
)

__all__ = [
    "DEFAULT_VALIDITY",
    "FULL_PERCENT",
    "PURPOSES",
    "REVOCATION",
    "SUSPENSION",
    "HistoryLine",
    "Place",
    "Standing",
    "allocate",
    "allocate_for",
    "credential_status",
    "documents",
    "history",
    "is_known",
    "list_url",
    "needs_signing",
    "published_list",
    "purposes",
    "reinstate",
    "revoke",
    "standing",
    "status_entry",
    "suspend",
    "update_status",
    "withdrawn",
]


@dataclass(frozen=True)
class Standing:
    """One status of a credential, after it was to be changed or as it was asked for.

    Attributes:
        credential_id: as it was issued.
        purpose: ``revocation`` or ``suspension``.
        value: whether the bit is set.
        since: aware UTC; None while the bit is clear.
        reason: as the school gave it; not published.
        already: it was so before; nothing was changed.
    """

    credential_id: str
    purpose: str
    value: bool
    since: datetime | None
    reason: str
    already: bool = False


@dataclass(frozen=True)
class HistoryLine:
    """One turn of one of a credential's bits.

    Attributes:
        purpose: of which list.
        value: what the bit was set to.
        reason: as the school gave it; not published.
        at: aware UTC.
    """

    purpose: str
    value: bool
    reason: str
    at: datetime


def update_status(
    session: Session,
    credential_id: str,
    purpose: str,
    value: bool,
    *,
    reason: str,
    now: datetime,
    publisher: Publisher | None = None,
    validity: timedelta = DEFAULT_VALIDITY,
) -> Standing:
    """Set or clear one status of a credential. What is so already stays as it is.

    Args:
        session: the caller commits.
        credential_id: as it was issued.
        purpose: ``revocation`` or ``suspension``.
        value: true withdraws it or puts it on hold.
        reason: kept by the school, not published.
        now: aware UTC.
        publisher: signs the list anew at once. Without one the list is marked, and is signed when
            it is next asked for where its signer is open.
        validity: how long the newly signed list may be relied on.

    Raises:
        UnknownStatusPurpose: no such purpose, or the credential has no entry for it.
        UnknownStatusEntry: the credential has no entry at all.
        StatusValueInvalid: the value is neither true nor false.
        ReasonInvalid: the reason is empty or too long.
        StatusFinal: a withdrawal was to be taken back.
        StatusIssuerWrong: the publisher is not the list's.
    """
    if not isinstance(value, bool):
        raise StatusValueInvalid("A status is set or clear: true or false.")
    reason = _checked_reason(reason, credential_id)
    entry = _entry(session, credential_id, purpose)
    if (entry.set_at is not None) == value:
        return _standing(entry, already=True)
    if not value and purpose == REVOCATION:
        raise StatusFinal(
            f"{credential_id} was withdrawn, and a withdrawal cannot be taken back.",
            "Issue the credential anew.",
        )
    entry.set_at, entry.reason = (now, reason) if value else (None, None)
    session.add(entry)
    session.add(
        StatusChange(
            list_id=entry.list_id, position=entry.position, value=value, reason=reason, at=now
        )
    )
    session.flush()
    _renew_list(session, entry, publisher, now, validity)
    return _standing(entry)


def _renew_list(
    session: Session,
    entry: StatusEntry,
    publisher: Publisher | None,
    now: datetime,
    validity: timedelta,
) -> None:
    status_list = lists.get_list(session, entry.list_id)
    if publisher is not None:
        lists.sign(session, status_list, publisher, now, validity=validity)
        return
    status_list.stale = True
    session.add(status_list)
    session.flush()


def revoke(
    session: Session,
    credential_id: str,
    reason: str,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> Standing:
    """Withdraw a credential for ever; raises what :func:`update_status` raises."""
    return update_status(
        session,
        credential_id,
        REVOCATION,
        True,
        reason=reason,
        now=now,
        publisher=publisher,
        validity=validity,
    )


def suspend(
    session: Session,
    credential_id: str,
    reason: str,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> Standing:
    """Put a credential on hold; raises what :func:`update_status` raises."""
    return update_status(
        session,
        credential_id,
        SUSPENSION,
        True,
        reason=reason,
        now=now,
        publisher=publisher,
        validity=validity,
    )


def reinstate(
    session: Session,
    credential_id: str,
    reason: str,
    publisher: Publisher,
    now: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
) -> Standing:
    """Lift a hold.

    Raises:
        StatusFinal: the credential is withdrawn, so lifting a hold would bring nothing back.
        TouchstoneError: as :func:`update_status`.
    """
    if any(one.value for one in standing(session, credential_id) if one.purpose == REVOCATION):
        raise StatusFinal(
            f"{credential_id} is withdrawn, and a withdrawal cannot be taken back.",
            "Issue the credential anew.",
        )
    return update_status(
        session,
        credential_id,
        SUSPENSION,
        False,
        reason=reason,
        now=now,
        publisher=publisher,
        validity=validity,
    )


def _checked_reason(reason: str, credential_id: str) -> str:
    text = reason.strip() if isinstance(reason, str) else ""
    if not 1 <= len(text) <= REASON_CHARACTERS:
        raise ReasonInvalid(
            f"The reason for the status of {credential_id} has {len(text)} characters.",
            f"Give a reason of 1 to {REASON_CHARACTERS} characters.",
        )
    return text


def _entry(session: Session, credential_id: str, purpose: str) -> StatusEntry:
    places.checked_purposes([purpose])
    entries = _entries(session, credential_id)
    for entry in entries:
        if entry.purpose == purpose:
            return entry
    raise UnknownStatusPurpose(
        f"{credential_id} was issued without an entry for the purpose {purpose}.",
        f"It has: {', '.join(entry.purpose for entry in entries)}.",
    )


def _entries(session: Session, credential_id: str) -> list[StatusEntry]:
    entries = repository.entries_of(session, credential_id)
    if not entries:
        raise UnknownStatusEntry(
            f"No credential with the id {credential_id[:100]} has a place in a status list.",
            "List the credentials with `issuer credentials`.",
        )
    return entries


def _standing(entry: StatusEntry, *, already: bool = False) -> Standing:
    return Standing(
        credential_id=entry.credential_id,
        purpose=entry.purpose,
        value=entry.set_at is not None,
        since=entry.set_at,
        reason=entry.reason or "",
        already=already,
    )


def standing(session: Session, credential_id: str) -> list[Standing]:
    """How a credential stands, purpose by purpose.

    Raises:
        UnknownStatusEntry: it has no entry at all.
    """
    return [_standing(entry) for entry in _entries(session, credential_id)]


def is_known(session: Session, credential_id: str) -> bool:
    """Whether a credential with exactly this id has a place in any list."""
    return bool(repository.entries_of(session, credential_id))


def history(session: Session, credential_id: str) -> list[HistoryLine]:
    """Everything that happened to a credential's standing, oldest first.

    Raises:
        UnknownStatusEntry: it has no entry at all.
    """
    found = [
        (change.id or 0, HistoryLine(entry.purpose, change.value, change.reason, change.at))
        for entry in _entries(session, credential_id)
        for change in repository.changes_of(session, entry)
    ]
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def withdrawn(session: Session, credential_ids: Sequence[str]) -> set[str]:
    """Which of these credentials, about 1,000 at most, are withdrawn or on hold."""
    return repository.set_among(session, credential_ids)
