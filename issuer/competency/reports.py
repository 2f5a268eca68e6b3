"""What imports, judging and recomputing did: counts, and a sentence for a person."""

from dataclasses import dataclass
from uuid import UUID

from issuer.learners.report import OneRosterReport, left_out


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What an import of a CASE package did; the counts of changes are of CFItems, CFAssociations
    and CFRubrics together.
    """

    framework_id: UUID
    title: str
    items: int
    associations: int
    external: int
    rubrics: int
    added: int
    changed: int
    removed: int

    @property
    def nothing_changed(self) -> bool:
        """True if the package had been imported already, exactly as it is."""
        return not (self.added or self.changed or self.removed)

    @property
    def sentence(self) -> str:
        """For a person."""
        size = f"{self.title}: {self.items:,} items, {self.associations:,} associations"
        if self.nothing_changed:
            return f"{size}; already imported, nothing changed."
        return f"{size}; {self.added:,} added, {self.changed:,} changed, {self.removed:,} removed."


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What an import of evidence did."""

    added: int
    unchanged: int
    corrected: int = 0

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return not self.added

    @property
    def sentence(self) -> str:
        """For a person."""
        if self.nothing_changed:
            return f"{self.unchanged:,} pieces of evidence; already imported, nothing changed."
        return (
            f"{self.added:,} pieces of evidence added ({self.corrected:,} of them corrections), "
            f"{self.unchanged:,} already imported."
        )


@dataclass(frozen=True, slots=True)
class CanvasImport:
    """What an import of Canvas's outcome results did.

    Args:
        evidence: what became of the results.
        ungraded: rows without a score.
        notes: about what was not read.
        departed: people of the report who were deleted here: their results are left out.
    """

    evidence: EvidenceReport
    ungraded: int = 0
    notes: tuple[str, ...] = ()
    departed: int = 0

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return self.evidence.nothing_changed

    @property
    def sentence(self) -> str:
        """For a person."""
        without = f" {self.ungraded:,} rows have no score." if self.ungraded else ""
        return f"{self.evidence.sentence}{without}{left_out(self.departed)}"


@dataclass(frozen=True, slots=True)
class OneRosterImport:
    """What an import of a OneRoster set did: its rows, and the evidence made of its results."""

    roster: OneRosterReport
    evidence: EvidenceReport

    @property
    def nothing_changed(self) -> bool:
        """True if all of it had been imported already."""
        return self.roster.nothing_changed and self.evidence.nothing_changed

    @property
    def sentence(self) -> str:
        """For a person."""
        if not self.evidence.added and not self.evidence.unchanged:
            return self.roster.sentence
        return f"{self.roster.sentence} From results: {self.evidence.sentence}"


@dataclass(frozen=True, slots=True)
class JudgingReport:
    """What a run of judging did.

    Args:
        new: judgments that were not there before.
        unchanged: judgments that came out as they stand.
        superseded: earlier judgments that a new one takes the place of.
        mastered: standing judgments of mastery, new or not.
        unruled: pairs of learner and competency that no rule applies to, or none that can be used.
        problems: sentences about rules that cannot be used, such as one that asks for a level
            which the competency has not; nothing is judged by them.
    """

    new: int
    unchanged: int
    superseded: int
    mastered: int
    unruled: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recomputation:
    """A judgment formed again from what it names.

    Args:
        equal: True if level, score, mastery and reasons came out the same.
        differences: sentences; empty if equal.
    """

    judgment_id: UUID
    equal: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecomputationReport:
    """All judgments formed again.

    Args:
        judgments: how many there are, superseded ones too.
        failed: those that came out differently, up to a cap.
        failures: how many of them there are.
    """

    judgments: int
    failed: tuple[Recomputation, ...]
    failures: int
