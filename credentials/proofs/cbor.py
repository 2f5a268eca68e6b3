"""The little of CBOR that proof values are made of (RFC 8949), read strictly.

Whole numbers, byte strings, text, arrays and maps of definite length, and nothing else: no tag
that would make a reader compile, compute or refer to anything. Tag 64, with which some writers
mark their byte strings (RFC 8746 §2.1), is passed over.
"""

from typing import Any

MAX_DEPTH = 16
"""Arrays and maps within each other."""
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = 0, 2, 3, 4, 5, 6
_BYTE_STRING_TAG = 64
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}
_LONGEST_SHORT = 23
"""The largest argument that stands in the first byte itself (§3)."""
_EARLY_END = "the data ends too early"


def loads(data: bytes) -> Any:
    """The one value that ``data`` encodes, to its last byte.

    Raises:
        ValueError: anything else, or a map that has a key twice.
    """
    value, place = _value(data, 0, 0)
    if place != len(data):
        raise ValueError("there is more behind the value")
    return value


# Functions that hand on the place take half the time of a reader that keeps it, and each
# verification reads a proof of some fifty values.


def _value(data: bytes, place: int, depth: int) -> tuple[Any, int]:
    """The value that begins at ``place``, and where the next one does."""
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    major, number, place = _head(data, place)
    if major == _ARRAY:
        return _array(data, place, number, depth + 1)
    if major == _UNSIGNED:
        return number, place
    if major == _BYTES:
        return _taken(data, place, number)
    if major == _TEXT:
        text, place = _taken(data, place, number)
        return text.decode("utf-8"), place
    if major == _MAP:
        return _map(data, place, number, depth + 1)
    if major == _TAG and number == _BYTE_STRING_TAG:
        return _byte_string(data, place)
    raise ValueError(f"major type {major} has no place here")


def _head(data: bytes, place: int) -> tuple[int, int, int]:
    """Major type, argument, and where what they announce begins (§3)."""
    if place >= len(data):
        raise ValueError(_EARLY_END)
    first = data[place]
    place += 1
    short = first & 0x1F
    if short <= _LONGEST_SHORT:
        return first >> 5, short, place
    size = _SIZES.get(short)
    if size is None:
        raise ValueError("a length that is not given")
    argument, place = _taken(data, place, size)
    return first >> 5, int.from_bytes(argument, "big"), place


def _taken(data: bytes, place: int, count: int) -> tuple[bytes, int]:
    end = place + count
    if end > len(data):
        raise ValueError(_EARLY_END)
    return data[place:end], end


def _array(data: bytes, place: int, count: int, depth: int) -> tuple[list[Any], int]:
    # Every value takes a byte at the least, so a false count cannot fill the memory.
    if count > len(data) - place:
        raise ValueError(_EARLY_END)
    found = []
    for _ in range(count):
        value, place = _value(data, place, depth)
        found.append(value)
    return found, place


def _map(data: bytes, place: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
    if count > len(data) - place:
        raise ValueError(_EARLY_END)
    found: dict[Any, Any] = {}
    for _ in range(count):
        key, place = _value(data, place, MAX_DEPTH)
        if not isinstance(key, int | bytes | str):
            raise ValueError("a key that is a list or a map")  # noqa: TRY004
        found[key], place = _value(data, place, depth)
    if len(found) != count:
        raise ValueError("a key stands there twice")
    return found, place


def _byte_string(data: bytes, place: int) -> tuple[bytes, int]:
    major, number, place = _head(data, place)
    if major != _BYTES:
        raise ValueError("a tag of byte strings before something else")
    return _taken(data, place, number)
