"""JSON Web Signatures in their compact form (RFC 7515 §7.1), read strictly.

joserfc parses and verifies, and is not asked alone: it reads base64url and sizes strictly, but
takes a header with a member twice, and a ``crit`` that it happens to know. So a token passes
:func:`read` first, which leaves one meaning. joserfc signs with a key in memory only, where ours
may lie in hardware; so :func:`sign` puts the signing input together (§5.1) for any signer.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from joserfc import jwk, jws
from joserfc.errors import BadSignatureError, JoseError

from credentials import strict_json
from credentials.errors import (
    JoseAlgorithmRefused,
    JoseMalformed,
    JsonInvalid,
    JsonSurrogate,
    ProofInvalid,
    ProofMalformed,
    SuiteUnsupported,
)
from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits
from keys.errors import MultibaseInvalid
from keys.multibase import base64url_decode
from keys.public_key import KeyKind, PublicKey

MAX_TOKEN_CHARACTERS: Final = 14 * 1024 * 1024
"""Longest token: the largest JSON text that is read, in base64url, and a signature."""
MAX_HEADER_CHARACTERS: Final = 64 * 1024
"""Longest header; certificate chains, which are passed over, make them long."""
MAX_SIGNATURE_CHARACTERS: Final = 2048
"""Longest signature: an RSA key of 8,192 bits makes 1,366 characters."""
HEADER_LIMITS: Final = JsonLimits(max_bytes=MAX_HEADER_CHARACTERS, max_depth=8, max_values=200)

KINDS: Final[Mapping[str, KeyKind]] = MappingProxyType(
    {
        "ES256": KeyKind.P256,
        "ES384": KeyKind.P384,
        "ES512": KeyKind.P521,
        "EdDSA": KeyKind.ED25519,
        "Ed25519": KeyKind.ED25519,
        "RS256": KeyKind.RSA,
    }
)
"""The algorithms that are verified, each with the one kind of key it goes with."""
ALGORITHMS: Final[Mapping[KeyKind, str]] = MappingProxyType(
    {kind: name for name, kind in KINDS.items() if name != "Ed25519"}
)
"""What each kind of key signs with. Ed25519 goes by its older name, which all readers know."""
_FORBIDDEN = frozenset({"none", "HS256", "HS384", "HS512"})
_OWN_KEY_HEADERS = ("jwk", "jku", "x5c", "x5u")
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")


class _Registry(jws.JWSRegistry):
    """joserfc's rules with our sizes; headers that are not understood are passed over (§4)."""

    max_header_length = MAX_HEADER_CHARACTERS
    max_payload_length = MAX_TOKEN_CHARACTERS
    max_signature_length = MAX_SIGNATURE_CHARACTERS

    def get_alg(self, name: str) -> Any:
        """EdDSA is Ed25519 here, by the name that joserfc does not warn about (RFC 9864)."""
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


