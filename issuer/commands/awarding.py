"""``award``: what is awarded besides single competencies, and who has earned it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from issuer.commands.invocation import of
from issuer.commands.lists import read
from issuer.commands.output import JsonOption, plain, progress_bar, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.awards.progress import Progress
    from issuer.awards.repository import AwardRow
    from issuer.awards.service import AwardReport
    from issuer.commands.invocation import Invocation

award_app = typer.Typer(
    help="Micro-credentials, pathways, diplomas: what they require, and who has earned them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
IdArgument = Annotated[UUID, typer.Argument(help="The award, as `issuer award queue` lists it.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept by the school, shown by no credential.")]
LearnerOption = Annotated[str, typer.Option(help="Of this learner only: a sourcedId.")]
RpcOption = Annotated[
    list[str] | None,
    typer.Option("--rpc", metavar="CHAINID=URL", help="Where to read a chain; repeatable."),
]
RegistryOption = Annotated[
    Path | None, typer.Option(help="JSON file: the issuers a network recognises.")
]
NO_AWARDS = "No award yet: define achievements with `issuer award define FILE`."


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(award_app, name="award")


@award_app.command("define")
def define(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The award file: TOML or JSON.")],
) -> None:
    """Let the achievements of a file be awarded from now on."""
    from issuer.audit.service import CLI  # noqa: PLC0415 - kept out of --help
    from issuer.awards import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)
    award_set = service.read_file(path)
    engine = invocation.engine(invocation.settings())
    changed = run_step(
        "award define",
        engine,
        lambda session: service.define(session, award_set, now, CLI, path.name),
    )
    count = len(award_set.definitions)
    told = "from now on" if changed else "already; nothing changed"
    typer.echo(f"Achievements that are awarded: {count:,}, {told}.")


@award_app.command("definitions")
def definitions(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the achievements that are awarded now."""
    from issuer.awards import service  # noqa: PLC0415

    award_set = read(context, service.current_awards)
    found = () if award_set is None else award_set.definitions
    if as_json:
        show([one.document for one in found], as_json=True, empty="")
        return
    rows = [
        {
            "key": one.key,
            "version": one.version,
            "type": one.type,
            "title": one.title,
            "award": one.policy.value,
            "for": "judgments" if one.requires is None else "requirements",
        }
        for one in found
    ]
    show(rows, as_json=False, empty=NO_AWARDS)


