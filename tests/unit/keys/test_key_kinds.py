"""Keys of every kind: what they sign verifies, and nothing else does; read in one form only."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import (
    PublicKeyInvalid,
    PublicKeyKindUnknown,
    PublicKeyLengthWrong,
    SignatureInvalid,
)
from keys.kinds import CURVES, MULTICODECS
from keys.multibase import base58btc_decode, base58btc_encode
from keys.public_key import KeyKind, PublicKey

KINDS = list(KeyKind)
ON_A_CURVE = list(CURVES)
WITH_MULTIKEY = list(MULTICODECS.values())
HEADERS = {kind: header for header, kind in MULTICODECS.items()}
DATA = b"the record of a learner"
STANDARD_EXAMPLES = {
    "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": (
        {"kty": "OKP", "crv": "Ed25519", "x": "Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY"}
    ),
    "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv": {
        "kty": "EC",
        "crv": "P-256",
        "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
        "y": "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM",
    },
    "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9": {
        "kty": "EC",
        "crv": "P-384",
        "x": "lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc",
        "y": "y6N1IC-2mXxHreETBW7K3mBcw0qGr3CWHCs-yl09yCQRLcyfGv7XhqAngHOu51Zv",
    },
    (
        "z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8"
        "wv3sY5j7"
    ): {
        "kty": "EC",
        "crv": "P-521",
        "x": (
            "ASUHPMyichQ0QbHZ9ofNx_l4y7luncn5feKLo3OpJ2nSbZoC7mffolj5uy7s6KSKXFmnNWxGJ42IOrjZ47qqwqyS"
        ),
        "y": (
            "AW9ziIC4ZQQVSNmLlp59yYKrjRY0_VqO-GOIYQ9tYpPraBKUloEId6cI_vynCzlZWZtWpgOM3HPhYEgawQ703RjC"
        ),
    },
}
"""Keys that the did:key method gives in both forms."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_key_signed_verifies_and_nothing_else(kind, signers):
    signer = signers[kind]
    key = signer.public_key
    signature = signer.sign(DATA)
    key.verify(signature, DATA)
    zeros = bytes(len(signature))
    for wrong, data in (
        (signature, DATA + b"s"),
        (signature[:-1], DATA),
        (signature + b"\0", DATA),
        (zeros, DATA),
        (b"\xff" * len(signature), DATA),
        (b"", DATA),
    ):
        with pytest.raises(SignatureInvalid):
            key.verify(wrong, data)
    for other in KINDS:
        if other != kind:
            with pytest.raises(SignatureInvalid):
                signers[other].public_key.verify(signature, DATA)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_changed_byte_never_verifies(kind, signers, data):
    signer = signers[kind]
    content = data.draw(st.binary(min_size=1, max_size=40))
    signature = signer.sign(content)
    signer.public_key.verify(signature, content)
    whole = bytearray(signature + content)
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    changed = bytes(whole)
    with pytest.raises(SignatureInvalid):
        signer.public_key.verify(changed[: len(signature)], changed[len(signature) :])


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_r_and_s_lie_between_one_and_the_order(kind, signers):
    signer = signers[kind]
    curve = CURVES[kind]
    signature = signer.sign(DATA)
    size = curve.coordinate_bytes
    assert len(signature) == 2 * size
    r, s = signature[:size], signature[size:]
    for wrong in (0, curve.order, curve.order + 1, 2 ** (8 * size) - 1):
        number = wrong.to_bytes(size, "big")
        for pair in (number + s, r + number):
            with pytest.raises(SignatureInvalid, match="out of range"):
                signer.public_key.verify(pair, DATA)


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_a_signature_in_der_is_refused(kind, signers):
    private = ec.generate_private_key(CURVES[kind].curve)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    signature = private.sign(DATA, ec.ECDSA(CURVES[kind].hash_algorithm))
    with pytest.raises(SignatureInvalid):
        PublicKey(point, kind).verify(signature, DATA)


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_reads_back_as_the_same_key(kind, signers):
    key = signers[kind].public_key
    assert key.kind is kind
    assert PublicKey(key.raw, kind) == key
    assert PublicKey.from_jwk(json.loads(json.dumps(key.to_jwk()))) == key
    if kind is KeyKind.RSA:
        with pytest.raises(PublicKeyInvalid, match="no Multikey"):
            key.to_multikey()
    else:
        assert PublicKey.from_multikey(key.to_multikey()) == key


