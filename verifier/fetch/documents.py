"""Published documents over HTTP: issuer profiles and status lists."""

from verifier.fetch.cache import TimedCache
from verifier.fetch.http import HttpDoor
from verifier.status.signed_lists import seconds_to_live

KEPT_SECONDS = 60.0
"""How long a document is kept: a withdrawal is seen a minute later at the latest, and sooner where
a status list says that it lives for less (``ttl``). Its dates are looked at whenever it is used."""


class PublishedDocuments:
    """Fetches documents through the one door and keeps them for a minute (DocumentFetcher)."""

    def __init__(self, door: HttpDoor, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._door = door
        self._kept: TimedCache[bytes] = TimedCache(seconds=kept_seconds, weigh=len)

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """The bytes found at ``url``; see :class:`verifier.ports.DocumentFetcher`."""
        return self._kept.get(
            (url, max_bytes),
            lambda: self._door.get(url, max_bytes=max_bytes, accept=_ACCEPT),
            seconds_to_live,
        )


_ACCEPT = "application/vc, application/ld+json, application/json;q=0.9, */*;q=0.1"
