"""One learner's mastery: a few queries that touch the rows of that learner. Never commits."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from issuer.api.store_repository import standing_only
from issuer.competency.models import Competency, Evidence, Judgment


def standing(session: Session, learner_id: UUID) -> list[Row[Any]]:
    """The standing judgments of a learner, without what they looked at."""
    query = select(
        col(Judgment.id),
        col(Judgment.competency_id),
        col(Judgment.rule_name),
        col(Judgment.rule_version),
        col(Judgment.scale_id),
        col(Judgment.level_position),
        col(Judgment.score),
        col(Judgment.mastered),
        col(Judgment.state),
        col(Judgment.judged_at),
    ).where(col(Judgment.learner_id) == learner_id, col(Judgment.superseded_by).is_(None))
    return list(session.execute(query))


def evidence_counts(session: Session, learner_id: UUID) -> dict[UUID, int]:
    """For each competency: how many pieces of evidence of a learner stand."""
    columns: list[Any] = [col(Evidence.competency_id), func.count()]
    query = standing_only(select(*columns).where(col(Evidence.learner_id) == learner_id))
    query = query.group_by(col(Evidence.competency_id))
    return {row[0]: row[1] for row in session.execute(query)}


def competencies(session: Session, ids: Iterable[UUID]) -> list[Row[Any]]:
    """Some competencies as people read them, by framework and place in it."""
    query = (
        select(col(Competency.id), col(Competency.code), col(Competency.statement))
        .where(col(Competency.id).in_(list(ids)))
        .order_by(col(Competency.framework_id), col(Competency.position), col(Competency.id))
    )
    return list(session.execute(query))
