"""``bundle``: everything about one learner in one file that can be checked offline."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.delivery import learner_named
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from issuer.bundle.service import MadeBundle


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("bundle")(bundle)


def bundle(
    context: typer.Context,
    learner: Annotated[str, typer.Argument(help="sourcedId, id or name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    block: Annotated[
        str | None,
        typer.Option(
            help="Block that proves the anchors: finalized, latest, or a number. On a local chain "
            "latest, else finalized, if not given."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write one learner's released credentials to a file that is checked offline."""
    from functools import partial  # noqa: PLC0415 - kept out of --help, as all below

    from issuer.anchoring.ethereum import EthereumClient  # noqa: PLC0415
    from issuer.bundle import service  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.identity.node import open_node  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = invocation.passphrase()
    now = datetime.now(UTC).replace(microsecond=0)
    with session_scope(engine, read_only=True) as session:
        person = learner_named(session, learner)
        publisher = identity.open_publisher(session, settings, passphrase)
    with open_node(settings) as node, EthereumClient.of(settings, node.url) as client:
        client.check_chain()
        made = service.bundle_learner(
            partial(session_scope, engine),
            settings,
            person.id,
            publisher=publisher,
            client=client,
            now=now,
            block=_block(block),
        )
    service.write_bundle(made.data, output)
    row = {
        "file": output,
        "credentials": made.credentials,
        "bytes": len(made.data),
        "chain_id": made.chain_id,
        "block_number": made.block_number,
        "block_hash": made.block_hash,
        "did_document_sha256": made.did_document_sha256,
        "did_document_anchored": made.did_document_anchored,
    }
    if as_json:
        show([row], as_json=True, empty="")
        return
    typer.echo(f"{made.credentials:,} credentials of {person.name} are in {output}")
    _tell_what_readers_need(made)


def _tell_what_readers_need(made: "MadeBundle") -> None:
    """Whoever wrote the file could have made all of it up: what has to come another way."""
    typer.echo(
        f"Whoever checks it offline has to know the hash of block {made.block_number} of chain "
        f"{made.chain_id}, from somebody else than you: {made.block_hash}"
    )
    typer.echo(
        "He also has to know the school in another way than by this file, such as a registry "
        "that lists the account and the contract with which it anchors (docs/bundles.md)."
    )
    if not made.did_document_anchored:
        aside(
            "note: the newest DID document is not anchored yet; until it is, readers have to "
            f"compare its SHA-256 with you: {made.did_document_sha256}"
        )


def _block(text: str | None) -> int | str | None:
    """A number or a tag."""
    if text is None or text in {"finalized", "safe", "latest"}:
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    raise typer.BadParameter("finalized, latest, or a number", param_hint="--block")
