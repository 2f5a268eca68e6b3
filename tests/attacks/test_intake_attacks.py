"""Files that are no credentials, too large, too deep, or something else altogether."""

import time

import pytest

from credentials.errors import JsonDuplicateMember, JsonInvalid, JsonTooDeep, JsonTooLarge
from schemas.errors import TouchstoneError
from verifier.errors import FileKindUnreadable, FileTooLarge, FileUnreadable
from verifier.intake import MAX_FILE_BYTES, read_document, read_file, read_received


def test_a_json_object_is_read():
    assert read_document(b'{"a": [1]}') == {"a": [1]}
    assert read_document(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_file_of_50_mb_is_refused_without_reading_it_all(tmp_path):
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(FileTooLarge, match=r"50\.0 MiB"):
        read_file(path)


def test_the_limit_itself_is_read():
    data = b'{"a": "' + b"x" * (MAX_FILE_BYTES - 9) + b'"}'
    assert len(data) == MAX_FILE_BYTES
    read_document(data)
    with pytest.raises(FileTooLarge):
        read_document(data + b" ")


def test_nesting_of_10_000_is_refused():
    with pytest.raises(JsonTooDeep):
        read_document(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)
    with pytest.raises(JsonTooDeep):
        read_document(b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}")


def test_a_document_of_very_many_parts_is_refused():
    """Each part costs time later, so their number is bounded before anything is parsed."""
    read_document(b'{"a":[' + b"[]," * 19_000 + b"[]]}")
    with pytest.raises(JsonTooLarge):
        read_document(b'{"a":[' + b"[]," * 20_000 + b"[]]}")
    with pytest.raises(FileTooLarge):
        read_document(b'{"a":[' + b"1," * 1_000_000 + b"1]}")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"\xff\xd8\xff\xe0....", "a JPEG picture"),
        (b"<svg xmlns=''>", "an SVG picture"),
        (b"<!doctype html>", "a web page"),
        (b"PK\x03\x04...", "a ZIP archive"),
        (b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "a token (JWT)"),
        ("{}".encode("utf-16"), "text in UTF-16"),
        (b"", "an empty file"),
        (b" \n", "an empty file"),
    ],
)
def test_it_says_what_a_file_is(data, kind):
    with pytest.raises(FileKindUnreadable, match="We cannot read this kind of file yet") as caught:
        read_document(data)
    assert kind in caught.value.sentence


def test_a_token_is_taken_as_text():
    """JSON, a token, and nothing else; read_document is for what has to be JSON."""
    for token in (b"eyJhIjoxfQ.eyJhIjoxfQ.c2ln", b" eyJhIjoxfQ.e30.c2ln~ZGlz~ZGlz~\n"):
        assert read_received(token) == token.decode().strip()
        with pytest.raises(FileKindUnreadable):
            read_document(token)
    assert read_received(b'{"a": 1}') == {"a": 1}
    with pytest.raises(JsonInvalid):
        read_received(b"a.b")


@pytest.mark.parametrize("end", [b"!", b"~!"])
def test_a_long_text_that_is_almost_a_token(end):
    start = time.process_time()
    with pytest.raises(TouchstoneError):
        read_received(b"e" * 3_000_000 + b"." + b"e" * 3_000_000 + b"." + b"e~." * 1_000_000 + end)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("data", [b"hello", b'{"a":', b"{'a': 1}", b'{"a": NaN}', b"\xff\xfa"])
def test_text_that_is_not_json(data):
    with pytest.raises(JsonInvalid):
        read_document(data)


def test_the_same_member_twice():
    with pytest.raises(JsonDuplicateMember):
        read_document(b'{"validUntil": "2030", "validUntil": "2020"}')


@pytest.mark.parametrize("data", [b"[]", b"5", b'"x"', b"null", b'{"a": "\\ud800"}'])
def test_other_json_is_refused(data):
    with pytest.raises(TouchstoneError):
        read_document(data)


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.json", tmp_path / "a\0b"):
        with pytest.raises(FileUnreadable):
            read_file(path)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": "' + b'\\"' * 500_000,
        b'{"a": "' + b'\\"' * 500_000 + b"\\",
        b"{" + b",".join(b'"%d":1' % number for number in range(90_000)) + b',"89999":2}',
    ],
)
def test_text_that_would_take_a_slow_reader_hours(data):
    """Strings that never end, and a last member that stands twice, are passed over once."""
    start = time.process_time()
    with pytest.raises(TouchstoneError):
        read_document(data)
    assert time.process_time() - start < 2
