"""Every query about judgments that can be minted: columns only, set-wise. Never commits."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Select,
    String,
    Table,
    Uuid,
    and_,
    select,
    type_coerce,
)
from sqlalchemy.types import UserDefinedType
from sqlmodel import Session, SQLModel

from issuer.competency.evidence import BADGE_ISSUER
from issuer.competency.judgment_rows import DECIDED
from issuer.competency.models import Evidence, Judgment
from issuer.db import ExactDecimal, UtcDateTime
from issuer.db.among import among
from issuer.db.chunks import CHUNK


class JudgmentColumns(NamedTuple):
    """What a credential says of a judgment; score and members as they are kept."""

    id: UUID
    learner_id: UUID
    competency_id: UUID
    competency_version_id: UUID | None
    rule_name: str
    rule_version: int
    scale_id: UUID
    evidence_ids: list[str]
    used_ids: list[str]
    level_position: int | None
    score: str | None
    reasons: list[str]
    judged_at: datetime
    members: list[dict[str, str | None]] | None


class EvidenceColumns(NamedTuple):
    """What a credential says of a piece of evidence, as the database has it.

    Identifiers are UUIDs or their 32 digits, the scores as they are spelt, ``observed_at`` a time
    or its text.
    """

    id: UUID | str
    kind: str
    title: str
    score: str | None
    score_min: str | None
    score_max: str | None
    observed_at: datetime | str
    assessor_kind: str
    assessor_role: str
    artefact_url: str
    artefact_sha256: str
    formative: bool
    setting: str
    assessor_id: str
    second_rating_of: UUID | str | None


class BadgeColumns(NamedTuple):
    """The name of evidence that another issuer's badge became; ``id`` as in EvidenceColumns."""

    id: UUID | str
    source: str
    sourced_id: str


class OriginColumns(NamedTuple):
    """The first of a piece of evidence's chain of corrections; as in EvidenceColumns."""

    id: UUID | str
    origin_id: UUID | str


def mintable_ids(session: Session) -> Iterator[UUID]:
    """Standing judgments of mastery that were decided, by learner and competency, streamed."""
    table = _table(Judgment)
    query = (
        select(table.c.id)
        .where(_mintable(table))
        .order_by(table.c.learner_id, table.c.competency_id)
        .execution_options(yield_per=CHUNK)
    )
    yield from session.connection().scalars(query)


def _mintable(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.mastered.is_(True), table.c.superseded_by.is_(None), table.c.state == DECIDED
    )


def standing(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the judgments that stand as decided mastery."""
    table = _table(Judgment)
    query = select(table.c.id).where(_mintable(table), among(session, table.c.id, ids))
    return set(session.connection().scalars(query).all())


def judgments(session: Session, ids: Iterable[UUID]) -> dict[UUID, JudgmentColumns]:
    """Judgments by id, whether they still stand or not."""
    table = _table(Judgment)
    columns = [_plain(table.c[name]) for name in JudgmentColumns._fields]
    query = select(*columns).where(among(session, table.c.id, ids))
    return {row[0]: JudgmentColumns._make(row) for row in session.connection().execute(query).all()}


def mastered(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the judgments that are decided mastery, whether they still stand or not."""
    table = _table(Judgment)
    query = select(table.c.id).where(
        among(session, table.c.id, ids), table.c.mastered.is_(True), table.c.state == DECIDED
    )
    return set(session.connection().scalars(query).all())


def evidence(session: Session, ids: Iterable[str]) -> dict[str, EvidenceColumns]:
    """Evidence by id, corrected ones too.

    Args:
        session: reads only.
        ids: UUIDs as 32 hexadecimal digits.
    """
    table = _table(Evidence)
    query = _evidence(EvidenceColumns._fields).where(among(session, table.c.id, ids))
    rows = map(EvidenceColumns._make, session.connection().execute(query).all())
    return {row.id if isinstance(row.id, str) else row.id.hex: row for row in rows}


def origins(session: Session, ids: Iterable[str]) -> list[OriginColumns]:
    """For each piece of evidence, by 32 hexadecimal digits: the first of its chain."""
    table = _table(Evidence)
    query = _evidence(OriginColumns._fields).where(among(session, table.c.id, ids))
    return list(map(OriginColumns._make, session.connection().execute(query).all()))


def badges(session: Session, ids: Iterable[str]) -> list[BadgeColumns]:
    """Those pieces of evidence that other issuers' badges became (see badges.take_in).

    Their source is the issuer's DID or URL. A file of evidence cannot begin such a source: its own
    are short names without a colon.

    Args:
        session: reads only.
        ids: UUIDs as 32 hexadecimal digits.
    """
    table = _table(Evidence)
    query = _evidence(BadgeColumns._fields).where(
        among(session, table.c.id, ids),
        table.c.assessor_role == BADGE_ISSUER,
        table.c.source.contains(":"),
        table.c.corrects.is_(None),
    )
    return list(map(BadgeColumns._make, session.connection().execute(query).all()))


def _evidence(names: Iterable[str]) -> Select[Any]:
    columns = [_plain(_table(Evidence).c[name]) for name in names]
    return select(*[type_coerce(one, String) if _is_costly(one) else one for one in columns])


def _is_costly(column: ColumnElement[Any]) -> bool:
    """Whether a value is left as the database has it, because there are so many of them."""
    return isinstance(column.type, Uuid | UtcDateTime)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the database has it, where that is text that is read more cheaply by hand."""
    if isinstance(column.type, ExactDecimal):
        return type_coerce(column, String)
    if column.name in _REPEATED:
        return type_coerce(column, _RepeatedUuid)
    return type_coerce(column, _JsonRead) if isinstance(column.type, JSON) else column


_REPEATED: Final = frozenset({"learner_id", "competency_id", "competency_version_id", "scale_id"})
"""Columns in which one UUID stands many times."""


@lru_cache(maxsize=4_096)
def _uuid(value: UUID | str | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value


class _RepeatedUuid(UserDefinedType[Any]):
    """A UUID, made of its text once."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Text, or what the driver made of it, to UUID."""
        return _uuid


class _JsonRead(UserDefinedType[Any]):
    """JSON, read by orjson unless the driver has read it."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Text to value."""
        return lambda value: orjson.loads(value) if isinstance(value, str | bytes) else value


def _table(model: type[SQLModel]) -> Table:
    """The table of a model; rows asked of it cost half of those asked of the model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
