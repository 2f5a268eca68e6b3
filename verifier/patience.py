"""How long one run waits for the hosts that a document names, all of them together.

Whoever writes a document chooses whom we ask, before any signature was checked: sixteen proofs of
sixteen silent hosts would keep a worker busy for minutes. What is not asked stays open.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from credentials.json_types import JsonObject
from verifier.errors import HostUnreachable
from verifier.ports import AnchorTransaction, Ports

MAX_SECONDS = 20.0
"""Waiting for hosts in one run: two of them may be silent."""
T = TypeVar("T")


class _Patience:
    """The outside world until the time is used up (DidResolver, DocumentFetcher, ChainReader)."""

    def __init__(self, ports: Ports, seconds: float, now: Callable[[], float]) -> None:
        self._ports = ports
        self._left = seconds
        self._now = now

    def resolve(self, did: str) -> JsonObject:
        """See :class:`verifier.ports.DidResolver`."""
        return self._ask(lambda: self._ports.dids.resolve(did))

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """See :class:`verifier.ports.DocumentFetcher`."""
        return self._ask(lambda: self._ports.documents.fetch(url, max_bytes=max_bytes))

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """See :class:`verifier.ports.ChainReader`."""
        return self._ask(lambda: self._ports.chain.anchor(chain_id, transaction))

    def _ask(self, ask: Callable[[], T]) -> T:
        if self._left <= 0:
            raise HostUnreachable("The hosts that it names take too long to answer.")
        start = self._now()
        try:
            return ask()
        finally:
            self._left -= self._now() - start


def patient(
    ports: Ports, seconds: float = MAX_SECONDS, now: Callable[[], float] = time.monotonic
) -> Ports:
    """Ports for one run, which give up when all waiting together took ``seconds``.

    Args:
        now: monotonic seconds.
    """
    waiting = _Patience(ports, seconds, now)
    return replace(ports, dids=waiting, documents=waiting, chain=waiting)
