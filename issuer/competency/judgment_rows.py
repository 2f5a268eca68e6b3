"""Judgments as rows of their table: identifiers, columns, and what they are formed from again.

Everything here is text, as the fastest way in and out of a database: UUIDs with hyphens, numbers as
they are spelt, JSON as it is kept.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from issuer.competency.clusters import Member, member_points
from issuer.competency.mastery import Mastery, Observation, is_calibrated, points_of, top_points
from issuer.competency.rules import DecidedBy, MasteryRule
from issuer.competency.scales import Scale
from issuer.db.types import plain_decimal

DECIDED: Final = "decided"
PROPOSED: Final = "proposed"
PARTS: Final = "\x1f"
"""Stands between the parts of what the identifier of a judgment is made of."""
SCORE_DECIMALS: Final = Decimal("1e-9")
_SCORE_PARTS: Final = 10**9
JUDGMENTS: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/judgment")
"""Namespace of the identifiers of judgments."""
_REMEMBERED: Final = 16_384
"""Spellings that are worked out once: of points, of identifiers that stand many times."""


class ObservedRow(NamedTuple):
    """A piece of evidence as judging reads it; identifiers are texts, scores as they are spelt.

    In this order: by time and then identifier is how judging orders it.
    """

    observed_at: datetime | str
    id: str
    learner_id: str
    competency_id: str
    second_rating_of: str | None
    kind: str
    score: str | None
    score_min: str | None
    score_max: str | None
    formative: bool
    setting: str
    assessor_id: str
    origin_id: str


SEEN: Final = ("points", "kind", "formative", "setting", "assessor_id", "observed_at")
"""All that a rule may see of evidence that nobody scored a second time, besides its order.

``points`` is the score, and its range where it has one: see points_as_read.
"""


def seen_by(rule: MasteryRule) -> tuple[str, ...]:
    """What a rule sees of it; some of SEEN, in that order."""
    names = ["points"]
    if rule.kind_weights or rule.kinds_required or rule.least_of_kind or rule.raters_kinds:
        names.append("kind")
    if rule.exclude_formative:
        names.append("formative")
    if rule.settings_excluded or rule.settings_required:
        names.append("setting")
    if rule.raters > 1:
        names.append("assessor_id")
    if has_window(rule):
        names.append("observed_at")
    return tuple(names)


def has_window(rule: MasteryRule) -> bool:
    """True if evidence counts for a time only."""
    return bool(rule.window_days or rule.observed_from or rule.observed_until)


class JudgmentRow(NamedTuple):
    """One new row of the table of judgments.

    First what differs between learners who did the same; last what few judgments have.
    ``mastered`` is 1 or 0, which databases take without asking what they are.
    """

    id: str
    learner_id: str
    competency_id: str
    competency_version_id: str | None
    evidence_ids: str
    used_ids: str
    rule_name: str
    rule_version: int
    scale_id: str
    level_position: int | None
    score: str | None
    mastered: int
    reasons: str
    state: str
    judged_at: datetime | str
    kappa: str | None = None
    members: str | None = None
    proposal_id: str | None = None


class Standing(NamedTuple):
    """What clusters, and the next run, need of a judgment; identifiers as texts.

    Read for judging, identifiers are as the database spells them: see judging_spelling.
    """

    id: str
    learner_id: str
    competency_id: str
    mastered: bool
    state: str
    score: str | None
    scale_id: str
    proposal_id: str | None


Stands = Standing | JudgmentRow
"""A judgment that stands: read, or made just now. Both name what clusters ask of it alike."""


class Outcome(NamedTuple):
    """The columns of a judgment that come from its evidence; lists as Python has them."""

    evidence_ids: list[str]
    used_ids: list[str]
    level_position: int | None
    score: Decimal | None
    mastered: bool
    reasons: list[str]


def outcome(mastery: Mastery, *, evidence: bool = True) -> Outcome:
    """What a judgment's columns say of it.

    Args:
        mastery: what the rule made of it.
        evidence: False to leave it out: a cluster looks at none of its own.
    """
    considered = mastery.considered if evidence else ()
    used = mastery.used if evidence else ()
    return Outcome(
        evidence_ids=[str(one) for one in considered],
        used_ids=[str(one) for one in used],
        level_position=None if mastery.level is None else mastery.level.position,
        score=None if mastery.score is None else rounded(mastery.score),
        mastered=mastery.mastered,
        reasons=list(mastery.reasons),
    )


@lru_cache(maxsize=_REMEMBERED)
def rounded(score: Fraction) -> Decimal:
    """A score to nine decimals, for display; decisions were made on the exact one."""
    return Decimal(round(score * _SCORE_PARTS)) * SCORE_DECIMALS


def spelt(score: Decimal | None) -> str | None:
    """A number as it is kept."""
    return None if score is None else plain_decimal(score)


def listed(values: Sequence[Any]) -> str:
    """A list as its column has it."""
    return orjson.dumps(values).decode("utf-8")


def state_of(rule: MasteryRule) -> str:
    """Whether a rule's judgments stand at once, or wait for a person."""
    return DECIDED if rule.decided_by is DecidedBy.MACHINE else PROPOSED


