"""No test reaches beyond loopback: the rule, for this process and every Python process below it.

Python imports a module of this name when it starts, so a child process is guarded because the test
session puts this folder on PYTHONPATH; the session itself loads it from tests/conftest.py.
An audit hook cannot be taken out again, and code that opens sockets in its own C library (uvloop,
for one) would pass it by: the project has none.

A refusal raises, and is also written to the file named in TOUCHSTONE_GUARD_LOG, because code under
test may well turn the exception into a tidy answer: the session fails the test all the same.
"""

import ipaddress
import os
import socket
import sys
from pathlib import Path

LOG = "TOUCHSTONE_GUARD_LOG"
INTERNET = {socket.AF_INET, socket.AF_INET6}


class BeyondLoopback(RuntimeError):
    """A test tried to reach something other than this machine."""


def is_local(host: object) -> bool:
    """Whether a socket host is this machine: loopback, `localhost`, or none at all."""
    name = _text(host)
    address = _address(name)
    return name in {"", "localhost"} or (address is not None and address.is_loopback)


def _text(host: object) -> str:
    if host is None:
        return ""
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("ascii", "replace").lower()
    return str(host).lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _refuse(doing: str, host: object) -> None:
    sentence = (
        f"A test tried to {doing} {_text(host)!r}. Tests reach loopback only: "
        "start a server on 127.0.0.1, or pass a port (clock, dids, documents, chain) to the code."
    )
    log = os.environ.get(LOG)
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(sentence + "\n")
    raise BeyondLoopback(sentence)


def _check_target(target: object) -> None:
    if isinstance(target, tuple) and not is_local(target[0]):
        _refuse("connect to", target[0])


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        opened, target = arguments[0], arguments[1]
        if getattr(opened, "family", None) in INTERNET:
            _check_target(target)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        # A numeric address is not looked up anywhere; connecting to it is refused above.
        # A name, and the name that belongs to an address, are asked of a name server.
        host = arguments[0]
        numeric = _address(_text(host)) is not None and event != "socket.gethostbyaddr"
        if not numeric and not is_local(host):
            _refuse("look up", host)


def _look_before(name: str) -> None:
    """Check the target of one socket method before the socket looks its name up.

    `connect(("host.example", 80))` asks a name server first and raises its audit event after.
    """
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *arguments: object) -> object:
        target = arguments[-1] if arguments else None
        if self.family in INTERNET:
            _check_target(target)
        return original(self, *arguments)

    setattr(socket.socket, name, guarded)


def install() -> None:
    """Guard this process from now on; a second call changes nothing."""
    if not getattr(sys, "_touchstone_guard", False):
        sys._touchstone_guard = True  # type: ignore[attr-defined]
        sys.addaudithook(_audit)
        for name in ("connect", "connect_ex", "sendto"):
            _look_before(name)


install()
