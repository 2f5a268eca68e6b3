"""The bits of a status list (Bitstring Status List 1.0 §3; StatusList2021)."""

import gzip
import io
import zlib

from credentials.errors import StatusListInvalid
from keys.errors import MultibaseInvalid
from keys.multibase import base64url_decode, base64url_encode

MIN_ENTRIES = 131_072
"""Least number of entries, so that one holder hides among many (§6.1 herd privacy)."""
MAX_BYTES = 16 * 1024 * 1024
"""Largest bitstring that is inflated: 134 million entries. A gzip bomb stops here."""
_BITS = 8


class Bitstring:
    """A row of status bits; bit 0 is the most significant bit of the first byte.

    Args:
        size: number of entries, a multiple of 8, at least 131,072.
    """

    def __init__(self, size: int = MIN_ENTRIES) -> None:
        if size < MIN_ENTRIES or size % _BITS:
            raise StatusListInvalid(f"A status list needs at least {MIN_ENTRIES:,} entries.")
        self._bits = bytearray(size // _BITS)

    def __len__(self) -> int:
        """Number of entries."""
        return len(self._bits) * _BITS

    def get(self, index: int) -> bool:
        """Whether the bit of ``index`` is set.

        Raises:
            StatusListInvalid: the list has no such index.
        """
        self._check(index)
        return bool(self._bits[index // _BITS] & (0x80 >> index % _BITS))

    def value(self, index: int, size: int) -> int:
        """The number that the ``size`` bits of entry ``index`` spell, the first being the highest.

        Args:
            size: bits of one entry (``statusSize``), at least 1.

        Raises:
            StatusListInvalid: the list has no such entry, or fewer than 131,072 of that size.
        """
        if size < 1 or len(self) // size < MIN_ENTRIES:
            raise StatusListInvalid(
                f"A status list needs at least {MIN_ENTRIES:,} entries; with {size:,} bits each "
                "it has fewer."
            )
        number = 0
        for bit in range(index * size, (index + 1) * size):
            number = number << 1 | self.get(bit)
        return number

    def set(self, index: int, value: bool) -> None:
        """Set or clear the bit of ``index``.

        Raises:
            StatusListInvalid: the list has no such index.
        """
        self._check(index)
        mask = 0x80 >> index % _BITS
        if value:
            self._bits[index // _BITS] |= mask
        else:
            self._bits[index // _BITS] &= 0xFF ^ mask

    def encode(self) -> str:
        """The ``encodedList``: multibase base64url of the gzip of the bits, always the same."""
        return base64url_encode(gzip.compress(bytes(self._bits), mtime=0))

    @classmethod
    def decode(cls, encoded: str, *, max_bytes: int = MAX_BYTES) -> "Bitstring":
        """Read an ``encodedList``.

        Args:
            max_bytes: largest bitstring that is inflated.

        Raises:
            StatusListInvalid: not multibase, not gzip, too small, or larger than ``max_bytes``.
        """
        try:
            return cls._inflated(base64url_decode(encoded), max_bytes)
        except MultibaseInvalid as error:
            raise StatusListInvalid("A status list is not multibase base64url.") from error

    @classmethod
    def decode_2021(cls, encoded: str, *, max_bytes: int = MAX_BYTES) -> "Bitstring":
        """Read the ``encodedList`` of a StatusList2021: base64url without a multibase prefix.

        The text of 2021 said base64 only, so the other alphabet and padding are read as well.

        Raises:
            StatusListInvalid: as :meth:`decode`.
        """
        plain = encoded.rstrip("=").replace("+", "-").replace("/", "_")
        return cls.decode(f"u{plain}", max_bytes=max_bytes)

    @classmethod
    def _inflated(cls, packed: bytes, max_bytes: int) -> "Bitstring":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
                bits = file.read(max_bytes + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise StatusListInvalid("A status list is not gzip.") from error
        if len(bits) > max_bytes:
            raise StatusListInvalid(f"A status list inflates to more than {max_bytes:,} bytes.")
        result = cls(max(len(bits) * _BITS, 1))
        result._bits[:] = bits
        return result

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self):
            raise StatusListInvalid(f"The status list has no entry {index}; it has {len(self):,}.")