def judgment_id(
    learner_id: UUID | str,
    competency_id: UUID | str,
    rule: MasteryRule,
    scale_id: UUID | str,
    basis: Iterable[str],
) -> UUID:
    """The UUID 5 of everything the judgment follows from: the same always has the same.

    Args:
        learner_id, competency_id, rule, scale_id: as their names say.
        basis: see basis_of and basis_of_members.
    """
    parts = (str(learner_id), str(competency_id), rule.name, str(rule.version), str(scale_id))
    return uuid5(JUDGMENTS, PARTS.join((*parts, *basis)))


def calibration_of(rule: MasteryRule, kappa: Decimal | None) -> tuple[str, ...]:
    """What the identifier says of the agreement between assessors: only whether it is enough, so
    that a figure that moves a little makes no new judgments.
    """
    if rule.least_kappa is None:
        return ()
    if kappa is None:
        return ("kappa:unknown",)
    return ("kappa:met" if is_calibrated(rule, kappa) else "kappa:below",)


def basis_of_members(members: Iterable[Member]) -> list[str]:
    """What the identifier of a cluster's judgment follows from."""
    ordered = sorted(members, key=lambda one: one.competency_id)
    return [f"{one.competency_id}={one.judgment_id or ''}" for one in ordered]


def member_of(
    found: Standing | JudgmentRow,
    judgment_id: UUID,
    member: tuple[UUID, str],
    scale: Scale,
    top: Decimal,
) -> Member:
    """A member of a cluster by its judgment; only what was decided counts as mastered.

    Args:
        found: the judgment.
        judgment_id: its identifier.
        member: the competency and its name.
        scale: the levels that the judgment was made on.
        top: points of the cluster's highest level.
    """
    decided = found.state == DECIDED
    return Member(
        competency_id=member[0],
        name=member[1],
        judgment_id=judgment_id,
        points=_member_points(found.score, top_points(scale), top),
        mastered=bool(found.mastered) and decided,
        proposed=not decided,
    )


@lru_cache(maxsize=_REMEMBERED)
def _member_points(score: str | None, member_top: Decimal, top: Decimal) -> Fraction:
    return member_points(_decimal(score), member_top, top)


def members_document(members: Iterable[Member]) -> list[dict[str, str | None]]:
    """A cluster's members as their column has them."""
    return [
        {
            "competency": str(one.competency_id),
            "name": one.name,
            "judgment": None if one.judgment_id is None else str(one.judgment_id),
        }
        for one in sorted(members, key=lambda one: one.competency_id)
    ]


def observation(row: ObservedRow, scale: Scale) -> Observation:
    """Evidence as judging sees it."""
    second = row.second_rating_of
    return Observation(
        id=UUID(row.id),
        points=points(row.score, row.score_min, row.score_max, top_points(scale)),
        kind=row.kind,
        observed_at=moment(row.observed_at),
        formative=bool(row.formative),
        setting=row.setting,
        assessor=row.assessor_id,
        origin=UUID(row.origin_id),
        second_rating_of=None if second is None else UUID(second),
    )


@lru_cache(maxsize=_REMEMBERED)
def points(score: str | None, low: str | None, high: str | None, top: Decimal) -> Fraction:
    """A score as it is spelt, as points: see mastery.points_of."""
    return points_of(_decimal(score) or Decimal(), _decimal(low), _decimal(high), top)


@lru_cache(maxsize=_REMEMBERED)
def points_as_read(text: str, top: Decimal) -> Fraction:
    """The points of a score that is spelt with its range, as judging reads it.

    Args:
        text: ``score``, or ``score/score_min/score_max``, of which the last two may be empty.
        top: points of the highest level.
    """
    score, low, high = text.split("/") if "/" in text else (text, "", "")
    return points(score, low or None, high or None, top)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@lru_cache(maxsize=_REMEMBERED)
def moment(observed_at: datetime | str) -> datetime:
    """SQLite has times as text and forgets the zone, PostgreSQL answers in the session's."""
    if isinstance(observed_at, str):
        return datetime.fromisoformat(observed_at).replace(tzinfo=UTC)
    return observed_at.astimezone(UTC)
