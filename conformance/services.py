"""Issuer and verifier side by side in one process, over https on loopback.

Each has an event loop and worker threads of its own: the verifier waits for the issuer's status
lists in one of its threads, and the issuer answers from one of its own.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from conformance.certificate import Certificate, make_certificate
from conformance.door import InsecureConformanceDoor
from conformance.errors import NotReady, PortTaken
from conformance.mode import (
    InsecureConformancePublishers,
    InsecureConformanceTokens,
    check_loopback,
)
from issuer import db
from issuer.app import create_app as create_issuer
from issuer.identity import service as identity
from issuer.settings import KEY_ID, Settings, make
from issuer.vc_api.profiles import DEFAULT_PROFILE
from issuer.vc_api.service import VcApi
from issuer.vc_api.status import PROFILE as STATUS_PROFILE
from verifier.app import create_app as create_verifier
from verifier.fetch.chain import JsonRpcChains
from verifier.fetch.dids import DidDocuments
from verifier.fetch.documents import PublishedDocuments
from verifier.policy import DEFAULT
from verifier.ports import Ports
from verifier.settings import VerifierSettings

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
NAME: Final = "Touchstone conformance mode"
POLICY: Final = replace(
    DEFAULT, accept=frozenset({"holder.other"}), may_stay_open=frozenset({"records"})
)
"""What suites ask of a verifier: that documents are genuine. Who shows whose credential, and
whether a presentation holds one at all, they leave to the reader; a college's policy does not."""


@dataclass(frozen=True)
class InsecureConformanceServices:
    """The running services.

    Attributes:
        issuer_url, verifier_url: their base URLs.
        publishers: who signs under which profile.
        certificate: what clients may trust.
    """

    issuer_url: str
    verifier_url: str
    publishers: InsecureConformancePublishers
    certificate: Certificate


@contextmanager
def serve(
    folder: Path, *, host: str, port_issuer: int = 0, port_verifier: int = 0
) -> Iterator[InsecureConformanceServices]:
    """Run both services for the time of a block.

    Args:
        folder: a new directory of this run, which the caller removes; everything is kept there.
        host: a loopback address.
        port_issuer, port_verifier: 0 for free ones.

    Raises:
        NotLoopback: others could reach ``host``.
        PortTaken, NotReady: as they say.
    """
    check_loopback(host)
    certificate = make_certificate(folder)
    with listen(host, port_issuer) as for_issuer, listen(host, port_verifier) as for_verifier:
        issuer_url, verifier_url = url_of(host, for_issuer), url_of(host, for_verifier)
        publishers = InsecureConformancePublishers.make(issuer_url)
        engine = db.engine(folder / "issuer.db")
        try:
            issuer = issuer_app(folder, issuer_url, publishers, engine)
            verifier = verifier_app(certificate, frozenset({port_of(for_issuer)}))
            with (
                Served(issuer, for_issuer, certificate),
                Served(verifier, for_verifier, certificate),
            ):
                yield InsecureConformanceServices(issuer_url, verifier_url, publishers, certificate)
        finally:
            engine.dispose()


def issuer_app(
    folder: Path, base_url: str, publishers: InsecureConformancePublishers, engine: Engine
) -> FastAPI:
    """An issuer that signs for everybody, with a database of its own."""
    settings = _settings(folder, base_url)
    db.migrate(engine)
    default = publishers.by_profile[DEFAULT_PROFILE]
    now = datetime.now(UTC)
    with db.session_scope(engine) as session:
        identity.record_key(session, KEY_ID, default.signer.public_key, "memory:", now)
        identity.publish_did_document(session, settings, now)
    api = VcApi(publishers, InsecureConformanceTokens(), replaces_issuer=True)
    app = create_issuer(settings, engine=engine, vc_api=api)
    status = publishers.by_profile[STATUS_PROFILE]
    app.state.status_publishers = {status.did: status}
    return app


def _settings(folder: Path, base_url: str) -> Settings:
    host = base_url.removeprefix("https://")
    return make(
        {
            "home": folder,
            "name": NAME,
            "base_url": base_url,
            "did": f"did:web:{quote(host, safe='')}",
            "insecure_loopback": True,
        }
    )


def verifier_app(certificate: Certificate, own_ports: frozenset[int]) -> FastAPI:
    """A verifier that may read this run's own status lists, anew for each credential."""
    door = InsecureConformanceDoor(own_ports, certificate.trusting_context())
    documents = PublishedDocuments(door, kept_seconds=0)
    ports = Ports(
        clock=lambda: datetime.now(UTC),
        dids=DidDocuments(documents),
        documents=documents,
        chain=JsonRpcChains({}),
    )
    return create_verifier(VerifierSettings(policy=POLICY), ports)


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, so that nothing is said before somebody answers.

    Raises:
        NotLoopback: others could reach it.
        PortTaken: another program listens there.
    """
    check_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(
                f"Nothing can listen on {host} port {port}.", "Choose another port, or 0."
            ) from error
        listener.listen(128)
        yield listener


def port_of(listener: socket.socket) -> int:
    """The port that a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def url_of(host: str, listener: socket.socket) -> str:
    """The base URL of what listens there."""
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}:{port_of(listener)}"


class Served:
    """An app that answers over https for the time of a block, in a thread of its own."""

    def __init__(self, app: FastAPI, listener: socket.socket, certificate: Certificate) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=certificate.certificate,
            ssl_keyfile=certificate.key,
            timeout_graceful_shutdown=int(STOP_SECONDS) // 2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        if not _wait_for(lambda: self._server.started or not self._thread.is_alive()):
            raise NotReady("A service did not start in time.", "Try again.")
        if not self._thread.is_alive():
            raise NotReady("A service ended before it answered.", "Its words stand above.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=STOP_SECONDS)


def _wait_for(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
