"""JSON-RPC 2.0 over HTTP to one Ethereum node, in bounded time, size and trust."""

import itertools
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from credentials.strict_json import JsonLimits, loads
from keys.insecure import is_loopback_host
from schemas.errors import TouchstoneError

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""A block with the hashes of all its transactions, many times over."""
_LIMITS = JsonLimits(max_bytes=MAX_ANSWER_BYTES)
_MESSAGE_LENGTH = 300
_OK = 200
_REFUSALS = range(400, 500)
"""HTTP statuses under which some providers send a JSON-RPC error."""


class JsonRpcNode:
    """Asks one node, one question at a time, without retries.

    Errors name the node's host, never the whole URL: providers put their customers' keys into
    the path.

    Args:
        url: the node's JSON-RPC address.
        timeout_s: seconds for one question, from connecting to the last byte of the answer.
    """

    def __init__(self, url: str, *, timeout_s: float) -> None:
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._url = url
        self._timeout_s = timeout_s
        self._ids = itertools.count(1)
        self._http = httpx.Client(
            follow_redirects=False,
            timeout=timeout_s,
            # A proxy is for the world outside, never for this machine.
            trust_env=not is_loopback_host(parts.hostname or ""),
            # A connection of its own for each question, so that the one to cut off is known.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Release sockets."""
        self._http.close()

    def ask(self, method: str, *params: object) -> Any:
        """Call one method and return its result, which may be None.

        Raises:
            ChainUnreachable: no whole answer in time, or an HTTP error.
            ChainRefused: the node answered with an error of its own.
            ChainBadAnswer: what it answered is not the JSON-RPC answer to this question.
        """
        number = next(self._ids)
        question = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        status, body = self._post(question, method)
        if status != _OK and status not in _REFUSALS:
            raise self._unreachable(f"answered HTTP status {status}")
        try:
            answer = loads(body, _LIMITS)
        except TouchstoneError:
            answer = {}
        if type(answer.get("id")) is not int or answer["id"] != number:
            answer = {}
        if isinstance(answer.get("error"), dict):
            message = str(answer["error"].get("message"))[:_MESSAGE_LENGTH]
            raise ChainRefused(f"The node at {self.name} refused {method}: {message}.")
        if status != _OK:
            raise self._unreachable(f"answered HTTP status {status}")
        if answer.get("jsonrpc") != "2.0" or "result" not in answer or answer.get("error"):
            raise self.bad_answer(method)
        return answer["result"]

    def bad_answer(self, method: str) -> ChainBadAnswer:
        """The error for an answer that is none."""
        return ChainBadAnswer(
            f"The node at {self.name} does not answer {method} as an Ethereum node would.",
            "See that its address in the settings is that of a JSON-RPC node.",
        )

    def _post(self, question: dict[str, object], method: str) -> tuple[int, bytes]:
        body = bytearray()
        try:
            with (
                _Cutter(self._timeout_s) as cutter,
                self._http.stream(
                    "POST",
                    self._url,
                    content=json.dumps(question),
                    headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
                    extensions={"trace": cutter.trace},
                ) as response,
            ):
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise self.bad_answer(method)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError):
            raise self._unreachable("does not answer") from None
        if cutter.has_cut:  # what was read may be half of it
            raise self._unreachable(f"does not answer within {self._timeout_s:g} s")
        return response.status_code, bytes(body)

    def _unreachable(self, how: str) -> ChainUnreachable:
        return ChainUnreachable(
            f"The Ethereum node at {self.name} {how}.",
            "See that it runs and that its address in the settings is right, then try again.",
        )


class _Cutter:
    """Cuts a connection off after a time, however slowly the other side keeps dripping bytes."""

    def __init__(self, seconds: float) -> None:
        self.has_cut = False
        self._deadline = time.monotonic() + seconds
        self._socket: Any = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Cutter":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember the connection's newest socket (httpx extension ``trace``)."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if time.monotonic() >= self._deadline:
                self._cut()

    def _cut(self) -> None:
        self.has_cut = True
        if self._socket is None:
            return
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has closed by itself
