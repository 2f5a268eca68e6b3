"""Lists that name the withdrawn credentials: 1EdTech's, and those of Blockcerts issuers.

Such lists are not signed. That an issuer's signed credential, or the profile that the issuer
publishes, leads to them is all that speaks for them, so they have to name the same issuer or stand
on its host, and what they say is reported as the host's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urldefrag

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.strict_json import loads
from verifier.anchors import is_anchor
from verifier.errors import ListUnusable, ProfileMissing
from verifier.json_access import identifier, text
from verifier.names import host_of
from verifier.status.answers import REVOCATION, Answer
from verifier.status.errors import StatusEntryUnreadable
from verifier.subject import Subject

EDTECH = "1EdTechRevocationList"
BLOCKCERTS = "Blockcerts revocationList"
KEPT_LISTS = 4
"""Lists that are remembered, of 2 MiB each at the most."""
_MEMBERS = {EDTECH: "revokedCredential", BLOCKCERTS: "revokedAssertions"}
_REASON = "revocationReason"


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry whose list names what is withdrawn (Entry).

    Args:
        kind: EDTECH or BLOCKCERTS.
        url: where the list is, without a fragment.
        profile: id of the profile that names the list; empty where the credential itself does.
    """

    kind: str
    url: str
    profile: str = ""

    @property
    def purpose(self) -> str:
        """Such lists have no other."""
        return REVOCATION

    @property
    def details(self) -> dict[str, Any]:
        """See :class:`verifier.status.answers.Entry`."""
        return {"purpose": REVOCATION, "list": self.url, "signed": False}

    def look_up(self, subject: Subject) -> Answer:
        """See :class:`verifier.status.answers.Entry`."""
        name = subject.document.get("id")
        if not isinstance(name, str) or not name:
            raise ListUnusable("The record has no id by which a list could name it.")
        limit = subject.settings.max_status_list_bytes
        data = subject.ports.documents.fetch(self.url, max_bytes=limit)
        issuer, revoked = _read(data, self.kind)
        self._check_issuer(issuer, subject)
        return _answer(revoked[name]) if name in revoked else Answer(False, is_signed=False)

    def _check_issuer(self, named: str, subject: Subject) -> None:
        """The list names the same issuer, or nobody and stands on the issuer's host."""
        if named and named in {subject.issuer_id, self.profile}:
            return
        home = {_host(subject.issuer_id), _host(self.profile)} - {""}
        if _host(self.url) not in home or (named and _host(named) not in home):
            raise ListUnusable("The list is another issuer's.")


def revocation_list_entry(node: JsonObject) -> NamedEntry:
    """Read a 1EdTechRevocationList entry (1EdTech Revocation List Status Method 1.0).

    Raises:
        StatusEntryUnreadable: it does not say where its list is.
    """
    url = _without_fragment(text(node, "id"))
    if not url:
        raise StatusEntryUnreadable("it does not say where its list is.")
    return NamedEntry(EDTECH, url)


def issuer_list(subject: Subject) -> NamedEntry | None:
    """The list that a Blockcerts issuer's profile names (Blockcerts, ``revocationList``).

    Asked for only where a credential is anchored and has no status of its own.

    Raises:
        TouchstoneError: the profile could not be had, so nobody knows whether it names one.
    """
    if not any(is_anchor(proof) for proof in subject.proofs):
        return None
    try:
        profile = subject.issuer_profile
    except ProfileMissing:
        return None
    if profile.get("revocationList") is None:
        return None
    url = _without_fragment(text(profile, "revocationList"))
    if not url:
        raise ListUnusable("The issuer's profile does not say where its list is.")
    return NamedEntry(BLOCKCERTS, url, profile=text(profile, "id"))


@lru_cache(maxsize=KEPT_LISTS)
def _read(data: bytes, kind: str) -> tuple[str, Mapping[str, JsonObject]]:
    """The issuer that a list names, and its entries by the credential's id.

    Raises:
        ListUnusable: it is no such list.
        TouchstoneError: it is no JSON.
    """
    document = loads(data)
    entries = document.get(_MEMBERS[kind])
    if not isinstance(entries, list):
        raise ListUnusable(f"It has no array {_MEMBERS[kind]!r}.")
    revoked: dict[str, JsonObject] = {}
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            raise ListUnusable("One of its entries has no id.")
        # Listed twice, once as not withdrawn: what is withdrawn stays so.
        if name not in revoked or revoked[name].get("revoked", True) is False:
            revoked[name] = entry
    return identifier(document.get("issuer")), revoked


def _answer(entry: JsonObject) -> Answer:
    """What an entry says. Being named is being withdrawn, unless it says ``"revoked": false``."""
    revoked = entry.get("revoked", True)
    if revoked is False:
        return Answer(False, is_signed=False)
    since = None if revoked is True else _moment(revoked)
    return Answer(True, reason=text(entry, _REASON), since=since, is_signed=False)


def _moment(revoked: Any) -> datetime:
    try:
        return parse_date_time_stamp(revoked)
    except ValueError as error:
        raise ListUnusable("It does not say whether it has withdrawn the record.") from error


def _without_fragment(url: str) -> str:
    try:
        found: str = urldefrag(url).url
    except ValueError:
        return ""
    return found if "://" in found else ""


def _host(name: str) -> str:
    """Host and port of a URL or a did:web; empty for what has none."""
    if "://" not in name and not name.startswith("did:web:"):
        return ""
    return host_of(name).partition("/")[0].lower()