_REGISTRY = _Registry(algorithms=[*KINDS], strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Jws:
    """A signed token that is well formed. Nothing in it is to be believed before ``verify``.

    Attributes:
        text: as it came.
        header: the protected header.
        payload: the JSON object that is signed.
    """

    text: str
    header: JsonObject
    payload: JsonObject

    @property
    def algorithm(self) -> str:
        """``alg``: one of ``KINDS``."""
        return cast("str", self.header["alg"])

    @property
    def key_id(self) -> str | None:
        """``kid``, by which the issuer's own document is asked for the key."""
        return self.header.get("kid")

    @property
    def type(self) -> str | None:
        """``typ`` in lower case without ``application/`` (§4.1.9)."""
        return _short_type(self.header.get("typ"))

    @property
    def content_type(self) -> str | None:
        """``cty`` in the same form (§4.1.10)."""
        return _short_type(self.header.get("cty"))

    @property
    def has_own_key(self) -> bool:
        """Whether it brings a key, or says where to get one. That key is never used."""
        return any(name in self.header for name in _OWN_KEY_HEADERS)

    def verify(self, key: PublicKey) -> None:
        """Check the signature (RFC 7515 §5.2).

        Args:
            key: from the issuer's own document, never from the token.

        Raises:
            ProofInvalid: the key is of another kind than ``alg`` asks for, or does not fit.
            ProofMalformed: there is no signature that could be checked.
        """
        if key.kind != KINDS[self.algorithm]:
            raise ProofInvalid(
                f"The token says it is signed with {self.algorithm}, but its key is {key.kind}."
            )
        try:
            jws.deserialize_compact(self.text, jwk.import_key(key.to_jwk()), registry=_REGISTRY)
        except BadSignatureError as error:
            raise ProofInvalid("The signature of the token does not fit its content.") from error
        except (JoseError, ValueError) as error:
            raise ProofMalformed("The signature of the token cannot be checked.") from error


def read(text: object, limits: JsonLimits = strict_json.DEFAULT) -> Jws:
    """Take a compact token apart.

    Raises:
        JoseMalformed: not three parts of base64url, or a header that is not understood.
        JoseAlgorithmRefused: ``alg`` is ``none`` or a shared secret's.
        SuiteUnsupported: ``alg`` is of a kind that is not implemented.
        JsonInvalid, JsonTooLarge, JsonTooDeep, JsonDuplicateMember, JsonNotAnObject,
        JsonSurrogate: header or payload is not JSON of one meaning.
    """
    parts = _split(text)
    header = strict_json.loads(_decode(parts[0]), HEADER_LIMITS)
    _check_header(header)
    _decode(parts[2])
    return Jws(str(text), header, strict_json.loads(_decode(parts[1]), limits))


def sign(
    header: JsonObject, payload: JsonObject, *, sign: Callable[[bytes], bytes], kind: KeyKind
) -> str:
    """Make a compact token (RFC 7515 §5.1).

    Args:
        header: the protected header but ``alg``.
        payload: what is signed.
        sign: returns the raw signature (ECDSA: r and s) over the bytes it is given.
        kind: of the signer's key; it decides ``alg``.

    Raises:
        SuiteUnsupported: no algorithm for this kind of key.
        JsonInvalid, JsonSurrogate: the payload has no JSON form.
    """
    if kind not in ALGORITHMS:
        raise SuiteUnsupported(f"Tokens are not signed with keys of the kind {kind}.")
    parts = [encode_json({"alg": ALGORITHMS[kind], **header}), encode_json(payload)]
    signature = sign(".".join(parts).encode("ascii"))
    return ".".join([*parts, encode(signature)])


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def encode_json(value: JsonObject) -> str:
    """A JSON object in base64url.

    Raises:
        JsonInvalid: a number that JSON has no word for, or a value of no JSON kind.
        JsonSurrogate: half of a surrogate pair.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return encode(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise JsonSurrogate("A string holds half of a surrogate pair, which is no text.") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise JsonInvalid("The content of a token has no JSON form.") from error


def _split(text: object) -> tuple[str, str, str]:
    if not isinstance(text, str) or not text:
        raise JoseMalformed("A token has to be text.")
    if len(text) > MAX_TOKEN_CHARACTERS:
        raise JoseMalformed(f"A token is longer than {MAX_TOKEN_CHARACTERS:,} characters.")
    found = _COMPACT.fullmatch(text)
    if found is None:
        raise JoseMalformed(*_what_it_is(text))
    header, payload, signature = found.groups()
    if len(header) > MAX_HEADER_CHARACTERS or len(signature) > MAX_SIGNATURE_CHARACTERS:
        raise JoseMalformed("The header or the signature of a token is longer than any is.")
    return header, payload, signature


def _what_it_is(text: str) -> tuple[str, str]:
    """Sentence and remedy for a text that is no compact token."""
    if text.lstrip().startswith("{"):
        return "A token stands in JSON form.", "Send it in its compact form."
    if text.count(".") == 4:  # noqa: PLR2004 - RFC 7516 §3.1
        return "A token is encrypted.", "Send it signed, not encrypted."
    return "A token is not three parts of base64url, with a dot between.", ""


def _decode(part: str) -> bytes:
    try:
        return base64url_decode("u" + part)
    except MultibaseInvalid as error:
        raise JoseMalformed("A part of a token ends in stray bits.") from error


def _check_header(header: JsonObject) -> None:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        raise JoseMalformed("The header of a token names no algorithm.")
    for name in ("kid", "typ", "cty", "iss"):
        if not isinstance(header.get(name, ""), str):
            raise JoseMalformed(f"The header {name!r} of a token is not text.")
    if "crit" in header or header.get("b64", True) is not True:
        raise JoseMalformed("A token asks for an extension that is not supported.")
    if algorithm in _FORBIDDEN:
        raise JoseAlgorithmRefused(
            f"A token with the algorithm {algorithm!r} is signed by nobody in particular.",
            "Ask the issuer for one that is signed with the issuer's private key.",
        )
    if algorithm not in KINDS:
        raise SuiteUnsupported(f"Tokens signed with {algorithm[:40]!r} are not known.")


def _short_type(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if not value.isascii():
        return value
    return value.lower().removeprefix("application/")
