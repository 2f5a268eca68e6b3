"""An award as part of an Open Badges 3.0 credential: its achievement and its evidence. Pure.

What awards share with judgments stands in assemble.py: the frame, the learner, the alignments.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from credentials.json_types import JsonObject
from credentials.models.rules import is_url
from issuer.awards.mintable import AchievementTerms, AwardedThing, MintableAward
from issuer.competency.views import MintableJudgment

_URN: Final = "urn:uuid:"
_EVIDENCE_TYPES: Final = ["Evidence"]
Say = Callable[[str], str]
"""As assemble.Say."""


class AwardEvidence(NamedTuple):
    """One thing that an award rests on.

    Args:
        id: of its credential where it has one.
        name, narrative: as people read them.
        sha256: of another issuer's file; '' if it is ours.
    """

    id: str
    name: str
    narrative: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AwardUnit:
    """An award with the credentials it rests on; ``judgment_id`` is the award's own id."""

    judgment_id: UUID
    judged_at: datetime
    learner_id: UUID
    learner_name: str
    learner_sourced_id: str
    learner_email: str
    terms: AchievementTerms
    evidence: tuple[AwardEvidence, ...]


Unit = MintableJudgment | AwardUnit
"""What becomes one credential."""


def unit(award: MintableAward, credentials: Mapping[UUID, str]) -> AwardUnit:
    """An award, with the ids of the credentials of what it rests on.

    Args:
        award: what was awarded.
        credentials: ids of this school's credentials, by judgment or award.
    """
    taken: set[str] = set()
    return AwardUnit(
        judgment_id=award.judgment_id,
        judged_at=award.judged_at,
        learner_id=award.learner_id,
        learner_name=award.learner_name,
        learner_sourced_id=award.learner_sourced_id,
        learner_email=award.learner_email,
        terms=award.terms,
        evidence=tuple(_evidence(thing, credentials, taken) for thing in award.things),
    )


def _evidence(
    thing: AwardedThing, credentials: Mapping[UUID, str], taken: set[str]
) -> AwardEvidence:
    found = credentials.get(thing.unit_id, "") if thing.unit_id is not None else thing.uri
    # Two nodes with one id would merge into one when they are signed.
    is_usable = (found.startswith(_URN) or is_url(found)) and found not in taken
    identifier = found if is_usable else f"{_URN}{thing.id}"
    taken.add(identifier)
    return AwardEvidence(identifier, thing.name, thing.narrative, thing.sha256)


def achievement(terms: AchievementTerms, url: str, alignment: Sequence[JsonObject]) -> JsonObject:
    """The OB 3.0 Achievement with this id.

    Args:
        terms: what it says of itself.
        url: its id.
        alignment: of each competency that it requires.
    """
    document: JsonObject = {
        "id": url,
        "type": ["Achievement"],
        "achievementType": terms.type,
        "name": terms.title,
        "description": terms.description,
        "criteria": {"narrative": terms.criteria},
        "humanCode": terms.key,
    }
    return document | ({"alignment": list(alignment)} if alignment else {})


def about(unit: Unit) -> UUID:
    """The competency of a judgment; of an award, the UUID 5 of its key."""
    return unit.terms.key_id if isinstance(unit, AwardUnit) else unit.competency.id


def terms_of(unit: Unit) -> tuple[object, ...]:
    """What an achievement is made of: the same objects, the same achievement."""
    if isinstance(unit, AwardUnit):
        return (unit.terms,)
    return unit.competency, unit.rule, unit.levels, unit.required_level, unit.earned_as


def narrative(unit: Unit) -> str:
    """What the learner did for it."""
    if not isinstance(unit, AwardUnit):
        return " ".join(unit.reasons) or unit.rule.sentence
    count = len(unit.evidence)
    records = "one record" if count == 1 else f"{count:,} records"
    return f"What “{unit.terms.title}” requires was met, by {records} that this credential names."


def piece(one: AwardEvidence, say: Say) -> JsonObject:
    """One thing that it rests on, as Evidence."""
    document: JsonObject = {
        "id": say(one.id),
        "type": _EVIDENCE_TYPES,
        "name": say(one.name),
        "narrative": say(one.narrative),
    }
    if one.sha256:
        document["description"] = say(f"SHA-256 of the credential: {one.sha256}")
    return document
