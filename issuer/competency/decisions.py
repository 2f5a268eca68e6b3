"""What a person's decision makes of a proposed judgment. Pure."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from issuer.competency.judgment_rows import Outcome
from issuer.competency.observations import Level
from issuer.competency.scales import Scale

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/judgment-decision")


class Verdict(StrEnum):
    """What a person may say about a proposal."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LEVEL = "level"


class Decided(Protocol):
    """A decision, as far as its identifier follows from it."""

    proposal_id: UUID
    verdict: str
    level_position: int | None
    decided_by: str
    reason: str
    decided_at: datetime


def decision_id(one: Decided) -> UUID:
    """The UUID 5 of a whole decision: that of the judgment it makes."""
    parts = (
        one.proposal_id,
        one.verdict,
        one.level_position,
        one.decided_by,
        one.reason,
        one.decided_at.astimezone(UTC).isoformat(),
    )
    return uuid5(_NAMESPACE, "\x1f".join(map(str, parts)))


def decided_outcome(
    proposed: Outcome,
    verdict: str,
    level_position: int | None,
    scale: Scale,
    required: Level | None,
) -> Outcome:
    """A proposal's outcome after the decision.

    Who decided and why stays in the school: the reasons, which a credential shows, say only that a
    person did.

    Args:
        proposed: what the rule made of it.
        verdict: a Verdict.
        level_position: of the level the person gave, for Verdict.LEVEL.
        scale: the levels.
        required: the level at which mastery starts.
    """
    if verdict == Verdict.DECLINED:
        reasons = [*proposed.reasons, "A person declined it."]
        return proposed._replace(mastered=False, reasons=reasons)
    if verdict != Verdict.LEVEL or not level_position or level_position > len(scale):
        return proposed._replace(reasons=[*proposed.reasons, "A person confirmed it."])
    level = scale[level_position - 1]
    return proposed._replace(
        level_position=level.position,
        score=level.points,
        mastered=required is not None and level.position >= required.position,
        reasons=[*proposed.reasons, f"A person decided on the level {level.name}."],
    )
