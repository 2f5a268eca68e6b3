"""Every query about awards: set-wise, by columns. Never commits."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Table, and_, exists, insert, literal_column, or_, select, text, update
from sqlmodel import Session, col

from issuer.awards.models import (
    Award,
    AwardDecision,
    AwardDefinition,
    AwardSetVersion,
    AwardState,
    ReceivedCredential,
)
from issuer.competency.judgment_rows import DECIDED
from issuer.competency.models import Judgment
from issuer.db.among import among
from issuer.db.chunks import CHUNK, chunks

Row = dict[str, Any]
_AWARDING: Final = 7_466_005
"""PostgreSQL advisory lock: one process evaluates at a time. SQLite has one writer anyway."""
UUID_BYTES: Final = 16
OPEN: Final = (AwardState.HELD, AwardState.WAITING)
_AWARD: Table = Award.__table__  # type: ignore[attr-defined]
_JUDGMENT: Table = Judgment.__table__  # type: ignore[attr-defined]
_RECEIVED: Table = ReceivedCredential.__table__  # type: ignore[attr-defined]


class AwardRow(NamedTuple):
    """An award as it is kept; see the table."""

    id: UUID
    learner_id: UUID
    key: str
    version: int
    judgment_id: UUID | None
    basis: list[list[str]]
    state: str
    reason: str
    formed_at: datetime
    changed_at: datetime
    superseded_by: UUID | None


class Mastered(NamedTuple):
    """A standing judgment of mastery, as far as requirements ask."""

    learner_id: UUID
    competency_id: UUID
    id: UUID
    level_position: int
    scale_id: UUID


class Covered(NamedTuple):
    """A judgment that can be minted, as far as what covers it asks."""

    id: UUID
    learner_id: UUID
    competency_id: UUID
    is_cluster: bool


class ReceivedRow(NamedTuple):
    """A credential of another issuer, without its bytes; see the table."""

    id: UUID
    learner_id: UUID
    sha256: str
    credential_id: str
    issuer: str
    issuer_name: str
    achievement_id: str
    achievement_type: str
    achievement: str
    targets: list[list[str]]
    levels: list[str]
    position: int | None
    valid_from: datetime
    valid_until: datetime | None
    holder: str
    received_at: datetime
    checked_at: datetime
    refused: str


_AWARD_COLUMNS: Final = [_AWARD.c[name] for name in AwardRow._fields]
_RECEIVED_COLUMNS: Final = [_RECEIVED.c[name] for name in ReceivedRow._fields]


def lock_awarding(session: Session) -> None:
    """Wait until no other process evaluates or decides; until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _AWARDING})


def newest_set(session: Session) -> AwardSetVersion | None:
    """The award set that holds; None if there never was one."""
    query = select(AwardSetVersion).order_by(col(AwardSetVersion.id).desc()).limit(1)
    return session.scalars(query).first()


def add_set(session: Session, document: Row, now: datetime) -> None:
    """A new award set, which holds from now on."""
    session.add(AwardSetVersion(document=document, recorded_at=now))
    session.flush()


def definitions(session: Session) -> dict[tuple[str, int], Row]:
    """Every version of every achievement that was ever defined."""
    rows = session.scalars(select(AwardDefinition))
    return {(row.key, row.version): row.definition for row in rows}


def add_definition(
    session: Session, key: str, version: int, definition: Row, now: datetime
) -> None:
    """An achievement that was not there before."""
    row = AwardDefinition(key=key, version=version, definition=definition, recorded_at=now)
    session.add(row)
    session.flush()


def _mintable() -> Any:
    return and_(
        _JUDGMENT.c.mastered.is_(True),
        _JUDGMENT.c.superseded_by.is_(None),
        _JUDGMENT.c.state == DECIDED,
    )


def mintable(session: Session) -> Iterator[Covered]:
    """Standing judgments of mastery that were decided, by learner and competency, streamed."""
    query = (
        select(*_covered())
        .where(_mintable())
        .order_by(_JUDGMENT.c.learner_id, _JUDGMENT.c.competency_id)
        .execution_options(yield_per=CHUNK)
    )
    yield from (Covered(*row) for row in session.connection().execute(query))


def mintable_of(session: Session, competencies: Collection[UUID]) -> Iterator[Covered]:
    """Those on some competencies, streamed."""
    query = (
        select(*_covered())
        .where(_mintable(), among(session, _JUDGMENT.c.competency_id, competencies))
        .order_by(_JUDGMENT.c.learner_id, _JUDGMENT.c.competency_id)
        .execution_options(yield_per=CHUNK)
    )
    yield from (Covered(*row) for row in session.connection().execute(query))


def covered(session: Session, ids: Iterable[UUID]) -> dict[UUID, Covered]:
    """Judgments by id, whether they still stand or not."""
    query = select(*_covered()).where(among(session, _JUDGMENT.c.id, ids))
    return {row[0]: Covered(*row) for row in session.connection().execute(query)}


