"""One learner's mastery on one page: what stands, by which rule, and what waits for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session

from issuer.api import mastery_repository as mastery
from issuer.api import people_repository as people
from issuer.api.access import OfTheSchool
from issuer.api.answers import ApiRoute
from issuer.api.errors import UnknownThing
from issuer.api.resources.learners import LearnerShown
from issuer.api.shown import Shown
from issuer.competency import judgment_repository
from issuer.competency.judgment_rows import PROPOSED
from issuer.competency.mastery import top_points
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document
from issuer.competency.words import rule_sentence
from issuer.db import session_scope
from issuer.db.chunks import chunks
from issuer.web.site import SiteDep

router = APIRouter(prefix="/learners", tags=["learners"], route_class=ApiRoute)


class StandingShown(Shown):
    """The judgment that stands; ``rule`` is the rule in words, ``top`` the points of its highest
    level.
    """

    id: UUID
    level: str | None
    score: Decimal | None
    top: Decimal
    mastered: bool
    state: str
    rule_name: str
    rule_version: int
    rule: str
    judged_at: datetime


class CompetencyMastery(Shown):
    """How far a learner is with a competency; without a judgment if there is only evidence."""

    competency_id: UUID
    code: str
    statement: str
    evidence: int
    judgment: StandingShown | None


class MasteryShown(Shown):
    """A learner and every competency of which there is evidence, or a judgment stands.

    ``mastered`` counts what was decided, ``proposals`` what waits for a person's decision.
    """

    learner: LearnerShown
    mastered: int
    proposals: int
    evidence: int
    competencies: list[CompetencyMastery]


@router.get("/{learner_id}/mastery", summary="Mastery of a learner")
def get_mastery(learner_id: UUID, caller: OfTheSchool, site: SiteDep) -> MasteryShown:
    """All that stands of one learner, by framework and place in it."""
    with session_scope(site.engine, read_only=True) as session:
        person = people.person(session, caller, learner_id, site.clock())
        if person is None:
            raise UnknownThing(
                "There is no learner with this id that this token may see.", "List the learners."
            )
        rows = mastery.standing(session, learner_id)
        counts = mastery.evidence_counts(session, learner_id)
        return MasteryShown(
            learner=LearnerShown.of(person),
            mastered=sum(row.mastered and row.state != PROPOSED for row in rows),
            proposals=sum(row.state == PROPOSED for row in rows),
            evidence=sum(counts.values()),
            competencies=list(_competencies(session, rows, counts)),
        )


def _competencies(
    session: Session, rows: Sequence[Any], counts: dict[UUID, int]
) -> Iterator[CompetencyMastery]:
    shown = _Standing(session, rows)
    found = {row.competency_id: row for row in rows}
    for part in chunks(found.keys() | counts.keys()):
        for one in mastery.competencies(session, part):
            yield CompetencyMastery(
                competency_id=one.id,
                code=one.code,
                statement=one.statement,
                evidence=counts.get(one.id, 0),
                judgment=shown.of(found[one.id]) if one.id in found else None,
            )


class _Standing:
    """Rules and levels that a learner's judgments name, each read and put into words once."""

    def __init__(self, session: Session, rows: Sequence[Any]) -> None:
        documents = judgment_repository.scales(session, {row.scale_id for row in rows})
        self._scales = {key: scale_from_document(one) for key, one in documents.items()}
        self._rules = judgment_repository.rule_definitions(session) if rows else {}
        self._words: dict[tuple[str, int, Decimal], str] = {}

    def of(self, row: Any) -> StandingShown:
        """One judgment."""
        scale = self._scales[row.scale_id]
        return StandingShown(
            id=row.id,
            level=None if row.level_position is None else scale[row.level_position - 1].name,
            score=row.score,
            top=top_points(scale),
            mastered=row.mastered,
            state=row.state,
            rule_name=row.rule_name,
            rule_version=row.rule_version,
            rule=self._sentence(row.rule_name, row.rule_version, scale),
            judged_at=row.judged_at,
        )

    def _sentence(self, name: str, version: int, scale: Scale) -> str:
        key = (name, version, top_points(scale))
        if key not in self._words:
            rule = MasteryRule.from_definition(self._rules[name, version])
            self._words[key] = rule_sentence(rule, key[2])
        return self._words[key]
