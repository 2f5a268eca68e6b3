"""What an import did, for programs: counts by table, and what was not read."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, Final
from uuid import UUID

_COUNTS: Final = ("added", "changed", "unchanged", "gone")


def as_document(report: Any, *, dry_run: bool) -> dict[str, Any]:
    """A report as JSON.

    Args:
        report: of any import: a dataclass with ``sentence`` and ``nothing_changed``.
        dry_run: whether what it says was only tried.

    Returns:
        ``dryRun``, ``nothingChanged``, ``sentence``; ``tables``, an array of {table, added,
        changed, unchanged, gone, gone_ids}; ``notes``; and ``details``, the report itself.
    """
    details = _plain(asdict(report) if is_dataclass(report) else {})  # type: ignore[arg-type]
    roster = details.get("roster", {})
    tables = [_table(name, counts) for name, counts in roster.get("files", {}).items()]
    evidence = details.get("evidence") or (details if "corrected" in details else None)
    if evidence is not None:
        # Evidence is only ever added: a correction is an entry that takes another's place.
        tables.append(
            _table(
                "evidence",
                {
                    "added": evidence["added"] - evidence["corrected"],
                    "changed": evidence["corrected"],
                    "unchanged": evidence["unchanged"],
                },
            )
        )
    elif "removed" in details:
        name = "framework" if "framework_id" in details else "groups"
        tables.append(_table(name, details | {"gone": details["removed"]}))
    notes = [*roster.get("notes", ()), *details.get("notes", ())]
    return {
        "dryRun": dry_run,
        "nothingChanged": report.nothing_changed,
        "sentence": report.sentence,
        "tables": tables,
        "notes": notes,
        "details": details,
    }


def _table(name: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"table": name}
    row |= {count: counts.get(count, 0) for count in _COUNTS}
    return row | {"gone_ids": list(counts.get("gone_ids", ()))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, UUID) else value
