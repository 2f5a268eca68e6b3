"""Public keys: they verify, and never sign (see keys.signers for the other half).

Read from a Multikey or a JSON Web Key; what is read is checked in keys.points.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.errors import MultibaseInvalid, PublicKeyInvalid, PublicKeyKindUnknown, SignatureInvalid
from keys.jwk import read_jwk, write_jwk
from keys.kinds import CURVES, ED25519_MULTICODEC, MULTICODECS, Curve, KeyKind
from keys.multibase import base58btc_decode, base58btc_encode
from keys.points import ED25519_BYTES, load

__all__ = ["ED25519_BYTES", "ED25519_MULTICODEC", "KeyKind", "PublicKey"]

ED25519_SIGNATURE_BYTES = 64
_ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
_MAX_MULTIKEY_CHARACTERS = 128
"""The longest, P-521, has 95."""
_HEADERS = {kind: header for header, kind in MULTICODECS.items()}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that verifies signatures.

    Args:
        raw: Ed25519: the 32-byte compressed point (RFC 8032 §5.1.2); P-256, P-384, P-521,
            secp256k1: the compressed point (SEC 1 §2.3.3); RSA: DER SubjectPublicKeyInfo.
        kind: which of them.

    Raises:
        PublicKeyInvalid: wrong length, not canonical, off the curve, or unsafe.
    """

    raw: bytes
    kind: KeyKind = KeyKind.ED25519

    def __post_init__(self) -> None:
        if not isinstance(self.raw, bytes):
            raise PublicKeyInvalid("A public key is not made of bytes.")
        load(self.kind, self.raw)

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """Read a ``publicKeyMultibase`` value (Controlled Identifiers 1.0 §2.2.2).

        Raises:
            PublicKeyInvalid: not base58btc, of a kind that is not read, or unsafe.
        """
        if not isinstance(text, str):
            raise PublicKeyInvalid("A public key that must be multibase is no text.")
        kind, raw = _read_multikey(text)
        return cls(raw, kind)

    @classmethod
    def from_jwk(cls, jwk: object) -> Self:
        """Read a JSON Web Key (RFC 7517 §4); its ``kid`` is passed over.

        Raises:
            PublicKeyInvalid: malformed, private, of another kind, or not meant for signatures.
        """
        kind, raw = read_jwk(jwk)
        return cls(raw, kind)

    def to_multikey(self) -> str:
        """This key as a ``publicKeyMultibase`` value.

        Raises:
            PublicKeyInvalid: an RSA key, which has no such form.
        """
        if self.kind not in _HEADERS:
            raise PublicKeyInvalid(f"A key of the kind {self.kind} has no Multikey.")
        return base58btc_encode(_HEADERS[self.kind] + self.raw)

    def to_jwk(self) -> dict[str, Any]:
        """This key as a JSON Web Key with its required members only."""
        return write_jwk(self.kind, self.raw)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check a signature over ``data``.

        Ed25519: 64 bytes (RFC 8032 §5.1.7). Curves: r then s, each of the field's length, over
        the SHA-2 hash that belongs to the curve (RFC 7518 §3.4). RSA: PKCS #1 v1.5 with SHA-256
        (RFC 7518 §3.3).

        Raises:
            SignatureInvalid: wrong length, a number out of range, or it does not fit.
        """
        key = load(self.kind, self.raw)
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(_canonical_ed25519(signature), data)
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                curve = CURVES[self.kind]
                key.verify(_dss(signature, curve), data, ec.ECDSA(curve.hash_algorithm))
        except (InvalidSignature, ValueError) as error:
            raise SignatureInvalid("The signature does not fit the content and the key.") from error


@lru_cache(maxsize=256)
def _read_multikey(text: str) -> tuple[KeyKind, bytes]:
    """The kind and bytes that a Multikey spells: most documents of a school name the same few.

    Raises:
        PublicKeyInvalid: not base58btc, or of a kind that is not read.
    """
    try:
        data = base58btc_decode(text, max_characters=_MAX_MULTIKEY_CHARACTERS)
    except MultibaseInvalid as error:
        raise PublicKeyInvalid(f"A public key is not multibase: {error.sentence}") from error
    kind = MULTICODECS.get(data[:2])
    if kind is None:
        raise PublicKeyKindUnknown(
            "A public key is of a kind that is not read.",
            f"Read are: {', '.join(_HEADERS)}.",
        )
    return kind, data[2:]


def _canonical_ed25519(signature: bytes) -> bytes:
    """The signature itself, with S below the order of the group."""
    _check_length(signature, ED25519_SIGNATURE_BYTES)
    if int.from_bytes(signature[32:], "little") >= _ED25519_ORDER:
        raise SignatureInvalid("A signature is not in canonical form.")
    return signature


def _dss(signature: bytes, curve: Curve) -> bytes:
    """The DER form of r and s, both from 1 to n-1 (FIPS 186-5 §6.4.2)."""
    size = curve.coordinate_bytes
    _check_length(signature, 2 * size)
    r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    if not (0 < r < curve.order and 0 < s < curve.order):
        raise SignatureInvalid("A signature holds a number that is out of range.")
    return encode_dss_signature(r, s)


def _check_length(signature: bytes, size: int) -> None:
    if len(signature) != size:
        raise SignatureInvalid(f"A signature has {len(signature)} bytes instead of {size}.")
