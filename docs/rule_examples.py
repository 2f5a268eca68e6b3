"""The example scores of docs/competency.md, and what the program makes of them.

The rules are read from the page itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from issuer.competency.mastery import Mastery, judge, resolved, top_points
from issuer.competency.observations import Observation
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import DecidedBy, MasteryRule
from issuer.competency.scales import DEFAULT_LEVELS
from issuer.competency.words import rule_sentence

HERE = Path(__file__).parent
PAGE = HERE / "competency.md"
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
LAST_JUDGED = datetime(2026, 6, 30, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Score:
    """One example piece of evidence: a day, a kind, points; or another's rating of the last."""

    day: str
    kind: str
    points: int
    formative: bool = False
    setting: str = "school"
    assessor: str = "A"
    again: bool = False
    corrected: bool = False


def _year(*scores: tuple[str, str, int]) -> tuple[Score, ...]:
    return tuple(Score(*one) for one in scores)


TASK, QUIZ = "performance-task", "quiz"
SAME = _year(
    ("2025-09-15", QUIZ, 2),
    ("2025-11-03", TASK, 3),
    ("2026-01-20", QUIZ, 2),
    ("2026-03-10", TASK, 4),
    ("2026-05-12", QUIZ, 3),
)
"""The five pieces by which the eight methods are compared."""
DRAFT = replace(SAME[0], kind="portfolio", formative=True)
DRAFTS = (DRAFT, SAME[1], replace(DRAFT, day=SAME[2].day), *SAME[3:])
RATED = (
    Score("2025-10-06", TASK, 3, assessor="A"),
    Score("2025-10-08", TASK, 2, assessor="B", again=True),
    Score("2026-01-19", TASK, 1, assessor="A"),
    Score("2026-01-21", TASK, 4, assessor="B", again=True),
    Score("2026-01-26", TASK, 3, assessor="C", again=True),
    Score("2026-03-23", TASK, 4, assessor="A"),
    Score("2026-03-24", TASK, 4, assessor="B", again=True),
    Score("2026-05-18", TASK, 4, assessor="A"),
)
OUTSIDE = (*SAME[:3], Score("2026-03-10", "internship", 3, setting="out-of-school"), SAME[4])
CORRECTED = (*SAME[:3], replace(SAME[3], points=1, corrected=True), SAME[3], SAME[4])
CHARTS: dict[str, tuple[Score, ...]] = {
    **dict.fromkeys(
        (
            *("latest-only", "best-only", "all-alike", "last-three", "canvas-weighted"),
            *("canvas-decaying", "three-times", "tasks-weigh-more", "by-level", "spring-only"),
            *("enough-work", "two-kinds"),
        ),
        SAME,
    ),
    "without-drafts": DRAFTS,
    "beyond-school": OUTSIDE,
    "two-assessors": RATED,
    "third-decides": RATED,
    "corrected": CORRECTED,
}
"""Rule, or what else a picture is called, and the evidence it is judged on."""
RULE_OF = {"corrected": "last-three"}
TABLES = {(1, 1): 6, (1, 2): 2, (2, 1): 1, (2, 2): 9, (2, 3): 3, (3, 2): 2} | {
    (3, 3): 12,
    (3, 4): 2,
    (4, 3): 2,
    (4, 4): 8,
    (1, 3): 1,
}
"""How often two assessors gave which levels to the same work."""


def rules() -> dict[str, MasteryRule]:
    """The rules of the page, by name; of several versions the latest."""
    found: dict[str, MasteryRule] = {}
    for block in blocks():
        for rule, _ in read_rules(block.encode(), "competency.md").assignments:
            found[f"{rule.name}-{rule.version}"] = found[rule.name] = rule
    return found


def blocks() -> list[str]:
    """The TOML blocks of the page."""
    return TOML.findall(PAGE.read_text("utf-8"))


def observations(scores: Sequence[Score]) -> list[Observation]:
    """What the program would have read; corrected entries are not among it."""
    found: list[Observation] = []
    first = UUID(int=0)
    for number, one in enumerate(scores, 1):
        first = first if one.again else UUID(int=number)
        found.append(
            Observation(
                id=UUID(int=number),
                points=Fraction(one.points),
                kind=one.kind,
                observed_at=datetime.fromisoformat(f"{one.day}T12:00:00+00:00"),
                formative=one.formative,
                setting=one.setting,
                assessor=one.assessor,
                second_rating_of=first if one.again else None,
            )
        )
    return [one for one, score in zip(found, scores, strict=True) if not score.corrected]


def judged(rule: MasteryRule, scores: Sequence[Score], now: datetime = LAST_JUDGED) -> Mastery:
    """The judgment that the program forms."""
    return judge(rule, DEFAULT_LEVELS, observations(scores), now)


def shares(rule: MasteryRule, scores: Sequence[Score]) -> dict[UUID, Fraction]:
    """How much each piece counts: by how much the score moves where its points move a little."""
    little = Fraction(1, 1000)
    seen, before = observations(scores), judged(rule, scores).score
    found = {}
    for one in seen:
        moved = [replace(it, points=it.points + little) if it is one else it for it in seen]
        after = judge(rule, DEFAULT_LEVELS, moved, LAST_JUDGED).score
        if before is not None and after is not None:
            found[one.id] = (after - before) / little
    return found


def told(rule: MasteryRule, mastery: Mastery) -> list[str]:
    """What `issuer explain` says, below the table of evidence."""
    asked = resolved(rule, DEFAULT_LEVELS) or rule
    level = mastery.level.name if mastery.level else "none"
    who = "The rule decided it."
    if rule.decided_by is not DecidedBy.MACHINE:
        who = "The rule proposes it; nobody has decided yet."
    sentence = rule_sentence(asked if rule.level else rule, top_points(DEFAULT_LEVELS))
    return [
        f"Rule {rule.name}, version {rule.version}: {sentence}",
        *mastery.reasons,
        f"Level: {level}; mastered: {'yes' if mastery.mastered else 'no'}. {who}",
    ]
