"""The queries of lists of the competency store. Never commits."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, String, cast, exists, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from issuer.competency.models import (
    Competency,
    Evidence,
    Framework,
    Judgment,
    MasteryRuleVersion,
    Rubric,
    RubricCriterion,
    RubricLevel,
    RuleSetVersion,
)

Columns = Select[*tuple[Any, ...]]
"""A query of columns, and not of whole rows."""


def frameworks() -> Columns:
    """Frameworks without their definitions, which may be large."""
    return select(
        col(Framework.id),
        col(Framework.uri),
        col(Framework.title),
        col(Framework.creator),
        col(Framework.imported_at),
    )


def count_frameworks(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Framework)) or 0


def competencies() -> Columns:
    """All competencies, without what only an export needs."""
    return select(
        col(Competency.id),
        col(Competency.framework_id),
        col(Competency.uri),
        col(Competency.code),
        col(Competency.statement),
        col(Competency.short_statement),
        col(Competency.item_type),
        col(Competency.removed_at),
    )


def rubrics() -> Columns:
    """All rubrics, without what only an export needs."""
    return select(col(Rubric.id), col(Rubric.framework_id), col(Rubric.title))


class CriterionRow(NamedTuple):
    """A criterion of a rubric."""

    id: UUID
    competency_id: UUID | None


def criteria(session: Session, rubric_id: UUID) -> list[CriterionRow]:
    """A rubric's criteria in their order."""
    query = select(col(RubricCriterion.id), col(RubricCriterion.competency_id)).where(
        col(RubricCriterion.rubric_id) == rubric_id
    )
    rows = session.execute(query.order_by(col(RubricCriterion.position)))
    return [CriterionRow._make(row) for row in rows]


def levels(session: Session, criterion_ids: Iterable[UUID]) -> dict[UUID, list[RubricLevel]]:
    """The levels of some criteria in their order."""
    query = (
        select(RubricLevel)
        .where(col(RubricLevel.criterion_id).in_(list(criterion_ids)))
        .order_by(col(RubricLevel.criterion_id), col(RubricLevel.position))
    )
    found: dict[UUID, list[RubricLevel]] = {}
    for row in session.scalars(query):
        found.setdefault(row.criterion_id, []).append(row)
    return found


def evidence() -> Select[Any]:
    """All evidence, corrections and what they correct."""
    return select(Evidence)


def standing_only(query: Select[Any]) -> Select[Any]:
    """Of this evidence, what is not corrected and withdraws nothing."""
    later = aliased(Evidence)
    corrected = exists().where(col(later.corrects) == col(Evidence.id))
    return query.where(col(Evidence.score).is_not(None), ~corrected)


def corrections_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """For each of these that was corrected: by what."""
    query = select(col(Evidence.corrects), col(Evidence.id)).where(
        col(Evidence.corrects).in_(list(ids))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def judgments() -> Select[Any]:
    """All judgments."""
    return select(Judgment)


RULE_KEY: Final = (
    col(MasteryRuleVersion.name)
    + "/"
    + func.substr(
        literal("0000000"), 1, 7 - func.length(cast(col(MasteryRuleVersion.version), String))
    )
    + cast(col(MasteryRuleVersion.version), String)
)
"""Name and version as one text, which is unique and sorts as they do."""


def rule_versions() -> Select[Any]:
    """Every rule version that was ever used."""
    return select(MasteryRuleVersion)


def rule_version(session: Session, name: str, version: int) -> MasteryRuleVersion | None:
    """One rule version."""
    return session.get(MasteryRuleVersion, (name, version))


def rule_sets() -> Select[Any]:
    """Every rule set that was ever set."""
    return select(RuleSetVersion)


def newest_rule_set(session: Session) -> RuleSetVersion | None:
    """The one that holds; None if none was set."""
    return session.scalars(rule_sets().order_by(col(RuleSetVersion.id).desc()).limit(1)).first()
