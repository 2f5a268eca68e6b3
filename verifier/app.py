"""The verifier over HTTP: VC-API verification endpoints, health, OpenAPI.

Handlers are plain functions, so a slow host keeps one worker thread busy and nobody else.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from credentials.json_types import JsonObject
from schemas.errors import TouchstoneError
from verifier.errors import RequestInvalid
from verifier.fetch.doors import open_ports
from verifier.intake import MAX_FILE_BYTES, read_document, too_large
from verifier.policy import decide
from verifier.ports import Ports
from verifier.problems import error_problem, problem, verdict_response
from verifier.settings import VerifierSettings
from verifier.verify import verify_credential, verify_presentation

_LOG = logging.getLogger("verifier")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HOME = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Check a school credential</title></head>
<body><main>
<h1>Check a school credential</h1>
<p>This service checks credentials that schools have signed: is it this school, is it as it was
signed, has it been withdrawn, since when does it exist.</p>
<p>Programs send a credential to <code>POST /credentials/verify</code>, or a presentation to
<code>POST /presentations/verify</code>. <a href="/openapi.json">Description of the interface
(OpenAPI)</a>.</p>
<p>Nothing that you send is kept.</p>
</main></body></html>
"""
MAX_DISCARDED_BYTES = 128 * 1024 * 1024
"""How much of a body that is too large is read and thrown away: most clients read an answer only
when they have sent all; one that sends more than this is cut off."""
_OBJECT = {"type": "object"}
_OPTIONS = {
    "type": "object",
    "properties": {"challenge": {"type": "string"}, "domain": {"type": "string"}},
}


def _request_body(member: str, options: JsonObject) -> JsonObject:
    """The OpenAPI description of a request (VC-API §3.3)."""
    schema = {
        "type": "object",
        "required": [member],
        "properties": {member: _OBJECT, "options": options},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def read_body(request: Request) -> bytes:
    """The body, kept no further than the limit.

    Raises:
        FileTooLarge: it is larger.
    """
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_DISCARDED_BYTES:
            break
        if size <= MAX_FILE_BYTES:
            body += chunk
    if size > MAX_FILE_BYTES:
        raise too_large(None)
    return bytes(body)


Body = Annotated[bytes, Depends(read_body)]


def create_app(settings: VerifierSettings | None = None, ports: Ports | None = None) -> FastAPI:
    """The application.

    Args:
        settings: from the environment if None.
        ports: the outside world; the real one if None.

    Raises:
        SettingInvalid, RegistryInvalid, PolicyInvalid: the settings cannot be used.
    """
    settings = settings or VerifierSettings.from_environment()
    world = ports or open_ports(settings)
    app = FastAPI(
        title="Touchstone verifier",
        version="1",
        description="Checks school credentials. Answers 200 if verified, else 400 with a report.",
        docs_url=None,
        redoc_url=None,
    )
    _add_errors(app)
    _add_headers(app)
    _add_public(app)
    _add_verification(app, world, settings)
    return app


def _add_public(app: FastAPI) -> None:
    @app.get("/health", tags=["service"])
    def health() -> dict[str, str]:
        """Whether the service answers."""
        return {"status": "ok"}

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def home() -> str:
        """What this service is."""
        return _HOME


def _add_verification(app: FastAPI, ports: Ports, settings: VerifierSettings) -> None:
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": "Verified; the report."},
        400: {"description": "Refused or undecided, with the report; or not readable."},
        413: {"description": "Larger than the limit."},
        422: {"description": "A member is missing or has the wrong type."},
    }

    @app.post(
        "/credentials/verify",
        tags=["verification"],
        responses=answers,
        openapi_extra=_request_body("verifiableCredential", _OBJECT),
    )
    def verify_a_credential(body: Body) -> JSONResponse:
        """Check a credential (VC-API, Verify Credential)."""
        credential, _ = _members(body, "verifiableCredential")
        report = verify_credential(credential, ports, settings.for_checks())
        return verdict_response(report, decide(report, settings.policy))

    @app.post(
        "/presentations/verify",
        tags=["verification"],
        responses=answers,
        openapi_extra=_request_body("verifiablePresentation", _OPTIONS),
    )
    def verify_a_presentation(body: Body) -> JSONResponse:
        """Check a presentation and the credentials in it (VC-API, Verify Presentation)."""
        presentation, options = _members(body, "verifiablePresentation")
        report = verify_presentation(
            presentation,
            ports,
            settings.for_checks(),
            challenge=_option(options, "challenge"),
            domain=_option(options, "domain"),
        )
        return verdict_response(report, decide(report, settings.policy))


def _members(body: bytes, member: str) -> tuple[JsonObject, JsonObject]:
    """The document and the options of a request.

    Raises:
        RequestInvalid: a member is missing or mistyped.
        TouchstoneError: the body is not JSON within the limits.
    """
    request = read_document(body)
    document, options = request.get(member), request.get("options", {})
    if not isinstance(document, dict):
        raise RequestInvalid(f"The request has no object {member!r}.", "See /openapi.json.")
    if not isinstance(options, dict):
        raise RequestInvalid("The member 'options' is not an object.", "See /openapi.json.")
    return document, options


def _option(options: JsonObject, name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestInvalid(f"The option {name!r} is not text.", "See /openapi.json.")
    return value


def _add_headers(app: FastAPI) -> None:
    @app.middleware("http")
    async def add_headers(
        request: Request, proceed: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await proceed(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(TouchstoneError)
    def on_typed_error(request: Request, error: TouchstoneError) -> JSONResponse:
        return error_problem(error)

    @app.exception_handler(RequestValidationError)
    def on_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "request.invalid", "A part of the request has the wrong form.")

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, f"http.{error.status_code}", str(error.detail))

    @app.exception_handler(Exception)
    def on_fault(request: Request, error: Exception) -> JSONResponse:
        number = secrets.token_hex(4)
        _LOG.error("Fault %s: %s", number, type(error).__name__)
        return problem(500, "verifier.fault", f"A fault of ours stopped this, number {number}.")
