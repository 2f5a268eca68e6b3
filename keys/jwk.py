"""Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 8812 §3.1), read strictly.

``kid`` and members that say nothing about the key itself are passed over; a private member, or
one that contradicts verifying signatures, is refused.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from keys.errors import MultibaseInvalid, PublicKeyInvalid, PublicKeyKindUnknown
from keys.kinds import CURVES, JWK_ALGORITHMS, Curve, KeyKind
from keys.multibase import base64url_decode
from keys.points import MAX_RSA_BITS, check_rsa_numbers, load_point, load_rsa, rsa_bytes

PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
"""What only the owner of a key may know (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2)."""
_INTENTIONS = ("use", "alg", "key_ops")
"""What says how a key is meant to be used, and not which key it is (RFC 7517 §4)."""
_X25519_BYTES = 32
_SIGNING_OPERATIONS = frozenset({"sign", "verify"})


def read_jwk(jwk: object) -> tuple[KeyKind, bytes]:
    """The kind of a JSON Web Key and its bytes, as ``PublicKey`` takes them.

    Raises:
        PublicKeyInvalid: malformed, private, of another kind, or not meant for signatures.
    """
    if not isinstance(jwk, dict):
        raise PublicKeyInvalid("A JSON Web Key is not a JSON object.")
    if any(member in jwk for member in PRIVATE_MEMBERS):
        raise PublicKeyInvalid("A JSON Web Key that should be public holds a private key.")
    kind = _kind(jwk)
    _check_use(jwk, kind)
    if kind == KeyKind.ED25519:
        return kind, _octets(jwk, "x")
    if kind == KeyKind.RSA:
        return kind, _rsa_octets(jwk)
    return kind, _compressed(jwk, CURVES[kind])


def write_jwk(kind: KeyKind, raw: bytes) -> dict[str, Any]:
    """The JSON Web Key of a key, with the members that its thumbprint needs (RFC 7638 §3.2)."""
    if kind == KeyKind.ED25519:
        return {"kty": "OKP", "crv": kind.value, "x": _text(raw)}
    if kind == KeyKind.RSA:
        numbers = load_rsa(raw).public_numbers()
        return {"kty": "RSA", "n": _integer_text(numbers.n), "e": _integer_text(numbers.e)}
    curve = CURVES[kind]
    y = load_point(curve, raw).public_numbers().y.to_bytes(curve.coordinate_bytes, "big")
    return {"kty": "EC", "crv": kind.value, "x": _text(raw[1:]), "y": _text(y)}


def check_public_jwk(jwk: Mapping[str, Any]) -> None:
    """Refuse a JSON Web Key that is not a well-formed public key, whatever it may be used for.

    X25519 keys, which agree on secrets and sign nothing, pass too (RFC 8037 §2).

    Raises:
        PublicKeyInvalid: malformed, private, of another kind, or of an unknown use.
    """
    if jwk.get("use", "sig") not in ("sig", "enc"):
        raise PublicKeyInvalid("A JSON Web Key is of an unknown use.")
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "X25519"):
        read_jwk({name: value for name, value in jwk.items() if name not in _INTENTIONS})
    elif any(member in jwk for member in PRIVATE_MEMBERS):
        raise PublicKeyInvalid("A JSON Web Key that should be public holds a private key.")
    elif len(_octets(jwk, "x")) != _X25519_BYTES:
        raise PublicKeyInvalid(f"An X25519 key does not have {_X25519_BYTES} bytes.")


def _kind(jwk: Mapping[str, Any]) -> KeyKind:
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return KeyKind.ED25519
        case "EC", ("P-256" | "P-384" | "P-521" | "secp256k1") as curve:
            return KeyKind(curve)
        case "RSA", None:
            return KeyKind.RSA
    raise PublicKeyKindUnknown(
        "A JSON Web Key is of a kind that is not read.",
        f"Read are: {', '.join(KeyKind)}.",
    )


def _check_use(jwk: Mapping[str, Any], kind: KeyKind) -> None:
    """Refuse a key that says it is for something else (RFC 7517 §4.2, §4.3, §4.4)."""
    if "use" in jwk and jwk["use"] != "sig":
        raise PublicKeyInvalid("A JSON Web Key is not meant for signatures.")
    algorithm = jwk.get("alg")
    if "alg" in jwk and not (isinstance(algorithm, str) and algorithm in JWK_ALGORITHMS[kind]):
        raise PublicKeyInvalid("The algorithm of a JSON Web Key does not fit its kind.")
    if "key_ops" in jwk and not _may_verify(jwk["key_ops"]):
        raise PublicKeyInvalid("A JSON Web Key is not meant for verifying signatures.")


def _may_verify(operations: object) -> bool:
    return (
        isinstance(operations, list)
        and all(isinstance(operation, str) for operation in operations)
        and len(set(operations)) == len(operations)
        and "verify" in operations
        and _SIGNING_OPERATIONS.issuperset(operations)
    )


def _octets(jwk: Mapping[str, Any], member: str) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str):
        raise PublicKeyInvalid(f"A JSON Web Key lacks its member {member!r}.")
    try:
        return base64url_decode("u" + text)
    except MultibaseInvalid as error:
        raise PublicKeyInvalid(
            f"The member {member!r} of a JSON Web Key is not base64url."
        ) from error


def _compressed(jwk: Mapping[str, Any], curve: Curve) -> bytes:
    """The point of an EC key, both of whose coordinates are of full length (RFC 7518 §6.2.1)."""
    x, y = _octets(jwk, "x"), _octets(jwk, "y")
    if not len(x) == len(y) == curve.coordinate_bytes:
        raise PublicKeyInvalid(f"A coordinate of a {curve.name} key is of the wrong length.")
    raw = bytes([2 + y[-1] % 2]) + x
    if load_point(curve, raw).public_numbers().y != int.from_bytes(y, "big"):
        raise PublicKeyInvalid(f"A {curve.name} key is no point of the curve.")
    return raw


def _rsa_octets(jwk: Mapping[str, Any]) -> bytes:
    """The key of an RSA modulus and exponent, without leading zeros (RFC 7518 §6.3.1)."""
    numbers = []
    for member in ("n", "e"):
        octets = _octets(jwk, member)
        if not octets or octets[0] == 0:
            raise PublicKeyInvalid(f"The member {member!r} of an RSA key is not in shortest form.")
        if len(octets) > MAX_RSA_BITS // 8:
            raise PublicKeyInvalid(f"The member {member!r} of an RSA key is too long.")
        numbers.append(int.from_bytes(octets, "big"))
    modulus, exponent = numbers
    check_rsa_numbers(modulus, exponent)
    return rsa_bytes(rsa.RSAPublicNumbers(exponent, modulus).public_key())


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _integer_text(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))
