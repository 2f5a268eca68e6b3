"""Open Badges 2.0 assertions, read and shown as what they are (OB 2.0 §Assertion).

An older badge is not a verifiable credential. A hosted one is a page of its host: that it can be
fetched means that the host says so today, and nothing more. A signed one is a JWS whose key is
again a page of its issuer. Nothing is fetched here.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from credentials.errors import Problem, StructureInvalid
from credentials.jose import compact
from credentials.jose.compact import Jws
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, is_url, moment, types_of

CONTEXTS = frozenset(
    {"https://w3id.org/openbadges/v2", "https://openbadgespec.org/v2/context.json"}
)
MAX_EVIDENCE = 50
"""Pieces of evidence of one badge that are shown."""


class Verification(StrEnum):
    """How the issuer says that a badge is verified (§VerificationObject)."""

    HOSTED = "hosted"
    SIGNED = "signed"


_VERIFICATION_TYPES = {
    "HostedBadge": Verification.HOSTED,
    "hosted": Verification.HOSTED,
    "SignedBadge": Verification.SIGNED,
    "signed": Verification.SIGNED,
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who earned it: an identity in the clear, or its salted hash (§IdentityObject).

    Attributes:
        kind: the type of the identity, such as ``email``.
        identity: the text itself, or if hashed ``sha256$`` and 64 hexadecimal digits.
        salt: appended to the identity before it was hashed.
    """

    kind: str
    identity: str
    hashed: bool
    salt: str

    def is_for(self, identity: str) -> bool:
        """Whether ``identity`` (an e-mail address) is meant; of hashes, only SHA-256 can say so."""
        if not self.hashed:
            return self.identity == identity
        digest = hashlib.sha256((identity + self.salt).encode("utf-8", "replace")).hexdigest()
        return hmac.compare_digest(self.identity.lower().encode(), f"sha256${digest}".encode())


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issued it, as far as the badge says (§Profile); empty where only its URL is given."""

    url: str
    name: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class BadgeClass:
    """What was earned (§BadgeClass); all but ``url`` empty where only its URL is given."""

    url: str
    name: str = ""
    description: str = ""
    criteria: str = ""
    issuer: Issuer | None = None
    alignments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence: a URL, or a narrative, or both."""

    url: str
    name: str = ""
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An older badge, as it stands; nothing of it has been verified.

    Attributes:
        url: where a hosted one is said to live; a signed one may have a ``urn:uuid:`` instead.
        creator: URL of the key that signed it, where it says so.
        revoked: it says of itself that it has been withdrawn.
    """

    url: str
    recipient: Recipient
    badge: BadgeClass
    verification: Verification
    creator: str
    issued_on: datetime
    expires: datetime | None
    evidence: tuple[Evidence, ...]
    narrative: str
    revoked: bool


def is_assertion(document: JsonObject) -> bool:
    """Whether a document says that it is an Open Badges 2.0 assertion."""
    contexts = as_list(document.get("@context"))
    known = any(isinstance(entry, str) and entry in CONTEXTS for entry in contexts)
    return known and "Assertion" in types_of(document)


def read_assertion(document: JsonObject) -> Assertion:
    """The members of an Open Badges 2.0 assertion.

    Raises:
        StructureInvalid: with every problem found.
    """
    reader = _Reader()
    if not is_assertion(document):
        reader.wrong("/type", "This is not an Open Badges 2.0 assertion.")
    verification = reader.node(document, "verification", "")
    named = next((name for name in types_of(verification) if name in _VERIFICATION_TYPES), None)
    if named is None:
        reader.wrong("/verification/type", "The verification has to be hosted or signed.")
    found = Assertion(
        url=reader.url(document, "id", ""),
        recipient=_recipient(reader, document),
        badge=_badge(reader, document),
        verification=_VERIFICATION_TYPES.get(named or "", Verification.HOSTED),
        creator=reader.text(verification, "creator", "/verification"),
        issued_on=reader.date(document, "issuedOn") or datetime.min,  # noqa: DTZ901 - refused below
        expires=reader.date(document, "expires") if "expires" in document else None,
        evidence=_evidence(reader, document),
        narrative=reader.text(document, "narrative", ""),
        revoked=reader.flag(document, "revoked", ""),
    )
    if reader.problems:
        raise StructureInvalid(reader.problems)
    return found


def read_signed(token: str) -> tuple[Assertion, Jws]:
    """The assertion in a compact JWS, not verified: the key is the issuer's to publish.

    Raises:
        JoseMalformed, JoseAlgorithmRefused, SuiteUnsupported, Json…: see ``jose.compact.read``.
        StructureInvalid: the payload is not an assertion, or not one that is verified by signature.
    """
    jws = compact.read(token)
    assertion = read_assertion(jws.payload)
    if assertion.verification is not Verification.SIGNED:
        sentence = "A badge in a signed form has to say that it is signed."
        raise StructureInvalid([Problem("/verification/type", sentence)])
    return assertion, jws


class _Reader:
    """Reads members and notes what is wrong; what it gives is of the right type in any case."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, pointer: str, sentence: str) -> None:
        self.problems.append(Problem(pointer, sentence))

    def node(self, node: JsonObject, member: str, at: str) -> JsonObject:
        value = node.get(member)
        if isinstance(value, dict):
            return value
        self.wrong(f"{at}/{member}", "This has to be an object.")
        return {}

    def text(self, node: JsonObject, member: str, at: str, *, required: bool = False) -> str:
        value = node.get(member, "")
        if isinstance(value, str) and (value or not required):
            return value
        self.wrong(f"{at}/{member}", "This has to be text.")
        return ""

    def url(self, node: JsonObject, member: str, at: str) -> str:
        value = node.get(member)
        if isinstance(value, str) and is_url(value):
            return value
        self.wrong(f"{at}/{member}", "This has to be an absolute URL.")
        return ""

    def flag(self, node: JsonObject, member: str, at: str) -> bool:
        value = node.get(member, False)
        if isinstance(value, bool):
            return value
        self.wrong(f"{at}/{member}", "This has to be true or false.")
        return False

    def date(self, node: JsonObject, member: str) -> datetime | None:
        found = moment(node.get(member))
        if found is None:
            self.wrong(f"/{member}", "A date has to have the form 2026-06-30T12:00:00Z.")
        return found


