"""``export``, ``revoke``, ``suspend`` and ``reinstate``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from issuer.commands.errors import AmbiguousLearner
from issuer.commands.frameworks import export_case
from issuer.commands.invocation import of
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, show
from issuer.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from credentials.json_types import JsonObject
    from issuer.learners.service import LearnerView
    from issuer.status.service import Standing

Credential = Annotated[str, typer.Argument(help="Its id, or a unique beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why; kept by the school, not published.")]


_LEARNER: Final = "learner"


class _ExportGroup(TyperGroup):
    """``export LEARNER DIRECTORY`` means ``export learner LEARNER DIRECTORY``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Names the command where none is named."""
        named = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if named else [_LEARNER, *args])


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(cls=_ExportGroup, no_args_is_help=True, rich_markup_mode=None)
    group.command(_LEARNER)(export)
    group.command("case")(export_case)
    app.add_typer(group, name="export", help="Write a learner's credentials, or a framework.")
    for command in (revoke, suspend, reinstate):
        app.command(command.__name__)(command)


def export(
    context: typer.Context,
    learner: Annotated[str, typer.Argument(help="sourcedId, id or name.")],
    directory: Annotated[Path, typer.Argument(help="Where the files go; made if absent.")],
    as_json: JsonOption = False,
) -> None:
    """Write one learner's released credentials to files, one each, and endorsements beside them."""
    from issuer.endorsements import service as endorsements  # noqa: PLC0415
    from issuer.minting import endorsed  # noqa: PLC0415
    from issuer.minting import export as files  # noqa: PLC0415

    person, documents = read(context, lambda session: _documents(session, learner))
    named = endorsed.ids_in(documents)
    now = datetime.now(UTC)
    beside = read(context, lambda session: endorsements.delivered(session, named, now))
    written = files.write(documents, directory)
    files.write_beside(beside, directory)
    if as_json:
        rows = [{"id": one.credential_id, "file": one.path} for one in written]
        show(rows, as_json=True, empty="")
        return
    and_more = f" and {len(beside):,} endorsements" if beside else ""
    typer.echo(f"{len(written):,} credentials{and_more} of {person.name} are in {directory}")


def _documents(session: "Session", text: str) -> "tuple[LearnerView, list[JsonObject]]":
    from issuer.minting import service  # noqa: PLC0415
    from issuer.minting.errors import NothingToExport  # noqa: PLC0415

    person = learner_named(session, text)
    documents = service.deliver_learner(session, person.id)
    if not documents:
        raise NothingToExport(
            f"{person.name} ({person.sourced_id}) has no released credential.",
            "Mint with `issuer mint`, or choose another learner.",
        )
    return person, documents


def learner_named(session: "Session", text: str) -> "LearnerView":
    """By id or sourcedId, else by name; a name that several have is answered with who they are."""
    from issuer.learners import service  # noqa: PLC0415

    try:
        return service.find_learner(session, text)
    except NotFound:
        wanted = " ".join(text.split()).casefold()
        people = {
            one.id: one
            for role in ("student", "teacher")
            for one in service.learners(session, role)
            if one.name.casefold() == wanted
        }
        named = list(people.values())
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
    context: typer.Context, credential: Credential, reason: Reason, as_json: JsonOption = False
) -> None:
    """Withdraw a credential for ever: from now on every reader is told."""
    done = _change(context, credential, reason, "revoke")
    said = "was already withdrawn" if done.already else "is withdrawn"
    _tell(done, said, as_json=as_json)


def suspend(
    context: typer.Context, credential: Credential, reason: Reason, as_json: JsonOption = False
) -> None:
    """Put a credential on hold, until it is reinstated."""
    done = _change(context, credential, reason, "suspend")
    said = "was already on hold" if done.already else "is on hold"
    _tell(done, said, as_json=as_json)


def reinstate(
    context: typer.Context, credential: Credential, reason: Reason, as_json: JsonOption = False
) -> None:
    """Lift the hold from a credential. One that is withdrawn stays withdrawn."""
    done = _change(context, credential, reason, "reinstate")
    said = "was not on hold" if done.already else "is no longer on hold"
    _tell(done, said, as_json=as_json)


def _change(context: typer.Context, credential: str, reason: str, verb: str) -> "Standing":
    """Change a credential's standing, sign its list anew and log it, in one step."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415
    from issuer.minting import service as minting  # noqa: PLC0415
    from issuer.status import service as status  # noqa: PLC0415

    changes = {"revoke": status.revoke, "suspend": status.suspend, "reinstate": status.reinstate}
    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    passphrase = invocation.passphrase()
    with session_scope(engine, read_only=True) as session:
        is_exact = status.is_known(session, credential)  # what the VC-API issued was not minted
        credential_id = credential if is_exact else minting.find_credential(session, credential)
        publisher = identity.open_publisher(session, settings, passphrase)
    now = datetime.now(UTC)
    with session_scope(engine) as session:
        done = changes[verb](
            session,
            credential_id,
            reason,
            publisher,
            now,
            validity=settings.status_list_validity,
        )
        if not done.already:
            named = {"kind": "credential", "subject": credential_id}
            audit.record(session, audit.CLI, f"credential.{verb}", now=now, **named)
        return done


def _tell(done: "Standing", said: str, *, as_json: bool) -> None:
    if as_json:
        row = {
            "id": done.credential_id,
            "purpose": done.purpose,
            "set": done.value,
            "since": done.since,
            "reason": done.reason,
            "already": done.already,
        }
        show([row], as_json=True, empty="")
        return
    when = f" since {done.since:%Y-%m-%d %H:%M UTC}" if done.since else ""
    why = f" ({done.reason})" if done.already and done.reason else ""
    nothing = "; nothing changed" if done.already else ""
    typer.echo(f"{done.credential_id} {said}{when}{why}{nothing}.")
