"""What the command line shows to people. Texts from outside are never read as markup."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from verifier.checks import CHECKS
from verifier.claims import Reply
from verifier.policy import Verdict
from verifier.report import Endorsement, Finding, Outcome, Report
from verifier.session import FileResult
from verifier.words import plain

MAX_SHOWN_ENDORSEMENTS = 20
"""Endorsements of one file that the command line prints."""
_VERDICT_STYLE = {
    Verdict.VERIFIED: "bold green",
    Verdict.REFUSED: "bold red",
    Verdict.UNDECIDED: "bold yellow",
}
_OUTCOME_STYLE = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.UNDETERMINED: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}
_ANSWER_STYLE = {"good": "green", "bad": "bold red", "note": "cyan", "open": "yellow"}
_TITLES = {check.name: check.title for check in CHECKS} | {
    "bundle": "Is the bundle as the school put it together?"
}


def show_results(console: Console, results: Sequence[FileResult]) -> None:
    """One file in full; several as a table, with what is to be done."""
    if len(results) == 1:
        _show_one(console, results[0])
        return
    table = _table("File", "Verdict", "What we found", "What to do")
    for result in results:
        headline, remedy = _summary(result)
        table.add_row(
            Text(plain(result.file)),
            _verdict(result),
            Text(headline),
            Text(remedy),
        )
    console.print(table)
    for result in results:
        if result.report and _all_endorsements(result.report):
            console.print(Text(plain(result.file), style="bold"))
            _show_endorsements(console, result.report)
    counts = ", ".join(
        f"{sum(1 for it in results if it.decision.verdict is verdict)} {verdict.value}"
        for verdict in Verdict
    )
    console.print(Text(f"{len(results)} files: {counts}."))


def _summary(result: FileResult) -> tuple[str, str]:
    if result.report:
        return result.report.headline, result.report.remedy
    error = result.error
    return (f"Nothing was checked. {error.sentence}", error.remedy) if error else ("", "")


def _show_one(console: Console, result: FileResult) -> None:
    headline, remedy = _summary(result)
    console.print(_verdict(result), Text(plain(result.file)))
    console.print(Text(headline, style="bold"))
    if result.report:
        console.print(Text(result.report.sentence))
    if remedy:
        console.print(Text(f"What to do: {remedy}"))
    if result.report:
        for reason in result.decision.reasons:
            if headline not in reason:
                console.print(Text(f"Also: {reason}"))
        _show_facts(console, result.report)
        _show_endorsements(console, result.report)
        show = _show_records if result.report.kind == "bundle" else _show_findings
        show(console, result.report)


def _verdict(result: FileResult) -> Text:
    verdict = result.decision.verdict
    return Text(verdict.value, style=_VERDICT_STYLE[verdict])


def _show_facts(console: Console, report: Report) -> None:
    facts = report.facts
    if not facts:
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    level = facts.get("level") or {}
    place = f" (level {level['position']} of {level['of']})" if level.get("position") else ""
    rows: list[tuple[str, Any]] = [
        ("Record", facts.get("name")),
        ("School", facts.get("issuerName")),
        ("Student", facts.get("subject")),
        ("Level", f"{level['name']}{place}" if level else None),
        ("Meaning", level.get("meaning")),
        ("Evidence", _pieces(len(facts.get("evidence", [])))),
        ("Issued", facts.get("validFrom")),
        ("Anchored", facts.get("anchoredAt")),
    ]
    for name, value in rows:
        if value:
            table.add_row(Text(name, style="dim"), Text(plain(value)))
    console.print(table)


def _all_endorsements(report: Report) -> list[Endorsement]:
    inner = [one for nested in report.nested for one in _all_endorsements(nested)]
    return [*report.endorsements, *inner]


def _show_endorsements(console: Console, report: Report) -> None:
    """Whose word each is, of what, and what they say; of many only the first are shown."""
    found = _all_endorsements(report)
    for one in found[:MAX_SHOWN_ENDORSEMENTS]:
        of = f" of the {one.of}" if one.of else ""
        style = _ANSWER_STYLE[one.tone.value]
        console.print(Text(f"Endorsement{of}: ", style="dim") + Text(one.headline, style=style))
        console.print(Text(f"  {one.sentence}"))
    if len(found) > MAX_SHOWN_ENDORSEMENTS:
        console.print(Text(f"… and {len(found) - MAX_SHOWN_ENDORSEMENTS:,} more; see --json."))


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count:,} pieces"


def _show_findings(console: Console, report: Report) -> None:
    table = _table("What was checked", "Outcome", "What we found")
    for finding in report.findings:
        table.add_row(*_finding_row(finding))
    for number, nested in enumerate(report.nested, 1):
        for finding in nested.findings:
            title, outcome, sentence = _finding_row(finding)
            table.add_row(Text(f"Record {number}: ") + title, outcome, sentence)
    console.print(table)


def _show_records(console: Console, report: Report) -> None:
    """A bundle: what was found about itself, and a line for each record in it."""
    for finding in report.findings:
        title, outcome, sentence = _finding_row(finding)
        console.print(title, outcome, sentence)
    table = _table("Record", "Anchored", "What we found")
    for number, nested in enumerate(report.nested, 1):
        facts = nested.facts
        name = plain(facts.get("name") or f"Record {number}")
        anchored = plain(facts.get("anchoredAt") or "")
        table.add_row(Text(name), Text(anchored), Text(nested.headline))
    console.print(table)


def _finding_row(finding: Finding) -> tuple[Text, Text, Text]:
    title = _TITLES.get(finding.check, finding.check)
    outcome = Text(finding.outcome.value, style=_OUTCOME_STYLE[finding.outcome])
    return Text(title), outcome, Text(finding.sentence)


def show_replies(console: Console, replies: Sequence[Reply], results: Sequence[FileResult]) -> None:
    """The answers to claims, with who signed and on what evidence, and the files not relied on."""
    table = _table("Claim", "Answer", "Why", "Signed by", "Evidence")
    for reply in replies:
        evidence = reply.details.get("evidence") or []
        names = ", ".join(plain(item.get("name") or item.get("genre") or "?") for item in evidence)
        table.add_row(
            Text(plain(reply.claim.words())),
            Text(reply.answer.value, style=_ANSWER_STYLE[reply.to_json()["tone"]]),
            Text("\n".join([f"{reply.headline}: {reply.sentence}", *_endorsed(reply)])),
            Text(plain(reply.details.get("issuerName") or "")),
            Text(names if reply.answer.value == "SUPPORTED" else ""),
        )
    console.print(table)
    for result in results:
        if result.decision.verdict is not Verdict.VERIFIED:
            console.print(_verdict(result), Text(plain(result.file)), Text(_summary(result)[0]))


def _endorsed(reply: Reply) -> list[str]:
    """Who endorses the credential behind an answer; what could not be confirmed is left out."""
    confirmed = [one for one in reply.details.get("endorsements", ()) if one["endorser"]]
    return [
        f"{one['of'].capitalize()}: {one['headline']}: {one['sentence']}"
        for one in confirmed[:MAX_SHOWN_ENDORSEMENTS]
    ]


def show_checks(console: Console) -> None:
    """All checks with their help."""
    table = _table("Check", "Question", "How it works")
    for check in CHECKS:
        table.add_row(Text(check.name), Text(check.title), Text(check.help.replace("\n", " ")))
    console.print(table)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