@pytest.mark.parametrize("kind", WITH_MULTIKEY)
@settings(max_examples=60)
@given(change=st.integers(1, 255), place=st.integers(0))
def test_a_changed_multikey_is_another_key_or_none(kind, signers, change, place):
    key = signers[kind].public_key
    data = bytearray(HEADERS[kind] + key.raw)
    data[place % len(data)] ^= change
    try:
        found = PublicKey.from_multikey(base58btc_encode(bytes(data)))
    except PublicKeyInvalid:
        return
    assert found != key
    assert PublicKey.from_multikey(found.to_multikey()) == found


@given(st.one_of(st.text(max_size=80), st.binary(max_size=140).map(base58btc_encode)))
def test_any_text_is_one_key_or_refused(text):
    try:
        key = PublicKey.from_multikey(text)
    except PublicKeyInvalid:
        return
    assert key.to_multikey() == text


@pytest.mark.parametrize("multikey", STANDARD_EXAMPLES)
def test_the_examples_of_the_standard(multikey):
    key = PublicKey.from_multikey(multikey)
    assert key.to_jwk() == STANDARD_EXAMPLES[multikey]
    assert PublicKey.from_jwk(STANDARD_EXAMPLES[multikey]).to_multikey() == multikey


@pytest.mark.parametrize(
    ("multikey", "raw"),
    [
        (
            "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
            "23o6Sau8NxxzXcgSc3PLcNxrzrZpbLeBn1izfv3jbKhuv",
        ),
        (
            "zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2",
            "291KzQhqCPC18PqH83XKhxv1HdqrdnxyS7dh15t2uNRzJ",
        ),
    ],
)
def test_the_examples_of_the_standard_for_secp256k1(multikey, raw):
    key = PublicKey.from_multikey(multikey)
    assert key.kind is KeyKind.SECP256K1
    assert key.raw == base58btc_decode("z" + raw)


@pytest.mark.parametrize(
    ("pair", "suite", "kind"),
    [
        ("w3c-di-ecdsa/p256KeyPair", "w3c-di-ecdsa/ecdsa-rdfc-2019-p256", KeyKind.P256),
        ("w3c-di-ecdsa/p384KeyPair", "w3c-di-ecdsa/ecdsa-rdfc-2019-p384", KeyKind.P384),
        ("w3c-di-ecdsa/p256KeyPair", "w3c-di-ecdsa/ecdsa-jcs-2019-p256", KeyKind.P256),
        ("w3c-di-ecdsa/p384KeyPair", "w3c-di-ecdsa/ecdsa-jcs-2019-p384", KeyKind.P384),
        ("w3c-di-eddsa/keyPair", "w3c-di-eddsa/eddsa-rdfc-2022", KeyKind.ED25519),
        ("w3c-di-eddsa/keyPair", "w3c-di-eddsa/eddsa-jcs-2022", KeyKind.ED25519),
    ],
)
def test_the_signatures_of_the_w3c_vectors(pair, suite, kind, shared):
    folder = shared / "vectors"
    keys = json.loads((folder / f"{pair}.json").read_text("utf-8"))
    key = PublicKey.from_multikey(keys["publicKeyMultibase"])
    assert key.kind is kind
    (signature,) = (folder / suite).glob("sigHex*")
    (signed,) = (folder / suite).glob("combinedHash*")
    content = bytes.fromhex(signed.read_text().strip())
    made = bytes.fromhex(signature.read_text().strip())
    key.verify(made, content)
    with pytest.raises(SignatureInvalid):
        key.verify(made, content + b"\0")


@pytest.mark.parametrize("kind", WITH_MULTIKEY)
def test_a_key_of_the_wrong_length_is_refused(kind, signers):
    raw = signers[kind].public_key.raw
    for wrong in (raw[:-1], raw + b"\0", b"", raw[:1]):
        with pytest.raises(PublicKeyLengthWrong):
            PublicKey(wrong, kind)
        with pytest.raises(PublicKeyLengthWrong):
            PublicKey.from_multikey(base58btc_encode(HEADERS[kind] + wrong))


