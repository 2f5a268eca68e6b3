"""Every query about versions of frameworks and of judged competencies. Never commits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from issuer.competency.models import Competency, CompetencyVersion, FrameworkVersion, Judgment
from issuer.db.chunks import chunks

Row = dict[str, Any]


def past_versions(session: Session, framework_id: UUID) -> Sequence[Any]:
    """What is told of versions that were replaced, without their packages; the oldest first."""
    query = (
        select(
            col(FrameworkVersion.number),
            col(FrameworkVersion.version),
            col(FrameworkVersion.last_change),
            col(FrameworkVersion.imported_at),
            col(FrameworkVersion.digest),
        )
        .where(col(FrameworkVersion.framework_id) == framework_id)
        .order_by(col(FrameworkVersion.number))
    )
    return session.execute(query).all()


def past_version(session: Session, framework_id: UUID, number: int) -> FrameworkVersion | None:
    """A version that was replaced."""
    return session.get(FrameworkVersion, (framework_id, number))


def add_past_version(session: Session, version: FrameworkVersion) -> None:
    """A version that is being replaced; its package does not stay in memory."""
    session.add(version)
    session.flush()
    session.expunge(version)


def competency_versions(session: Session, ids: Iterable[UUID]) -> list[CompetencyVersion]:
    """Versions of competencies by id."""
    found: list[CompetencyVersion] = []
    for part in chunks(ids):
        query = select(CompetencyVersion).where(col(CompetencyVersion.id).in_(part))
        found += session.scalars(query)
    return found


def known_versions(session: Session) -> set[UUID]:
    """Identifiers of all versions of competencies that judgments were made under."""
    return set(session.scalars(select(col(CompetencyVersion.id))))


def add_versions(session: Session, rows: Sequence[Row]) -> None:
    """Versions of competencies that were not there before."""
    for part in chunks(rows):
        session.execute(insert(CompetencyVersion), part)


def unpinned_competencies(session: Session, framework_id: UUID) -> list[UUID]:
    """Competencies of a framework with judgments that name no version of them."""
    unpinned = (
        select(col(Judgment.id))
        .where(
            col(Judgment.competency_id) == col(Competency.id),
            col(Judgment.competency_version_id).is_(None),
        )
        .exists()
    )
    query = select(col(Competency.id)).where(col(Competency.framework_id) == framework_id, unpinned)
    return list(session.scalars(query).all())


def pin_judgments(session: Session, versions: Mapping[UUID, UUID]) -> None:
    """Let judgments of a competency (key) that name no version of it name this one (value)."""
    for competency_id, version_id in versions.items():
        session.execute(
            update(Judgment)
            .where(
                col(Judgment.competency_id) == competency_id,
                col(Judgment.competency_version_id).is_(None),
            )
            .values(competency_version_id=version_id)
            .execution_options(synchronize_session=False)
        )
