"""RLP, read in its one canonical form only (Ethereum Yellow Paper, appendix B)."""

import rlp

from verifier.bundle.errors import RlpInvalid

Item = bytes | list["Item"]


def decode(data: bytes, *, max_bytes: int) -> Item:
    """The item that ``data`` encodes.

    Raises:
        RlpInvalid: it is too long, no RLP, not canonical, or followed by something.
    """
    if len(data) > max_bytes:
        raise RlpInvalid(f"A part of it has more than {max_bytes:,} bytes.")
    try:
        item: Item = rlp.decode(data, strict=True)
        canonical = rlp.encode(item) == data
    except (rlp.exceptions.RLPException, RecursionError) as error:
        raise RlpInvalid("A part of it is not RLP.") from error
    if not canonical:
        raise RlpInvalid("A part of it is not written in its one form.")
    return item


def texts(item: Item, count: int) -> list[bytes]:
    """The items of a list of exactly ``count`` byte strings.

    Raises:
        RlpInvalid: it is something else.
    """
    if not isinstance(item, list) or len(item) != count:
        raise RlpInvalid(f"A part of it is not a list of {count} items.")
    found = [part for part in item if isinstance(part, bytes)]
    if len(found) != count:
        raise RlpInvalid("A part of it holds a list where bytes belong.")
    return found


def number(data: bytes, *, max_bytes: int = 32) -> int:
    """A natural number: big-endian, without leading zeros.

    Raises:
        RlpInvalid: it has leading zeros, or too many bytes.
    """
    if len(data) > max_bytes or data[:1] == b"\0":
        raise RlpInvalid("A number in it is not written in its one form.")
    return int.from_bytes(data, "big")


def fixed(data: bytes, size: int) -> bytes:
    """Bytes of exactly this size.

    Raises:
        RlpInvalid: there are more or fewer.
    """
    if len(data) != size:
        raise RlpInvalid(f"A part of it has {len(data)} bytes in place of {size}.")
    return data
