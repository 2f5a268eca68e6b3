"""Status over the VC-API: an entry for what is issued, and changing it later.

Bitstring Status List 1.0 §2.1; VC-API, Update Status. The lists themselves are issuer.status's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.identity.signing import Publisher
from issuer.status import service as lists
from issuer.vc_api.errors import RequestMalformed
from issuer.vc_api.options import IssueOptions
from issuer.vc_api.requests import text_member
from issuer.web.site import Site

PROFILE: Final = "status"
"""The profile whose publisher signs the lists."""
ENTRY_TYPE: Final = "BitstringStatusListEntry"
DEFAULT_REASON: Final = "Asked for over the VC-API."
MAX_ENTRIES: Final = 8
_BITS: Final[dict[object, bool]] = {"1": True, "0": False, "true": True, "false": False}


def with_status(
    session: Session,
    document: JsonObject,
    options: IssueOptions,
    publisher: Publisher,
    *,
    site: Site,
    now: datetime,
) -> JsonObject:
    """The credential with an entry for each purpose asked for, beside entries it has already.

    Args:
        session: the caller commits.
        document: a checked credential with an id.

    Raises:
        CredentialIdInvalid, StatusIssuerWrong: see issuer.status.
    """
    places = lists.allocate_for(
        session,
        document["id"],
        publisher,
        now,
        purposes=options.status_purposes,
        validity=site.settings.status_list_validity,
    )
    ours = [lists.status_entry(publisher.base_url, place) for place in places]
    found = document.get("credentialStatus", [])
    entries = [*(found if isinstance(found, list) else [found]), *ours]
    return {**document, "credentialStatus": entries[0] if len(entries) == 1 else entries}


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A request to change statuses of one credential.

    Attributes:
        credential_id: as it was issued.
        values: purpose to what its bit shall be.
        reason: kept by the school, not published.
    """

    credential_id: str
    values: dict[str, bool]
    reason: str

    @classmethod
    def read(cls, request: JsonObject) -> Self:
        """Read the body of a request.

        Raises:
            RequestMalformed: a member is missing or has the wrong type.
        """
        found = request.get("credentialStatus")
        listed = found if isinstance(found, list) else [found]
        entries = [entry for entry in listed if isinstance(entry, dict)]
        if not 0 < len(entries) <= MAX_ENTRIES or len(entries) != len(listed):
            raise RequestMalformed("The request has no object 'credentialStatus'.", _SEE)
        default = _bit(request.get("status", True))
        reason = request.get("reason", DEFAULT_REASON)
        if not isinstance(reason, str):
            raise RequestMalformed("The member 'reason' is not text.", _SEE)
        return cls(
            credential_id=text_member(request, "credentialId"),
            values=dict(_purpose(entry, default) for entry in entries),
            reason=reason,
        )


_SEE: Final = (
    'Send {"credentialId": …, "credentialStatus": {"type": "BitstringStatusListEntry", '
    '"statusPurpose": "revocation"}}.'
)


def _purpose(entry: dict[str, Any], default: bool) -> tuple[str, bool]:
    if entry.get("type", ENTRY_TYPE) != ENTRY_TYPE:
        raise RequestMalformed(f"The type of a status entry here is {ENTRY_TYPE}.", _SEE)
    value = _bit(entry["status"]) if "status" in entry else default
    return text_member({"statusPurpose": lists.REVOCATION, **entry}, "statusPurpose", 60), value


def _bit(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value not in _BITS:
        raise RequestMalformed("The member 'status' is neither true nor false.", _SEE)
    return _BITS[value]


def change(session: Session, update: StatusUpdate, publisher: Publisher, site: Site) -> JsonObject:
    """Do what was asked, all of it or nothing; what the request is answered with.

    Args:
        session: the caller commits.

    Raises:
        UnknownStatusEntry, UnknownStatusPurpose, StatusFinal, …: see issuer.status.
    """
    now = site.clock()
    entries = []
    for purpose, value in update.values.items():
        done = lists.update_status(
            session,
            update.credential_id,
            purpose,
            value,
            reason=update.reason,
            now=now,
            publisher=publisher,
            validity=site.settings.status_list_validity,
        )
        entries.append({"type": ENTRY_TYPE, "statusPurpose": purpose, "status": done.value})
    shown = entries[0] if len(entries) == 1 else entries
    return {"credentialId": update.credential_id, "credentialStatus": shown}
