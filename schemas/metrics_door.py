"""Who may read a service's metrics: whoever brings their token, or else this machine alone.

Without a token, a request that came through a proxy, or under the service's public name, is
somebody else's, though its last step was on this machine.
"""

import hmac
import ipaddress
from enum import StrEnum
from typing import Final

from schemas.request_log import Scope

TOKEN_VARIABLE: Final = "TOUCHSTONE_METRICS_TOKEN"  # noqa: S105 - a name, not a secret
PATH: Final = "/metrics"
_FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})


class Admission(StrEnum):
    """What the door says."""

    OPEN = "open"
    REFUSED = "refused"
    """A token is set, and this request does not bring it."""
    CLOSED = "closed"
    """No token is set, and the request is not from this machine."""


def admission(scope: Scope, token: str) -> Admission:
    """Whether a request may read the metrics.

    Args:
        scope: of the request (ASGI 3).
        token: what TOUCHSTONE_METRICS_TOKEN says; empty for none.
    """
    headers = {bytes(name).lower(): bytes(value) for name, value in scope.get("headers", ())}
    if token:
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        same = hmac.compare_digest(given.strip(), token.encode())
        return Admission.OPEN if scheme.lower() == b"bearer" and same else Admission.REFUSED
    peer = (scope.get("client") or ("", 0))[0]
    named = _without_port(headers.get(b"host", b"").decode("latin-1"))
    direct = _is_loopback(peer) and _is_loopback(named) and not headers.keys() & _FORWARDED
    return Admission.OPEN if direct else Admission.CLOSED


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[")
    return host.partition(":")[0]


def _is_loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
