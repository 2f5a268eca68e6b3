"""``evidence``: the listing, and the export, of what was seen of learners' work."""

import csv
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from issuer.competency.evidence_listing import ListedEvidence


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("evidence")(evidence)


def evidence(
    context: typer.Context,
    *,
    learner: Annotated[str, typer.Option(help="Of this learner only: a sourcedId.")] = "",
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the rows of an evidence file, all columns.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the evidence, corrected entries too; as CSV it can be imported elsewhere."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.learners.service import find_learner  # noqa: PLC0415

    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json exclude each other.")
    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    with session_scope(engine, read_only=True) as session:
        learner_id = find_learner(session, learner).id if learner else None
        found = service.listed_evidence(session, learner_id=learner_id)
        if as_csv:
            _write_csv(found)
            return
        rows = [_row(one) for one in found]
    empty = "No evidence yet: import it with `issuer import evidence FILE`."
    show(rows, as_json=as_json, empty=empty, hide=_HIDDEN)


_HIDDEN = [
    *("id", "score_min", "score_max", "assessor_role", "artefact_url", "artefact_sha256"),
    *("note", "learner_id", "competency_id", "framework", "recorded_at", "corrects"),
]


def _row(one: "ListedEvidence") -> dict[str, Any]:
    return {
        "sourced_id": one.sourced_id,
        "source": one.source,
        "learner": one.learner_sourced_id,
        "competency": one.competency_code or one.competency_id,
        "framework": one.framework_title,
        "kind": one.kind,
        "setting": one.setting,
        "purpose": "formative" if one.formative else "summative",
        "score": one.score,
        "score_min": one.score_min,
        "score_max": one.score_max,
        "level": one.level,
        "assessor_kind": one.assessor_kind,
        "assessor_role": one.assessor_role,
        "assessor": one.assessor_id,
        "second_rating_of": one.second_rating_of,
        "observed_at": one.observed_at,
        "artefact_url": one.artefact_url,
        "artefact_sha256": one.artefact_sha256,
        "title": one.title,
        "note": one.note,
        "corrects": one.corrects,
        "recorded_at": one.recorded_at,
        "stands": one.stands,
        "id": one.id,
        "learner_id": one.learner_id,
        "competency_id": one.competency_id,
    }


def _write_csv(found: "Iterable[ListedEvidence]") -> None:
    from issuer.competency.evidence_cells import COLUMNS  # noqa: PLC0415

    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one.cells() for one in found)
