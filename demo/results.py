"""What the road gave, for the tables at its end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.altering import Alteration
from demo.kinds import Shown


@dataclass(frozen=True)
class SchoolResult:
    """What a registrar wants to see.

    Attributes:
        framework: its title.
        competencies: items of the framework.
        pieces: results and evidence that were brought in.
        judgments: rule → (judgments, of which mastered).
        credentials: how many were minted.
        root: Merkle root of the batch, hexadecimal.
        transaction: hash of the anchoring transaction.
        gas: what it used.
        block: number of its block.
        anchored_at: time of its block.
        shown: one of each kind, for the closing table.
    """

    name: str
    did: str
    framework: str
    competencies: int
    learners: int
    pieces: int
    judgments: Mapping[str, tuple[int, int]]
    credentials: int
    root: str
    transaction: str
    gas: int
    block: int
    anchored_at: datetime
    shown: Sequence[Shown] = ()


@dataclass(frozen=True)
class CollegeResult:
    """What an admissions officer wants to see.

    Attributes:
        learner: the person's name.
        files: how many credentials the college was given.
        replies: the verifier's replies to the claims, as it gave them.
        alteration: the one character that was changed.
        refusal: the verifier's result on the altered file, as it gave it.
    """

    learner: str
    files: int
    replies: Sequence[Mapping[str, Any]]
    alteration: Alteration
    refusal: Mapping[str, Any]


def judgments_by_rule(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """Rule → (judgments, of which mastered), from the rows of ``issuer judgments``."""
    standing = [row for row in rows if not row["superseded_by"]]
    made = Counter(str(row["rule"]) for row in standing)
    mastered = Counter(str(row["rule"]) for row in standing if row["mastered"])
    return {rule: (count, mastered[rule]) for rule, count in sorted(made.items())}
