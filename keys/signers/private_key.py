"""Private keys of every kind that signs: made, used, and written as JSON Web Keys.

Nothing here is written to a file or shown; keys.signers.file does the first, encrypted.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.errors import PublicKeyInvalid
from keys.kinds import CURVES, Curve, KeyKind
from keys.points import MAX_RSA_BITS, rsa_bytes
from keys.public_key import PublicKey

RSA_BITS = 3072
"""As strong as P-256 (NIST SP 800-57 part 1, table 2)."""
RSA_EXPONENT = 65537
_RSA_MEMBERS = ("d", "p", "q", "dp", "dq", "qi")

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def generate(kind: KeyKind) -> PrivateKey:
    """A new random key."""
    if kind == KeyKind.ED25519:
        return Ed25519PrivateKey.generate()
    if kind == KeyKind.RSA:
        return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)
    return ec.generate_private_key(CURVES[kind].curve)


def public_key_of(key: PrivateKey, kind: KeyKind) -> PublicKey:
    """The public half of ``key``.

    Raises:
        PublicKeyInvalid: ``key`` is not of the kind, or is unsafe.
    """
    if isinstance(key, Ed25519PrivateKey):
        return PublicKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), kind)
    if isinstance(key, rsa.RSAPrivateKey):
        return PublicKey(rsa_bytes(key.public_key()), kind)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return PublicKey(point, kind)


def sign(key: PrivateKey, kind: KeyKind, data: bytes) -> bytes:
    """A signature over ``data`` as ``PublicKey.verify`` reads it.

    Ed25519: 64 bytes (RFC 8032 §5.1.6). Curves: r then s of equal length, with the nonce derived
    from the key and the data and not drawn (RFC 6979): a poor source of randomness cannot betray
    the key, and the same data has the same signature. RSA: PKCS #1 v1.5 with SHA-256.
    """
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    curve = CURVES[kind]
    algorithm = ec.ECDSA(curve.hash_algorithm, deterministic_signing=True)
    size = curve.coordinate_bytes
    return b"".join(
        number.to_bytes(size, "big") for number in decode_dss_signature(key.sign(data, algorithm))
    )


def private_jwk(key: PrivateKey, public: PublicKey) -> dict[str, Any]:
    """The key as a private JSON Web Key (RFC 7518 §6.2.2, §6.3.2; RFC 8037 §2). A secret."""
    if isinstance(key, Ed25519PrivateKey):
        return {**public.to_jwk(), "d": _text(key.private_bytes_raw())}
    if isinstance(key, rsa.RSAPrivateKey):
        own = key.private_numbers()
        values = (own.d, own.p, own.q, own.dmp1, own.dmq1, own.iqmp)
        numbers = {name: _integer(value) for name, value in zip(_RSA_MEMBERS, values, strict=True)}
        return {**public.to_jwk(), **numbers}
    size = CURVES[public.kind].coordinate_bytes
    secret = key.private_numbers().private_value.to_bytes(size, "big")
    return {**public.to_jwk(), "d": _text(secret)}


def read_private_jwk(jwk: Mapping[str, Any]) -> tuple[PrivateKey, KeyKind] | None:
    """The key that :func:`private_jwk` wrote, or None if it did not.

    Answers None instead of raising: an error from in here could carry the key.
    """
    try:
        public = PublicKey.from_jwk(
            {name: value for name, value in jwk.items() if name not in _RSA_MEMBERS}
        )
        key = _private_key(jwk, public)
        matches = public_key_of(key, public.kind) == public
    except (PublicKeyInvalid, ValueError, LookupError, TypeError, UnsupportedAlgorithm):
        return None
    return (key, public.kind) if matches else None


def _private_key(jwk: Mapping[str, Any], public: PublicKey) -> PrivateKey:
    if public.kind == KeyKind.ED25519:
        return Ed25519PrivateKey.from_private_bytes(_octets(jwk["d"]))
    if public.kind == KeyKind.RSA:
        return _rsa_key(jwk, public)
    return _ec_key(jwk, CURVES[public.kind])


def _ec_key(jwk: Mapping[str, Any], curve: Curve) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_octets(jwk["d"]), "big"), curve.curve)


def _rsa_key(jwk: Mapping[str, Any], public: PublicKey) -> rsa.RSAPrivateKey:
    d, p, q, dp, dq, qi = (int.from_bytes(_octets(jwk[name]), "big") for name in _RSA_MEMBERS)
    modulus, exponent = (int.from_bytes(_octets(public.to_jwk()[name]), "big") for name in "ne")
    numbers = rsa.RSAPublicNumbers(exponent, modulus)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, numbers).private_key()


def _octets(text: str) -> bytes:
    """The bytes of a base64url text, no longer than any number of an RSA key."""
    if len(text) > MAX_RSA_BITS // 4:
        raise ValueError("too long")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _integer(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))