def _covered() -> list[Any]:
    is_cluster = _JUDGMENT.c.members.is_not(None)
    return [*(_JUDGMENT.c[name] for name in Covered._fields[:-1]), is_cluster]


def mastered(
    session: Session, learners: Collection[UUID], competencies: Collection[UUID]
) -> list[Mastered]:
    """What learners have mastered of some competencies."""
    columns = [_JUDGMENT.c[name] for name in Mastered._fields]
    query = select(*columns).where(
        _mintable(),
        among(session, _JUDGMENT.c.learner_id, learners),
        among(session, _JUDGMENT.c.competency_id, competencies),
    )
    return [Mastered(*row) for row in session.connection().execute(query)]


def concerned(session: Session, competencies: Collection[UUID]) -> Iterator[UUID]:
    """Learners who have anything that a requirement may ask for, or an award; in order, once."""
    judged = select(_JUDGMENT.c.learner_id).where(
        _mintable(), among(session, _JUDGMENT.c.competency_id, competencies)
    )
    awarded = select(_AWARD.c.learner_id).where(_AWARD.c.judgment_id.is_(None))
    query = judged.union(awarded, select(_RECEIVED.c.learner_id)).order_by(literal_column("1"))
    yield from session.connection().scalars(query.execution_options(yield_per=CHUNK))


def awards_of(session: Session, learners: Collection[UUID]) -> list[AwardRow]:
    """Every award of some learners that is no judgment's, lapsed ones too."""
    query = select(*_AWARD_COLUMNS).where(
        _AWARD.c.judgment_id.is_(None), among(session, _AWARD.c.learner_id, learners)
    )
    return [AwardRow(*row) for row in session.connection().execute(query)]


def awards(session: Session, ids: Iterable[UUID]) -> dict[UUID, AwardRow]:
    """Awards by id."""
    query = select(*_AWARD_COLUMNS).where(among(session, _AWARD.c.id, ids))
    return {row[0]: AwardRow(*row) for row in session.connection().execute(query)}


def awards_on(session: Session, judgments: Iterable[UUID]) -> dict[UUID, AwardRow]:
    """The awards of judgments, by judgment."""
    query = select(*_AWARD_COLUMNS).where(among(session, _AWARD.c.judgment_id, judgments))
    found = (AwardRow(*row) for row in session.connection().execute(query))
    return {one.judgment_id: one for one in found if one.judgment_id is not None}


def listing(
    session: Session, *, state: str = "", learner_id: UUID | None = None, key: str = ""
) -> Iterator[AwardRow]:
    """Awards for a list, the oldest first, streamed."""
    query = select(*_AWARD_COLUMNS).order_by(_AWARD.c.formed_at, _AWARD.c.id)
    for column, value in (("state", state), ("learner_id", learner_id), ("key", key)):
        if value:
            query = query.where(_AWARD.c[column] == value)
    rows = session.connection().execute(query.execution_options(yield_per=CHUNK))
    yield from (AwardRow(*row) for row in rows)


def held_after(session: Session, after: UUID | None, limit: int) -> list[UUID]:
    """Awards that are held, in the order of their ids."""
    query = select(_AWARD.c.id).where(_AWARD.c.state == AwardState.HELD)
    if after is not None:
        query = query.where(_AWARD.c.id > after)
    return list(session.connection().scalars(query.order_by(_AWARD.c.id).limit(limit)))


def held_ids(session: Session) -> bytes:
    """Every award that is held, in order; 16 bytes each, for a district may hold a million."""
    return b"".join(_held(session))


def held_besides(session: Session, before: bytes) -> int:
    """How many awards are held that are not among these, which ``held_ids`` found earlier."""
    known = (before[at : at + UUID_BYTES] for at in range(0, len(before), UUID_BYTES))
    ahead, count = next(known, None), 0
    for one in _held(session):
        while ahead is not None and ahead < one:
            ahead = next(known, None)
        count += one != ahead
    return count


def _held(session: Session) -> Iterator[bytes]:
    query = select(_AWARD.c.id).where(_AWARD.c.state == AwardState.HELD).order_by(_AWARD.c.id)
    ids = session.connection().scalars(query.execution_options(yield_per=CHUNK))
    return (one.bytes for one in ids)


def awarded_ids(session: Session) -> Iterator[UUID]:
    """Awards that are made and are no judgment's, by learner and key, streamed."""
    query = (
        select(_AWARD.c.id)
        .where(_is_made())
        .order_by(_AWARD.c.learner_id, _AWARD.c.key)
        .execution_options(yield_per=CHUNK)
    )
    yield from session.connection().scalars(query)


