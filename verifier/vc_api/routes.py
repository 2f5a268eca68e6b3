"""The routes of the verifier's VC-API.

Handlers are plain functions, so a slow host keeps one worker thread busy and nobody else.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from credentials.json_types import JsonObject
from credentials.proofs import ecdsa_sd_2023
from keys.did_resolution import RESOLUTION_MEDIA_TYPE, resolution_result
from verifier.errors import RequestInvalid
from verifier.opening import Received
from verifier.policy import Decision, decide
from verifier.ports import Ports
from verifier.problems import verdict_response
from verifier.report import Report
from verifier.settings import VerifierSettings
from verifier.vc_api.requests import Body, Expectations, members_of
from verifier.verify import verify_credential, verify_presentation

MAX_POINTERS: Final = 500
Judged = Callable[[Report, Decision, float], None]
"""Told each report, what the policy made of it, and how many seconds it took."""
_OBJECT: Final = {"type": "object"}
_OPTIONS: Final = {
    "type": "object",
    "properties": {
        "challenge": {"type": "string"},
        "domain": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "expectedProofPurpose": {"type": "string"},
    },
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Verified; the report."},
    400: {"description": "Refused or undecided, with the report; or not readable."},
    413: {"description": "Larger than the limit."},
    422: {"description": "A member is missing or has the wrong type."},
}


def _request(member: str, options: JsonObject) -> JsonObject:
    """The OpenAPI description of a request (VC-API §3.3)."""
    schema = {
        "type": "object",
        "required": [member],
        "properties": {member: _OBJECT, "options": options},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def make_router(
    ports: Ports, settings: VerifierSettings, judged: Judged | None = None
) -> APIRouter:
    """The routes over one outside world and one set of settings; ``judged`` is for metrics."""
    router = APIRouter()

    def answer(verify: Callable[[], Report]) -> JSONResponse:
        started = time.perf_counter()
        report = verify()
        decision = decide(report, settings.policy)
        if judged is not None:
            judged(report, decision, time.perf_counter() - started)
        return verdict_response(report, decision)

    _add_credentials(router, ports, settings, answer)
    _add_presentations(router, ports, settings, answer)
    _add_holder(router)
    return router


Answer = Callable[[Callable[[], Report]], JSONResponse]
"""Runs a verification and answers with its report."""


def _add_credentials(
    router: APIRouter, ports: Ports, settings: VerifierSettings, answer: Answer
) -> None:
    @router.post(
        "/credentials/verify",
        tags=["verification"],
        responses=_ANSWERS,
        openapi_extra=_request("verifiableCredential", _OPTIONS),
    )
    def verify_a_credential(body: Body) -> JSONResponse:
        """Check a credential (VC-API, Verify Credential)."""
        credential, options = members_of(body, "verifiableCredential")
        Expectations.read(options).check(credential)
        return answer(lambda: verify_credential(credential, ports, settings.for_checks()))


def _add_presentations(
    router: APIRouter, ports: Ports, settings: VerifierSettings, answer: Answer
) -> None:
    @router.post(
        "/presentations/verify",
        tags=["verification"],
        responses=_ANSWERS,
        openapi_extra=_request("verifiablePresentation", _OPTIONS),
    )
    def verify_a_presentation(body: Body) -> JSONResponse:
        """Check a presentation and the credentials in it (VC-API, Verify Presentation)."""
        presentation, options = members_of(body, "verifiablePresentation")
        expected = Expectations.read(options)
        # Challenge and domain are part of the report; what goes beyond them is compared here.
        replace(expected, challenge=None, domains=expected.domains[1:]).check(presentation)
        return answer(
            lambda: verify_presentation(
                presentation,
                ports,
                settings.for_checks(),
                challenge=expected.challenge,
                domain=expected.domains[0] if expected.domains else None,
            )
        )


def _add_holder(router: APIRouter) -> None:
    @router.post(
        "/credentials/derive",
        status_code=HTTPStatus.CREATED,
        tags=["holder"],
        responses={201: {"description": "The derived credential."}},
        openapi_extra=_request("verifiableCredential", _OBJECT),
    )
    def derive(body: Body) -> JSONResponse:
        """Disclose parts of a credential (VC-API, Derive Credential; ecdsa-sd-2023)."""
        credential, options = members_of(body, "verifiableCredential")
        answer = {"verifiableCredential": _derived(credential, options)}
        return JSONResponse(answer, HTTPStatus.CREATED)

    @router.get("/1.0/identifiers/{did:path}", tags=["DID"])
    def resolve_did(did: str, request: Request) -> JSONResponse:
        """Resolve a did:key (DID Resolution §5). No network is asked."""
        status, result = resolution_result(
            did, dict(request.query_params), accept=request.headers.get("accept")
        )
        return JSONResponse(result, status, media_type=RESOLUTION_MEDIA_TYPE)


def _derived(credential: Received, options: JsonObject) -> JsonObject:
    """Disclose the parts that ``selectivePointers`` names (ECDSA Cryptosuites 1.0 §3.6.6).

    Raises:
        RequestInvalid: no document, or no list of pointers.
        ProofMalformed: it has no base proof that is its own.
        SelectionInvalid: a pointer selects nothing.
    """
    pointers = options.get("selectivePointers", [])
    if not isinstance(pointers, list) or len(pointers) > MAX_POINTERS:
        raise RequestInvalid("The option 'selectivePointers' is not a list.", "See /openapi.json.")
    if not isinstance(credential, dict):
        raise RequestInvalid("Parts of a token cannot be disclosed here.", "See /openapi.json.")
    return ecdsa_sd_2023.derive(credential, pointers)