def _recipient(reader: _Reader, document: JsonObject) -> Recipient:
    recipient, at = reader.node(document, "recipient", ""), "/recipient"
    return Recipient(
        kind=next(iter(types_of(recipient)), ""),
        identity=reader.text(recipient, "identity", at, required=True),
        hashed=reader.flag(recipient, "hashed", at),
        salt=reader.text(recipient, "salt", at),
    )


def _badge(reader: _Reader, document: JsonObject) -> BadgeClass:
    if isinstance(document.get("badge"), str):
        return BadgeClass(reader.url(document, "badge", ""))
    badge, at = reader.node(document, "badge", ""), "/badge"
    return BadgeClass(
        url=badge["id"] if is_url(badge.get("id")) else "",
        name=reader.text(badge, "name", at, required=True),
        description=reader.text(badge, "description", at),
        criteria=_criteria(reader, badge),
        issuer=_issuer(reader, badge),
        alignments=tuple(_alignments(badge)),
    )


def _criteria(reader: _Reader, badge: JsonObject) -> str:
    """The narrative, or else the URL."""
    criteria = badge.get("criteria", "")
    if isinstance(criteria, str):
        return criteria
    criteria = reader.node(badge, "criteria", "/badge")
    narrative = reader.text(criteria, "narrative", "/badge/criteria")
    return narrative or reader.text(criteria, "id", "/badge/criteria")


def _issuer(reader: _Reader, badge: JsonObject) -> Issuer:
    if isinstance(badge.get("issuer"), str):
        return Issuer(reader.url(badge, "issuer", "/badge"))
    issuer, at = reader.node(badge, "issuer", "/badge"), "/badge/issuer"
    return Issuer(
        url=reader.text(issuer, "id", at),
        name=reader.text(issuer, "name", at, required=True),
        website=reader.text(issuer, "url", at),
    )


def _alignments(badge: JsonObject) -> list[str]:
    found = (
        entry.get("targetName") for entry in as_list(badge.get("alignment")) if _is_node(entry)
    )
    return [name for name in found if isinstance(name, str)]


def _evidence(reader: _Reader, document: JsonObject) -> tuple[Evidence, ...]:
    found = []
    for entry in as_list(document.get("evidence", []))[:MAX_EVIDENCE]:
        if isinstance(entry, str):
            found.append(Evidence(entry))
        elif _is_node(entry):
            texts = (reader.text(entry, name, "/evidence") for name in ("id", "name", "narrative"))
            found.append(Evidence(*texts))
        else:
            reader.wrong("/evidence", "Evidence has to be a URL or an object.")
    return tuple(found)


def _is_node(value: Any) -> bool:
    return isinstance(value, dict)
