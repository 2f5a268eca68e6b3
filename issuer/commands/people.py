"""``person``: what is kept about somebody, handed out and deleted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuer.commands.invocation import of
from issuer.commands.lists import read

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.people.service import Deletion

SourcedId = Annotated[str, typer.Argument(help="The person's sourcedId, exactly.")]
Why = Annotated[str, typer.Option(help="Why; kept by the school. It may not name the person.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("export")(export)
    group.command("delete")(delete)
    group.command("readmit")(readmit)
    app.add_typer(group, name="person", help="Hand out or delete all that is kept about a person.")


def export(
    context: typer.Context,
    sourced_id: SourcedId,
    output: Annotated[Path, typer.Option("--output", "-o", help="The ZIP archive to write.")],
) -> None:
    """Write all that is kept about a person to one archive."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.people import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    settings, now = invocation.settings(), datetime.now(UTC)

    def work(session: "Session") -> int:
        count, person_id = service.export_person(session, sourced_id, settings, output, now)
        what = "person.export"
        audit.record(session, audit.CLI, what, now=now, kind="person", subject=person_id)
        return count

    count = run_step("export person", invocation.engine(settings), work)
    typer.echo(f"{count:,} files about {sourced_id} are in {output}")


def delete(
    context: typer.Context,
    sourced_id: SourcedId,
    reason: Why,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be undone.")] = False,
) -> None:
    """Delete a person for ever. Credentials that he holds stay good, and can still be withdrawn."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.db.scrub import scrub  # noqa: PLC0415
    from issuer.people import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    settings, now = invocation.settings(), datetime.now(UTC)
    if not yes:
        _refuse_unconfirmed(context, sourced_id)
    engine = invocation.engine(settings)

    def work(session: "Session") -> "Deletion":
        done = service.delete_person(session, settings.home, sourced_id, reason, now)
        if not done.already:
            # Of whom, the log does not say: what it says is never taken back.
            audit.record(session, audit.CLI, "person.delete", now=now, entries=done.entries)
        return done

    done = run_step("delete person", engine, work)
    scrub(engine)
    typer.echo(_told(done))


def _refuse_unconfirmed(context: typer.Context, sourced_id: str) -> None:
    from issuer.people import service  # noqa: PLC0415
    from issuer.people.errors import DeletionNotConfirmed  # noqa: PLC0415

    held = read(context, lambda session: service.holdings_of(session, sourced_id))
    counts = ", ".join(f"{table} {count:,}" for table, count in sorted(held.items()))
    raise DeletionNotConfirmed(
        f"Nothing was deleted. About {sourced_id} there are, by table: {counts}.",
        f"Hand out the archive first: `issuer person export {sourced_id} -o FILE.zip`. Then add "
        "--yes; a deletion cannot be undone.",
    )


def _told(done: "Deletion") -> str:
    if done.already:
        return "This person had been deleted already; the database is clean."
    renamed = f" {done.renamed:,} records about others name a pseudonym." if done.renamed else ""
    return (
        f"Deleted: {done.entries:,} entries.{renamed} Backups and files written earlier still have "
        "them: see docs/people-data.md."
    )


def readmit(
    context: typer.Context,
    sourced_id: SourcedId,
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
) -> None:
    """Let imports bring a deleted person again: as somebody new, without what was deleted."""
    from issuer.audit import service as audit  # noqa: PLC0415
    from issuer.people import service  # noqa: PLC0415
    from issuer.people.errors import DeletionNotConfirmed  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    if not yes:
        raise DeletionNotConfirmed(
            "Nothing was changed.", "Add --yes to let imports bring this person again."
        )
    invocation = of(context)
    settings = invocation.settings()

    def work(session: "Session") -> None:
        service.readmit_person(session, settings.home, sourced_id)
        audit.record(session, audit.CLI, "person.readmit", now=datetime.now(UTC))

    run_step("readmit person", invocation.engine(settings), work)
    typer.echo("The next import may bring this person again.")
