"""What an endorsement binds: whom or what it names, and the content that it was given for.

An EndorsementCredential of Open Badges 3.0 names what it endorses by its id, and an id says
nothing about content. VC 2.0 §5.3 lets any object with an id be annotated with a digest; here that
object is the endorsement's subject. The digest covers the canonical JSON (RFC 8785) of what is
endorsed, without its proofs, which come after it, and without endorsements, which come after those.
"""

import base64
import hashlib
from typing import Final

from credentials.json_types import JsonObject
from credentials.models.related_resource import Digest, read_digests
from credentials.models.rules import as_list, types_of
from credentials.proofs.unsecured import canonical_json

TYPE: Final = "EndorsementCredential"
DIGEST_MEMBER: Final = "digestSRI"
OUTSIDE: Final = frozenset({"proof", "endorsement", "endorsementJwt"})
"""Members that the digest does not cover: each can be added after an endorsement was given."""
_RECORDS: Final = frozenset({"OpenBadgeCredential", "AchievementCredential", "ClrCredential"})
_HASHES: Final = ("sha256", "sha384", "sha512")


def is_endorsement(document: JsonObject) -> bool:
    """Whether a credential says that it endorses, and not that it is a record as well."""
    names = types_of(document)
    return TYPE in names and _RECORDS.isdisjoint(names)


def content_digest(node: JsonObject) -> str:
    """``digestSRI`` of a credential, an achievement or a profile, as JSON object.

    Raises:
        JsonSurrogate and its kin: the object has no canonical JSON.
    """
    digest = base64.b64encode(hashlib.sha256(_content(node)).digest()).decode("ascii")
    return f"sha256-{digest}"


def content_digests(node: JsonObject) -> frozenset[Digest]:
    """The digests of an object by every hash function that is read.

    Raises:
        JsonSurrogate and its kin: the object has no canonical JSON.
    """
    content = _content(node)
    return frozenset((name, hashlib.new(name, content).digest()) for name in _HASHES)


def endorsed_digests(endorsement: JsonObject, endorsed: str) -> list[Digest]:
    """The digests that an endorsement gives for what it names; none if it names it by id alone.

    Args:
        endorsement: an EndorsementCredential.
        endorsed: the id of what it endorses.

    Raises:
        ValueError: what stands in the place of a digest is none.
    """
    annotated = [
        node
        for member in ("credentialSubject", "relatedResource")
        for node in as_list(endorsement.get(member, []))
        if isinstance(node, dict) and node.get("id") == endorsed
    ]
    return [digest for node in annotated for digest in read_digests(node)]


def _content(node: JsonObject) -> bytes:
    return canonical_json({name: value for name, value in node.items() if name not in OUTSIDE})
