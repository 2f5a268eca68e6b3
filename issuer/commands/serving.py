"""Runs the site with uvicorn, beside the local chain where there is one."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
import uvicorn

from issuer import db
from issuer.app import create_app
from issuer.commands.errors import PortTaken
from issuer.identity import service as identity
from issuer.identity.node import open_node
from issuer.settings import Settings
from keys.signers import Signer
from schemas.logs import configure, is_json, log_event

_log = logging.getLogger(__name__)


def run_site(
    settings: Settings,
    passphrase: str | None,
    *,
    host: str,
    port: int,
    ready_file: Path | None = None,
) -> None:
    """Serve until interrupted.

    Args:
        settings: the issuer's settings.
        passphrase: opens the signing keys, so that status lists are signed anew before they
            expire and the VC-API can sign; without it lists are served as stored.
        host: address to listen on.
        port: port to listen on; 0 for a free one.
        ready_file: written with the site's address once it listens.

    Raises:
        PortTaken: another program listens there.
        WrongPassphrase, WrongKey: the signing key does not open, or is not the published one.
    """
    configure(as_json=is_json(), default_level="info")
    signer, further = open_signers(settings, passphrase)
    with open_node(settings) as node, _listen(host, port) as listener:
        address = f"http://{host}:{listener.getsockname()[1]}"
        typer.echo(f"{settings.name} is served at {address} (published as {settings.base_url})")
        if node.local is not None:
            typer.echo(f"The local chain answers at {node.url}")
        if ready_file is not None:
            ready_file.write_text(f"{address}\n", encoding="utf-8")
        _end_in_order()
        config = uvicorn.Config(
            create_app(settings, signer=signer, signers=further, node_url=node.url),
            log_config=None,  # schemas.logs says what is written and how, the requests included
            access_log=False,
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _end_in_order() -> None:
    """Let a signal end the server alone, so that the local chain is left in order after it.

    uvicorn raises the signal that stopped it once more, under the handlers it found.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def open_signers(settings: Settings, passphrase: str | None) -> tuple[Signer | None, list[Signer]]:
    """The key that mints, and the others; none without the passphrase."""
    if passphrase is None and is_json():
        log_event(_log, logging.WARNING, "serve.without-passphrase")
        return None, []
    if passphrase is None:
        typer.echo(
            "note: without the passphrase, status lists are served as they are and will expire, "
            "and the VC-API signs nothing.",
            err=True,
        )
        return None, []
    engine = db.engine(settings.database)
    with db.session_scope(engine, read_only=True) as session:
        signer = identity.open_following(session, settings, passphrase)
        further = identity.open_further_signers(session, settings, passphrase)
    engine.dispose()
    return signer, further


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    """The listening socket, before anything is said about being ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Nothing can listen on {host} port {port}: {error.strerror}.",
                "Choose another with --host and --port.",
            ) from None
        listener.listen()
        yield listener
