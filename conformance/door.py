"""The one outbound door of the conformance mode: its own services beside the open internet."""

import ssl
from urllib.parse import urlsplit

from keys.insecure import is_loopback_host
from verifier.fetch.http import HttpDoor


class InsecureConformanceDoor(HttpDoor):
    """Fetches from this run's own issuer on loopback; everything else as any verifier would.

    Args:
        own_ports: where this run's own services listen on loopback, over https.
        ssl_context: trusts this run's certificate and no other; used for its own services only.
    """

    def __init__(self, own_ports: frozenset[int], ssl_context: ssl.SSLContext) -> None:
        super().__init__()
        self._own_ports = own_ports
        self._own = HttpDoor(insecure_loopback=True, ssl_context=ssl_context)

    def get(self, url: str, *, max_bytes: int, accept: str = "application/json") -> bytes:
        """The body found at ``url``; raises as :meth:`verifier.fetch.http.HttpDoor.get`."""
        if self._is_own(url):
            return self._own.get(url, max_bytes=max_bytes, accept=accept)
        return super().get(url, max_bytes=max_bytes, accept=accept)

    def close(self) -> None:
        """Release sockets."""
        self._own.close()
        super().close()

    def _is_own(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        return parts.scheme == "https" and port in self._own_ports and is_loopback_host(host)
