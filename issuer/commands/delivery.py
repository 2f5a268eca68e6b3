"""``export`` and ``revoke``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.errors import AmbiguousLearner
from issuer.commands.invocation import of
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, show
from issuer.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from credentials.json_types import JsonObject
    from issuer.learners.service import LearnerView


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("export")(export)
    app.command("revoke")(revoke)


def export(
    context: typer.Context,
    learner: Annotated[str, typer.Argument(help="sourcedId, id or name.")],
    directory: Annotated[Path, typer.Argument(help="Where the files go; made if absent.")],
    as_json: JsonOption = False,
) -> None:
    """Write one learner's released credentials to files, one each."""
    from issuer.minting import export as files  # noqa: PLC0415

    person, documents = read(context, lambda session: _documents(session, learner))
    written = files.write(documents, directory)
    if as_json:
        rows = [{"id": one.credential_id, "file": one.path} for one in written]
        show(rows, as_json=True, empty="")
        return
    typer.echo(f"{len(written):,} credentials of {person.name} are in {directory}")


def _documents(session: "Session", text: str) -> "tuple[LearnerView, list[JsonObject]]":
    from issuer.minting import service  # noqa: PLC0415
    from issuer.minting.errors import NothingToExport  # noqa: PLC0415

    person = _learner(session, text)
    documents = service.deliver_learner(session, person.id)
    if not documents:
        raise NothingToExport(
            f"{person.name} ({person.sourced_id}) has no released credential.",
            "Mint with `issuer mint`, or choose another learner.",
        )
    return person, documents


def _learner(session: "Session", text: str) -> "LearnerView":
    """By id or sourcedId, else by name; a name that several have is answered with who they are."""
    from issuer.learners import service  # noqa: PLC0415

    try:
        return service.find_learner(session, text)
    except NotFound:
        wanted = " ".join(text.split()).casefold()
        named = [one for one in service.learners(session) if one.name.casefold() == wanted]
        if not named:
            raise
    if len(named) > 1:
        who = ", ".join(one.sourced_id for one in named)
        raise AmbiguousLearner(
            f"{len(named)} learners are called {text}; their sourcedIds are {who}.",
            "Give one of these instead of the name.",
        )
    return named[0]


def revoke(
    context: typer.Context,
    credential: Annotated[str, typer.Argument(help="Its id, or a unique beginning of it.")],
    reason: Annotated[str, typer.Option(help="Why; kept by the school, not published.")],
    as_json: JsonOption = False,
) -> None:
    """Withdraw a credential: from now on every reader is told."""
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.minting import service as minting  # noqa: PLC0415
    from issuer.status import service as status  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = invocation.passphrase()
    with session_scope(engine, read_only=True) as session:
        credential_id = minting.find_credential(session, credential)
        publisher = identity.open_publisher(session, settings, passphrase)
    with session_scope(engine) as session:
        done = status.revoke(
            session,
            credential_id,
            reason,
            publisher,
            datetime.now(UTC),
            validity=settings.status_list_validity,
        )
    if as_json:
        row = {
            "id": done.credential_id,
            "revoked_at": done.revoked_at,
            "reason": done.reason,
            "already": done.already,
        }
        show([row], as_json=True, empty="")
        return
    when = done.revoked_at.strftime("%Y-%m-%d %H:%M UTC")
    typer.echo(
        f"{credential_id} was already withdrawn on {when} ({done.reason}); nothing changed."
        if done.already
        else f"{credential_id} is withdrawn since {when}."
    )
