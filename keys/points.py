"""Reading public keys from bytes: one key has one form, and no form stands for an unsafe key.

Ed25519 is read more strictly than RFC 8032 asks, because lax keys let strangers forge: a point of
small order verifies signatures that nobody made. The other curves have prime order: there every
point but infinity is safe, and infinity has no compressed form.
"""

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from keys.errors import PublicKeyInvalid, PublicKeyLengthWrong
from keys.kinds import CURVES, Curve, KeyKind

ED25519_BYTES = 32
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
MIN_RSA_EXPONENT = 2**16 + 1
MAX_RSA_EXPONENT = 2**32 - 1
"""65537 is what everybody uses. Below it signatures were forged; far above it checking is slow."""
MAX_RSA_DER_BYTES = 2 * MAX_RSA_BITS // 8
_COMPRESSED = (2, 3)
_ED25519_FIELD = 2**255 - 19
_ED25519_D = -121665 * pow(121666, -1, _ED25519_FIELD) % _ED25519_FIELD
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _ED25519_FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y coordinates of the eight points of small order on edwards25519 (RFC 7748 §4.1)."""

LoadedKey = Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@lru_cache(maxsize=1024)
def load(kind: KeyKind, raw: bytes) -> LoadedKey:
    """The key that ``raw`` stands for; checked once, then remembered.

    Args:
        raw: Ed25519: 32 bytes; curves: the compressed point (SEC 1 §2.3.3); RSA: DER
            SubjectPublicKeyInfo.

    Raises:
        PublicKeyInvalid: wrong length, not canonical, off the curve, or unsafe.
    """
    if kind == KeyKind.ED25519:
        return load_ed25519(raw)
    if kind == KeyKind.RSA:
        return load_rsa(raw)
    return load_point(CURVES[kind], raw)


def load_ed25519(raw: bytes) -> Ed25519PublicKey:
    """A point of edwards25519 (RFC 8032 §5.1.3), but none of small order.

    Raises:
        PublicKeyInvalid: wrong length, not canonical, off the curve, or of small order.
    """
    if len(raw) != ED25519_BYTES:
        raise PublicKeyLengthWrong(
            f"An Ed25519 key has {len(raw)} bytes instead of {ED25519_BYTES}."
        )
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _ED25519_FIELD:
        raise PublicKeyInvalid("An Ed25519 key is not in canonical form.")
    if y in _SMALL_ORDER_Y:
        raise PublicKeyInvalid("An Ed25519 key is a point of small order, which anyone can forge.")
    square = (y * y - 1) * (_ED25519_D * y * y + 1) % _ED25519_FIELD
    if pow(square, (_ED25519_FIELD - 1) // 2, _ED25519_FIELD) != 1:  # Euler: no x has this square
        raise PublicKeyInvalid("An Ed25519 key is no point of the curve.")
    return Ed25519PublicKey.from_public_bytes(raw)


def load_point(curve: Curve, raw: bytes) -> ec.EllipticCurvePublicKey:
    """A compressed point of ``curve`` (SEC 1 §2.3.4).

    Raises:
        PublicKeyInvalid: wrong length, another form, not canonical, or off the curve.
    """
    size = 1 + curve.coordinate_bytes
    if len(raw) != size:
        raise PublicKeyLengthWrong(f"A {curve.name} key has {len(raw)} bytes instead of {size}.")
    if raw[0] not in _COMPRESSED:
        raise PublicKeyInvalid(f"A {curve.name} key is not a compressed point.")
    if int.from_bytes(raw[1:], "big") >= curve.field:
        raise PublicKeyInvalid(f"A {curve.name} key is not in canonical form.")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublicKeyInvalid(f"A {curve.name} key is no point of the curve.") from error


def load_rsa(raw: bytes) -> rsa.RSAPublicKey:
    """An RSA key (RFC 8017 §3.1) in the DER form of RFC 5280 §4.1.2.7.

    Raises:
        PublicKeyInvalid: not DER, another kind, too small, too large, or an unusual exponent.
    """
    if len(raw) > MAX_RSA_DER_BYTES:
        raise PublicKeyInvalid(f"An RSA key has more than {MAX_RSA_BITS} bits.")
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublicKeyInvalid("An RSA key is malformed.") from error
    if not isinstance(key, rsa.RSAPublicKey) or rsa_bytes(key) != raw:
        raise PublicKeyInvalid("An RSA key is not in canonical form.")
    numbers = key.public_numbers()
    check_rsa_numbers(numbers.n, numbers.e)
    return key


def rsa_bytes(key: rsa.RSAPublicKey) -> bytes:
    """An RSA key as DER SubjectPublicKeyInfo, the form that :func:`load` reads."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def check_rsa_numbers(modulus: int, exponent: int) -> None:
    """Refuse an RSA key that is too small to be safe or too large to be checked quickly.

    Raises:
        PublicKeyInvalid: as it says.
    """
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise PublicKeyInvalid(
            f"An RSA key has {modulus.bit_length()} bits.",
            f"From {MIN_RSA_BITS} to {MAX_RSA_BITS} bits are read.",
        )
    if modulus % 2 == 0 or exponent % 2 == 0:
        raise PublicKeyInvalid("An RSA key has an even modulus or exponent.")
    if not MIN_RSA_EXPONENT <= exponent <= MAX_RSA_EXPONENT:
        raise PublicKeyInvalid(
            "An RSA key has an unusual public exponent.", "Use 65537, as everybody does."
        )
