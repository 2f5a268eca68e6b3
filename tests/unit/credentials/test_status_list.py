"""Status bits: where they stand, and bombs that do not go off."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.errors import StatusListInvalid
from credentials.status_list import MIN_ENTRIES, Bitstring
from keys.multibase import base64url_encode


@given(st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=20))
def test_what_was_set_is_read_back_and_nothing_else(indexes):
    bits = Bitstring()
    for index in indexes:
        bits.set(index, True)
    again = Bitstring.decode(bits.encode())
    assert {i for i in (*indexes, 0, 1, MIN_ENTRIES - 1) if again.get(i)} == indexes
    for index in indexes:
        again.set(index, False)
    assert again.encode() == Bitstring().encode()


def test_the_first_bit_is_the_most_significant():
    bits = Bitstring()
    bits.set(0, True)
    packed = bits.encode()
    assert packed.startswith("u")
    assert Bitstring.decode(packed).get(0)
    raw = gzip.compress(b"\x80" + bytes(MIN_ENTRIES // 8 - 1), mtime=0)
    assert Bitstring.decode(base64url_encode(raw)).get(0)


@pytest.mark.parametrize("index", [-1, MIN_ENTRIES])
def test_an_index_beyond_the_list_is_refused(index):
    with pytest.raises(StatusListInvalid):
        Bitstring().get(index)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "z123",
        "u!!",
        "uAAAA",
        None,
        base64url_encode(gzip.compress(b"", mtime=0)),
        base64url_encode(gzip.compress(bytes(MIN_ENTRIES // 8 - 1), mtime=0)),
        base64url_encode(gzip.compress(bytes(MIN_ENTRIES // 8), mtime=0)[:-9]),
    ],
)
def test_lists_that_are_too_small_or_broken_are_refused(encoded):
    with pytest.raises(StatusListInvalid):
        Bitstring.decode(encoded)


def test_a_bomb_is_not_inflated():
    bomb = base64url_encode(gzip.compress(bytes(100_000_000), mtime=0))
    with pytest.raises(StatusListInvalid, match="inflates"):
        Bitstring.decode(bomb, max_bytes=1_000_000)


def test_a_list_has_at_least_the_standards_size():
    for size in (0, 8, MIN_ENTRIES - 8, MIN_ENTRIES + 1):
        with pytest.raises(StatusListInvalid):
            Bitstring(size)
