"""Who may use the VC-API: its tokens."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from issuer.vc_api.tokens import TokenFile

token_app = typer.Typer(help="Bearer tokens of the VC-API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(token_app, name="token")


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
    aside("note: keep it safe; it cannot be shown again.")


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
