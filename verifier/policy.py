"""From a report to a verdict. The only place where VERIFIED is said.

A policy is what one reader asks of a record. It can ask for more than the default, and it can
accept a few findings that say nothing against a record; it can never accept a bad signature.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from verifier.checks import NAMES
from verifier.errors import PolicyInvalid
from verifier.readers_file import read_readers_file
from verifier.report import Finding, Outcome, Report

ALWAYS_REQUIRED = frozenset({"structure", "contexts", "issuer", "proof"})
"""Checks that no policy can do without."""
ACCEPTABLE = frozenset({"validity.past", "validity.not-yet", "holder.other", "status.snapshot"})
"""Findings that a policy may accept: the record is genuine, the reader decides. The last one is an
open question: offline, whether a record still stands is known for the day of its bundle only."""
MAY_STAY_OPEN = frozenset({"status", "anchor", "trust", "transcript", "holder", "records"})
"""Checks that a policy may leave unanswered; of a presentation, that it holds records at all."""
MAX_POLICY_BYTES = 64 * 1024
_GIVE_MORE = frozenset({"trust.no-registry", "holder.none"})
"""Findings that say that the reader gave nothing to compare with."""


class Verdict(StrEnum):
    """What a policy makes of a report."""

    VERIFIED = "VERIFIED"
    REFUSED = "REFUSED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and, unless it is VERIFIED, why."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """This decision as JSON members of a report."""
        return {
            "verified": self.verdict is Verdict.VERIFIED,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reader asks of a record.

    Args:
        required: checks that must have PASSED. Empty never passes.
        accept: codes of findings that are accepted, out of ACCEPTABLE.
        may_stay_open: checks that may remain unanswered, out of MAY_STAY_OPEN.
        min_confirmations: blocks that must stand on an anchor, its own included.
        trust_signing_date: what a retired key signed counts by the signature's own date, without
            an anchor. Never so for a key that got into other hands.
    """

    required: frozenset[str] = field(default_factory=frozenset)
    accept: frozenset[str] = field(default_factory=frozenset)
    may_stay_open: frozenset[str] = field(default_factory=frozenset)
    min_confirmations: int = 1
    trust_signing_date: bool = False

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a policy from a TOML or JSON file.

        Members: ``required``, ``accept``, ``may_stay_open`` (lists), ``min_confirmations``,
        ``trust_signing_date`` (true or false), and in place of naming the check,
        ``require_anchor``, ``require_registry``, ``require_status``, ``require_holder`` (true or
        false). Without ``required`` the
        default's required checks stand; an empty file asks for nothing, and nothing passes it.

        Raises:
            PolicyInvalid: not readable, or a member or value that is not known.
        """
        return cls.from_json(
            read_readers_file(
                path, "The policy file", max_bytes=MAX_POLICY_BYTES, invalid=PolicyInvalid
            ),
            path.name,
        )

    @classmethod
    def from_json(cls, members: object, name: str = "The policy") -> Self:
        """Read a policy from parsed JSON or TOML; see :meth:`from_file`."""
        if not isinstance(members, dict):
            raise PolicyInvalid(f"{name} is not a table of members.")
        known = {item.name for item in fields(cls)} | set(_SHORTHANDS)
        strange = sorted(set(members) - known)
        if strange:
            raise PolicyInvalid(
                f"{name} has the unknown member {strange[0][:60]!r}.",
                f"Known are: {', '.join(sorted(known))}.",
            )
        required = _names(members, "required", NAMES, name)
        if members and "required" not in members:
            required = DEFAULT.required
        for shorthand, check in _SHORTHANDS.items():
            if _flag(members, shorthand, name):
                required |= {check}
        return cls(
            required=required,
            accept=_names(members, "accept", ACCEPTABLE, name),
            may_stay_open=_names(members, "may_stay_open", MAY_STAY_OPEN, name),
            min_confirmations=_confirmations(members, name),
            trust_signing_date=_flag(members, "trust_signing_date", name),
        )


_SHORTHANDS = {
    "require_anchor": "anchor",
    "require_registry": "trust",
    "require_status": "status",
    "require_holder": "holder",
}
DEFAULT = Policy(required=ALWAYS_REQUIRED | {"schema", "validity"})
"""Signed by the school it names, in order, within its dates, and nothing left open."""


def decide(report: Report, policy: Policy = DEFAULT) -> Decision:
    """The verdict of ``policy`` on ``report``; the worst of all for a presentation."""
    if not policy.required:
        return Decision(Verdict.UNDECIDED, ("The policy asks for nothing, so nothing can pass.",))
    refused = [*_refusals(report, policy)]
    undecided = [*_gaps(report, policy)]
    for nested in report.nested:
        decision = decide(nested, policy)
        if decision.verdict is Verdict.REFUSED:
            refused += decision.reasons
        if decision.verdict is Verdict.UNDECIDED:
            undecided += decision.reasons
    if refused:
        return Decision(Verdict.REFUSED, tuple(dict.fromkeys(refused)))
    undecided = undecided or [*_not_run(report, policy)]
    if undecided:
        return Decision(Verdict.UNDECIDED, tuple(dict.fromkeys(undecided)))
    return Decision(Verdict.VERIFIED)


def _refusals(report: Report, policy: Policy) -> Iterator[str]:
    for finding in report.findings:
        if finding.outcome is Outcome.FAILED and finding.code not in policy.accept:
            yield _reason(finding)
    for finding in _missing(report, policy):
        if finding.code not in _GIVE_MORE:
            yield f"The policy asks for {finding.check!r}: {finding.sentence}"


def _gaps(report: Report, policy: Policy) -> Iterator[str]:
    required = _required(report, policy)
    for finding in report.findings:
        open_is_fine = finding.check in policy.may_stay_open and finding.check not in required
        open_is_fine = open_is_fine or finding.code in policy.accept
        if finding.outcome is Outcome.UNDETERMINED and not open_is_fine:
            yield _reason(finding)
    for finding in _missing(report, policy):
        if finding.code in _GIVE_MORE:
            yield f"The policy asks for {finding.check!r}: {finding.sentence}"


def _not_run(report: Report, policy: Policy) -> Iterator[str]:
    for check in sorted(_required(report, policy)):
        if not report.of(check):
            yield f"The check {check!r} did not run."


def _missing(report: Report, policy: Policy) -> list[Finding]:
    """Required checks that had nothing to check."""
    required = _required(report, policy)
    return [
        finding
        for finding in report.findings
        if finding.outcome is Outcome.NOT_APPLICABLE
        and finding.check in required
        and report.outcome_of(finding.check) is Outcome.NOT_APPLICABLE
    ]


def _required(report: Report, policy: Policy) -> frozenset[str]:
    """A presentation or bundle has its own few checks; the others are asked of what is in it."""
    if report.kind == "presentation":
        return frozenset({"structure", "contexts", "proof", "occasion"})
    if report.kind == "bundle":
        return frozenset({"bundle"})
    return policy.required | ALWAYS_REQUIRED


def _reason(finding: Finding) -> str:
    return f"{finding.headline}. {finding.sentence}"


def _names(
    members: dict[str, Any], member: str, known: frozenset[str], name: str
) -> frozenset[str]:
    value = members.get(member, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PolicyInvalid(f"{name}: {member!r} is not a list of names.")
    strange = sorted(set(value) - known)
    if strange:
        raise PolicyInvalid(
            f"{name}: {member!r} has {strange[0][:60]!r}, which may not stand there.",
            f"Possible are: {', '.join(sorted(known))}.",
        )
    return frozenset(value)


def _flag(members: dict[str, Any], member: str, name: str) -> bool:
    value = members.get(member, False)
    if not isinstance(value, bool):
        raise PolicyInvalid(f"{name}: {member!r} is neither true nor false.")
    return value


def _confirmations(members: dict[str, Any], name: str) -> int:
    value = members.get("min_confirmations", 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 10_000:  # noqa: PLR2004
        raise PolicyInvalid(f"{name}: 'min_confirmations' is not a number from 1 to 10,000.")
    return value
