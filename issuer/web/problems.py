"""Errors as RFC 9457 problem details, or as a page for whoever asked for a page."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from issuer.web.negotiation import HTML, JSON, preferred
from issuer.web.pages import render
from schemas.errors import Fault, TouchstoneError

PROBLEM_JSON = "application/problem+json"
_log = logging.getLogger(__name__)
_NOT_FOUND_PREFIX = "unknown-"
"""Codes whose last part begins so name something that is not there."""


def status_of(error: TouchstoneError) -> int:
    """The HTTP status for a typed error: 404, 400, 503 or 500."""
    if error.fault is Fault.TRANSPORT:
        return HTTPStatus.SERVICE_UNAVAILABLE
    if error.fault is Fault.SETUP:
        return HTTPStatus.INTERNAL_SERVER_ERROR
    last = error.code.rpartition(".")[2]
    missing = last.startswith(_NOT_FOUND_PREFIX)
    return HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_REQUEST


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
    app.add_exception_handler(Exception, _unexpected)


async def _typed(request: Request, error: Exception) -> Response:
    if not isinstance(error, TouchstoneError):
        raise error
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", error.code, error.sentence)
    return problem(request, status, error.sentence, code=error.code, remedy=error.remedy)


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


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("unexpected fault: %s", type(error).__name__, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(request, status, "A fault of ours stopped this request.", code="internal.fault")
