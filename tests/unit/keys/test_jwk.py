"""JSON Web Keys read strictly: public, for signatures, in one form."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import PublicKeyInvalid, PublicKeyKindUnknown
from keys.kinds import CURVES, JWK_ALGORITHMS
from keys.points import rsa_bytes
from keys.public_key import KeyKind, PublicKey

KINDS = list(KeyKind)
ON_A_CURVE = list(CURVES)
PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]


def text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def octets(member: str) -> bytes:
    return base64.urlsafe_b64decode(member + "=" * (-len(member) % 4))


@pytest.fixture(params=KINDS)
def key(request, signers) -> PublicKey:
    return signers[request.param].public_key


def test_what_says_nothing_about_the_key_is_passed_over(key):
    extra = {"kid": "#1", "x5t": "abc", "ext": True, "iat": 5, "kid2": None}
    assert PublicKey.from_jwk({**key.to_jwk(), **extra}) == key
    assert PublicKey.from_jwk({**key.to_jwk(), "kid": {"any": "thing"}}) == key


def test_what_the_key_is_meant_for(key):
    jwk = key.to_jwk()
    for fitting in (
        {"use": "sig"},
        {"key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        {"use": "sig", "key_ops": ["verify"]},
        *({"alg": algorithm} for algorithm in JWK_ALGORITHMS[key.kind]),
    ):
        assert PublicKey.from_jwk({**jwk, **fitting}) == key


@pytest.mark.parametrize(
    "contradiction",
    [
        {"use": "enc"},
        {"use": "SIG"},
        {"use": None},
        {"use": ["sig"]},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ECDH-ES"},
        {"alg": "PS256"},
        {"alg": None},
        {"alg": ["ES256"]},
        {"key_ops": []},
        {"key_ops": ["sign"]},
        {"key_ops": ["encrypt"]},
        {"key_ops": ["verify", "encrypt"]},
        {"key_ops": ["verify", "verify"]},
        {"key_ops": "verify"},
        {"key_ops": ["verify", 5]},
        {"key_ops": [["verify"]]},
        {"key_ops": None},
    ],
)
def test_a_key_that_is_meant_for_something_else(contradiction, key):
    with pytest.raises(PublicKeyInvalid):
        PublicKey.from_jwk({**key.to_jwk(), **contradiction})


def test_the_algorithm_of_another_kind(key):
    for other in KINDS:
        for algorithm in JWK_ALGORITHMS[other] - JWK_ALGORITHMS[key.kind]:
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk({**key.to_jwk(), "alg": algorithm})


@pytest.mark.parametrize("member", PRIVATE)
def test_a_private_member_is_refused_and_never_repeated(member, key):
    with pytest.raises(PublicKeyInvalid) as caught:
        PublicKey.from_jwk({**key.to_jwk(), member: "c2VjcmV0"})
    assert "c2VjcmV0" not in str(caught.value)


def test_a_member_that_is_missing_or_no_text(key):
    jwk = key.to_jwk()
    for member in jwk:
        without = {name: value for name, value in jwk.items() if name != member}
        for wrong in (without, *({**jwk, member: it} for it in (None, 5, [], {}, "", "!"))):
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk(wrong)


def test_loose_base64url_is_refused(key):
    jwk = key.to_jwk()
    for member in {"x", "y", "n", "e"} & set(jwk):
        value = jwk[member]
        wrong = [value + "=", value + "\n", " " + value, value + "A", "A" + value]
        if member in {"x", "y"}:  # a modulus may as well be a byte shorter
            wrong.append(value[:-1])
        wrong += [value[:5] + "+" + value[6:], value[:5] + "/" + value[6:], value + "\u00e9"]
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if len(value) % 4:  # the last character holds two or four bits that belong to no byte
            wrong.append(value[:-1] + alphabet[alphabet.index(value[-1]) ^ 1])
        for it in wrong:
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk({**jwk, member: it})


def test_kinds_that_are_not_read():
    for jwk in (
        None,
        [],
        "text",
        {},
        {"kty": "oct"},
        {"kty": "OKP", "crv": "Ed448", "x": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": "OKP", "crv": "P-256", "x": "AA"},
        {"kty": "EC", "crv": "Ed25519", "x": "AA"},
        {"kty": "EC", "crv": "P-224", "x": "AA", "y": "AA"},
        {"kty": "ec", "crv": "P-256"},
        {"kty": ["EC"], "crv": {"a": 1}},
    ):
        with pytest.raises(PublicKeyInvalid) as caught:
            PublicKey.from_jwk(jwk)
        assert isinstance(caught.value, PublicKeyKindUnknown) == isinstance(jwk, dict)


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_points_off_the_curve_and_not_canonical(kind, signers):
    curve = CURVES[kind]
    size = curve.coordinate_bytes
    jwk = signers[kind].public_key.to_jwk()
    x, y = (int.from_bytes(octets(jwk[member]), "big") for member in "xy")
    wrong = [(x, y ^ 1), (x, y ^ 2), (y, x), (0, 0), (x, 0), (curve.field, y), (x, curve.field)]
    wrong += [(x + curve.field, y), (x, y + curve.field)]
    for pair in wrong:
        if max(pair) < 2 ** (8 * size):
            members = {
                name: text(it.to_bytes(size, "big")) for name, it in zip("xy", pair, strict=True)
            }
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk({**jwk, **members})
    negated = PublicKey.from_jwk({**jwk, "y": text((curve.field - y).to_bytes(size, "big"))})
    assert negated != signers[kind].public_key


@pytest.mark.parametrize("kind", ON_A_CURVE)
def test_coordinates_are_of_full_length(kind, signers):
    jwk = signers[kind].public_key.to_jwk()
    for member in "xy":
        value = octets(jwk[member])
        for wrong in (b"\0" + value, value[1:], value + b"\0", b""):
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk({**jwk, member: text(wrong)})


def test_a_key_under_the_name_of_another_curve(signers):
    for kind in ON_A_CURVE:
        for other in ON_A_CURVE:
            if kind != other:
                with pytest.raises(PublicKeyInvalid):
                    PublicKey.from_jwk({**signers[kind].public_key.to_jwk(), "crv": other.value})


def _rsa(modulus: int, exponent: int) -> dict[str, str]:
    return {
        "kty": "RSA",
        "n": text(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")),
        "e": text(exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")),
    }


@pytest.mark.parametrize("bits", [2048, 3072, 4096, 8192])
def test_rsa_from_2048_to_8192_bits(bits):
    modulus = 2**bits - 1  # any odd number will do: whether it is a product is its owner's affair
    key = PublicKey.from_jwk(_rsa(modulus, 65537))
    assert key.kind is KeyKind.RSA
    assert key.to_jwk() == _rsa(modulus, 65537)


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        (2**1024 - 1, 65537),
        (2**2047 - 1, 65537),
        (2**8193 - 1, 65537),
        (2**80_000 - 1, 65537),
        (2**2048 - 2, 65537),
        (2**2048 - 1, 1),
        (2**2048 - 1, 3),
        (2**2048 - 1, 17),
        (2**2048 - 1, 65536),
        (2**2048 - 1, 65538),
        (2**2048 - 1, 2**33 + 1),
        (2**2048 - 1, 2**2047 + 1),
    ],
    ids=lambda number: f"{number.bit_length()}-bits",
)
def test_rsa_too_small_too_large_or_odd_in_its_exponent(modulus, exponent):
    with pytest.raises(PublicKeyInvalid):
        PublicKey.from_jwk(_rsa(modulus, exponent))


def test_rsa_numbers_have_no_leading_zeros(signers):
    jwk = signers[KeyKind.RSA].public_key.to_jwk()
    for member in "ne":
        for wrong in (b"\0" + octets(jwk[member]), b"\0", b""):
            with pytest.raises(PublicKeyInvalid):
                PublicKey.from_jwk({**jwk, member: text(wrong)})
    with pytest.raises(PublicKeyInvalid):
        PublicKey.from_jwk({**jwk, "crv": "P-256"})


def test_rsa_bytes_are_one_form_of_der(signers):
    raw = signers[KeyKind.RSA].public_key.raw
    ed25519 = bytes.fromhex("302a300506032b6570032100") + signers[KeyKind.ED25519].public_key.raw
    small = rsa_bytes(rsa.RSAPublicNumbers(65537, 2**1024 - 1).public_key())
    for wrong in (raw + b"\0", raw[:-1], b"", b"\x30\x80" + raw[4:], ed25519, small, raw * 9):
        with pytest.raises(PublicKeyInvalid):
            PublicKey(wrong, KeyKind.RSA)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


MEMBERS = ["kty", "crv", "x", "y", "n", "e", "use", "alg", "key_ops", "d", "kid"]


@given(
    jwk=st.dictionaries(
        st.sampled_from(MEMBERS),
        json_values,
    )
    | json_values,
    kty=st.sampled_from(["OKP", "EC", "RSA", None]),
    crv=st.sampled_from([*KINDS, None]),
)
def test_anything_else_is_refused_in_words(jwk, kty, crv):
    if isinstance(jwk, dict):
        jwk = {**jwk, **({"kty": kty} if kty else {}), **({"crv": str(crv)} if crv else {})}
    try:
        key = PublicKey.from_jwk(jwk)
    except PublicKeyInvalid:
        return
    assert PublicKey.from_jwk(key.to_jwk()) == key
