"""Every query about frameworks, competencies, associations and rubrics. Never commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from issuer.competency.models import (
    Association,
    Competency,
    Framework,
    Rubric,
    RubricCriterion,
    RubricLevel,
)
from issuer.db.chunks import CHUNK, chunks

Row = dict[str, Any]
IS_CHILD_OF = "isChildOf"


@dataclass(frozen=True, slots=True)
class CompetencyRow:
    """A competency without what only an export needs."""

    id: UUID
    framework_id: UUID
    uri: str
    code: str
    statement: str
    short_statement: str
    item_type: str
    removed: bool


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One level of a criterion that describes a competency."""

    competency_id: UUID
    criterion_id: UUID
    id: UUID
    name: str
    description: str
    points: Decimal | None
    position: int


def framework(session: Session, framework_id: UUID) -> Framework | None:
    """One framework."""
    return session.get(Framework, framework_id)


def frameworks(session: Session) -> Sequence[Framework]:
    """All frameworks, by title."""
    query = select(Framework).order_by(col(Framework.title), col(Framework.id))
    return session.scalars(query).all()


def counts(session: Session) -> Mapping[UUID, tuple[int, int]]:
    """For each framework: competencies that it has now, and associations with repetitions."""
    items = select(col(Competency.framework_id), func.count()).where(
        col(Competency.removed_at).is_(None)
    )
    links = select(col(Association.framework_id), func.sum(col(Association.occurrences)))
    of_items = {
        row[0]: row[1] for row in session.execute(items.group_by(col(Competency.framework_id)))
    }
    of_links = {
        row[0]: row[1] for row in session.execute(links.group_by(col(Association.framework_id)))
    }
    keys = of_items.keys() | of_links.keys()
    return {key: (of_items.get(key, 0), int(of_links.get(key, 0))) for key in keys}


def item_rows(session: Session, framework_id: UUID) -> Iterator[Competency]:
    """The CFItems that a framework has now, whole, in the package's order, streamed."""
    query = (
        select(Competency)
        .where(col(Competency.framework_id) == framework_id, col(Competency.removed_at).is_(None))
        .order_by(col(Competency.position), col(Competency.id))
    )
    yield from _streamed(session, query)


def association_rows(session: Session, framework_id: UUID) -> Iterator[Association]:
    """The CFAssociations of a framework, whole, in the package's order, streamed."""
    query = (
        select(Association)
        .where(col(Association.framework_id) == framework_id)
        .order_by(col(Association.position), col(Association.id))
    )
    yield from _streamed(session, query)


def _streamed(session: Session, query: Any) -> Iterator[Any]:
    """Rows as the database has them; nobody keeps those that were read."""
    yield from session.scalars(query.execution_options(yield_per=CHUNK, populate_existing=True))


def rubric_rows(session: Session, framework_id: UUID) -> Sequence[Rubric]:
    """The CFRubrics of a framework, in the package's order."""
    query = (
        select(Rubric)
        .where(col(Rubric.framework_id) == framework_id)
        .order_by(col(Rubric.position), col(Rubric.id))
    )
    return session.scalars(query).all()


def criteria_of(session: Session, rubric_ids: Iterable[UUID]) -> dict[UUID, list[RubricCriterion]]:
    """The criteria of some rubrics, in order, by rubric."""
    found: dict[UUID, list[RubricCriterion]] = {}
    query = select(RubricCriterion).order_by(col(RubricCriterion.position))
    for part in chunks(rubric_ids):
        for row in session.scalars(query.where(col(RubricCriterion.rubric_id).in_(part))):
            found.setdefault(row.rubric_id, []).append(row)
    return found


def levels_of(session: Session, criterion_ids: Iterable[UUID]) -> dict[UUID, list[RubricLevel]]:
    """The levels of some criteria, in order, by criterion."""
    found: dict[UUID, list[RubricLevel]] = {}
    query = select(RubricLevel).order_by(col(RubricLevel.position))
    for part in chunks(criterion_ids):
        for row in session.scalars(query.where(col(RubricLevel.criterion_id).in_(part))):
            found.setdefault(row.criterion_id, []).append(row)
    return found


def competency_digests(session: Session, framework_id: UUID) -> dict[UUID, tuple[bytes, bool]]:
    """For each CFItem ever seen in the framework: its digest, and whether it was removed."""
    query = select(
        col(Competency.id), col(Competency.digest), col(Competency.removed_at).is_not(None)
    ).where(col(Competency.framework_id) == framework_id)
    return {row[0]: (row[1], bool(row[2])) for row in session.execute(query)}


def association_digests(session: Session, framework_id: UUID) -> dict[UUID, bytes]:
    """For each CFAssociation of the framework: its digest."""
    query = select(col(Association.id), col(Association.digest)).where(
        col(Association.framework_id) == framework_id
    )
    return {row[0]: row[1] for row in session.execute(query)}


def rubric_digests(session: Session, framework_id: UUID) -> dict[UUID, bytes]:
    """For each CFRubric of the framework: its digest."""
    query = select(col(Rubric.id), col(Rubric.digest)).where(
        col(Rubric.framework_id) == framework_id
    )
    return {row[0]: row[1] for row in session.execute(query)}


