"""Whatever a stranger sends as a token ends in a typed error, and soon."""

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.jose import disclosures
from credentials.jose.compact import MAX_TOKEN_CHARACTERS
from credentials.jose.envelope import open_envelope
from credentials.jose.tokens import read_token
from schemas.errors import TouchstoneError

SECONDS = 2.0
MEMBERS = (
    st.text(max_size=5)
    | st.sampled_from(
        ["@context", "type", "id", "issuer", "holder", "credentialSubject", "verifiableCredential"]
    )
    | st.sampled_from(
        [
            "iss",
            "sub",
            "jti",
            "nbf",
            "exp",
            "iat",
            "aud",
            "nonce",
            "vc",
            "vp",
            "vct",
            "cnf",
            "status",
        ]
    )
    | st.sampled_from(["_sd", "_sd_alg", "...", "validFrom", "validUntil", "jwk"])
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
    max_leaves=12,
)
TYPES = st.sampled_from(["vc+jwt", "vp+jwt", "JWT", "dc+sd-jwt", "vc+sd-jwt", "kb+jwt"])
HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from(["ES256", "EdDSA", "RS256"])},
    optional={"typ": TYPES | VALUES, "kid": VALUES, "crit": VALUES, "jwk": VALUES, "cty": VALUES},
)
CREDENTIALS = st.fixed_dictionaries(
    {
        "@context": st.sampled_from(["https://www.w3.org/2018/credentials/v1", "x"]),
        "type": st.sampled_from(["VerifiableCredential", "VerifiablePresentation"]),
    }
)


def encode(value):
    data = json.dumps(value).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_all(text):
    """Read it in every way; a typed error is an answer too."""
    for read in (
        lambda: read_token(text),
        lambda: open_envelope(
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{text}",
            }
        ),
    ):
        try:
            read()
        except TouchstoneError:
            continue


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_.~-]{0,80}", fullmatch=True))
@settings(max_examples=200, deadline=None)
def test_any_text(text):
    read_all(text)


@given(HEADERS, VALUES | st.tuples(CREDENTIALS, st.dictionaries(MEMBERS, VALUES)))
@settings(max_examples=200, deadline=None)
def test_any_claims(header, payload):
    if isinstance(payload, tuple):
        payload = {**payload[1], **payload[0]}
    for nested in (payload, {"vc": payload, "iss": "x"}, {"vp": payload}):
        text = f"{encode(header)}.{encode(nested)}.AAAA"
        read_all(text)
        read_all(f"{text}~")


@given(
    st.dictionaries(MEMBERS, VALUES, max_size=4),
    st.lists(st.lists(VALUES | MEMBERS, max_size=4) | VALUES, max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_any_disclosures(payload, contents):
    """Half of them are referred to, so that they are entered."""
    texts = [encode(content) for content in contents]
    payload["_sd"] = [disclosures.hash_of({})(text) for text in texts[::2]]
    payload["list"] = [{"...": disclosures.hash_of({})(text)} for text in texts[1::2]]
    read_all(token(payload, *texts))
    for given_texts in (texts, texts[:1], []):
        try:
            disclosures.reveal(payload, given_texts)
        except TouchstoneError:
            continue


def big(unit):
    """A text of the longest length that is looked at."""
    return unit * (MAX_TOKEN_CHARACTERS // len(unit))


def token(payload, *texts):
    header = encode({"alg": "ES256", "typ": "dc+sd-jwt"})
    return "~".join([f"{header}.{encode({'vct': 'x', **payload})}.AAAA", *texts, ""])


HOSTILE = {
    "one letter": lambda: big("A"),
    "dots": lambda: big("."),
    "tildes": lambda: big("~"),
    "spaces": lambda: big(" "),
    "a long header": lambda: encode({"alg": "ES256", "x": "y" * 9_000_000}) + ".e30.AAAA",
    "a long number": lambda: token({}).replace("~", "") + "9" * 1_000_000,
    "many digests": lambda: token({"_sd": [str(number) for number in range(100_000)]}),
    "one digest many times": lambda: token({"_sd": ["a"] * 100_000}),
    "many elements": lambda: token({"a": [{"...": str(number)} for number in range(19_000)]}),
    "many disclosures": lambda: token({}, *["WzEsMl0"] * 1_000),
    "much in disclosures": lambda: token(
        {}, *[encode(["s", str(number), [[]] * 4_900]) for number in range(60)]
    ),
    "many members": lambda: token({str(number): {} for number in range(19_000)}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_takes_long(name):
    text = HOSTILE[name]()
    start = time.process_time()
    read_all(text)
    assert time.process_time() - start < SECONDS
