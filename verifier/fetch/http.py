"""The only outbound door. No other module of the verifier opens a connection.

What strangers write decides which addresses are opened here (DIDs, status lists, profiles), so:
https only, GET only, nothing private, no cookies or credentials, limits on size, time and
redirects, and the connection goes to the very address that was checked.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from credentials.json_types import JsonObject
from credentials.strict_json import loads
from keys.insecure import is_loopback_host
from schemas.errors import TouchstoneError
from verifier.errors import (
    AddressRefused,
    ChainAnswerMalformed,
    ChainUnreachable,
    DocumentMalformed,
    DocumentMissing,
    DocumentTooLarge,
    HostUnreachable,
    SettingInvalid,
    TooManyRedirects,
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""From host and port to IP addresses."""

_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_THERE = frozenset({204, 400, 404, 405, 406, 410, 451})
_OK = 200
_PRIVATE_REMEDY = "We do not open links into private networks."


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one fetch may cost.

    Args:
        seconds: whole fetch, redirects included.
        connect_seconds: opening one connection.
        max_redirects: each one is checked like the first address.
        max_url_characters: longer addresses are refused.
    """

    seconds: float = 10.0
    connect_seconds: float = 5.0
    max_redirects: int = 3
    max_url_characters: int = 2048


def system_resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, by the machine's resolver, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether an address lies on the public internet, addresses wrapped in it included."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global and address.teredo is None


class HttpDoor:
    """Fetches public documents.

    Args:
        limits: what one fetch may cost.
        insecure_loopback: also open http: and loopback addresses; for demonstrations.
        resolve: how host names become addresses; asked once a connection.
        ssl_context: what certificates are trusted; the system's by default.
    """

    def __init__(
        self,
        limits: HttpLimits | None = None,
        *,
        insecure_loopback: bool = False,
        resolve: Resolve = system_resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits or HttpLimits()
        self._insecure_loopback = insecure_loopback
        self._resolve = resolve
        # Kept-alive connections belong to an address, not to a name: another host behind the
        # same address must not inherit one, so none is kept.
        self._transport = httpx.HTTPTransport(
            verify=ssl_context or True,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
        )

    def get(self, url: str, *, max_bytes: int, accept: str = "application/json") -> bytes:
        """The body found at ``url``, redirects followed.

        Raises:
            AddressRefused, TooManyRedirects, DocumentTooLarge, DocumentMissing: as they say.
            HostUnreachable: no answer in time, or an answer that says nothing about the document.
        """
        deadline = time.monotonic() + self._limits.seconds
        target = self._checked_url(url)
        for _ in range(self._limits.max_redirects + 1):
            with self._open(target, accept, deadline) as response:
                if response.status_code not in _REDIRECTS:
                    body = _body(response, target.host, max_bytes)
                    if time.monotonic() >= deadline:  # cut off: what was read may be half of it
                        raise HostUnreachable(f"{target.host} did not answer in time.")
                    return body
                target = self._checked_url(_location(response, target))
        raise TooManyRedirects(f"{target.host} sends us on more than we follow.")

    def close(self) -> None:
        """Release sockets."""
        self._transport.close()

    def _checked_url(self, url: str) -> httpx.URL:
        if len(url) > self._limits.max_url_characters:
            raise AddressRefused("An address is longer than addresses are.")
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise AddressRefused("An address is not a URL.") from error
        if not _HOST.fullmatch(target.raw_host) or target.userinfo:
            raise AddressRefused("An address names no host, or brings a password.")
        loopback = self._insecure_loopback and is_loopback_host(target.host)
        if target.scheme != "https" and not (target.scheme == "http" and loopback):
            raise AddressRefused(f"{target.host} would not be asked over https.")
        return target.copy_with(fragment=None)

    def _addresses(self, target: httpx.URL) -> list[Address]:
        """The addresses of a host; all have to be allowed, so that none can slip in later."""
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            names = self._resolve(target.raw_host.decode("ascii"), port)
            found = [ipaddress.ip_address(name) for name in names]
        except (OSError, UnicodeError, ValueError) as error:
            raise HostUnreachable(f"{target.host} has no address.") from error
        if not found:
            raise HostUnreachable(f"{target.host} has no address.")
        for address in found:
            if not self._is_allowed(address):
                raise AddressRefused(f"{target.host} is not on the internet.", _PRIVATE_REMEDY)
        return found

    def _is_allowed(self, address: Address) -> bool:
        return is_public(address) or (self._insecure_loopback and address.is_loopback)

    @contextmanager
    def _open(self, target: httpx.URL, accept: str, deadline: float) -> Iterator[httpx.Response]:
        """Connect to a checked address of the host and send the request."""
        addresses = self._addresses(target)
        with _Cutter(deadline) as cutter:
            try:
                response = self._send(target, addresses, accept, cutter)
                try:
                    yield response
                finally:
                    response.close()
            except (httpx.HTTPError, httpx.StreamError, OSError) as error:
                raise HostUnreachable(f"{target.host} did not answer.") from error

    def _send(
        self, target: httpx.URL, addresses: list[Address], accept: str, cutter: "_Cutter"
    ) -> httpx.Response:
        last: httpx.HTTPError = httpx.ConnectError("no address")
        for address in addresses[:3]:
            request = httpx.Request(
                "GET",
                target.copy_with(host=str(address)),
                headers={
                    "Host": target.netloc.decode("ascii"),
                    "Accept": accept,
                    "Accept-Encoding": "identity",
                    "User-Agent": "touchstone-verifier",
                },
                extensions={
                    "timeout": self._timeouts(cutter.remaining()),
                    "sni_hostname": target.raw_host.decode("ascii"),
                    "trace": cutter.trace,
                },
            )
            try:
                return self._transport.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                last = error
        raise last

    def _timeouts(self, remaining: float) -> dict[str, float]:
        whole = max(remaining, 0.01)
        return {
            "connect": min(self._limits.connect_seconds, whole),
            "read": whole,
            "write": whole,
            "pool": whole,
        }


class _Cutter:
    """Cuts a connection at a deadline, however slowly the other side keeps dripping bytes."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: Any = None
        self._timer = threading.Timer(self.remaining(), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Cutter":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def remaining(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember the newest socket of the connection (httpx extension ``trace``)."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = info["return_value"].get_extra_info("socket")

    def _cut(self) -> None:
        if self._socket is None:
            return
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has closed by itself


def _location(response: httpx.Response, target: httpx.URL) -> str:
    try:
        return str(target.join(response.headers["location"]))
    except (KeyError, httpx.InvalidURL, ValueError) as error:
        raise AddressRefused(f"{target.host} sends us on to nowhere.") from error


def _body(response: httpx.Response, host: str, max_bytes: int) -> bytes:
    status = response.status_code
    if status in _NOT_THERE:
        raise DocumentMissing(f"{host} has no such document (HTTP {status}).")
    if status != _OK:
        raise HostUnreachable(f"{host} answered that it is in trouble (HTTP {status}).")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise DocumentMalformed(f"{host} sent a packed document that nobody asked for.")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise DocumentTooLarge(f"What {host} sent is larger than {max_bytes:,} bytes.")
    return bytes(body)


class RpcDoor:
    """Posts JSON-RPC to addresses that the operator of this verifier configured, and no others."""

    MAX_ANSWER_BYTES = 4 * 1024 * 1024

    def __init__(self, *, seconds: float = 10.0) -> None:
        self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=seconds)

    @staticmethod
    def check_url(url: str) -> str:
        """The address of a node if it may be used: https, or http on this machine.

        Raises:
            SettingInvalid: it may not.
        """
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise SettingInvalid("The address of a chain's node is not a URL.") from error
        safe = target.scheme == "https" or (
            target.scheme == "http" and is_loopback_host(target.host)
        )
        if not target.host or not safe:
            raise SettingInvalid(
                "The address of a chain's node is neither https nor http on this machine.",
                "Whoever can change its answers can forge anchors.",
            )
        return url

    def post(self, url: str, payload: JsonObject) -> JsonObject:
        """Post one JSON-RPC request and read its answer.

        Raises:
            ChainUnreachable: no answer, or an HTTP error.
            ChainAnswerMalformed: not a JSON object, or larger than any answer is.
        """
        body = bytearray()
        try:
            with self._client.stream("POST", url, json=payload) as response:
                if response.status_code != _OK:
                    raise ChainUnreachable(f"The node answered HTTP {response.status_code}.")
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > self.MAX_ANSWER_BYTES:
                        raise ChainAnswerMalformed("The node's answer is larger than answers are.")
        except (httpx.HTTPError, OSError) as error:
            raise ChainUnreachable("The node did not answer.") from error
        try:
            return loads(bytes(body))
        except TouchstoneError as error:
            raise ChainAnswerMalformed("The node's answer is not JSON-RPC.") from error

    def close(self) -> None:
        """Release sockets."""
        self._client.close()
