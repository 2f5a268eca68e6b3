"""The kinds of public key that are read: Ed25519, four elliptic curves, RSA.

What the standards fix for each kind stands here once: the multicodec header of its Multikey, the
names of its JSON Web Key, the prime of its field, the order of its group and the hash it signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ED25519_MULTICODEC = b"\xed\x01"
"""Multicodec header of an Ed25519 public key (Controlled Identifiers 1.0, §2.2.2 Multikey)."""


class KeyKind(StrEnum):
    """A kind of key, by the name of its curve (RFC 7518 §7.6, RFC 8037 §5, RFC 8812 §4.4)."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"
    SECP256K1 = "secp256k1"
    RSA = "RSA"


@dataclass(frozen=True, slots=True)
class Curve:
    """A short Weierstrass curve of prime order (SEC 2 §2): every point but infinity is safe.

    Args:
        multicodec: header of its Multikey (Controlled Identifiers 1.0 §2.2.2).
        field: the prime p of its field: coordinates are below it.
        order: the prime n of its group: r and s are from 1 to n-1.
        hash_algorithm: what its signatures are made over (RFC 7518 §3.4, RFC 8812 §3.2).
    """

    name: KeyKind
    multicodec: bytes
    curve: ec.EllipticCurve
    field: int
    order: int
    hash_algorithm: hashes.HashAlgorithm

    @property
    def coordinate_bytes(self) -> int:
        """The length of a coordinate, and of r and of s: 32, 48 or 66 bytes."""
        return (self.field.bit_length() + 7) // 8


CURVES: Mapping[KeyKind, Curve] = MappingProxyType(
    {
        KeyKind.P256: Curve(
            KeyKind.P256,
            b"\x80\x24",
            ec.SECP256R1(),
            2**256 - 2**224 + 2**192 + 2**96 - 1,
            0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
            hashes.SHA256(),
        ),
        KeyKind.P384: Curve(
            KeyKind.P384,
            b"\x81\x24",
            ec.SECP384R1(),
            2**384 - 2**128 - 2**96 + 2**32 - 1,
            2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
            hashes.SHA384(),
        ),
        KeyKind.P521: Curve(
            KeyKind.P521,
            b"\x82\x24",
            ec.SECP521R1(),
            2**521 - 1,
            2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
            hashes.SHA512(),
        ),
        KeyKind.SECP256K1: Curve(
            KeyKind.SECP256K1,
            b"\xe7\x01",
            ec.SECP256K1(),
            2**256 - 2**32 - 977,
            2**256 - 0x14551231950B75FC4402DA1732FC9BEBF,
            hashes.SHA256(),
        ),
    }
)
"""The elliptic curves, by kind."""

MULTICODECS: Mapping[bytes, KeyKind] = MappingProxyType(
    {ED25519_MULTICODEC: KeyKind.ED25519}
    | {curve.multicodec: kind for kind, curve in CURVES.items()}
)
"""The kinds that have a Multikey, by their two-byte header."""

JWK_ALGORITHMS: Mapping[KeyKind, frozenset[str]] = MappingProxyType(
    {
        KeyKind.ED25519: frozenset({"EdDSA", "Ed25519"}),
        KeyKind.P256: frozenset({"ES256"}),
        KeyKind.P384: frozenset({"ES384"}),
        KeyKind.P521: frozenset({"ES512"}),
        KeyKind.SECP256K1: frozenset({"ES256K"}),
        KeyKind.RSA: frozenset({"RS256"}),
    }
)
"""The values of ``alg`` that a key of each kind may carry (RFC 7518 §3.1, RFC 9864 §2.2)."""
