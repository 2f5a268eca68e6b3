"""Selective disclosure: what an issuer committed to and what a holder shows (RFC 9901 §4.2, §7.1).

The verifier of the sd-jwt library is not used. On a stranger's input it raises whatever Python
raises, takes JSON with a member twice, passes over disclosures that nothing refers to and digests
that stand twice in arrays, and looks each digest up in a list, which is quadratic.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from credentials import strict_json
from credentials.errors import DisclosureInvalid
from credentials.jose.compact import encode
from credentials.json_types import JsonObject
from credentials.models.rules import point
from keys.errors import MultibaseInvalid
from keys.multibase import base64url_decode

DIGESTS: Final = "_sd"
ALGORITHM: Final = "_sd_alg"
ELEMENT: Final = "..."
LIMITS: Final = strict_json.JsonLimits(max_bytes=1024 * 1024, max_values=5_000)
"""What is read of one disclosure at the most."""
RESERVED: Final = frozenset({DIGESTS, ALGORITHM, ELEMENT})
MAX_DISCLOSURES: Final = 1_000
MAX_DEPTH: Final = 64
"""Objects and arrays within each other once everything disclosed is in its place."""
_HASHES: Final = MappingProxyType(
    {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
)
_OF_AN_ELEMENT, _OF_A_MEMBER = 2, 3


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One value that a holder may show or keep back.

    Attributes:
        text: as it travels: base64url of a JSON array.
        pointer: where its value stands once everything given is disclosed (RFC 6901).
        within: the texts of the disclosures that its value stands in, outermost first.
    """

    text: str
    pointer: str
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """The claims with everything disclosed in its place.

    Attributes:
        claims: without digests.
        disclosures: in the order in which their values stand.
    """

    claims: JsonObject
    disclosures: tuple[Disclosure, ...]


def reveal(payload: JsonObject, texts: Sequence[str]) -> Revealed:
    """Put disclosed values where the issuer committed to them (RFC 9901 §7.1, steps 2 to 5).

    Args:
        payload: of the issuer-signed token.
        texts: the disclosures.

    Raises:
        DisclosureInvalid: malformed, of an unknown hash, given or referred to twice, referred to
            by nothing, or naming a claim that is there already.
        JsonInvalid, JsonTooLarge, JsonTooDeep, JsonDuplicateMember, JsonSurrogate: a disclosure
            is not JSON of one meaning.
    """
    digest_of = hash_of(payload)
    if len(texts) > MAX_DISCLOSURES:
        raise DisclosureInvalid(f"There are more than {MAX_DISCLOSURES} disclosures.")
    given: dict[str, _Given] = {}
    for text in texts:
        digest = digest_of(text)
        if digest in given:
            raise DisclosureInvalid("A disclosure is given twice.")
        given[digest] = _read(text)
    walk = _Walk(given)
    top = {name: value for name, value in payload.items() if name != ALGORITHM}
    claims = walk.members(top, (), ())
    if len(walk.found) != len(given):
        raise DisclosureInvalid("A disclosure is given that the issuer did not commit to.")
    return Revealed(claims, tuple(walk.found))


def hash_of(payload: JsonObject) -> Callable[[str], str]:
    """The hash that a token uses for its digests: text in, base64url out (RFC 9901 §4.1.1).

    Raises:
        DisclosureInvalid: ``_sd_alg`` names none that is known.
    """
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in _HASHES:
        raise DisclosureInvalid(f"Digests of the kind {str(name)[:40]!r} are not known.")
    digest = _HASHES[name]
    return lambda text: encode(digest(text.encode("ascii")).digest())


@dataclass(frozen=True, slots=True)
class _Given:
    text: str
    name: str | None
    value: Any


def _read(text: str) -> _Given:
    try:
        content = strict_json.loads_value(base64url_decode("u" + text), LIMITS)
    except MultibaseInvalid as error:
        raise DisclosureInvalid("A disclosure is not base64url.") from error
    parts = content if isinstance(content, list) else []
    if len(parts) not in (_OF_AN_ELEMENT, _OF_A_MEMBER) or not isinstance(parts[0], str):
        raise DisclosureInvalid("A disclosure is not an array of salt, name and value.")
    if len(parts) == _OF_AN_ELEMENT:
        return _Given(text, None, parts[1])
    if not isinstance(parts[1], str) or parts[1] in RESERVED:
        raise DisclosureInvalid("A disclosure does not name a claim.")
    return _Given(text, parts[1], parts[2])


@dataclass(slots=True)
class _Walk:
    """One pass over the payload, entering each disclosure where it is referred to."""

    given: dict[str, _Given]
    seen: set[str] = field(default_factory=set)
    found: list[Disclosure] = field(default_factory=list)

    def value(self, value: Any, at: tuple[object, ...], within: tuple[str, ...]) -> Any:
        if len(at) + len(within) > MAX_DEPTH:
            raise DisclosureInvalid(f"The claims are nested deeper than {MAX_DEPTH} levels.")
        if isinstance(value, dict):
            return self.members(value, at, within)
        if isinstance(value, list):
            return self.elements(value, at, within)
        return value

    def members(
        self, value: JsonObject, at: tuple[object, ...], within: tuple[str, ...]
    ) -> JsonObject:
        if ELEMENT in value or ALGORITHM in value:
            raise DisclosureInvalid("A claim has a name that is reserved for digests.")
        digests = value.get(DIGESTS, [])
        if not isinstance(digests, list):
            raise DisclosureInvalid("Digests are not given as an array.")
        result = {
            name: self.value(member, (*at, name), within)
            for name, member in value.items()
            if name != DIGESTS
        }
        for digest in digests:
            given = self.take(digest)
            if given is None:
                continue
            if given.name is None or given.name in result:
                raise DisclosureInvalid("A disclosure names no claim, or one that is there.")
            result[given.name] = self.enter(given, (*at, given.name), within)
        return result

    def elements(
        self, values: list[Any], at: tuple[object, ...], within: tuple[str, ...]
    ) -> list[Any]:
        result: list[Any] = []
        for value in values:
            place = (*at, len(result))
            if not isinstance(value, dict) or set(value) != {ELEMENT}:
                result.append(self.value(value, place, within))
                continue
            given = self.take(value[ELEMENT])
            if given is None:
                continue
            if given.name is not None:
                raise DisclosureInvalid("A disclosure of a claim stands for an array's element.")
            result.append(self.enter(given, place, within))
        return result

    def take(self, digest: object) -> _Given | None:
        """The disclosure with this digest; None if it is kept back, or there never was one."""
        if not isinstance(digest, str):
            raise DisclosureInvalid("A digest is not text.")
        if digest in self.seen:
            raise DisclosureInvalid("A digest stands twice in a token.")
        self.seen.add(digest)
        return self.given.get(digest)

    def enter(self, given: _Given, at: tuple[object, ...], within: tuple[str, ...]) -> Any:
        self.found.append(Disclosure(given.text, point(*at), within))
        return self.value(given.value, at, (*within, given.text))
