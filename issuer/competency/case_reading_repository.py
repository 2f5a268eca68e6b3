"""Every query of the CASE read API: one object at a time, by its identifier. Never commits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select
from sqlmodel import Session, col

from issuer.competency.models import Association, Competency, Framework, Rubric


def frameworks(session: Session) -> Sequence[Framework]:
    """All frameworks, by title."""
    query = select(Framework).order_by(col(Framework.title), col(Framework.id))
    return session.scalars(query).all()


def digest(session: Session, framework_id: UUID) -> bytes | None:
    """SHA-256 of the package that a framework was imported from."""
    return session.scalar(select(col(Framework.digest)).where(col(Framework.id) == framework_id))


def item(session: Session, identifier: UUID) -> Competency | None:
    """A CFItem that its framework has now."""
    query = select(Competency).where(
        col(Competency.id) == identifier, col(Competency.removed_at).is_(None)
    )
    return session.scalar(query)


def associations_of(session: Session, identifier: UUID) -> Sequence[Association]:
    """The associations that an item is an end of, in any framework."""
    name = str(identifier)
    query = (
        select(Association)
        .where(or_(col(Association.origin_id) == name, col(Association.destination_id) == name))
        .order_by(col(Association.framework_id), col(Association.position))
    )
    return session.scalars(query).all()


def association(session: Session, identifier: UUID) -> Association | None:
    """A CFAssociation; where several frameworks have it, any, but always the same."""
    query = (
        select(Association)
        .where(col(Association.id) == identifier)
        .order_by(col(Association.framework_id))
    )
    return session.scalars(query).first()


def definitions_with(session: Session, identifier: UUID) -> Sequence[Any]:
    """The CFDefinitions of the frameworks in whose text an identifier stands."""
    said = func.lower(cast(col(Framework.definitions), Text))
    query = (
        select(col(Framework.definitions))
        .where(said.contains(str(identifier)))
        .order_by(col(Framework.id))
    )
    return session.scalars(query).all()


def rubric(session: Session, identifier: UUID) -> Rubric | None:
    """A CFRubric."""
    return session.get(Rubric, identifier)
