"""Metrics of a process that serves nothing else: a worker's."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import typer
from sqlalchemy.engine import Engine

from issuer.app import sources
from issuer.commands.errors import PortTaken
from issuer.commands.invocation import Invocation
from issuer.settings import Settings
from issuer.web.metrics import MEDIA_TYPE, SiteMetrics
from issuer.web.site import Site
from schemas.logs import log_event
from schemas.metrics_door import PATH

HOST: Final = "127.0.0.1"
"""This machine only: whoever collects from elsewhere does so through an agent on it."""
REQUEST_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)


@contextmanager
def metrics_beside(invocation: Invocation, port: int) -> Iterator[None]:
    """Serve the metrics beside a command's own work.

    Args:
        invocation: the global options.
        port: what --metrics-port said.

    Raises:
        PortTaken: another program listens there.
    """
    settings = invocation.settings()
    engine = invocation.engine(settings)
    node_url = None if settings.uses_local_chain else settings.rpc_url
    try:
        with serve_metrics(settings, engine, port, node_url=node_url) as taken:
            typer.echo(f"Metrics are at http://{HOST}:{taken}{PATH}")
            yield
    finally:
        engine.dispose()


@contextmanager
def serve_metrics(
    settings: Settings, engine: Engine, port: int, *, node_url: str | None = None
) -> Iterator[int]:
    """Answer GET /metrics on this machine for the time of a block, in a thread of its own.

    Args:
        settings: the issuer's settings.
        engine: its database.
        port: to listen at; 0 for a free one.
        node_url: the chain's node, where the metrics are to tell how the chain stands.

    Yields:
        The port.

    Raises:
        PortTaken: another program listens there.
    """
    site = Site(settings, engine, lambda: datetime.now(UTC))
    server = _listen(port, SiteMetrics(sources(site, node_url)))
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    log_event(_log, logging.INFO, "metrics.served", port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(REQUEST_SECONDS)


def _listen(port: int, metrics: SiteMetrics) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS

        def do_GET(self) -> None:
            """Answer with the metrics, or that there is nothing else (RFC 9110 section 9.3.1)."""
            found = self.path == PATH
            body = metrics.text() if found else b"Nothing but /metrics is here.\n"
            self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", MEDIA_TYPE if found else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what is asked here is not worth a line."""

    try:
        server = ThreadingHTTPServer((HOST, port), Handler)
    except (OSError, OverflowError) as error:
        raise PortTaken(
            f"The metrics cannot be served at port {port}: {getattr(error, 'strerror', error)}.",
            "Choose another with --metrics-port.",
        ) from None
    server.daemon_threads = True
    return server
