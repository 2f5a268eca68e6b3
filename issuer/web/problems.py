"""Errors as RFC 9457 problem details, or as a page for whoever asked for a page."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from issuer.db.errors import DatabaseError
from issuer.web.errors import MetricsClosed, MetricsRefused
from issuer.web.negotiation import HTML, JSON, preferred
from issuer.web.pages import render
from schemas.errors import Fault, TouchstoneError
from schemas.logs import log_error
from schemas.request_log import Receive, Scope, Send

PROBLEM_JSON = "application/problem+json"
_log = logging.getLogger(__name__)
_NOT_FOUND_PREFIX = "unknown-"
"""Codes whose last part begins so name something that is not there."""
_STATUS: dict[type[TouchstoneError], HTTPStatus] = {
    MetricsRefused: HTTPStatus.UNAUTHORIZED,
    MetricsClosed: HTTPStatus.FORBIDDEN,
}
RETRY_SECONDS = 30
"""When to ask again where something of ours is away."""


def status_of(error: TouchstoneError) -> int:
    """The HTTP status for a typed error: 401, 403, 404, 400, 503 or 500.

    Whatever is wrong with the database, the site itself is well and is so again with it: 503.
    """
    if type(error) in _STATUS:
        return _STATUS[type(error)]
    if error.fault is Fault.TRANSPORT or isinstance(error, DatabaseError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if error.fault is Fault.SETUP:
        return HTTPStatus.INTERNAL_SERVER_ERROR
    last = error.code.rpartition(".")[2]
    missing = last.startswith(_NOT_FOUND_PREFIX)
    return HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_REQUEST


def words_of(error: TouchstoneError) -> tuple[str, str]:
    """Sentence and remedy as anybody may read them; where the database is, is for the log alone."""
    if isinstance(error, DatabaseError):
        return "The database of this service cannot be used just now.", "Ask again in a while."
    return error.sentence, error.remedy


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str,
    remedy: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem, as the client prefers it."""
    title = HTTPStatus(status).phrase
    sent = {**(headers or {}), "Vary": "Accept", "Cache-Control": "no-store"}
    if preferred(request.headers.get("accept"), [JSON, PROBLEM_JSON, HTML]) == HTML:
        page = {"title": title, "sentence": detail, "remedy": remedy, "code": code}
        return render(request, "problem.html", page, status=status, headers=sent)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    body |= {"remedy": remedy} if remedy else {}
    return JSONResponse(body, status_code=status, headers=sent, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Make the app answer every error as a problem."""
    app.add_exception_handler(TouchstoneError, _typed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)


async def _typed(request: Request, error: Exception) -> Response:
    if not isinstance(error, TouchstoneError):
        raise error
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_error(_log, "http.problem", error)
    headers = {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
    sentence, remedy = words_of(error)
    return problem(request, status, sentence, code=error.code, remedy=remedy, headers=headers)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = error.status_code
    sentences = {
        HTTPStatus.NOT_FOUND: "Nothing is published at this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address is not for this method.",
    }
    sentence = sentences.get(HTTPStatus(status), str(error.detail))
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED and "GET" in headers.get("Allow", "GET"):
        headers["Allow"] = "GET, HEAD"
    return problem(request, status, sentence, code=f"http.{status}", headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    places = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
    sentence = f"The request is not usable: {', '.join(places)}."
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(request, status, sentence, code="http.request-invalid")


async def answer_fault(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that a fault of ours stopped (ASGI 3); the fault itself is in the log."""
    request = Request(scope, receive)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    sentence = "A fault of ours stopped this request."
    await problem(request, status, sentence, code="internal.fault")(scope, receive, send)
