"""The listings: frameworks, learners, judgments, credentials, batches."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.competency.views import JudgmentView

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("frameworks")(frameworks)
    app.command("learners")(learners)
    app.command("credentials")(credentials)
    app.command("batches")(batches)


def read(context: typer.Context, query: "Callable[[Session], T]") -> T:
    """What a query finds in the issuer's database."""
    from issuer.db import session_scope  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    with session_scope(engine, read_only=True) as session:
        return query(session)


def frameworks(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the competency frameworks."""
    from issuer.competency import service  # noqa: PLC0415

    rows = [
        {
            "id": one.id,
            "title": one.title,
            "creator": one.creator,
            "competencies": one.competencies,
            "associations": one.associations,
            "version": one.version_number,
            "imported_at": one.imported_at,
            "uri": one.uri,
        }
        for one in read(context, service.frameworks)
    ]
    empty = "No framework yet: import one with `issuer import case FILE`."
    show(rows, as_json=as_json, empty=empty, hide=["uri"])


def learners(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="Those with another role: teachers learn too.")] = (
        "student"
    ),
    as_json: JsonOption = False,
) -> None:
    """List the learners."""
    from issuer.learners import service  # noqa: PLC0415

    rows = [
        {"sourced_id": one.sourced_id, "name": one.name, "active": one.active, "id": one.id}
        for one in read(context, lambda session: service.learners(session, role))
    ]
    empty = "No learner yet: import people with `issuer import oneroster PATH`."
    show(rows, as_json=as_json, empty=empty)


def judgments(context: typer.Context, learner: str, as_json: bool) -> None:
    """List the judgments: everybody's, or one learner's, by sourcedId."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.learners.service import find_learner  # noqa: PLC0415

    def found(session: "Session") -> "Sequence[JudgmentView]":
        if not learner:
            return service.judgments(session)
        return service.judgments(session, learner_id=find_learner(session, learner).id)

    rows = [
        {
            "learner": one.learner_name,
            "competency": one.competency_code or one.competency_statement,
            "level": one.level_name,
            "score": one.score,
            "mastered": one.mastered,
            "rule": f"{one.rule_name}, version {one.rule_version}",
            "state": one.state,
            "judged_at": one.judged_at,
            "id": one.id,
            "learner_id": one.learner_id,
            "competency_id": one.competency_id,
            "superseded_by": one.superseded_by,
        }
        for one in read(context, found)
    ]
    empty = "No judgment yet: form them with `issuer judge`."
    show(rows, as_json=as_json, empty=empty, hide=["id", "learner_id", "competency_id"])


def credentials(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the credentials, with their standing."""
    rows = read(context, _credential_rows)
    empty = "No credential yet: mint them with `issuer mint`."
    hide = ["learner_id", "batch", "reason", "held_at", "learner_sourced_id"]
    show(rows, as_json=as_json, empty=empty, hide=hide)


def _credential_rows(session: "Session") -> Sequence[Mapping[str, Any]]:
    from issuer.learners.service import learner_views  # noqa: PLC0415
    from issuer.minting import service  # noqa: PLC0415

    found = service.credentials(session)
    people = learner_views(session, {one.learner_id for one in found})
    return [
        {
            "id": one.id,
            "learner": people[one.learner_id].name if one.learner_id in people else "",
            "learner_sourced_id": (
                people[one.learner_id].sourced_id if one.learner_id in people else ""
            ),
            "learner_id": one.learner_id,
            "achievement": one.achievement,
            "standing": _standing(one),
            "issued_at": one.issued_at,
            "anchored_at": one.anchored_at,
            "revoked_at": one.revoked_at,
            "held_at": one.held_at,
            "reason": one.reason,
            "batch": one.batch_id,
        }
        for one in found
    ]


def _standing(row: Any) -> str:
    if row.revoked_at is not None:
        return "withdrawn"
    if row.held_at is not None:
        return "on hold"
    return "released" if row.released else "not released"


def batches(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the batches, with how far each has come."""
    from issuer.minting import service  # noqa: PLC0415

    rows = [
        {
            "id": one.id,
            "state": one.state,
            "credentials": one.size,
            "created_at": one.created_at,
            "anchored_at": one.anchored_at,
            "released_at": one.released_at,
            "transaction": one.anchor_transaction,
            "root": one.root,
            "chain_id": one.chain_id,
        }
        for one in read(context, service.batches)
    ]
    hide = ["root", "chain_id"]
    show(rows, as_json=as_json, empty="No batch yet: mint with `issuer mint`.", hide=hide)
