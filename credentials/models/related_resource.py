"""Digests of related resources (VC 2.0 §5.3 Integrity of Related Resources).

Nothing is fetched: a digest is compared where the resource is one whose bytes are known, which are
the contexts that this project bundles. All others only have to be digests.
"""

import base64
import binascii
from collections.abc import Iterator
from functools import cache

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, items, point
from keys.errors import MultibaseInvalid
from keys.multibase import base58btc_decode, base64url_decode
from schemas import served_digests

_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
_MULTIHASH = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
Digest = tuple[str, bytes]
"""The name of a hash function (as in Subresource Integrity) and what it gave."""


def related_resource_problems(document: JsonObject, at: str = "") -> list[Problem]:
    """What is wrong with the related resources of a document whose members are as they should."""
    found: list[Problem] = []
    seen: set[str] = set()
    for place, resource in items(document, "relatedResource"):
        if resource["id"] in seen:
            found.append(Problem(f"{at}{place}/id", "A related resource is named twice."))
        seen.add(resource["id"])
        if not {"digestSRI", "digestMultibase"} & set(resource):
            found.append(Problem(at + place, "A related resource has to have a digest."))
        found += _digest_problems(resource, at + place)
    return found


def read_digests(node: JsonObject) -> list[Digest]:
    """The digests by which any object with an id may be annotated (§5.3); none if it has none.

    Raises:
        ValueError: what stands in the place of a digest is none.
    """
    found = []
    for member in ("digestSRI", "digestMultibase"):
        for text in as_list(node.get(member, [])):
            if not isinstance(text, str):
                raise ValueError(member)  # noqa: TRY004 - of what is read, and not of an argument
            read = _read_sri if member == "digestSRI" else _read_multibase
            found += [read(part) for part in _parts(member, text)]
    return found


def _digest_problems(resource: JsonObject, at: str) -> list[Problem]:
    known = _known(resource["id"])
    found = []
    for member, text in _digests(resource):
        try:
            digest = _read_sri(text) if member == "digestSRI" else _read_multibase(text)
        except ValueError:
            found.append(Problem(at + point(member), "This is not a digest."))
            continue
        comparable = {value for name, value in known if name == digest[0]}
        if comparable and digest[1] not in comparable:
            sentence = f"This is not the digest of {resource['id']}."
            found.append(Problem(at + point(member), sentence))
    return found


def _digests(resource: JsonObject) -> Iterator[tuple[str, str]]:
    for member in ("digestSRI", "digestMultibase"):
        for text in as_list(resource.get(member, [])):
            yield from ((member, part) for part in _parts(member, text))


def _parts(member: str, text: str) -> list[str]:
    """Subresource Integrity allows several digests in one text; all of them are looked at."""
    return (text.split() or [""]) if member == "digestSRI" else [text]


@cache
def _known(url: str) -> frozenset[Digest]:
    return frozenset(_read_sri(text) for text in served_digests(url))


def _read_sri(text: str) -> Digest:
    """A digest as in Subresource Integrity §3.1, such as ``sha384-…``.

    The W3C's own examples put the multibase header ``M`` before the base64; with it the text has a
    length that base64 cannot have, so it is read and taken for nothing else.
    """
    name, _, encoded = text.partition("-")
    size = _BYTES.get(name, 0)
    encoded = encoded.partition("?")[0]
    if encoded.startswith("M") and len(encoded) == 4 * -(-size // 3) + 1:
        encoded = encoded[1:]
    try:
        value = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if not size or len(value) != size:
        raise ValueError(text)
    return name, value


def _read_multibase(text: str) -> Digest:
    """A digest in multibase: a multihash, or as the test suites have it a bare SHA-256."""
    try:
        value = base58btc_decode(text) if text.startswith("z") else base64url_decode(text)
    except MultibaseInvalid as error:
        raise ValueError(text) from error
    if len(value) == _BYTES["sha256"]:
        return "sha256", value
    name = _MULTIHASH.get(value[:2], "")
    if len(value) - 2 != _BYTES.get(name):
        raise ValueError(text)
    return name, value[2:]
