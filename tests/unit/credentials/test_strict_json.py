"""JSON as strangers send it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.errors import (
    JsonDuplicateMember,
    JsonInvalid,
    JsonNotAnObject,
    JsonSurrogate,
    JsonTooDeep,
    JsonTooLarge,
)
from credentials.strict_json import DEFAULT, JsonLimits, loads
from schemas.errors import TouchstoneError

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet=st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(alphabet=st.characters(codec="utf-8")), values, max_size=4),
    st.booleans(),
)
def test_what_json_says_is_read(document, ascii_only):
    assert loads(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=60))
def test_whatever_is_sent_is_read_or_refused_with_a_code(data):
    try:
        code = "json.read" if isinstance(loads(data), dict) else "none"
    except TouchstoneError as error:
        code = error.code
    assert code.startswith("json.")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", JsonInvalid),
        (b"%PDF-1.7", JsonInvalid),
        (b"\xff\xfe{}", JsonInvalid),
        (b'{"a": NaN}', JsonInvalid),
        (b'{"a": -Infinity}', JsonInvalid),
        (b'{"a": 1e999}', JsonInvalid),
        (b'{"a": ' + b"9" * 500 + b"}", JsonInvalid),
        (b'{"a": 1, "a": 2}', JsonDuplicateMember),
        (b'{"b": {"a": 1, "\\u0061": 2}}', JsonDuplicateMember),
        (b"[]", JsonNotAnObject),
        (b'"text"', JsonNotAnObject),
        (b'{"a": "\\ud800"}', JsonSurrogate),
        (b'{"\\udfff": 1}', JsonSurrogate),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", JsonTooDeep),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JsonTooDeep),
        (b'{"a":' * 10_000, JsonTooDeep),
    ],
)
def test_what_has_no_single_meaning_is_refused(data, error):
    with pytest.raises(error):
        loads(data)


def test_pairs_of_surrogates_are_text():
    assert loads(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_brackets_within_text_do_not_count():
    assert loads(b'{"a": "[[[[\\"[[["}', JsonLimits(max_depth=1)) == {"a": '[[[["[[['}


def test_fifty_megabytes_are_refused_at_once():
    data = b'{"a":"' + b"x" * 50_000_000 + b'"}'
    start = time.process_time()
    with pytest.raises(JsonTooLarge, match="limit"):
        loads(data)
    assert time.process_time() - start < 1


def test_a_flood_of_small_values_is_refused():
    with pytest.raises(JsonTooLarge):
        loads(b'{"a":[' + b"[]," * (DEFAULT.max_values + 1) + b"1]}")
