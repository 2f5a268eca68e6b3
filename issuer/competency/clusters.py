"""Judging a cluster by the judgments of its members: pure, like mastery."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from issuer.competency.mastery import Level, Mastery, level_at, mean, resolved, top_points
from issuer.competency.rules import MasteryRule, Method
from issuer.competency.words import member_sentence, score_sentence


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a cluster, and how it is judged.

    Args:
        competency_id: the member.
        name: its code, or what else people call it.
        judgment_id: the judgment that stands; None if there is none.
        points: its score on the cluster's levels; 0 without a score.
        mastered: True if a decided judgment says so.
        proposed: True if the judgment waits for a person.
    """

    competency_id: UUID
    name: str
    judgment_id: UUID | None = None
    points: Fraction = Fraction(0)
    mastered: bool = False
    proposed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """By which a rule may name it."""
        return frozenset({str(self.competency_id), self.name})


def judge_cluster(rule: MasteryRule, levels: Sequence[Level], members: Iterable[Member]) -> Mastery:
    """Judge one learner on a cluster.

    Args:
        rule: of a cluster's method.
        levels: of the cluster itself, lowest first.
        members: in any order, those without a judgment too.

    Returns:
        The judgment; ``considered`` and ``used`` are identifiers of the members' judgments, in the
        order of the members' identifiers.
    """
    asked = resolved(rule, levels)
    if asked is None or asked.threshold is None:
        reason = f"The cluster has no level {rule.level}, which the rule asks for."
        return Mastery(None, None, False, (reason,), (), ())
    # As numbers: UUIDs compare no differently, and four times as slowly.
    ordered = sorted(members, key=lambda one: one.competency_id.int)
    score, used = _score(asked, ordered)
    level = None if score is None else level_at(score, levels)
    missing = _missing(asked, ordered)
    reached = score is not None and score >= asked.threshold and level is not None
    mastered = sum([one.mastered for one in ordered])
    reasons = [member_sentence(asked, mastered, len(ordered))]
    if score is not None:
        reasons.insert(0, score_sentence(asked, score, len(used), top_points(levels)))
    return Mastery(
        level=level,
        score=score,
        mastered=reached and _enough(asked, mastered, len(ordered)) and not missing,
        reasons=(*reasons, *missing, *_waiting(ordered)),
        considered=_judgments(ordered),
        used=_judgments(used),
    )


def _judgments(members: Sequence[Member]) -> tuple[UUID, ...]:
    return tuple([one.judgment_id for one in members if one.judgment_id is not None])


def _enough(rule: MasteryRule, mastered: int, members: int) -> bool:
    if rule.method is Method.ALL_MEMBERS:
        return mastered == members
    return rule.method is Method.WEIGHTED_MEMBERS or mastered >= rule.n


def _score(rule: MasteryRule, members: Sequence[Member]) -> tuple[Fraction | None, list[Member]]:
    """The score, and the members it came from; None if no member is judged."""
    judged = [one for one in members if one.judgment_id is not None]
    if not judged:
        return None, []
    if rule.method is Method.K_OF_MEMBERS:
        mastered = [one for one in judged if one.mastered]
        if len(mastered) < rule.n:
            return None, mastered
        return mean([one.points for one in mastered]), mastered
    if rule.method is not Method.WEIGHTED_MEMBERS:
        return mean([one.points for one in members]), judged
    weights = [_weight(rule, one) for one in members]
    whole = sum(weights, Fraction())
    points = (weight * one.points for weight, one in zip(weights, members, strict=True))
    return sum(points, Fraction()) / whole, judged


def _weight(rule: MasteryRule, member: Member) -> Fraction:
    found = (Fraction(weight) for name, weight in rule.member_weights if name in member.names)
    return next(found, Fraction(1))


def _missing(rule: MasteryRule, members: Sequence[Member]) -> list[str]:
    """What the rule asks for besides the score, and is not there."""
    missing = []
    for required in rule.members_required:
        named = [one for one in members if required in one.names]
        if not named:
            missing.append(f"{required} is no member, and has to be mastered.")
        missing += [f"{one.name} has to be mastered." for one in named if not one.mastered]
    return missing


def _waiting(members: Sequence[Member]) -> list[str]:
    return [f"{one.name} waits for a person's decision." for one in members if one.proposed]


def member_points(score: Decimal | None, member_top: Decimal, top: Decimal) -> Fraction:
    """A member's score as points of the cluster: the same share of the highest level."""
    if score is None or member_top <= 0:
        return Fraction(0)
    return Fraction(score) / Fraction(member_top) * Fraction(top)
