"""What an import of people and results did, by table."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class FileReport:
    """What became of one file's rows.

    Args:
        gone: rows that are marked as no longer there: a full file does not have them any more, or
            the source says ``tobedeleted``.
        gone_ids: sourcedIds of the first of them that a full file does not have.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    gone_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OneRosterReport:
    """What an import of a set did: counts by file, and notes about what was not read.

    ``departed`` counts people of the set who were deleted here: they are left out with all theirs.
    """

    files: Mapping[str, FileReport] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    departed: int = 0

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return not any(one.added or one.changed or one.gone for one in self.files.values())

    @property
    def sentence(self) -> str:
        """For a person."""
        total = FileReport()
        for report in self.files.values():
            total.added += report.added
            total.changed += report.changed
            total.unchanged += report.unchanged
            total.gone += report.gone
        if self.nothing_changed:
            counts = f"{total.unchanged:,} rows; already imported, nothing changed."
            return f"{counts}{left_out(self.departed)}"
        gone = f", {total.gone:,} no longer there" if total.gone else ""
        counts = f"{total.added:,} added, {total.changed:,} changed, {total.unchanged:,} unchanged"
        return f"{counts}{gone}.{left_out(self.departed)}"


def left_out(departed: int) -> str:
    """A sentence about people who were deleted here and are in a file; '' if there are none."""
    if not departed:
        return ""
    who = "1 person" if departed == 1 else f"{departed:,} people"
    return f" Left out: {who} deleted here, whom the file still has."
