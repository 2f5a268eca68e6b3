"""What can be endorsed: a credential, an achievement, an issuer; and what others endorsed. Pure.

A credential and an achievement are bound by their content, an issuer by its DID alone: its profile
changes with every key and account, and who holds the DID is what a DID is for.
"""

from dataclasses import dataclass
from datetime import datetime

from credentials.json_types import JsonObject
from credentials.models.endorsement import content_digest
from credentials.models.rules import is_url, types_of
from issuer.endorsements.errors import TargetUnreadable
from issuer.endorsements.models import ID_BYTES, Kind
from keys.did import is_did


@dataclass(frozen=True)
class Target:
    """What is endorsed.

    Attributes:
        kind: what it is.
        id: what the endorsement names.
        digest: ``digestSRI`` of its content; empty for an issuer.
    """

    kind: Kind
    id: str
    digest: str = ""


@dataclass(frozen=True)
class CheckedEndorsement:
    """An endorsement that another party signed, of something of this school's.

    Attributes:
        data: as it came.
        credential_id, endorser, comment, official: what it says; all of it signed.
        target: what it is of.
        valid_from, valid_until: aware.
        names_content: whether it gives a digest of what it endorses.
    """

    data: bytes
    credential_id: str
    endorser: str
    comment: str
    official: str
    target: Target
    valid_from: datetime
    valid_until: datetime | None
    names_content: bool


def is_storable(name: str) -> bool:
    """Whether an id is short enough to be looked up by."""
    return 0 < len(name.encode("utf-8", "replace")) <= ID_BYTES


def issuer_target(did: str) -> Target:
    """An issuer by its DID.

    Raises:
        TargetUnreadable: that is no DID.
    """
    if not is_did(did) or "#" in did or "?" in did or not is_storable(did):
        raise TargetUnreadable(f"{did[:100]!r} is not the DID of an issuer.", _SEE)
    return Target(Kind.ISSUER, did)


def target_of(document: JsonObject) -> Target:
    """What a document is, by the types that it names.

    Raises:
        TargetUnreadable: it is nothing that can be endorsed, or has no id.
    """
    names = types_of(document)
    if "VerifiableCredential" in names:
        return _with_content(Kind.CREDENTIAL, document)
    if "Achievement" in names:
        return _with_content(Kind.ACHIEVEMENT, document)
    if "Profile" in names:
        return _profile(document)
    raise TargetUnreadable("The document is no credential, achievement or profile.", _SEE)


_SEE = "Name a credential, an Open Badges 3.0 Achievement, or an issuer by its DID or profile."


def _with_content(kind: Kind, document: JsonObject) -> Target:
    name = document.get("id")
    if not isinstance(name, str) or not is_url(name) or not is_storable(name):
        raise TargetUnreadable(f"The {kind} has no id by which it could be endorsed.", _SEE)
    return Target(kind, name, content_digest(document))


def _profile(document: JsonObject) -> Target:
    """A profile is endorsed as the one DID that it gives as its id or as an identifier."""
    entries = document.get("otherIdentifier", [])
    named = {
        str(entry.get("identifier"))
        for entry in (entries if isinstance(entries, list) else [entries])
        if isinstance(entry, dict)
    } | {str(document.get("id"))}
    dids = sorted(name for name in named if is_did(name))
    if len(dids) != 1:
        raise TargetUnreadable("The profile does not say which DID is its issuer's.", _SEE)
    return issuer_target(dids[0])
