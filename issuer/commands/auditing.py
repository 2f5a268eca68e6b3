"""``audit``: who did what, and whether the log is as it was written and anchored."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.lists import read
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer.minting.audit_anchors import AnchoredHead

audit_app = typer.Typer(help="The audit log: who did what.", no_args_is_help=True)
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="How many of the last rows.")]


def register(app: typer.Typer) -> None:
    """Add this group of commands."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("list")
def list_events(
    context: typer.Context, limit: LimitOption = 50, as_json: JsonOption = False
) -> None:
    """List the last changes, oldest first: ids and kinds, no names."""
    rows = read(context, lambda session: _rows(session, limit))
    show(rows, as_json=as_json, empty="Nothing is logged yet.", hide=["previous", "hash"])


def _rows(session: "Session", limit: int) -> list[dict[str, Any]]:
    from issuer.audit import service  # noqa: PLC0415 - kept out of --help

    return [
        {
            "seq": one.seq,
            "at": one.at,
            "who": one.who,
            "action": one.action,
            "kind": one.kind,
            "subject": one.subject,
            "details": ", ".join(f"{name} {value}" for name, value in one.details.items()),
            "previous": one.previous.hex(),
            "hash": one.hash.hex(),
        }
        for one in service.latest(session, limit)
    ]


@audit_app.command("verify")
def verify(context: typer.Context, as_json: JsonOption = False) -> None:
    """Walk the log from its beginning, and compare it with the heads in the batches' trees."""
    length, head, anchored = read(context, _verified)
    if as_json:
        row = {
            "rows": length,
            "head": head,
            "heads_in_batches": len(anchored),
            "heads_anchored": sum(one.transaction is not None for one in anchored),
            "rows_anchored": _rows_anchored(anchored),
        }
        show([row], as_json=True, empty="")
        return
    typer.echo(
        f"{length:,} rows, each as it was written. Their head stands in the trees of "
        f"{len(anchored):,} batches; {_rows_anchored(anchored):,} rows are anchored."
    )


def _rows_anchored(anchored: "list[AnchoredHead]") -> int:
    return max((one.length for one in anchored if one.transaction is not None), default=0)


def _verified(session: "Session") -> "tuple[int, str, list[AnchoredHead]]":
    from issuer.audit import service  # noqa: PLC0415
    from issuer.minting import audit_anchors  # noqa: PLC0415

    anchored = audit_anchors.checked_heads(session)
    found = service.verify(session, {one.length: one.head for one in anchored})
    return found.length, found.hash.hex(), anchored


@audit_app.command("heads")
def heads(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the heads in the batches' trees, each with its path to the root (--json)."""
    from issuer.minting import audit_anchors  # noqa: PLC0415

    rows = [
        {
            "batch": one.batch_id,
            "rows": one.length,
            "head": one.head.hex(),
            "root": one.root.hex(),
            "transaction": one.transaction,
            "path": [{side: node.hex()} for side, node in one.path],
        }
        for one in read(context, audit_anchors.checked_heads)
    ]
    show(rows, as_json=as_json, empty="No batch holds a head yet.", hide=["root", "path"])
