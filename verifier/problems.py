"""Errors and verdicts as HTTP answers (RFC 9457 problem details, VC-API)."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from schemas.errors import Fault, TouchstoneError
from verifier.errors import FileTooLarge, RequestInvalid
from verifier.policy import Decision
from verifier.report import Report

MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, remedy: str = "", **members: Any) -> JSONResponse:
    """A problem details answer."""
    content = {
        "type": f"urn:touchstone:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
        **members,
    }
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE)


def error_problem(error: TouchstoneError) -> JSONResponse:
    """A typed error as an answer: 4xx for what was sent, 503 for what could not be reached."""
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, RequestInvalid):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(error, FileTooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    elif error.fault is not Fault.CONTENT:
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return problem(status, error.code, error.sentence, error.remedy)


def verdict_response(report: Report, decision: Decision) -> JSONResponse:
    """200 with the report if it is verified, else 400 with the report (VC-API §3.3)."""
    members = {**decision.to_json(), **report.to_json()}
    if members["verified"]:
        return JSONResponse(members)
    code = f"verdict.{decision.verdict.value.lower()}"
    members.pop("remedy", None)
    detail = f"{report.headline}. {report.sentence}"
    return problem(400, code, detail, report.remedy, **members)
