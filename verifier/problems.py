"""Errors and verdicts as HTTP answers (RFC 9457 problem details, VC-API)."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from schemas.errors import Fault, TouchstoneError
from verifier.errors import FileTooLarge, RequestInvalid
from verifier.policy import Decision
from verifier.report import Finding, Outcome, Report

MEDIA_TYPE = "application/problem+json"
_STATUS_LIST = "https://www.w3.org/ns/credentials/status-list#"
_DATA_MODEL = "https://www.w3.org/TR/vc-data-model#"
_SECURITY = "https://w3id.org/security#"
_TYPES = {
    "structure": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
    "contexts": f"{_DATA_MODEL}PARSING_ERROR",
    "schema": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
    "issuer": f"{_DATA_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR",
    "proof": f"{_SECURITY}PROOF_VERIFICATION_ERROR",
    "occasion": f"{_SECURITY}INVALID_CHALLENGE_ERROR",
    "validity": f"{_DATA_MODEL}RANGE_ERROR",
    "status.not-read": f"{_STATUS_LIST}STATUS_RETRIEVAL_ERROR",
    "status.unusable": f"{_STATUS_LIST}STATUS_VERIFICATION_ERROR",
}
"""The standards' names of what is wrong, by our code or else by the check that found it (VC 2.0
§7.2, VC Data Integrity 1.0 §4.7, Bitstring Status List 1.0 §3.5); none for a status that is set."""


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
    if members["verified"]:  # what the policy accepted, or left open, is worth a warning only
        return JSONResponse({**members, "problemDetails": [], "warnings": _details(report)})
    members["problemDetails"] = _details(report)
    code = f"verdict.{decision.verdict.value.lower()}"
    members.pop("remedy", None)
    detail = f"{report.headline}. {report.sentence}"
    return problem(400, code, detail, report.remedy, **members)


def _details(report: Report) -> list[dict[str, Any]]:
    """Everything that is not as it should be, as problem details (VC-API §3.3)."""
    found = [*report.findings, *(it for nested in report.nested for it in nested.findings)]
    return [
        _detail(finding)
        for finding in found
        if finding.outcome in {Outcome.FAILED, Outcome.UNDETERMINED}
    ]


def _detail(finding: Finding) -> dict[str, Any]:
    kind = _TYPES.get(finding.code) or _TYPES.get(finding.check)
    return {
        "type": kind or f"urn:touchstone:problem:{finding.code}",
        "title": finding.headline,
        "detail": finding.sentence,
        "code": finding.code,
    }
