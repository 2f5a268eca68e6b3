"""The little of CBOR that proof values are made of (RFC 8949), read strictly.

Whole numbers, byte strings, text, arrays and maps of definite length, and nothing else: no tag
that would make a reader compile, compute or refer to anything. Tag 64, with which some writers
mark their byte strings (RFC 8746 §2.1), is passed over.
"""

from collections.abc import Callable
from typing import Any

MAX_DEPTH = 16
"""Arrays and maps within each other."""
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = 0, 2, 3, 4, 5, 6
_BYTE_STRING_TAG = 64
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


def loads(data: bytes) -> Any:
    """The one value that ``data`` encodes, to its last byte.

    Raises:
        ValueError: anything else, or a map that has a key twice.
    """
    reader = _Reader(data)
    value = reader.value()
    if reader.place != len(data):
        raise ValueError("there is more behind the value")
    return value


class _Reader:
    """Reads values one after the other from ``place`` on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def value(self, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
        major, number = self._head()
        if major == _UNSIGNED:
            return number
        if major == _BYTES:
            return self._take(number)
        if major == _TEXT:
            return self._take(number).decode("utf-8")
        if major == _ARRAY:
            return self._many(number, lambda: self.value(depth + 1))
        if major == _MAP:
            return self._map(number, depth)
        if major == _TAG and number == _BYTE_STRING_TAG:
            return self._byte_string()
        raise ValueError(f"major type {major} has no place here")

    def _head(self) -> tuple[int, int]:
        """Major type and argument (§3)."""
        first = self._take(1)[0]
        major, short = first >> 5, first & 0x1F
        if short in _SIZES:
            return major, int.from_bytes(self._take(_SIZES[short]), "big")
        if short > max(_SIZES):
            raise ValueError("a length that is not given")
        return major, short

    def _take(self, count: int) -> bytes:
        if count > len(self.data) - self.place:
            raise ValueError("the data ends too early")
        start = self.place
        self.place += count
        return self.data[start : self.place]

    def _many(self, count: int, read: Callable[[], Any]) -> list[Any]:
        # Every value takes a byte at the least, so a false count cannot fill the memory.
        if count > len(self.data) - self.place:
            raise ValueError("the data ends too early")
        return [read() for _ in range(count)]

    def _map(self, count: int, depth: int) -> dict[Any, Any]:
        pairs = self._many(count, lambda: (self._key(), self.value(depth + 1)))
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands there twice")
        return found

    def _key(self) -> int | bytes | str:
        key = self.value(MAX_DEPTH)
        if not isinstance(key, int | bytes | str):
            raise ValueError("a key that is a list or a map")  # noqa: TRY004
        return key

    def _byte_string(self) -> bytes:
        major, number = self._head()
        if major != _BYTES:
            raise ValueError("a tag of byte strings before something else")
        return self._take(number)
