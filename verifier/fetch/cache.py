"""A small memory of what was fetched: bounded in number, in bytes and in time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class TimedCache(Generic[V]):
    """Keeps values for a while; the one unused for longest goes first. Safe between threads.

    Args:
        seconds: how long a value is kept.
        max_entries: most values kept.
        max_weight: most weight kept, in the unit of ``weigh``.
        weigh: the weight of a value, such as its bytes.
        now: monotonic seconds.
    """

    def __init__(
        self,
        *,
        seconds: float,
        max_entries: int = 256,
        max_weight: int = 64 * 1024 * 1024,
        weigh: Callable[[V], int] = lambda _value: 1,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._max_entries = max_entries
        self._max_weight = max_weight
        self._weigh = weigh
        self._now = now
        self._entries: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(
        self,
        key: Hashable,
        make: Callable[[], V],
        lifetime: Callable[[V], float | None] = lambda _value: None,
    ) -> V:
        """The value kept under ``key``, or a new one from ``make``, whose errors are not kept.

        Args:
            lifetime: how many seconds a value itself may be kept, never longer than this cache
                keeps any; None if it does not say.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry and entry[0] > self._now():
                self._entries.move_to_end(key)
                return entry[1]
        began = self._now()
        value = make()
        own = lifetime(value)
        seconds = self._seconds if own is None else min(own, self._seconds)
        with self._lock:
            self._drop(key)
            self._entries[key] = (began + seconds, value)
            self._weight += self._weigh(value)
            while self._entries and self._is_full():
                self._drop(next(iter(self._entries)))
        return value

    def _is_full(self) -> bool:
        return len(self._entries) > self._max_entries or self._weight > self._max_weight

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry:
            self._weight -= self._weigh(entry[1])
