"""Every query about double-scored evidence: columns only, streamed. Never commits."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from issuer.competency.evidence_repository import corrected
from issuer.competency.models import Evidence, Rubric, RubricCriterion, RubricLevel
from issuer.db.among import among
from issuer.db.chunks import CHUNK
from issuer.learners.models import AcademicSession

TERM: Final = "term"
"""OneRoster SessionTypeEnum."""


class DoubleRating(NamedTuple):
    """A piece of work as two assessors scored it; ``work`` is the same for all who scored it.

    The scores are as in Evidence; ``rated_at`` is when the second was given.
    """

    work: UUID
    competency_id: UUID
    first_assessor: str
    first_score: Decimal
    first_min: Decimal | None
    first_max: Decimal | None
    second_assessor: str
    second_score: Decimal
    second_min: Decimal | None
    second_max: Decimal | None
    rated_at: datetime


def double_ratings(
    session: Session, competency_ids: Iterable[UUID] | None = None
) -> Iterator[DoubleRating]:
    """Each second rating that stands, beside the first as it stands, by piece of work, streamed.

    Import made sure that they are of the same work by different assessors; what a correction has
    undone since is left out.

    Args:
        session: reads only.
        competency_ids: of these only; of all where it is None.
    """
    first, second = aliased(Evidence), aliased(Evidence)
    scores = ("assessor_id", "score", "score_min", "score_max")
    columns: list[Any] = [col(second.second_rating_of), col(second.competency_id)]
    columns += [getattr(one, name) for one in (first, second) for name in scores]
    query = (
        select(*columns, col(second.observed_at))
        .join(first, col(first.origin_id) == col(second.second_rating_of))
        .where(
            col(second.second_rating_of).is_not(None),
            col(second.score).is_not(None),
            col(first.score).is_not(None),
            col(first.learner_id) == col(second.learner_id),
            col(first.competency_id) == col(second.competency_id),
            col(first.assessor_id) != col(second.assessor_id),
            ~corrected(first),
            ~corrected(second),
        )
        .order_by(col(second.second_rating_of), col(second.id))
        .execution_options(yield_per=CHUNK)
    )
    if competency_ids is not None:
        competency: ColumnElement[Any] = columns[1]
        query = query.where(among(session, competency, competency_ids))
    for row in session.execute(query):
        yield DoubleRating._make(row)


def rubric_names(
    session: Session, framework_ids: Iterable[UUID] | None = None
) -> dict[UUID, tuple[UUID, str]]:
    """For each competency that a rubric describes: the rubric and its title.

    Of several the first, as in framework_repository.scale_rows.
    """
    has_levels = exists().where(col(RubricLevel.criterion_id) == col(RubricCriterion.id))
    query = (
        select(col(RubricCriterion.competency_id), col(Rubric.id), col(Rubric.title))
        .join(Rubric, col(Rubric.id) == col(RubricCriterion.rubric_id))
        .where(col(RubricCriterion.competency_id).is_not(None), has_levels)
        .order_by(col(Rubric.framework_id), col(Rubric.position), col(RubricCriterion.position))
    )
    if framework_ids is not None:
        query = query.where(col(Rubric.framework_id).in_(list(framework_ids)))
    found: dict[UUID, tuple[UUID, str]] = {}
    for competency_id, rubric_id, title in session.execute(query):
        found.setdefault(competency_id, (rubric_id, title))
    return found


def terms(session: Session) -> list[tuple[date, date, str]]:
    """First day, last day and title of the school's terms, by first day."""
    query = select(
        col(AcademicSession.start_date), col(AcademicSession.end_date), col(AcademicSession.title)
    ).where(col(AcademicSession.type) == TERM, col(AcademicSession.status) == "active")
    return sorted((row[0], row[1], row[2]) for row in session.execute(query))
