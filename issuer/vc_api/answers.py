"""Errors of the VC-API as problem details, always JSON (RFC 9457, RFC 6750 §3)."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from credentials.errors import JsonTooLarge, StructureInvalid
from issuer.status.errors import UnknownStatusEntry
from issuer.vc_api.errors import BodyTooLarge, RequestMalformed, TokenRefused, UnknownProfile
from issuer.web.problems import PROBLEM_JSON, words_of
from schemas.errors import Fault, TouchstoneError

MAX_PROBLEMS: Final = 50
_CHALLENGE: Final = 'Bearer realm="vc-api"'
_STATUS: Final[tuple[tuple[type[TouchstoneError], HTTPStatus], ...]] = (
    (TokenRefused, HTTPStatus.UNAUTHORIZED),
    (UnknownProfile, HTTPStatus.NOT_FOUND),
    (UnknownStatusEntry, HTTPStatus.NOT_FOUND),
    (RequestMalformed, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (JsonTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)


def status_of(error: TouchstoneError) -> HTTPStatus:
    """4xx for what was sent; 503 for what this installation lacks or could not reach."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return (
        HTTPStatus.BAD_REQUEST if error.fault is Fault.CONTENT else (HTTPStatus.SERVICE_UNAVAILABLE)
    )


def problem(error: TouchstoneError, request: Request) -> JSONResponse:
    """A typed error as problem details; every problem of a document with its JSON pointer."""
    status = status_of(error)
    sentence, remedy = words_of(error)
    body: dict[str, Any] = {
        "type": f"urn:touchstone:problem:{error.code}",
        "title": status.phrase,
        "status": int(status),
        "detail": sentence,
        "code": error.code,
        "remedy": remedy,
    }
    if isinstance(error, StructureInvalid):
        body["problems"] = [
            {"pointer": one.pointer, "detail": one.sentence}
            for one in error.problems[:MAX_PROBLEMS]
        ]
    headers = {"Cache-Control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        given = "authorization" in request.headers
        headers["WWW-Authenticate"] = _CHALLENGE + (', error="invalid_token"' if given else "")
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM_JSON)


class ProblemRoute(APIRoute):
    """A route of a programming interface: its errors are problem details for any Accept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with typed errors answered (FastAPI, Custom APIRoute)."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except TouchstoneError as error:
                return problem(error, request)
            except RequestValidationError:
                wrong = RequestMalformed("A part of the request has the wrong form.")
                return problem(wrong, request)

        return answer
