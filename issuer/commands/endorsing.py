"""``endorse`` and ``endorsements``: what the school says of others' work, and others of its own."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from issuer.commands.errors import FileUnreadable, NothingToEndorse
from issuer.commands.invocation import Invocation, of
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.endorsements.assemble import Words
    from issuer.endorsements.targets import Target
    from issuer.settings import Settings

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
"""Largest file that is read; what the verifier takes as well."""
_SHOWN: Final = 60
_END_OF_DAY: Final = time(23, 59, 59)
TargetArgument = Annotated[
    str | None,
    typer.Argument(
        help="A credential (file, or id of one of ours), an achievement (file or address) or an "
        "issuer (DID, or file or address of its profile)."
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("endorse")(endorse)
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(endorsements)
    group.command("add")(add)
    app.add_typer(group, name="endorsements", help="Endorsements given and received.")


def endorse(
    context: typer.Context,
    *,
    target: TargetArgument = None,
    comment: Annotated[str | None, typer.Option(help="What is endorsed about it.")] = None,
    comment_file: Annotated[Path | None, typer.Option(help="File that holds the comment.")] = None,
    on_behalf_of: Annotated[
        str, typer.Option(help="Person for whom the school signs, such as a teacher.")
    ] = "",
    valid_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, in UTC.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")
    ] = None,
    withdraw: Annotated[
        str | None, typer.Option(help="Id of an endorsement of ours to withdraw for ever.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why it is withdrawn; kept by the school, not published.")
    ] = None,
) -> None:
    """Sign an endorsement of a credential, an achievement or an issuer; or withdraw one."""
    from issuer.endorsements.assemble import Words  # noqa: PLC0415

    if withdraw is not None:
        if target is not None or comment or comment_file or output or reason is None:
            raise typer.BadParameter("--withdraw ID needs --reason, and nothing else.")
        _withdraw(of(context), withdraw, reason)
        return
    if target is None or (comment is None) == (comment_file is None):
        raise typer.BadParameter("Give TARGET, and either --comment or --comment-file.")
    text = comment if comment_file is None else _read(comment_file).decode("utf-8", "replace")
    last = datetime.combine(valid_until.date(), _END_OF_DAY, UTC) if valid_until else None
    _endorse(of(context), target, Words(text or "", on_behalf_of, last), output)


def _endorse(invocation: Invocation, target: str, words: "Words", output: Path | None) -> None:
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.endorsements import service  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415

    settings = invocation.settings()
    engine = invocation.engine(settings)
    with session_scope(engine, read_only=True) as session:
        found = _target(session, settings, target)
    passphrase = invocation.passphrase()
    with session_scope(engine) as session:
        publisher = identity.open_publisher(session, settings, passphrase)
        now = datetime.now(UTC)
        made = service.endorse(session, found, words, settings, publisher=publisher, now=now)
        if output is not None:
            _write(output, made.document)  # before the commit: what cannot be written is not kept
    if output is None:
        typer.echo(made.document.decode("utf-8"), nl=False)
    aside(f"{made.credential_id} endorses the {found.kind} {found.id}")


def _target(session: "Session", settings: "Settings", text: str) -> "Target":
    """What a person means: a file, something of ours, or something that another host publishes."""
    from issuer.endorsements import checking  # noqa: PLC0415
    from issuer.endorsements.targets import issuer_target  # noqa: PLC0415
    from issuer.minting import endorsed, service  # noqa: PLC0415

    if _is_file(text):
        return checking.file_target(_read(Path(text)), checking.open_world(settings))
    own = endorsed.own_target(session, settings, text)
    if own is not None:
        return own
    if text.startswith("did:"):
        return issuer_target(text)
    if text.startswith(("https://", "http://")):
        return checking.fetched_target(text, checking.open_world(settings))
    if "/" in text or text.endswith((".json", ".jwt")):
        raise FileUnreadable(f"There is no file {text}.", "Name what is to be endorsed.")
    found = endorsed.own_target(session, settings, service.find_credential(session, text))
    if found is None:
        raise NothingToEndorse(f"Nothing here is called {text}.", "Name what is to be endorsed.")
    return found


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # too long for the name of a file, and so something else
        return False


def _withdraw(invocation: Invocation, text: str, reason: str) -> None:
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.endorsements import service  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415

    settings = invocation.settings()
    engine = invocation.engine(settings)
    with session_scope(engine, read_only=True) as session:
        service.find_given(session, text)  # before a passphrase is asked for
    passphrase = invocation.passphrase()
    with session_scope(engine) as session:
        publisher = identity.open_publisher(session, settings, passphrase)
        now = datetime.now(UTC)
        done = service.withdraw(session, text, reason, settings, publisher=publisher, now=now)
    said = "was withdrawn already; nothing changed" if done.already else "is withdrawn"
    typer.echo(f"{done.credential_id} {said}.")


def endorsements(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the endorsements that the school gave and those that it received."""
    if context.invoked_subcommand is not None:
        return
    from issuer.endorsements import service  # noqa: PLC0415

    rows = [
        {
            "direction": one.direction,
            "of": one.kind,
            "endorsed": one.target_id,
            "endorser": one.endorser,
            "for": one.official,
            "comment": one.comment if as_json else _short(one.comment),
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "withdrawn_at": one.withdrawn_at,
            "id": one.credential_id,
            "path": f"/endorsements/{one.id}" if one.kind != "credential" else None,
            "reason": one.reason,
        }
        for one in read(context, service.listing)
    ]
    empty = "No endorsement yet: give one with `issuer endorse`, or take one in with "
    show(
        rows,
        as_json=as_json,
        empty=f"{empty}`issuer endorsements add FILE`.",
        hide=["reason", "path", "valid_from"],
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def add(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The endorsement: JSON, or a token.")],
) -> None:
    """Take in an endorsement that another party signed of this school or its work."""
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.endorsements import checking, service  # noqa: PLC0415
    from issuer.minting import endorsed  # noqa: PLC0415

    data = _read(path)
    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    ports = checking.open_world(settings)
    # The hosts are asked while nothing is locked.
    with session_scope(engine, read_only=True) as session:
        checked = checking.check_received(
            data, lambda name: endorsed.own_target(session, settings, name), ports
        )
    with session_scope(engine) as session:
        _, is_new = service.take_in(session, checked, datetime.now(UTC))
    what = f"{checked.endorser} endorses the {checked.target.kind} {checked.target.id}"
    typer.echo(f"{what}." if is_new else f"{what}: known already, nothing changed.")
    if not checked.names_content and checked.target.kind != "issuer":
        aside("It names that by its id only; readers are told that it is bound to no content.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(
            f"The file {path} cannot be read: {error.strerror}.", "Name a file that is there."
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise FileUnreadable(
            f"The file {path} has more than {MAX_FILE_BYTES:,} bytes.", "Name another file."
        )
    return data


def _write(path: Path, data: bytes) -> None:
    from issuer.endorsements.errors import EndorsementBlocked  # noqa: PLC0415

    try:
        path.write_bytes(data)
    except OSError as error:
        raise EndorsementBlocked(
            f"The endorsement cannot be written to {path}: {error.strerror}.",
            "Name a file in a directory that you may write to.",
        ) from None
