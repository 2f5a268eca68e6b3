"""The options of a request to issue (VC-API, Issue Credential), read once and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import (
    PROOF_TYPE,
    format_date_time_stamp,
    options,
    parse_date_time_stamp,
)
from issuer.vc_api.errors import OptionInvalid

PURPOSE: Final = "assertionMethod"
STATUS_PURPOSES: Final = ("revocation", "suspension")
MAX_POINTERS: Final = 500
MAX_POINTER_CHARACTERS: Final = 1024
MAX_TEXT: Final = 1024


@dataclass(frozen=True, slots=True)
class IssueOptions:
    """What a request may say about the proof; options that are not known are let through.

    Attributes:
        created, expires: moments of the proof; ``created`` is the present if not given.
        challenge, domain: members of the proof (VC Data Integrity 1.0 §2.1).
        mandatory_pointers: JSON pointers (RFC 6901) that no derived credential may leave out.
        status_purposes: what the status entries are for.
        fixed: members that are the profile's to set: compared, never taken over.
    """

    created: datetime | None = None
    expires: datetime | None = None
    challenge: str | None = None
    domain: str | list[str] | None = None
    mandatory_pointers: tuple[str, ...] = ()
    status_purposes: tuple[str, ...] = (STATUS_PURPOSES[0],)
    fixed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, members: JsonObject) -> Self:
        """Read the options of a request.

        Raises:
            OptionInvalid: one has the wrong type, or a value that cannot be.
        """
        return cls(
            created=_moment(members, "created"),
            expires=_moment(members, "expires"),
            challenge=_text(members, "challenge"),
            domain=_domain(members),
            mandatory_pointers=pointers(members, "mandatoryPointers"),
            status_purposes=_status_purposes(members),
            fixed={
                name: value
                for name in ("type", "cryptosuite", "proofPurpose", "verificationMethod")
                if (value := _text(members, name)) is not None
            },
        )

    def proof_members(
        self, cryptosuite: str, verification_method: str, now: datetime
    ) -> JsonObject:
        """The proof without its value.

        Raises:
            OptionInvalid: the request asks for what another profile gives.
        """
        self._check_fixed(cryptosuite, verification_method)
        more: dict[str, Any] = {
            "expires": self.expires and format_date_time_stamp(self.expires),
            "challenge": self.challenge,
            "domain": self.domain,
        }
        given = {name: value for name, value in more.items() if value is not None}
        return options(
            cryptosuite, verification_method, self.created or now, purpose=PURPOSE, **given
        )

    def _check_fixed(self, cryptosuite: str, verification_method: str) -> None:
        ours = {
            "type": PROOF_TYPE,
            "cryptosuite": cryptosuite,
            "proofPurpose": PURPOSE,
            "verificationMethod": verification_method,
        }
        for name, value in self.fixed.items():
            if value != ours[name]:
                raise OptionInvalid(
                    f"This profile sets {name!r} to {ours[name]!r}.",
                    "Leave the option out, or use another profile.",
                )


def pointers(members: JsonObject, name: str) -> tuple[str, ...]:
    """A list of JSON pointers (RFC 6901 §3); empty if the member is absent.

    Raises:
        OptionInvalid: not a list of pointers, or more than anybody needs.
    """
    found = members.get(name, [])
    if not isinstance(found, list) or len(found) > MAX_POINTERS:
        raise OptionInvalid(f"The option {name!r} is not a list of up to {MAX_POINTERS} pointers.")
    for pointer in found:
        well_formed = isinstance(pointer, str) and (pointer == "" or pointer.startswith("/"))
        if not well_formed or len(pointer) > MAX_POINTER_CHARACTERS:
            raise OptionInvalid(
                f"The option {name!r} holds something that is not a JSON pointer.",
                "A pointer looks like /credentialSubject/name.",
            )
    return tuple(found)


def _text(members: JsonObject, name: str) -> str | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise OptionInvalid(f"The option {name!r} is not text of up to {MAX_TEXT} characters.")
    return value


def _moment(members: JsonObject, name: str) -> datetime | None:
    text = _text(members, name)
    if text is None:
        return None
    try:
        return parse_date_time_stamp(text)
    except ValueError as error:
        raise OptionInvalid(f"The option {name!r} is not a date like 2026-06-30T12:00:00Z.") from (
            error
        )


def _domain(members: JsonObject) -> str | list[str] | None:
    found = members.get("domain")
    if not isinstance(found, list):
        return _text(members, "domain")
    if not found or len(found) > MAX_POINTERS or not all(isinstance(it, str) for it in found):
        raise OptionInvalid("The option 'domain' is neither text nor a list of texts.")
    return list(found)


def _status_purposes(members: JsonObject) -> tuple[str, ...]:
    """From ``credentialStatus``: one entry or a list of them, each with its statusPurpose."""
    asked = members.get("credentialStatus")
    if asked is None:
        return (STATUS_PURPOSES[0],)
    entries = asked if isinstance(asked, list) else [asked]
    purposes = [
        entry.get("statusPurpose", STATUS_PURPOSES[0]) if isinstance(entry, dict) else None
        for entry in entries
    ]
    known = [purpose for purpose in STATUS_PURPOSES if purpose in purposes]
    if not purposes or len(known) != len(purposes):
        raise OptionInvalid(
            "The option 'credentialStatus' asks for a status that is not kept here.",
            f"A statusPurpose is one of: {', '.join(STATUS_PURPOSES)}; each at most once.",
        )
    return tuple(known)
