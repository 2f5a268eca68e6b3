"""Whose signature it is: the public key out of a signature over secp256k1 (SEC 1 §4.1.6).

Nothing here is secret, so nothing has to take the same time for all values.
"""

P = 2**256 - 2**32 - 977
"""Of the field (SEC 2 §2.4.1)."""
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Number of points."""
_G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)
_SEVEN = 7
_Jacobian = tuple[int, int, int]
"""X, Y, Z for the point (X / Z², Y / Z³), which costs no division on the way."""
_INFINITY: _Jacobian = (1, 1, 0)


def recover(digest: bytes, r: int, s: int, y_is_odd: bool) -> bytes:
    """The public key under which (r, s) is a signature of ``digest``.

    Args:
        digest: 32 bytes.
        r, s: the signature; a high ``s`` is refused (EIP-2), because every signature has a twin.
        y_is_odd: which of the two points with this ``r`` was meant.

    Returns:
        Both coordinates, 32 bytes each.

    Raises:
        ValueError: no key has such a signature.
    """
    if not (0 < r < N and 0 < s <= N // 2):
        raise ValueError("r or s is out of range")
    square = (pow(r, 3, P) + _SEVEN) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        raise ValueError("r is no point's coordinate")
    if (y % 2 == 1) != y_is_odd:
        y = P - y
    inverse = pow(r, -1, N)
    hashed = int.from_bytes(digest, "big")
    x, y, z = _sum_of_multiples(s * inverse % N, (r, y, 1), -hashed * inverse % N, _G)
    if not z:
        raise ValueError("the key is the point at infinity")
    scale = pow(z, -1, P)
    affine = x * scale**2 % P, y * scale**3 % P
    return b"".join(part.to_bytes(32, "big") for part in affine)


def _add(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1 or not z2:
        return other if not z1 else one
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else _INFINITY
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x = (r * r - hhh - 2 * v) % P
    return x, (r * (v - x) - s1 * hhh) % P, h * z1 * z2 % P


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    yy = y * y % P
    s, m = 4 * x * yy % P, 3 * x * x % P
    doubled = (m * m - 2 * s) % P
    return doubled, (m * (s - doubled) - 8 * yy * yy) % P, 2 * y * z % P


def _sum_of_multiples(a: int, one: _Jacobian, b: int, other: _Jacobian) -> _Jacobian:
    """a times one point plus b times another, in one pass over the bits of both."""
    choices = (_INFINITY, one, other, _add(one, other))
    found = _INFINITY
    for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
        found = _double(found)
        found = _add(found, choices[(a >> bit & 1) + 2 * (b >> bit & 1)])
    return found
