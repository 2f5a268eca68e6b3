"""Findings and reports: what was checked, what was found, what to do. No verdict: see policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a check found. Four words that are never merged."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNDETERMINED = "UNDETERMINED"
    """Could not be checked, or not to the end. Says nothing against the record."""
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """There was nothing to check."""


class Tone(StrEnum):
    """How grave a finding is for its reader, gravest first."""

    BAD = "bad"
    OPEN = "open"
    NOTE = "note"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one check.

    Args:
        check: name of the check.
        code: stable, dotted; the key of the words in verifier.words.
        outcome: what was found.
        sentence: what was found, for a person.
        remedy: what to do, for the same person; empty where nothing is to be done.
        details: machine-readable extras, JSON-able.
        tone, short, headline: how to show it, from verifier.words.
    """

    check: str
    code: str
    outcome: Outcome
    sentence: str
    remedy: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    tone: Tone = Tone.OPEN
    short: str = ""
    headline: str = ""

    def to_json(self) -> dict[str, Any]:
        """This finding as JSON."""
        return {
            "check": self.check,
            "code": self.code,
            "outcome": self.outcome.value,
            "tone": self.tone.value,
            "short": self.short,
            "headline": self.headline,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "details": dict(self.details),
        }


class EndorsementStanding(StrEnum):
    """What became of an endorsement when it was checked."""

    CONFIRMED = "CONFIRMED"
    """Signed by whom it names, in force, and of what is shown."""
    NOT_CONFIRMED = "NOT_CONFIRMED"
    """It could not be relied on, or not be checked."""
    OF_OTHER = "OF_OTHER"
    """It endorses something else than what is shown, or another content."""
    NOT_CHECKED = "NOT_CHECKED"
    """There were more than are checked at once."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """Somebody's word for a record, its achievement or its issuer. It decides nothing about them.

    Args:
        of: ``credential``, ``achievement`` or ``issuer``; empty if it concerns nothing shown.
        endorsed: the id of that.
        standing: what became of it.
        headline, sentence: the same for a person.
        endorser: who signed it, as JSON members; empty unless it is confirmed.
        comment: what the endorser says; empty unless it is confirmed.
        names_content: whether it is bound to a content, and not to an id alone.
        findings: what was found about it.
    """

    of: str
    endorsed: str
    standing: EndorsementStanding
    headline: str
    sentence: str
    endorser: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    names_content: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def tone(self) -> Tone:
        """How to show it. Never as grave as a finding about the record itself."""
        return Tone.GOOD if self.standing is EndorsementStanding.CONFIRMED else Tone.NOTE

    def to_json(self) -> dict[str, Any]:
        """This endorsement as JSON."""
        return {
            "of": self.of or None,
            "endorsed": self.endorsed,
            "standing": self.standing.value,
            "tone": self.tone.value,
            "headline": self.headline,
            "sentence": self.sentence,
            "endorser": dict(self.endorser) or None,
            "comment": self.comment or None,
            "namesContent": self.names_content,
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found about one credential or presentation.

    Args:
        kind: ``credential`` or ``presentation``.
        checked_at: the one ``now`` of the run.
        findings: in the order of the checks.
        headline, sentence, remedy, short, tone: the gravest finding's words, or the good ones.
        facts: what the document says; empty unless its signature holds.
        nested: reports on the credentials of a presentation or a transcript.
        endorsements: what others say of the record; nothing above rests on them.
    """

    kind: str
    checked_at: datetime
    findings: tuple[Finding, ...]
    headline: str
    sentence: str
    remedy: str
    short: str
    tone: Tone
    facts: Mapping[str, Any] = field(default_factory=dict)
    nested: tuple["Report", ...] = ()
    endorsements: tuple[Endorsement, ...] = ()

    def of(self, check: str) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def everything(self) -> tuple[Finding, ...]:
        """The findings, and those of all records inside."""
        inner = (finding for nested in self.nested for finding in nested.everything())
        return (*self.findings, *inner)

    def outcome_of(self, check: str) -> Outcome:
        """The gravest outcome of one check; UNDETERMINED if it did not run."""
        outcomes = {finding.outcome for finding in self.of(check)}
        for outcome in (Outcome.FAILED, Outcome.UNDETERMINED, Outcome.PASSED):
            if outcome in outcomes:
                return outcome
        return Outcome.NOT_APPLICABLE if outcomes else Outcome.UNDETERMINED

    def to_json(self) -> dict[str, Any]:
        """This report as JSON, without a verdict."""
        report: dict[str, Any] = {
            "kind": self.kind,
            "checkedAt": timestamp(self.checked_at),
            "tone": self.tone.value,
            "short": self.short,
            "headline": self.headline,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "facts": dict(self.facts),
            "findings": [finding.to_json() for finding in self.findings],
        }
        if self.kind == "presentation" or self.nested:
            report["credentials"] = [nested.to_json() for nested in self.nested]
        if self.endorsements:
            report["endorsements"] = [endorsement.to_json() for endorsement in self.endorsements]
        return report


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339 text in UTC, for programs."""
    text = moment.astimezone(UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def day(moment: datetime) -> str:
    """A moment as a date with its zone, for people."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d (UTC)")