def taken_elsewhere(
    session: Session,
    framework_id: UUID,
    *,
    items: Iterable[UUID],
    rubrics: Iterable[UUID],
    criteria: Iterable[UUID],
    levels: Iterable[UUID],
) -> dict[UUID, UUID]:
    """Identifiers that another framework has already, each with that framework's."""
    taken: dict[UUID, UUID] = {}
    of_criterion = select(col(RubricCriterion.id), col(Rubric.framework_id)).join(
        Rubric, col(Rubric.id) == col(RubricCriterion.rubric_id)
    )
    of_level = (
        select(col(RubricLevel.id), col(Rubric.framework_id))
        .join(RubricCriterion, col(RubricCriterion.id) == col(RubricLevel.criterion_id))
        .join(Rubric, col(Rubric.id) == col(RubricCriterion.rubric_id))
    )
    looked_for = (
        (select(col(Competency.id), col(Competency.framework_id)), Competency, items),
        (select(col(Rubric.id), col(Rubric.framework_id)), Rubric, rubrics),
        (of_criterion, RubricCriterion, criteria),
        (of_level, RubricLevel, levels),
    )
    for query, model, identifiers in looked_for:
        for part in chunks(identifiers):
            found = session.execute(query.where(col(model.id).in_(part)))
            taken.update({row[0]: row[1] for row in found if row[1] != framework_id})
    return taken


def insert_rows(session: Session, model: type[Any], rows: Sequence[Row]) -> None:
    """Insert many rows of one table; none is fine."""
    for part in chunks(rows):
        session.execute(insert(model).execution_options(render_nulls=True), part)


def update_rows(session: Session, model: type[Any], rows: Sequence[Row]) -> None:
    """Update many rows of one table by their primary key."""
    for part in chunks(rows):
        session.execute(update(model), part)


def mark_removed(session: Session, competency_ids: Iterable[UUID], now: datetime) -> None:
    """Competencies that the package no longer has; judgments keep pointing at them."""
    for part in chunks(competency_ids):
        session.execute(
            update(Competency).where(col(Competency.id).in_(part)).values(removed_at=now)
        )


def delete_associations(session: Session, framework_id: UUID, ids: Iterable[UUID]) -> None:
    """Associations that the package no longer has."""
    for part in chunks(ids):
        session.execute(
            delete(Association).where(
                col(Association.framework_id) == framework_id, col(Association.id).in_(part)
            )
        )


def delete_rubrics(session: Session, ids: Iterable[UUID]) -> None:
    """Rubrics with their criteria and levels."""
    for part in chunks(ids):
        criteria = select(col(RubricCriterion.id)).where(col(RubricCriterion.rubric_id).in_(part))
        session.execute(delete(RubricLevel).where(col(RubricLevel.criterion_id).in_(criteria)))
        session.execute(delete(RubricCriterion).where(col(RubricCriterion.rubric_id).in_(part)))
        session.execute(delete(Rubric).where(col(Rubric.id).in_(part)))


def competencies(
    session: Session, framework_ids: Iterable[UUID] | None = None
) -> list[CompetencyRow]:
    """The competencies of some frameworks, or of all, removed ones too, in the package's order."""
    query = select(
        col(Competency.id),
        col(Competency.framework_id),
        col(Competency.uri),
        col(Competency.code),
        col(Competency.statement),
        col(Competency.short_statement),
        col(Competency.item_type),
        col(Competency.removed_at).is_not(None),
    ).order_by(col(Competency.framework_id), col(Competency.position), col(Competency.id))
    if framework_ids is not None:
        query = query.where(col(Competency.framework_id).in_(list(framework_ids)))
    return [CompetencyRow(*row) for row in session.execute(query)]


def parents(
    session: Session, framework_ids: Iterable[UUID] | None = None
) -> list[tuple[UUID, str, str]]:
    """(framework, child, parent) of each ``isChildOf``, in the order of the children's parents."""
    query = (
        select(
            col(Association.framework_id),
            col(Association.origin_id),
            col(Association.destination_id),
        )
        .where(col(Association.type) == IS_CHILD_OF)
        .order_by(col(Association.framework_id), col(Association.position))
    )
    if framework_ids is not None:
        query = query.where(col(Association.framework_id).in_(list(framework_ids)))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def scale_rows(session: Session, framework_ids: Iterable[UUID] | None = None) -> list[ScaleRow]:
    """Levels of the criteria that describe competencies, in the rubrics' order."""
    query = (
        select(
            col(RubricCriterion.competency_id),
            col(RubricCriterion.id),
            col(RubricLevel.id),
            col(RubricLevel.name),
            col(RubricLevel.description),
            col(RubricLevel.points),
            col(RubricLevel.position),
        )
        .join(RubricCriterion, col(RubricCriterion.id) == col(RubricLevel.criterion_id))
        .join(Rubric, col(Rubric.id) == col(RubricCriterion.rubric_id))
        .where(col(RubricCriterion.competency_id).is_not(None))
        .order_by(
            col(Rubric.framework_id),
            col(Rubric.position),
            col(RubricCriterion.position),
            col(RubricLevel.position),
        )
    )
    if framework_ids is not None:
        query = query.where(col(Rubric.framework_id).in_(list(framework_ids)))
    return [ScaleRow(*row) for row in session.execute(query)]


def frameworks_of(session: Session, competency_ids: Iterable[UUID]) -> set[UUID]:
    """The frameworks that some competencies belong to."""
    found: set[UUID] = set()
    for part in chunks(competency_ids):
        query = select(col(Competency.framework_id)).where(col(Competency.id).in_(part)).distinct()
        found.update(session.scalars(query))
    return found
