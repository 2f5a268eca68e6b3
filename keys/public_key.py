"""Public keys: they verify, and never sign (see keys.signers for the other half).

Ed25519 is read more strictly than RFC 8032 asks, because lax keys let strangers forge: a point of
small order verifies signatures that nobody made.
"""

import base64
from dataclasses import dataclass
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import MultibaseInvalid, PublicKeyInvalid, SignatureInvalid
from keys.multibase import base58btc_decode, base58btc_encode, base64url_decode

ED25519_MULTICODEC = b"\xed\x01"
"""Multicodec header of an Ed25519 public key (Controlled Identifiers 1.0, §2.2.2 Multikey)."""
ED25519_BYTES = 32
ED25519_SIGNATURE_BYTES = 64
_FIELD_PRIME = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y coordinates of the eight points of small order on edwards25519 (RFC 7748 §4.1)."""


def _check_ed25519_point(raw: bytes) -> None:
    """Refuse encodings that are not canonical and points of small order."""
    if len(raw) != ED25519_BYTES:
        raise PublicKeyInvalid(f"An Ed25519 key has {len(raw)} bytes instead of {ED25519_BYTES}.")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _FIELD_PRIME:
        raise PublicKeyInvalid("An Ed25519 key is not in canonical form.")
    if y in _SMALL_ORDER_Y:
        raise PublicKeyInvalid("An Ed25519 key is a point of small order, which anyone can forge.")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key.

    Args:
        raw: the 32-byte compressed point (RFC 8032 §5.1.2).

    Raises:
        PublicKeyInvalid: wrong length, not canonical, small order.
    """

    raw: bytes

    def __post_init__(self) -> None:
        _check_ed25519_point(self.raw)

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """Read a ``publicKeyMultibase`` value (Controlled Identifiers 1.0 §2.2.2).

        Raises:
            PublicKeyInvalid: not base58btc, not an Ed25519 key, or unsafe.
        """
        try:
            data = base58btc_decode(text, max_characters=1024)
        except MultibaseInvalid as error:
            raise PublicKeyInvalid(f"A public key is not multibase: {error.sentence}") from error
        if data[:2] != ED25519_MULTICODEC:
            raise PublicKeyInvalid(
                "A public key is not of the Ed25519 kind.", "Other kinds are not read yet."
            )
        return cls(data[2:])

    @classmethod
    def from_jwk(cls, jwk: object) -> Self:
        """Read an OKP JSON Web Key (RFC 8037 §2).

        Raises:
            PublicKeyInvalid: another kind of key, or a malformed one.
        """
        if not isinstance(jwk, dict) or jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
            raise PublicKeyInvalid("A JSON Web Key is not of the Ed25519 kind.")
        if "d" in jwk:
            raise PublicKeyInvalid("A JSON Web Key that should be public holds a private key.")
        x = jwk.get("x")
        if not isinstance(x, str):
            raise PublicKeyInvalid("A JSON Web Key lacks its member 'x'.")
        try:
            raw = base64url_decode("u" + x)
        except MultibaseInvalid as error:
            raise PublicKeyInvalid("The member 'x' of a JSON Web Key is not base64url.") from error
        return cls(raw)

    def to_multikey(self) -> str:
        """This key as a ``publicKeyMultibase`` value."""
        return base58btc_encode(ED25519_MULTICODEC + self.raw)

    def to_jwk(self) -> dict[str, Any]:
        """This key as a JSON Web Key (RFC 8037 §2)."""
        x = base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode("ascii")
        return {"kty": "OKP", "crv": "Ed25519", "x": x}

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check an Ed25519 signature (RFC 8032 §5.1.7).

        Raises:
            SignatureInvalid: wrong length, S out of range, or the signature does not fit.
        """
        if len(signature) != ED25519_SIGNATURE_BYTES:
            raise SignatureInvalid(
                f"A signature has {len(signature)} bytes instead of {ED25519_SIGNATURE_BYTES}."
            )
        if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
            raise SignatureInvalid("A signature is not in canonical form.")
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise SignatureInvalid("The signature does not fit the content and the key.") from error
