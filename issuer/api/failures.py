"""Bounds how often one address may bring a token that does not hold.

A token holds 256 random bits, so nobody guesses one; this bounds what trying costs the school.
Whoever brought a good token lately is let on: a school has one address for many.
"""

import hashlib
import ipaddress
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

MAX_FAILURES: Final = 10
"""Of one address within the window; further ones are answered with 429."""
WINDOW: Final = timedelta(seconds=60)
MAX_ADDRESSES: Final = 10_000
"""Remembered at once; the oldest are forgotten."""
MAX_GOOD: Final = 10_000
_IPV6_NETWORK: Final = 64
"""Bits of an IPv6 address that are one subscriber's."""


class Failures:
    """What one process remembers of failures; it forgets when it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def seconds_left(self, address: str, token: str, now: datetime) -> int:
        """For how long nothing of this address is looked at; 0 if this may go on."""
        with self._lock:
            began, count = self._failed.get(_network(address), (now, 0))
            ends = began + WINDOW
            if count < MAX_FAILURES or now >= ends or _digest(token) in self._good:
                return 0
            return max(1, round((ends - now).total_seconds()))

    def failed(self, address: str, token: str, now: datetime) -> None:
        """A token that does not hold was brought."""
        key = _network(address)
        with self._lock:
            self._good.pop(_digest(token), None)
            began, count = self._failed.pop(key, (now, 0))
            if now >= began + WINDOW:
                began, count = now, 0
            self._failed[key] = (began, count + 1)
            while len(self._failed) > MAX_ADDRESSES:
                self._failed.popitem(last=False)

    def held(self, token: str) -> None:
        """A token that holds was brought."""
        with self._lock:
            self._good[_digest(token)] = None
            self._good.move_to_end(_digest(token))
            while len(self._good) > MAX_GOOD:
                self._good.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - the Internet's numbers
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
