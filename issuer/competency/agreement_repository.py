"""Every query about double-scored evidence: columns only, streamed. Never commits."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
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


class DoubleScore(NamedTuple):
    """Two scores that pieces of work on a competency got, and how many of them did."""

    competency_id: UUID
    first_score: Decimal
    first_min: Decimal | None
    first_max: Decimal | None
    second_score: Decimal
    second_min: Decimal | None
    second_max: Decimal | None
    works: int


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
    columns: list[Any] = [second.second_rating_of, second.competency_id]
    for one in (first, second):
        columns += [one.assessor_id, *_scores(one)]
    query = _doubles(session, [*columns, second.observed_at], first, second, competency_ids)
    query = query.order_by(col(second.second_rating_of), col(second.id))
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        yield DoubleRating._make(row)


def double_scores(session: Session, competency_ids: Iterable[UUID]) -> Iterator[DoubleScore]:
    """How often which two scores met on these competencies; as double_ratings, but counted."""
    first, second = aliased(Evidence), aliased(Evidence)
    columns: list[Any] = [second.competency_id, *_scores(first), *_scores(second)]
    query = _doubles(session, [*columns, func.count()], first, second, competency_ids)
    query = query.group_by(*columns).execution_options(yield_per=CHUNK)
    for row in session.execute(query):
        yield DoubleScore._make(row)


def _scores(row: type[Evidence]) -> list[Any]:
    return [row.score, row.score_min, row.score_max]


def _doubles(
    session: Session,
    columns: list[Any],
    first: type[Evidence],
    second: type[Evidence],
    competency_ids: Iterable[UUID] | None,
) -> Select[Any]:
    query: Select[Any] = (
        select(*columns)
        .select_from(second)
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
    )
    if competency_ids is None:
        return query
    competency: Any = second.competency_id
    return query.where(among(session, competency, competency_ids))


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
