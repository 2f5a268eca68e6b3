"""The CBOR of proof values: what is read, and what is refused without cost."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.proofs import cbor

_VALUES = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 300), inner),
    max_leaves=20,
)


@given(_VALUES)
def test_what_is_written_is_read(value):
    assert cbor.loads(cbor2.dumps(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        value = cbor.loads(data)
    except ValueError:
        return
    assert cbor.loads(cbor2.dumps(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00",
        b"\x18",
        b"\x1c",
        b"\x20",
        b"\xf5",
        b"\xf6",
        b"\xf9\x00\x00",
        b"\x5f\x41\x00\xff",
        b"\x9f\xff",
        b"\x41",
        b"\x61\xff",
        b"\x81" * 40 + b"\x00",
        b"\x81" * 100_000,
        b"\x9b" + b"\xff" * 8,
        b"\x9a\x00\xff\xff\xff\x00",
        b"\xbb" + b"\xff" * 8,
        b"\xa2\x00\x00\x00\x00",
        b"\xa1\x80\x00",
        b"\xc2\x41\x00",
        b"\xd8\x40\x00",
        b"\xd8\x40\xd8\x40\x41\x00",
        b"\xd8\x23\x61\x61",
        b"\xd8\x1c\x80",
        b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
    ],
)
def test_other_types_lengths_and_tags_are_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011
        cbor.loads(data)


def test_tagged_byte_strings_are_byte_strings():
    assert cbor.loads(b"\x82\xd8\x40\x41\x07\x41\x08") == [b"\x07", b"\x08"]
