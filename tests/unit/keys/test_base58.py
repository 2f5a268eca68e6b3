"""Our base58 gives what a compiled library gives, and refuses every other spelling."""

import time

import based58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MultibaseInvalid
from keys.multibase import base58btc_decode, base58btc_encode


@given(st.binary(max_size=400))
def test_equals_a_compiled_library(data):
    text = base58btc_encode(data)
    assert text == "z" + based58.b58encode(data).decode("ascii")
    assert base58btc_decode(text) == data


@given(st.binary(max_size=3), st.integers(0, 40))
def test_zeros_in_front_are_kept(data, zeros):
    data = bytes(zeros) + data
    assert base58btc_decode(base58btc_encode(data)) == data


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=60))
def test_every_text_of_its_letters_is_the_one_form_of_some_bytes(text):
    assert base58btc_encode(base58btc_decode("z" + text)) == "z" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "Z1",
        "z0",
        "zO",
        "zI",
        "zl",
        "z ",
        "z1 ",
        "z\n",
        "zé",
        "z𐍈",
        "z\ud800",
        "z\0",
        7,
        None,
    ],
)
def test_other_spellings_are_refused(text):
    with pytest.raises(MultibaseInvalid):
        base58btc_decode(text)


def test_too_long_a_text_is_refused_and_the_longest_is_quick():
    with pytest.raises(MultibaseInvalid):
        base58btc_decode("z" * 8193)
    start = time.process_time()
    base58btc_decode("z" * 8192)
    assert time.process_time() - start < 0.1
