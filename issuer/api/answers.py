"""Errors of the API as problem details, always JSON (RFC 9457, RFC 6750 §3)."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse, Response

from credentials.errors import JsonTooLarge
from issuer.api import errors
from issuer.competency.errors import BadgeTaken, NoProposal, RuleChanged
from issuer.endorsements.errors import EndorsementGiven, EndorsementNotOurs, UnknownEndorsement
from issuer.errors import ImportProblem, ImportProblems, NotFound
from issuer.minting.errors import NotReleased, UnknownAchievement, UnknownCredential
from issuer.status.errors import StatusFinal, UnknownStatusEntry, UnknownStatusPurpose
from issuer.web.problems import PROBLEM_JSON, RETRY_SECONDS, words_of
from schemas.errors import Fault, TouchstoneError

MAX_PROBLEMS: Final = 50
"""How many problems of one request are told."""
REALM: Final = 'Bearer realm="api"'
_STATUS: Final[tuple[tuple[type[TouchstoneError], HTTPStatus], ...]] = (
    (errors.ApiTokenRefused, HTTPStatus.UNAUTHORIZED),
    (errors.TooManyFailures, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.ScopeMissing, HTTPStatus.FORBIDDEN),
    (errors.OtherAssessor, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (UnknownAchievement, HTTPStatus.NOT_FOUND),
    (UnknownCredential, HTTPStatus.NOT_FOUND),
    (UnknownStatusEntry, HTTPStatus.NOT_FOUND),
    (UnknownEndorsement, HTTPStatus.NOT_FOUND),
    (errors.ApiRequestInvalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ImportProblems, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RuleChanged, HTTPStatus.CONFLICT),
    (NoProposal, HTTPStatus.CONFLICT),
    (BadgeTaken, HTTPStatus.CONFLICT),
    (EndorsementGiven, HTTPStatus.CONFLICT),
    (EndorsementNotOurs, HTTPStatus.CONFLICT),
    (errors.UploadsUnderWay, HTTPStatus.CONFLICT),
    (StatusFinal, HTTPStatus.CONFLICT),
    (UnknownStatusPurpose, HTTPStatus.CONFLICT),
    (NotReleased, HTTPStatus.CONFLICT),
    (errors.JudgingUnderWay, HTTPStatus.CONFLICT),
    (errors.ChangedMeanwhile, HTTPStatus.CONFLICT),
    (errors.MediaTypeWrong, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (errors.ApiBodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (JsonTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
_REMEDY: Final = "See /openapi.json."


def status_of(error: TouchstoneError) -> HTTPStatus:
    """4xx for what was sent; 503 for what this installation lacks or could not reach."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    is_theirs = error.fault is Fault.CONTENT and not _is_of_database(error)
    return HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.SERVICE_UNAVAILABLE


def _is_of_database(error: TouchstoneError) -> bool:
    return error.code.startswith("database.")


def problem(error: TouchstoneError, request: Request) -> JSONResponse:
    """A typed error as problem details; every problem of what was sent, with its place."""
    status = status_of(error)
    sentence, remedy = words_of(error)
    body: dict[str, Any] = {
        "type": f"urn:touchstone:problem:{error.code}",
        "title": status.phrase,
        "status": int(status),
        "detail": sentence,
        "code": error.code,
        "remedy": remedy or _REMEDY,
    }
    if isinstance(error, ImportProblems):
        body["problems"] = [_told(one) for one in error.problems]
        body["more"] = error.more
    elif "problems" in error.details:
        body["problems"] = error.details["problems"]
    if "scopes" in error.details:
        body["scopes"] = error.details["scopes"]
    headers = {"Cache-Control": "no-store", **_headers(status, error.details, request)}
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM_JSON)


def _told(one: ImportProblem) -> dict[str, Any]:
    """A problem of what was imported, with its place; ``place`` is all of that in one text."""
    return {
        "code": one.code,
        "place": one.column if one.line is None else one.where(),
        "detail": f"{one.sentence} {one.hint}".strip(),
        "file": one.file,
        "line": one.line,
        "column": one.column,
        "hint": one.hint,
    }


def _headers(status: HTTPStatus, details: Mapping[str, Any], request: Request) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        given = "authorization" in request.headers
        return {"WWW-Authenticate": REALM + (', error="invalid_token"' if given else "")}
    if status is HTTPStatus.FORBIDDEN and "scopes" in details:
        scopes = " ".join(details["scopes"])
        challenge = f'{REALM}, error="insufficient_scope", scope="{scopes}"'
        return {"WWW-Authenticate": challenge}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        return {"Retry-After": str(details.get("seconds", RETRY_SECONDS))}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def refusal(error: RequestValidationError) -> errors.ApiRequestInvalid:
    """What the framework found wrong with path and parameters, without quoting what was sent."""
    found = [
        {"place": "/".join(map(str, one["loc"])), "detail": f"{one['msg']}."}
        for one in error.errors()[:MAX_PROBLEMS]
    ]
    return invalid(found)


def invalid(problems: list[dict[str, str]]) -> errors.ApiRequestInvalid:
    """The refusal of a request with these problems."""
    places = ", ".join(sorted({one["place"] for one in problems}))
    return errors.ApiRequestInvalid(
        f"The request is not usable: {places}.", _REMEDY, details={"problems": problems}
    )


def _at_once() -> errors.ChangedMeanwhile:
    return errors.ChangedMeanwhile(
        "Another request changed the same at the same time; nothing of this one was kept.",
        "Send it again.",
    )


class ApiRoute(APIRoute):
    """A route of the API: errors are problem details for any Accept, and nothing is cached."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with typed errors answered (FastAPI, Custom APIRoute)."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handler(request)
            except TouchstoneError as error:
                return problem(error, request)
            except RequestValidationError as error:
                return problem(refusal(error), request)
            except IntegrityError:  # two requests at once wanted to add the same
                return problem(_at_once(), request)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer
