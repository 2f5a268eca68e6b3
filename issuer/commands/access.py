"""Who may use the programming interfaces: the tokens of the API and of the VC-API."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel import Session

    from issuer.vc_api.errors import UnknownToken
    from issuer.vc_api.tokens import TokenFile

token_app = typer.Typer(help="Bearer tokens of the API and the VC-API.", no_args_is_help=True)

VC_API = "vc-api"
"""What the list calls the scope of a token that signs on request."""


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
    scope: Annotated[
        str,
        typer.Option(
            help="What it opens of the API: registrar, teacher, student or reader. "
            "Without it the token is for the VC-API."
        ),
    ] = "",
    person: Annotated[
        str, typer.Option(help="Whose it is: the sourcedId of the teacher or student.")
    ] = "",
    days: Annotated[
        int | None, typer.Option(help="For how many days it holds; 90 if absent, at most 730.")
    ] = None,
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    if scope:
        token = _new_api_token(context, scope, person, note, days)
    else:
        token = _new_vc_api_token(context, person, note, days)
    typer.echo(token)
    aside("note: keep it safe; it cannot be shown again.")


def _new_api_token(
    context: typer.Context, scope: str, person: str, note: str, days: int | None
) -> str:
    from issuer.api import tokens  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    invocation = of(context)
    known, holds = tokens.scope_named(scope), tokens.DEFAULT_DAYS if days is None else days
    with session_scope(invocation.engine(invocation.settings())) as session:
        person_id = _person(session, person) if person else None
        now = datetime.now(UTC)
        return tokens.new(session, known, person_id, note=note, days=holds, now=now)


def _person(session: "Session", sourced_id: str) -> "UUID":
    from issuer.errors import NotFound  # noqa: PLC0415
    from issuer.learners import repository  # noqa: PLC0415

    found = repository.person_ids(session, [sourced_id])
    if sourced_id not in found:
        raise NotFound(f"There is nobody with the sourcedId {sourced_id}.", "Import people first.")
    return found[sourced_id]


def _new_vc_api_token(context: typer.Context, person: str, note: str, days: int | None) -> str:
    from issuer.api.errors import ScopeInvalid  # noqa: PLC0415
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.vc_api.tokens import token_id  # noqa: PLC0415

    if person or days is not None:
        raise ScopeInvalid(
            "A token of the VC-API is nobody's in particular, and holds until it is revoked.",
            "Give a --scope, or leave --person and --days out.",
        )
    invocation, now = of(context), datetime.now(UTC)
    with session_scope(invocation.engine(invocation.settings())) as session:
        token = _tokens(context).new(note, now)
        named = {"scope": VC_API, "token": token_id(token)}
        audit.record(session, audit.CLI, "token.new", now=now, kind="token", **named)
        return token


@token_app.command("list")
def list_tokens(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the tokens: what they are for, never the tokens themselves."""
    from issuer.commands.lists import read  # noqa: PLC0415

    rows = [
        {
            "id": one.id,
            "scope": VC_API,
            "person": "",
            "note": one.note,
            "created": one.created,
            "expires": None,
            "revoked": None,
        }
        for one in _tokens(context).stored()
    ]
    rows += read(context, _api_tokens)
    show(rows, as_json=as_json, empty="No token yet: make one with `issuer token new`.")


def _api_tokens(session: "Session") -> list[dict[str, Any]]:
    from issuer.api import tokens  # noqa: PLC0415
    from issuer.learners.service import learner_views  # noqa: PLC0415

    found = tokens.stored(session)
    people = learner_views(session, {one.person_id for one in found if one.person_id})
    return [
        {
            "id": str(one.id),
            "scope": one.scope,
            "person": people[one.person_id].sourced_id if one.person_id in people else "",
            "note": one.note,
            "created": one.created_at,
            "expires": one.expires_at,
            "revoked": one.revoked_at,
        }
        for one in found
    ]


@token_app.command("revoke")
def revoke_token(
    context: typer.Context,
    beginning: Annotated[str, typer.Argument(help="Its id, or a unique beginning of it.")],
) -> None:
    """Take a token away, from the next request on."""
    from issuer.api import tokens  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)
    with session_scope(invocation.engine(invocation.settings())) as session:
        kept = [one for one in _tokens(context).stored() if one.id.startswith(beginning)]
        found = tokens.beginning_with(session, beginning)
        if kept and found:
            raise _several(beginning)
        if found:
            gone = tokens.revoke(session, beginning, now)
            name, note = str(gone.id), gone.note
        else:
            name, note = _revoke_vc_api_token(context, session, beginning, now)
    typer.echo(f"The token {name} is revoked{f' ({note})' if note else ''}.")


def _several(beginning: str) -> "UnknownToken":
    from issuer.vc_api.errors import UnknownToken  # noqa: PLC0415

    sentence = f"Tokens of the API and of the VC-API begin with {beginning[:40]!r}."
    return UnknownToken(sentence, "Give more of the id.")


def _revoke_vc_api_token(
    context: typer.Context, session: "Session", beginning: str, now: datetime
) -> tuple[str, str]:
    from issuer.audit import service as audit  # noqa: PLC0415

    gone = _tokens(context).revoke(beginning)
    named = {"scope": VC_API, "token": gone.id}
    audit.record(session, audit.CLI, "token.revoke", now=now, kind="token", **named)
    return gone.id, gone.note
