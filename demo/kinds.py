"""The closing table: one of each kind of rule, of evidence, of decision and of credential.

Every row is taken from what the school's commands list, and every credential in it is checked by
the separate verifier process. A kind that the table promises and the school lacks ends the road.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from demo.checking import VERIFIED
from demo.errors import NotAsExpected

RULE_KINDS: Final[Mapping[str, str]] = {
    "knowledge-held": "Average of the latest n",
    "science-average": "Average; so many points",
    "tasks-weigh-more": "Weighted by kind",
    "canvas-weighted": "Canvas's Weighted Average",
    "canvas-decaying": "Canvas's Decaying Average",
    "best-with-a-task": "Highest; a kind required",
    "where-one-stands": "Most recent; least evidence",
    "shown-twice": "N times; so high a level",
    "without-drafts": "Formative does not count",
    "this-school-year": "A window in time",
    "third-decides": "Two assessors, or a third",
    "assessors-agree": "Agreement of assessors",
    "mentor-decides": "A person decides",
    "advisor-confirms": "Proposed, and confirmed",
    "teachers-work": "A teacher's micro-credential",
    "two-of-a-cluster": "Cluster: k of its members",
    "research-weighted": "Cluster: weighted members",
    "foundations-whole": "Cluster of clusters: all",
}
"""Rule → the kind that it is the example of; in the order of the table."""
DECIDED: Final = "decided"
CONFIRMED: Final = "CONFIRMED"
"""What the verifier says of an endorsement that stands."""


@dataclass(frozen=True)
class Shown:
    """One row of the table.

    Attributes:
        kind: what it is an example of.
        rule: name of the mastery rule; '' where it is about none.
        learner: the person's name; '' where it is about nobody.
        competency: its code.
        level: the level reached; '' if none.
        outcome: the credential's id, or why there is none, or what else came of it.
        verdict: of the verifier on that credential; '' where there is none to check.
        learner_id: of the learner.
        competency_id: of the competency.
    """

    kind: str
    rule: str = ""
    learner: str = ""
    competency: str = ""
    level: str = ""
    outcome: str = ""
    verdict: str = ""
    learner_id: str = ""
    competency_id: str = ""

    def with_credential(self, credential: str, verdict: str) -> "Shown":
        """The same, with the credential that was minted and what the verifier says of it."""
        return replace(self, outcome=credential, verdict=verdict)


def example_of(rule: str, rows: Sequence[Mapping[str, Any]], featured: str) -> Mapping[str, Any]:
    """The judgment that shows best what a rule does: mastered, decided, of the featured learner.

    Args:
        rule: its name.
        rows: of ``issuer judgments --json``.
        featured: name of the learner whom the demonstration follows.

    Raises:
        NotAsExpected: no judgment that stands was made by it.
    """
    mine = [
        row
        for row in rows
        if row["rule"].rpartition(", version ")[0] == rule and not row["superseded_by"]
    ]
    if not mine:
        raise NotAsExpected(
            f"No judgment by the rule {rule} stands, so the closing table would lack "
            f"“{RULE_KINDS.get(rule, rule)}”.",
            "Use more learners or another seed.",
        )
    return max(
        mine,
        key=lambda row: (
            bool(row["mastered"]) and row["state"] == DECIDED,
            row["learner"] == featured,
            bool(row["mastered"]),
        ),
    )


def check_kinds(shown: Sequence[Shown], due: Sequence[str], *, every_credential: bool) -> None:
    """Hold the table against what it promises.

    Args:
        shown: its rows.
        due: the kinds that have to be there.
        every_credential: whether each row about a rule needs a credential that was verified; a
            school smaller than the default may lack some, and says why.

    Raises:
        NotAsExpected: a kind is missing, or a credential is not VERIFIED.
    """
    there = {row.kind for row in shown}
    missing = [kind for kind in due if kind not in there]
    if missing:
        raise NotAsExpected(f"The closing table lacks: {', '.join(missing)}.")
    bad = [row for row in shown if row.verdict not in {"", VERIFIED, CONFIRMED}]
    if bad:
        raise NotAsExpected(
            f"The verifier says {bad[0].verdict} of {bad[0].outcome} ({bad[0].kind}); "
            f"{VERIFIED} was due."
        )
    without = [row.kind for row in shown if row.kind in due and row.rule and not row.verdict]
    if without and every_credential:
        raise NotAsExpected(f"There is no credential for: {', '.join(without)}.")
