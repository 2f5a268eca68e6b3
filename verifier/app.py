"""The verifier over HTTP: the VC-API (verifier.vc_api), health, metrics, OpenAPI."""

import logging
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from schemas.errors import TouchstoneError
from schemas.logs import request_id
from schemas.metrics_door import PATH, TOKEN_VARIABLE, Admission, admission
from schemas.request_log import Receive, RequestLog, RouteNote, Scope, Send
from verifier.fetch.doors import open_ports
from verifier.ports import Ports
from verifier.problems import error_problem, problem
from verifier.settings import VerifierSettings
from verifier.vc_api.routes import make_router

if TYPE_CHECKING:
    from verifier.web.metrics import VerifierMetrics

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
    metrics = _open_metrics()
    _add_errors(app)
    app.add_middleware(RouteNote)
    _add_headers(app)
    observe = metrics.observe if metrics else None
    app.add_middleware(RequestLog, logger=_LOG, observe=observe, on_fault=_answer_fault)
    _add_public(app)
    _add_metrics(app, metrics)
    app.include_router(make_router(world, settings, metrics.judged if metrics else None))
    return app


def _open_metrics() -> "VerifierMetrics | None":
    """The metrics, where the package prometheus-client is installed: checking does without."""
    try:
        from verifier.web.metrics import VerifierMetrics  # noqa: PLC0415
    except ModuleNotFoundError:
        return None
    return VerifierMetrics()


def _add_metrics(app: FastAPI, metrics: "VerifierMetrics | None") -> None:
    @app.get(PATH, include_in_schema=False)
    def get_metrics(request: Request) -> Response:
        """Numbers for Prometheus: to this machine, or to whoever brings the metrics' token."""
        if metrics is None:
            remedy = "Install the package prometheus-client beside the verifier."
            return problem(404, "metrics.not-installed", "There are no metrics here.", remedy)
        admitted = admission(request.scope, os.environ.get(TOKEN_VARIABLE, ""))
        if admitted is Admission.REFUSED:
            refused = problem(401, "metrics.refused", "This needs the metrics' bearer token.")
            refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
            return refused
        if admitted is Admission.CLOSED:
            remedy = f"Set {TOKEN_VARIABLE} and send it as a bearer token, or ask on the machine."
            sentence = "The metrics are open to this machine only."
            return problem(403, "metrics.closed", sentence, remedy)
        return Response(metrics.text(), media_type=metrics.media_type)


def _add_public(app: FastAPI) -> None:
    @app.get("/health", tags=["service"])
    def health() -> dict[str, str]:
        """Whether the service answers."""
        return {"status": "ok"}

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def home() -> str:
        """What this service is."""
        return _HOME


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


async def _answer_fault(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that a fault of ours stopped (ASGI 3); the fault itself is in the log."""
    sentence = f"A fault of ours stopped this, request {request_id.get()}."
    answer = problem(500, "verifier.fault", sentence)
    answer.headers.update(_HEADERS)
    await answer(scope, receive, send)
