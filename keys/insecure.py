"""The one switch that relaxes rules for a demonstration on one machine.

``insecure_loopback`` allows http: and loopback addresses for did:web, status lists and issuer
profiles. It is off by default and warns whenever it is on.
"""

import ipaddress
import warnings

LOOPBACK_NAME = "localhost"


class InsecureLoopbackWarning(UserWarning):
    """INSECURE_LOOPBACK is on: nothing that is checked this way may be relied on."""


def warn_insecure_loopback() -> None:
    """Say loudly that the switch is on."""
    warnings.warn(
        "INSECURE_LOOPBACK is on: plain http to this machine is accepted. "
        "For demonstrations only; rely on nothing that is checked this way.",
        InsecureLoopbackWarning,
        stacklevel=2,
    )


def is_loopback_host(host: str) -> bool:
    """Whether ``host`` (a name or an IP address, without port) can only mean this machine."""
    if host.lower().rstrip(".") == LOOPBACK_NAME:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
