"""RFC 8785: the numbers, texts and order of the standard's own examples."""

import json
import struct

import pytest

from credentials.errors import JsonInvalid
from credentials.proofs.unsecured import canonical_json

NUMBERS = {  # RFC 8785 Appendix B: IEEE 754 bits and how they are written
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_the_standard(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json({"n": number}) == f'{{"n":{text}}}'.encode()


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), float("-inf"), 2**53, -(2**53), 10**30]
)
def test_numbers_without_a_form_are_refused(number):
    with pytest.raises(JsonInvalid):
        canonical_json({"n": [number]})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-1, "-1"),
        (2**53 - 1, "9007199254740991"),
        (1.0, "1"),
        (-0.0, "0"),
        (1e21, "1e+21"),
    ],
)
def test_whole_numbers(number, text):
    assert canonical_json({"n": number}) == f'{{"n":{text}}}'.encode()


def test_the_sample_of_the_standard():
    """RFC 8785 §3.2.2."""
    document = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]}"""
    )
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
    )
    assert canonical_json(document) == expected.encode()


def test_members_are_in_the_order_of_utf_16():
    """RFC 8785 §3.2.3: an astral name comes before one of the end of the basic plane."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\xf6"]
    written = json.loads(canonical_json(dict.fromkeys(names, 0)))
    assert list(written) == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_surrogate_pair_is_no_text(text):
    with pytest.raises(JsonInvalid):
        canonical_json({"t": text})


def test_text_is_not_normalised():
    assert canonical_json({"t": "e\u0301é"}) == '{"t":"e\u0301é"}'.encode()
