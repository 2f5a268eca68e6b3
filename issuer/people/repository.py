"""Every query about what is held of one person. Never commits."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, update
from sqlmodel import Session, SQLModel, col

from issuer.anchoring.models import Anchor
from issuer.awards.models import Award
from issuer.competency.models import Competency, Evidence, Judgment
from issuer.db.among import among
from issuer.learners.models import LineItem, SchoolClass
from issuer.minting.models import Batch, BatchItem, BatchState, Credential
from issuer.people.holdings import LINKS, MENTIONS, Fate, Holding, Mention

Row = dict[str, Any]


def rows(session: Session, holding: Holding, person: UUID) -> list[Row]:
    """What one table holds about a person, in the order of its primary key."""
    table = _table(holding.model)
    query = select(table).where(holding.of(person)).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 - public in SQLAlchemy


def count(session: Session, holding: Holding, person: UUID) -> int:
    """How many rows that are."""
    query = select(func.count()).select_from(_table(holding.model)).where(holding.of(person))
    return session.scalar(query) or 0


def take_away(session: Session, holding: Holding, person: UUID, blank: str) -> int:
    """Remove a person's rows, or the words in them. Returns how many rows that were."""
    table = _table(holding.model)
    if holding.fate is Fate.REMOVED:
        return _changed(session, delete(table).where(holding.of(person)))
    for name in holding.blanked:
        said = table.c[name]
        change = update(table).where(holding.of(person), said.is_not(None)).values({name: blank})
        session.execute(change, execution_options={"synchronize_session": False})
    return count(session, holding, person)


def _changed(session: Session, statement: Any) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return int(getattr(done, "rowcount", 0))


def clear_links(session: Session, holding: Holding, person: UUID) -> None:
    """Have rows about others no longer name rows of this person, which are about to go."""
    for model, name in LINKS:
        if model is holding.model:
            table = _table(model)
            own = select(table.c.id).where(holding.of(person))
            change = update(table).where(table.c[name].in_(own)).values({name: None})
            session.execute(change, execution_options={"synchronize_session": False})


def mentions(session: Session, mention: Mention, person: UUID, names: Sequence[str]) -> int:
    """How many records about others name a person."""
    table = _table(mention.model)
    return (
        session.scalar(
            select(func.count()).select_from(table).where(_named(mention, person, names))
        )
        or 0
    )


def rename(
    session: Session, mention: Mention, person: UUID, names: Sequence[str], pseudonym: str
) -> int:
    """Put a pseudonym where records about others name a person. Returns how many that were."""
    change = update(_table(mention.model)).where(_named(mention, person, names))
    return _changed(session, change.values({mention.column: pseudonym}))


def others_in_evidence(session: Session, person: UUID, names: Sequence[str]) -> list[UUID]:
    """The other learners whose evidence names a person, or a row of his."""
    [of_evidence] = [one for one in MENTIONS if one.model is Evidence]
    table = _table(Evidence)
    own = select(table.c.id).where(table.c.learner_id == person)
    linked = [table.c[name].in_(own) for model, name in LINKS if model is Evidence]
    query = select(table.c.learner_id).where(
        or_(_named(of_evidence, person, names), and_(or_(*linked), table.c.learner_id != person))
    )
    return list(session.scalars(query.distinct()))


def _named(mention: Mention, person: UUID, names: Sequence[str]) -> ColumnElement[bool]:
    table = _table(mention.model)
    return and_(
        table.c[mention.column].in_(list(names)),
        ~mention.about(person),
        *(table.c[name] == value for name, value in mention.where.items()),
    )


def unreleased_batches(session: Session, person: UUID) -> list[UUID]:
    """The batches on their way that hold something of a person."""
    units = select(col(Judgment.id)).where(col(Judgment.learner_id) == person)
    awards = select(col(Award.id)).where(col(Award.learner_id) == person)
    of_judgments = select(col(BatchItem.batch_id)).where(
        or_(col(BatchItem.judgment_id).in_(units), col(BatchItem.judgment_id).in_(awards))
    )
    signed = select(col(Credential.batch_id)).where(col(Credential.learner_id) == person)
    query = select(col(Batch.id)).where(
        col(Batch.state) != BatchState.RELEASED,
        or_(col(Batch.id).in_(of_judgments), col(Batch.id).in_(signed)),
    )
    return list(session.scalars(query.order_by(col(Batch.id))))


def batches(session: Session, ids: Iterable[UUID]) -> list[Row]:
    """Batches with their anchors, oldest first."""
    batch, anchor = _table(Batch), _table(Anchor)
    query = (
        select(batch, anchor.c.block_number, anchor.c.block_hash, anchor.c.to, anchor.c.sender)
        .outerjoin(anchor, anchor.c.batch_id == batch.c.id)
        .where(among(session, batch.c.id, ids))
        .order_by(batch.c.created_at, batch.c.id)
    )
    return [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 - as above


def names(session: Session, wanted: dict[str, set[Any]]) -> dict[str, dict[str, str]]:
    """What things that a person's records refer to are called, by table and id."""
    columns: dict[str, tuple[type[SQLModel], str, str]] = {
        "school_class": (SchoolClass, "sourced_id", "title"),
        "line_item": (LineItem, "sourced_id", "title"),
        "competency": (Competency, "id", "statement"),
    }
    found: dict[str, dict[str, str]] = {}
    for kind, (model, identifier, name) in columns.items():
        table = _table(model)
        key = table.c[identifier]
        query = select(key, table.c[name]).where(among(session, key, wanted.get(kind, set())))
        found[kind] = {str(row[0]): row[1] for row in session.execute(query.order_by(key))}
    return found


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
