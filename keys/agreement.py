"""X25519: the key to agree on a secret with, beside an Ed25519 key that signs.

Nothing here verifies anything. did:key documents may spell such a key out, and did:jwk documents
may hold nothing else.
"""

from keys.errors import PublicKeyInvalid
from keys.kinds import KeyKind
from keys.multibase import base58btc_encode
from keys.public_key import PublicKey

X25519_MULTICODEC = b"\xec\x01"
X25519_BYTES = 32
_FIELD = 2**255 - 19


def x25519_of(key: PublicKey) -> bytes:
    """The X25519 key that belongs to an Ed25519 key (RFC 7748 §4.1, did:key method §3.1.5).

    Returns:
        The 32-byte u coordinate, (1 + y) / (1 - y).

    Raises:
        PublicKeyInvalid: a key of another kind.
    """
    if key.kind != KeyKind.ED25519:
        raise PublicKeyInvalid("Only an Ed25519 key has an X25519 key that belongs to it.")
    y = int.from_bytes(key.raw, "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, -1, _FIELD) % _FIELD  # y is never 1: that point has small order
    return u.to_bytes(X25519_BYTES, "little")


def x25519_multikey(raw: bytes) -> str:
    """An X25519 key as a ``publicKeyMultibase`` value (Controlled Identifiers 1.0 §2.2.2)."""
    return base58btc_encode(X25519_MULTICODEC + raw)
