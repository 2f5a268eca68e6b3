"""Public keys read strictly: what verifies may not be forgeable."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MultibaseInvalid, PublicKeyInvalid, SignatureInvalid
from keys.multibase import base58btc_decode, base58btc_encode, base64url_decode, base64url_encode
from keys.public_key import PublicKey

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = (-121665 * pow(121666, -1, PRIME)) % PRIME


@pytest.fixture(scope="module")
def pair():
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return private, PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def test_signature_of_the_key_verifies_and_any_other_does_not(pair):
    private, public = pair
    signature = private.sign(b"text")
    public.verify(signature, b"text")
    for wrong, data in ((signature, b"texT"), (signature[:-1], b"text"), (b"", b"text")):
        with pytest.raises(SignatureInvalid):
            public.verify(wrong, data)


def test_signature_with_s_beyond_the_group_order_is_refused(pair):
    private, public = pair
    signature = private.sign(b"text")
    s = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(SignatureInvalid):
        public.verify(signature[:32] + s.to_bytes(32, "little"), b"text")


def _add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = CURVE_D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, PRIME) % PRIME
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, -1, PRIME) % PRIME


def _decompress(y):
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return (x, y) if x * x % PRIME == square else None


def _small_order_points():
    """All eight, found by multiplying curve points by the group order: no constants trusted."""
    found, y = set(), 2
    while len(found) < 8:
        point = _decompress(y)
        y += 1
        if point is None:
            continue
        multiple, scalar, total = point, ORDER, (0, 1)
        while scalar:
            if scalar & 1:
                total = _add(total, multiple)
            multiple, scalar = _add(multiple, multiple), scalar >> 1
        found.add(total)
    return found


def test_every_point_of_small_order_is_refused():
    points = _small_order_points()
    assert len(points) == 8
    for x, y in points:
        raw = (y | (x & 1) << 255).to_bytes(32, "little")
        with pytest.raises(PublicKeyInvalid, match="small order"):
            PublicKey(raw)


def test_encodings_that_are_not_canonical_are_refused():
    for y in range(PRIME, 2**255):
        for sign in (0, 1):
            with pytest.raises(PublicKeyInvalid):
                PublicKey((y | sign << 255).to_bytes(32, "little"))


def test_multikey_and_jwk_round_trip_and_refuse_other_kinds(pair):
    _, public = pair
    assert PublicKey.from_multikey(public.to_multikey()) == public
    assert PublicKey.from_jwk(public.to_jwk()) == public
    other = base58btc_encode(b"\xec\x01" + public.raw)
    for wrong in (
        other,
        "",
        "u" + public.to_multikey(),
        public.to_multikey() + "1",
        "z" + "1" * 2000,
    ):
        with pytest.raises(PublicKeyInvalid):
            PublicKey.from_multikey(wrong)
    for jwk in (
        None,
        {},
        {**public.to_jwk(), "d": "x"},
        {**public.to_jwk(), "x": "é"},
        {"kty": "EC"},
    ):
        with pytest.raises(PublicKeyInvalid):
            PublicKey.from_jwk(jwk)


@given(st.binary(max_size=80))
def test_multibase_round_trips(data):
    assert base58btc_decode(base58btc_encode(data)) == data
    assert base64url_decode(base64url_encode(data)) == data


@given(st.text(max_size=20))
def test_multibase_has_one_text_for_each_value(text):
    for decode, encode in (
        (base58btc_decode, base58btc_encode),
        (base64url_decode, base64url_encode),
    ):
        try:
            data = decode(text)
        except MultibaseInvalid:
            continue
        assert encode(data) == text


def test_base58_with_white_space_or_surplus_is_refused():
    good = base58btc_encode(b"hello")
    for wrong in (good + " ", " " + good, good[0] + " " + good[1:], good + "\n", good[1:], "z0OIl"):
        with pytest.raises(MultibaseInvalid):
            base58btc_decode(wrong)


def test_a_json_web_key_is_read_strictly(pair):
    """What is not base64url is refused and not passed over (RFC 7515 §2)."""
    key = pair[1]
    jwk = key.to_jwk()
    assert PublicKey.from_jwk(jwk) == key
    for x in (jwk["x"] + "!", "*" + jwk["x"], jwk["x"] + "=", jwk["x"][:-1] + "\u00e9", 5):
        with pytest.raises(PublicKeyInvalid):
            PublicKey.from_jwk({**jwk, "x": x})
