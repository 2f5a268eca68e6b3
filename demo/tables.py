"""The tables at the end of the road. Texts from outside are never read as markup."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo.kinds import CONFIRMED
from demo.results import CollegeResult, SchoolResult

ANSWER_STYLES = {
    "SUPPORTED": "green",
    "CONTRADICTED": "bold red",
    "UNSUPPORTED": "cyan",
    "UNDETERMINED": "yellow",
}
LINES_OF_EVIDENCE = 5
LENGTH_OF_ID = len("urn:uuid:00000000-0000-0000-0000-000000000000")
WIDTH_WITHOUT_TERMINAL = 120


def console() -> Console:
    """Standard output; wide enough for a table where nobody set a width."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def show_school(out: Console, result: SchoolResult) -> None:
    """The registrar's table."""
    table = _table("For the registrar", "", "")
    table.show_header = False
    rows = [
        ("School", f"{result.name}\n{result.did}"),
        ("Framework", f"{result.framework}, {result.competencies:,} items"),
        ("Learners", f"{result.learners:,}"),
        ("Results and evidence", f"{result.pieces:,} pieces"),
        ("Judgments by rule", _judgments(result)),
        ("Credentials minted", f"{result.credentials:,}, each signed, anchored and self-checked"),
        ("Root of the batch", result.root),
        ("Transaction", f"{result.transaction}\n{result.gas:,} gas for the whole batch"),
        ("Anchored", _anchored(result)),
    ]
    for name, value in rows:
        table.add_row(Text(name, style="bold"), Text(value))
    out.print(table)


def show_kinds(out: Console, result: SchoolResult) -> None:
    """The closing table: one of each kind."""
    table = Table(
        title=Text("One of each kind, checked by the separate verifier", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, 1, 0, 0),
    )
    for heading in ("Kind, and the rule", "Learner, and what of"):
        table.add_column(heading, overflow="fold")
    table.add_column("Credential, or why none", overflow="fold", min_width=LENGTH_OF_ID)
    table.add_column("Verifier", min_width=len(CONFIRMED))
    for row in result.shown:
        kind = Text.assemble(row.kind, *([("\n" + row.rule, "dim")] if row.rule else []))
        reached = ", ".join(filter(None, (row.competency, row.level)))
        whose = Text("\n".join(filter(None, (row.learner, reached))))
        table.add_row(kind, whose, Text(row.outcome), Text(row.verdict, style="green"))
    out.print(table)


def _anchored(result: SchoolResult) -> str:
    block = f"block {result.block:,} of a test chain on this machine"
    return f"{result.anchored_at:%Y-%m-%d %H:%M:%S UTC}, {block}"


def _judgments(result: SchoolResult) -> str:
    return "\n".join(
        f"{rule}: {mastered:,} of {made:,} mastered"
        for rule, (made, mastered) in result.judgments.items()
    )


def show_college(out: Console, result: CollegeResult) -> None:
    """The admissions officer's table, and what became of the altered credential."""
    title = f"For the admissions officer: {result.learner}, {result.files:,} credentials"
    table = _table(title, "Claim", "Answer", "Why", "Signed by", "Evidence")
    for reply in result.replies:
        answer = reply["answer"]
        table.add_row(
            Text(reply["claim"]),
            Text(answer, style=ANSWER_STYLES.get(answer, "")),
            Text(reply["sentence"]),
            Text(reply["details"].get("issuerName") or ""),
            Text(_evidence(reply["details"]) if answer == "SUPPORTED" else ""),
        )
    out.print(table)
    out.print(
        Text.assemble(
            ("One character changed", "bold"),
            f": “{result.alteration.before}” became “{result.alteration.after}”.\n",
            ("REFUSED", "bold red"),
            f": {result.refusal['headline']}. {result.refusal['sentence']}",
        )
    )


def _evidence(details: dict[str, list[dict[str, str]]]) -> str:
    lines = [str(item.get("name") or item.get("genre")) for item in details["evidence"]]
    more = len(lines) - LINES_OF_EVIDENCE
    return "\n".join(lines[:LINES_OF_EVIDENCE] + ([f"and {more} more"] if more > 0 else []))


def _table(title: str, *headings: str) -> Table:
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.HORIZONTALS,
        show_lines=True,
        header_style="bold",
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
