"""Entries of more than one bit, and the way lists were written in 2021."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.errors import StatusListInvalid
from credentials.status_list import MIN_ENTRIES, Bitstring


@given(size=st.integers(1, 8), index=st.integers(0, 500), data=st.data())
def test_a_value_is_spelt_by_its_bits_the_highest_first(size, index, data):
    value = data.draw(st.integers(0, 2**size - 1))
    bits = Bitstring(MIN_ENTRIES * size)
    for place, letter in enumerate(f"{value:0{size}b}"):
        bits.set(index * size + place, letter == "1")
    assert bits.value(index, size) == value
    assert bits.value(index + 1, size) == 0


@pytest.mark.parametrize("size", [0, -1, 2])
def test_there_have_to_be_entries_enough_of_a_size(size):
    bits = Bitstring()
    with pytest.raises(StatusListInvalid):
        bits.value(0, size)


def test_a_value_beyond_the_list_is_refused():
    bits = Bitstring(MIN_ENTRIES * 2)
    assert bits.value(MIN_ENTRIES - 1, 2) == 0
    with pytest.raises(StatusListInvalid):
        bits.value(MIN_ENTRIES, 2)


def test_a_list_of_2021_has_no_prefix():
    bits = Bitstring()
    bits.set(5, True)
    encoded = bits.encode()
    plain = encoded.removeprefix("u")
    assert Bitstring.decode_2021(plain).get(5)
    assert Bitstring.decode_2021(plain.replace("-", "+").replace("_", "/") + "==").get(5)
    for bad in (encoded, "", "=", "%", "é", plain[:-20]):
        with pytest.raises(StatusListInvalid):
            Bitstring.decode_2021(bad)
    with pytest.raises(StatusListInvalid):
        Bitstring.decode_2021(plain, max_bytes=100)