@award_app.command("list")
def list_awards(
    context: typer.Context,
    *,
    learner: LearnerOption = "",
    achievement: Annotated[str, typer.Option(help="Of this key only.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the awards, those that lapsed too."""
    rows = read(context, lambda session: _rows(session, "", learner, achievement))
    show(rows, as_json=as_json, empty=NO_AWARDS, hide=["superseded_by", "version"])


@award_app.command("queue")
def queue(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the awards that wait for approval, and those that are held, with the reason."""

    def query(session: "Session") -> list[dict[str, Any]]:
        return [row for state in ("waiting", "held") for row in _rows(session, state, "", "")]

    rows = read(context, query)
    hide = ["superseded_by", "version", "formed_at"]
    show(rows, as_json=as_json, empty="No award waits, and none is held.", hide=hide)


@award_app.command("evaluate")
def evaluate(
    context: typer.Context,
    *,
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Award what is due now, ask about what is held, and queue what needs approval."""
    report = award_due(of(context), rpc or [], registry)
    if as_json:
        show([asdict(report)], as_json=True, empty="")
        return
    typer.echo(said(report))


@award_app.command("approve")
def approve(
    context: typer.Context,
    award: IdArgument,
    *,
    by: ByOption,
    reason: ReasonOption,
    rpc: RpcOption = None,
    registry: RegistryOption = None,
) -> None:
    """Approve an award; what it rests on is looked at again first."""
    from issuer.audit.service import CLI  # noqa: PLC0415
    from issuer.awards import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    questions = read(context, lambda session: service.questions_of(session, award))
    outside = service.Outside(settings, rpc or [], registry)
    answers, now = service.ask(questions, outside), datetime.now(UTC)
    run_step(
        "award approve",
        invocation.engine(settings),
        lambda session: service.approve(
            session, award, by=by, reason=reason, answers=answers, now=now, who=CLI
        ),
    )
    typer.echo(f"Award {award} is made. `issuer mint` mints it.")


@award_app.command("decline")
def decline(
    context: typer.Context, award: IdArgument, *, by: ByOption, reason: ReasonOption
) -> None:
    """Decline an award: it is not made unless somebody approves it later."""
    from issuer.audit.service import CLI  # noqa: PLC0415
    from issuer.awards import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)
    run_step(
        "award decline",
        invocation.engine(invocation.settings()),
        lambda session: service.decline(session, award, by=by, reason=reason, now=now, who=CLI),
    )
    typer.echo(f"Award {award} is declined.")


@award_app.command("progress")
def progress(
    context: typer.Context,
    learner: Annotated[str, typer.Argument(help="Whose: a sourcedId.")],
    *,
    achievement: Annotated[str, typer.Option(help="Of this key only.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what a learner has met, what is missing, and what is not known."""
    from issuer.awards import service  # noqa: PLC0415
    from issuer.learners.service import find_learner  # noqa: PLC0415

    now = datetime.now(UTC)
    found = read(
        context,
        lambda session: service.learner_progress(
            session, find_learner(session, learner).id, now, achievement
        ),
    )
    if as_json:
        rows = [service.progress_document(one) for one in found]
        typer.echo(json.dumps(rows, default=plain, ensure_ascii=False))
        return
    for one in found:
        state = "" if one.award is None else f" ({one.award.state})"
        typer.echo(f"{one.definition.title}{state}: {one.progress.standing.value}")
        _tree(one.progress, 1)
    if not found:
        typer.echo("No achievement has requirements: see `issuer award define`.")


@award_app.command("receive")
def receive(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A credential of another issuer: JSON, or a token.")],
    *,
    learner: Annotated[str, typer.Option(help="Whose it is: a sourcedId. Your word.")],
    rpc: RpcOption = None,
    registry: RegistryOption = None,
) -> None:
    """Keep another issuer's credential as a learner's, if our verifier finds it VERIFIED."""
    from issuer.audit.service import CLI  # noqa: PLC0415
    from issuer.awards import service  # noqa: PLC0415
    from issuer.workflow.runner import run_step  # noqa: PLC0415

    invocation, now = of(context), datetime.now(UTC)
    settings = invocation.settings()
    badge = service.Outside(settings, rpc or [], registry).badge(path)

    def work(session: "Session") -> str:
        report = service.receive(session, badge, learner, own_did=settings.did, now=now)
        service.record_received(session, report, now, CLI)
        return report.sentence

    typer.echo(run_step("award receive", invocation.engine(settings), work))


def award_due(
    invocation: "Invocation", rpc: Sequence[str] = (), registry: Path | None = None
) -> "AwardReport":
    """Award what is due now: nothing where the school defined no achievement.

    Args:
        invocation: whose school.
        rpc, registry: for the verifier's look at credentials of others, over its settings.
    """
    from issuer.audit.service import CLI  # noqa: PLC0415
    from issuer.awards import service  # noqa: PLC0415

    settings = invocation.settings()
    engine = invocation.engine(settings)
    with progress_bar() as bar:
        return service.award_all(
            engine,
            service.Outside(settings, rpc, registry),
            lambda: datetime.now(UTC),
            CLI,
            lambda done, total: bar("Awarding", done, total),
        )


def said(report: "AwardReport") -> str:
    """What a run changed, for a person."""
    if report.nothing_changed:
        return "Awards are as they were."
    held = " `issuer award queue` says why they are held." if report.held else ""
    return (
        f"Awards made: {report.awarded:,}; waiting for approval: {report.waiting:,}; "
        f"held: {report.held:,}; lapsed: {report.lapsed:,}.{held}"
    )


def _rows(session: "Session", state: str, learner: str, key: str) -> list[dict[str, Any]]:
    from issuer.awards import service  # noqa: PLC0415
    from issuer.learners.service import find_learner, learner_views  # noqa: PLC0415

    learner_id = find_learner(session, learner).id if learner else None
    found = list(service.listing(session, state=state, learner_id=learner_id, key=key))
    people = learner_views(session, {one.learner_id for one in found})
    return [_row(one, people[one.learner_id].name) for one in found]


def _row(one: "AwardRow", learner: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "learner": learner,
        "achievement": one.key,
        "version": one.version,
        "state": one.state,
        "reason": one.reason,
        "formed_at": one.formed_at,
        "changed_at": one.changed_at,
        "superseded_by": one.superseded_by,
    }


_MARKS = {"met": "+", "missing": "-", "unknown": "?"}


def _tree(one: "Progress", depth: int) -> None:
    indent = "  " * depth
    mark, must = _MARKS[one.standing.value], " (has to be among them)" if one.required else ""
    typer.echo(f"{indent}{mark} {one.asked}{must}: {one.told}")
    for member in one.members:
        _tree(member, depth + 1)