def awarded_among(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the awards that stand and are no judgment's."""
    query = select(_AWARD.c.id).where(_is_made(), among(session, _AWARD.c.id, ids))
    return set(session.connection().scalars(query))


def _is_made() -> Any:
    return and_(_AWARD.c.state == AwardState.AWARDED, _AWARD.c.judgment_id.is_(None))


def judgments_awarded(session: Session, judgments: Iterable[UUID]) -> set[UUID]:
    """Those of the judgments whose award is made."""
    query = select(_AWARD.c.judgment_id).where(
        _AWARD.c.state == AwardState.AWARDED, among(session, _AWARD.c.judgment_id, judgments)
    )
    return set(session.connection().scalars(query))


def add_awards(session: Session, rows: Sequence[Row]) -> None:
    """Awards that were not there before."""
    for part in chunks(rows):
        session.connection().execute(insert(_AWARD), part)


def change_awards(session: Session, rows: Sequence[Row]) -> None:
    """Awards with another state; each row has an ``id`` and the same members."""
    for part in chunks(rows):
        session.execute(update(Award), part)


def lapse_fallen(session: Session, reason: str, now: datetime) -> int:
    """Let awards of judgments lapse that are not made yet and whose judgment stands no more."""
    stands = exists().where(_JUDGMENT.c.id == _AWARD.c.judgment_id, _mintable())
    query = (
        update(_AWARD)
        .where(_AWARD.c.judgment_id.is_not(None), _AWARD.c.state.in_(OPEN), ~stands)
        .values(state=AwardState.LAPSED, reason=reason, changed_at=now)
    )
    return session.connection().execute(query).rowcount


def open_on_judgments(session: Session) -> Iterator[AwardRow]:
    """Awards of judgments that are not made yet, streamed."""
    query = select(*_AWARD_COLUMNS).where(
        _AWARD.c.judgment_id.is_not(None), _AWARD.c.state.in_(OPEN)
    )
    rows = session.connection().execute(query.order_by(_AWARD.c.id))
    yield from (AwardRow(*row) for row in rows)


def add_decision(session: Session, decision: AwardDecision) -> None:
    """What a person decided."""
    session.add(decision)
    session.flush()


def received_of(session: Session, learners: Collection[UUID]) -> list[ReceivedRow]:
    """Credentials of other issuers that learners have, by learner, the oldest first."""
    query = (
        select(*_RECEIVED_COLUMNS)
        .where(among(session, _RECEIVED.c.learner_id, learners))
        .order_by(_RECEIVED.c.learner_id, _RECEIVED.c.received_at, _RECEIVED.c.id)
    )
    return [ReceivedRow(*row) for row in session.connection().execute(query)]


def received(session: Session, ids: Iterable[UUID]) -> dict[UUID, ReceivedRow]:
    """Such credentials by id."""
    query = select(*_RECEIVED_COLUMNS).where(among(session, _RECEIVED.c.id, ids))
    return {row[0]: ReceivedRow(*row) for row in session.connection().execute(query)}


def received_documents(session: Session, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Their bytes."""
    query = select(_RECEIVED.c.id, _RECEIVED.c.document).where(among(session, _RECEIVED.c.id, ids))
    return {row[0]: bytes(row[1]) for row in session.connection().execute(query)}


def received_as(
    session: Session, *, sha256: str, issuer: str, credential_id: str
) -> list[ReceivedRow]:
    """The same credential, by its bytes or by its issuer and id."""
    same = _RECEIVED.c.sha256 == sha256
    if credential_id:
        named = and_(_RECEIVED.c.issuer == issuer, _RECEIVED.c.credential_id == credential_id)
        same = or_(same, named)
    query = select(*_RECEIVED_COLUMNS).where(same)
    return [ReceivedRow(*row) for row in session.connection().execute(query)]


def add_received(session: Session, row: ReceivedCredential) -> None:
    """A credential that was not there before."""
    session.add(row)
    session.flush()


def note_checks(session: Session, rows: Sequence[Row]) -> None:
    """What the last look at some of them found: ``id``, ``checked_at`` and ``refused``."""
    for part in chunks(rows):
        session.execute(update(ReceivedCredential), part)


def standing(session: Session, judgments: Iterable[UUID]) -> set[UUID]:
    """Those of the judgments that stand as decided mastery."""
    query = select(_JUDGMENT.c.id).where(_mintable(), among(session, _JUDGMENT.c.id, judgments))
    return set(session.connection().scalars(query))


def mastery(session: Session, judgments: Iterable[UUID]) -> dict[UUID, Mastered]:
    """Judgments of mastery by id, whether they still stand or not."""
    columns = [_JUDGMENT.c[name] for name in Mastered._fields]
    query = select(*columns).where(among(session, _JUDGMENT.c.id, judgments))
    found = (Mastered(*row) for row in session.connection().execute(query))
    return {one.id: one for one in found}
