"""Gives each HTTP request an id and each answer a line in the log. Plain ASGI, for both services.

The id comes from X-Request-Id where a proxy sets one of a known form, so that one request can be
followed through all logs; else it is made here. It goes back in the answer.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.logs import log_event, log_fault, request_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER: Final = b"x-request-id"
KNOWN_ID: Final = re.compile(r"[0-9a-fA-F-]{16,64}")
"""UUIDs, hexadecimal numbers, traceparent: what proxies make. Anybody may send the header, so an
id that could be a word, a name or an address is not taken over."""
UNMATCHED: Final = "unmatched"
"""The route of a request that fits none: its path is a stranger's text."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SERVER_ERROR: Final = 500
_KEY: Final = "touchstone.answered"


@dataclass(slots=True)
class Answered:
    """What is kept of one request.

    Attributes:
        method: one of METHODS, or ``OTHER``.
        route: the route's template, such as ``/status/{list_id}``, or UNMATCHED.
        status: of the answer; 500 if none was begun.
        seconds: from the request's arrival to the end of the answer.
    """

    method: str
    route: str = UNMATCHED
    status: int = SERVER_ERROR
    seconds: float = 0.0


class RequestLog:
    """Middleware, the outermost: ids, one line a request, and the last net under a fault.

    Args:
        app: the application inside.
        logger: of the service.
        observe: told each request when it is answered; for metrics.
        on_fault: sends the answer to a request whose handling broke and that has none yet.
    """

    def __init__(
        self,
        app: App,
        *,
        logger: logging.Logger,
        observe: Callable[[Answered], None] | None = None,
        on_fault: App | None = None,
    ) -> None:
        self._app = app
        self._logger = logger
        self._observe = observe
        self._on_fault = on_fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = request_id.set(_id_of(scope))
        started = time.perf_counter()
        answered = Answered(scope["method"] if scope["method"] in METHODS else "OTHER")
        scope[_KEY] = answered
        try:
            await self._answer(scope, receive, send, answered)
        finally:
            answered.seconds = time.perf_counter() - started
            self._note(answered)
            request_id.reset(known)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, answered: Answered) -> None:
        begun = False

        async def send_with_id(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                answered.status = message["status"]
                own = [(HEADER, (request_id.get() or "").encode("ascii"))]
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            log_fault(self._logger, "http.fault", error)
            if begun or self._on_fault is None:
                raise
            await self._on_fault(scope, receive, send_with_id)

    def _note(self, answered: Answered) -> None:
        if self._observe is not None:
            self._observe(answered)
        log_event(
            self._logger,
            logging.WARNING if answered.status >= SERVER_ERROR else logging.INFO,
            "http.request",
            method=answered.method,
            route=answered.route,
            status=answered.status,
            seconds=round(answered.seconds, 4),
        )


class RouteNote:
    """Middleware, the innermost: tells RequestLog which route the request took.

    Between the two a middleware may copy the scope, where the router writes the route.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI 3)."""
        try:
            await self._app(scope, receive, send)
        finally:
            answered = scope.get(_KEY)
            path = getattr(scope.get("route"), "path", None)
            if isinstance(answered, Answered) and isinstance(path, str):
                answered.route = path


def _id_of(scope: Scope) -> str:
    for name, value in scope.get("headers", ()):
        if name == HEADER:
            text = bytes(value).decode("latin-1")
            if KNOWN_ID.fullmatch(text):
                return text
    return secrets.token_hex(16)
