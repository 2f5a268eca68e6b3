"""Who may use the VC-API, and with which keys it signs: tokens and further signing keys."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.errors import KeyKindUnknown
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from issuer.vc_api.tokens import TokenFile

token_app = typer.Typer(help="Bearer tokens of the VC-API.", no_args_is_help=True)
key_app = typer.Typer(help="Signing keys of the VC-API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these groups of commands."""
    app.add_typer(token_app, name="token")
    app.add_typer(key_app, name="key")


def _tokens(context: typer.Context) -> "TokenFile":
    from issuer.vc_api.tokens import TokenFile  # noqa: PLC0415 - kept out of --help

    return TokenFile(of(context).settings().home)


@token_app.command("new")
def new_token(
    context: typer.Context,
    note: Annotated[str, typer.Option(help="What it is for; shown in the list.")] = "",
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    typer.echo(_tokens(context).new(note, datetime.now(UTC)))
    typer.echo("note: keep it safe; it cannot be shown again.", err=True)


@token_app.command("list")
def list_tokens(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the tokens: what they are for, never the tokens themselves."""
    rows = [
        {"id": one.id, "note": one.note, "created": one.created}
        for one in _tokens(context).stored()
    ]
    show(rows, as_json=as_json, empty="No token yet: make one with `issuer token new`.")


@token_app.command("revoke")
def revoke_token(
    context: typer.Context,
    beginning: Annotated[str, typer.Argument(help="Its id, or a unique beginning of it.")],
) -> None:
    """Take a token away, from the next request on."""
    gone = _tokens(context).revoke(beginning)
    typer.echo(f"The token {gone.id} is revoked{f' ({gone.note})' if gone.note else ''}.")


def _key_path(number: int) -> Path:
    """Where a signing key is kept, below the home."""
    return Path("keys") / f"signing-{number}.jwe"


@key_app.command("add")
def add_key(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="P-256 or P-384.")],
) -> None:
    """Make a further signing key and publish it in the DID document.

    Profiles of the VC-API that need such a key are offered from the next start on.
    """
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from keys.kinds import KeyKind  # noqa: PLC0415
    from keys.signers import file  # noqa: PLC0415

    if kind not in (KeyKind.P256, KeyKind.P384):
        raise KeyKindUnknown(f"No key of the kind {kind[:40]!r} is made here.", "P-256 or P-384.")
    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = invocation.passphrase()
    now = datetime.now(UTC)
    with session_scope(engine) as session:
        identity.open_publisher(session, settings, passphrase)  # the keys share one passphrase
        number = len(identity.keys_and_accounts(session)[0]) + 1
        while (settings.home / _key_path(number)).exists():  # left by a run that was interrupted
            number += 1
        path = _key_path(number)
        signer = file.create(settings.home / path, passphrase, KeyKind(kind))
        fragment = f"key-{number}"
        identity.record_key(session, fragment, signer.public_key, f"file:{path}", now)
        identity.publish_did_document(session, settings, now)
    typer.echo(f"{settings.did}#{fragment} signs with {kind}.")