@pytest.mark.parametrize("kind", WITH_MULTIKEY)
def test_the_header_of_another_kind_is_refused(kind, signers):
    raw = signers[kind].public_key.raw
    lengths = {other: len(signers[other].public_key.raw) for other in WITH_MULTIKEY}
    for other in WITH_MULTIKEY:
        if lengths[other] != len(raw):
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_multikey(base58btc_encode(HEADERS[other] + raw))
    for header in (b"\xec\x01", b"\x85\x24", b"\xeb\x01", b"\xed\x00", b"\xed", b"", b"\x00\x00"):
        with pytest.raises(PublicKeyKindUnknown):
            PublicKey.from_multikey(base58btc_encode(header + raw))


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_points_in_other_forms_are_refused(kind, signers):
    """Uncompressed, hybrid, infinity, a prefix that means nothing (SEC 1 §2.3.3)."""
    curve = CURVES[kind]
    raw = signers[kind].public_key.raw
    number = ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, raw)
    whole = number.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    hybrid = bytes([6 + whole[-1] % 2]) + whole[1:]
    infinity = b"\0"
    padded_infinity = bytes(len(raw))
    for wrong in (
        whole,
        hybrid,
        infinity,
        padded_infinity,
        b"\x04" + raw[1:],
        b"\x05" + raw[1:],
        b"\x00" + raw[1:],
    ):
        with pytest.raises(PublicKeyInvalid):
            PublicKey(wrong, kind)
        with pytest.raises(PublicKeyInvalid):
            PublicKey.from_multikey(base58btc_encode(HEADERS[kind] + wrong))


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_points_off_the_curve_are_refused(kind):
    """About every second x has no y: of the first hundred, both sorts are met."""
    size = CURVES[kind].coordinate_bytes
    refused = 0
    for x in range(1, 101):
        try:
            PublicKey(b"\x02" + x.to_bytes(size, "big"), kind)
        except PublicKeyInvalid:
            refused += 1
    assert 20 < refused < 80


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_coordinates_beyond_the_prime_are_refused(kind):
    """x + p is the same point again, where it fits into the bytes: one key has one form."""
    curve = CURVES[kind]
    size = curve.coordinate_bytes
    largest = 2 ** (8 * size) - 1
    for x in (curve.field, curve.field + 1, curve.field + 5, largest):
        if x <= largest:
            with pytest.raises(PublicKeyInvalid, match="canonical"):
                PublicKey(b"\x02" + x.to_bytes(size, "big"), kind)


def test_ed25519_off_the_curve_is_refused():
    refused = 0
    for y in range(2, 102):
        try:
            PublicKey(y.to_bytes(32, "little"))
        except PublicKeyInvalid:
            refused += 1
    assert 20 < refused < 80


@pytest.mark.parametrize("kind", WITH_MULTIKEY)
def test_a_multikey_has_one_text(kind, signers):
    text = signers[kind].public_key.to_multikey()
    assert PublicKey.from_multikey(text).to_multikey() == text
    for wrong in (
        " " + text,
        text + " ",
        text + "\n",
        text[:10] + " " + text[10:],
        "z1" + text[1:],
        "z" + text,
        text[1:],
        "Z" + text[1:],
        "u" + text[1:],
        text[:-1] + "0",
        text + "\u00e9",
        "z" + "2" * 100_000,
        None,
        7,
        b"z6Mk",
    ):
        with pytest.raises(PublicKeyInvalid):
            PublicKey.from_multikey(wrong)


def test_a_key_is_made_of_bytes():
    for wrong in ("text", None, 5, bytearray(32), memoryview(bytes(32))):
        with pytest.raises(PublicKeyInvalid):
            PublicKey(wrong)


def test_keys_of_one_value_are_one_key(signers):
    keys = [signer.public_key for signer in signers.values()]
    again = [PublicKey(key.raw, key.kind) for key in keys]
    assert len({*keys, *again}) == len(KINDS)
