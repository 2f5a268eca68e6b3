"""Reading all evidence for judging, by learner and competency. Never commits."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final, NamedTuple, cast

from sqlmodel import Session

from issuer.competency.judging_repository import Row, ask, is_postgresql, spelt_as_text, time_of

SORTING_MEMORY: Final = "64MB"
"""That PostgreSQL may use to put evidence in order; then it uses its disk."""
ROWS_AT_ONCE: Final = 8_000
"""Learners' competencies whose evidence is in memory together, and what more a learner has."""
FIXED: Final = ("learner_id", "competency_id", "ids", "irregular", "corrects")
"""The first columns of what ``read_evidence`` reads."""
AMENDED: Final = 1
UNUSUAL: Final = 2


class _Grouping(NamedTuple):
    """How a database says what ``read_evidence`` reads.

    Args:
        table: what to read from.
        ids, corrects: of a group, with commas between them.
        values: a JSON array of a column's values.
        observed_at: a time in UTC.
    """

    table: str
    ids: str
    corrects: str
    values: str
    observed_at: str


_IN_ORDER: Final = "ORDER BY evidence.observed_at, evidence.id"
_GROUPINGS: Final[Mapping[str, _Grouping]] = {
    # SQLite puts together what it reads in the order in which it reads, which is the index's. It
    # cannot be told an order of its own before version 3.44.
    "sqlite": _Grouping(
        table="evidence INDEXED BY ix_evidence_judging",
        ids="group_concat(evidence.id)",
        corrects="group_concat(evidence.corrects)",
        values="json_group_array({})",
        observed_at="evidence.observed_at",
    ),
    "postgresql": _Grouping(
        table="evidence",
        ids=f"string_agg(evidence.id::text, ',' {_IN_ORDER})",
        corrects="string_agg(evidence.corrects::text, ',')",
        values=f"json_agg({{}} {_IN_ORDER})::text",
        observed_at="evidence.observed_at AT TIME ZONE 'UTC'",
    ),
}
_POINTS: Final = (
    "CASE WHEN coalesce(evidence.score_min, evidence.score_max) IS NULL THEN evidence.score "
    "ELSE evidence.score || '/' || coalesce(evidence.score_min, '') || '/' "
    "|| coalesce(evidence.score_max, '') END"
)
"""One text instead of three, as judgment_rows.points_as_read reads it."""
_Parts = Generator[list[Row], None, None]


def count_learners(session: Session) -> int:
    """How many people there is evidence of.

    Each is looked up once: reading who every piece of evidence is of would take as long as there
    is evidence.
    """
    rows = session.connection().exec_driver_sql(
        "SELECT count(*) FROM person WHERE EXISTS "
        "(SELECT 1 FROM evidence WHERE evidence.learner_id = person.id)"
    )
    return int(rows.scalar_one())


def prepare(session: Session) -> None:
    """Let PostgreSQL sort everything at once, until the transaction ends: see read_evidence."""
    if is_postgresql(session):
        run = session.connection().exec_driver_sql
        run(f"SET LOCAL work_mem = '{SORTING_MEMORY}'")
        run("SET LOCAL cursor_tuple_fraction = 1")
        run("SET LOCAL enable_incremental_sort = off")


def read_evidence(session: Session, names: Sequence[str], now: datetime) -> _Parts:
    """All evidence, some learners' at a time: one learner's is never cut.

    The index of judging has it all, in order. SQLite walks through it. PostgreSQL does too where
    it knows from VACUUM that it need not look into the table for each entry, or else sorts.

    Args:
        session: reads only; other statements may run in between.
        names: of judgment_rows.SEEN, to read after FIXED.
        now: what was observed later is unusual.

    Yields:
        A row for each learner and competency, in their order, of FIXED and ``names``. ``ids`` are
        the pieces of evidence, oldest first, with commas between them; each of ``names`` is a JSON
        array of as many. ``irregular`` is None for what is simple: UNUSUAL where work is scored
        that another scored first, or where something has not been observed yet; else AMENDED where
        something has no score or corrects what was there before, which ``corrects`` lists.
    """
    said = _GROUPINGS["postgresql" if is_postgresql(session) else "sqlite"]
    spelt = {"points": _POINTS, "observed_at": said.observed_at}
    values = [said.values.format(spelt.get(one, f"evidence.{one}")) for one in names]
    statement = (
        f"SELECT {spelt_as_text(session, 'learner_id', 'evidence')}, "  # noqa: S608 - our own names
        f"{spelt_as_text(session, 'competency_id', 'evidence')}, {said.ids}, "
        "max(CASE WHEN evidence.second_rating_of IS NOT NULL "
        f"OR evidence.observed_at > '{time_of(session, now)}' THEN {UNUSUAL} "
        f"WHEN evidence.corrects IS NOT NULL OR evidence.score IS NULL THEN {AMENDED} END), "
        f"{said.corrects}, {', '.join(values)} FROM {said.table} "
        "GROUP BY evidence.learner_id, evidence.competency_id "
        "ORDER BY evidence.learner_id, evidence.competency_id"
    )
    return _uncut(_fetched(session, statement))


def _fetched(session: Session, statement: str) -> _Parts:
    """A statement's rows, ROWS_AT_ONCE at a time; only the last part may be shorter."""
    if is_postgresql(session):
        # Its drivers fetch all there is, unless a cursor of the server is asked.
        run = session.connection().exec_driver_sql
        run(f"DECLARE evidence_in_order NO SCROLL CURSOR FOR {statement}")
        while part := ask(session, f"FETCH {ROWS_AT_ONCE} FROM evidence_in_order"):
            yield part
        run("CLOSE evidence_in_order")
        return
    with closing(session.connection().exec_driver_sql(statement)) as found:
        while part := cast("list[Row]", found.cursor.fetchmany(ROWS_AT_ONCE)):
            yield part


def _uncut(parts: Iterable[list[Row]]) -> _Parts:
    """The same rows in parts that end where a learner's do."""
    ahead: list[Row] = []
    for more in parts:
        ahead += more
        end = len(ahead)
        if len(more) == ROWS_AT_ONCE:
            last = ahead[-1][0]
            while end and ahead[end - 1][0] == last:
                end -= 1
        if end:
            yield ahead[:end]
            ahead = ahead[end:]
    if ahead:
        yield ahead


def corrected_elsewhere(session: Session) -> dict[tuple[str, str], set[str]]:
    """Evidence that was corrected by an entry of another learner or on another competency.

    There is hardly any: a result in a roster that was moved to another pupil. It costs a look at
    every correction there is.

    Returns:
        By learner and competency; identifiers as the database spells them.
    """
    # SQLite takes its index of corrections for a range, but not for "is not null", and it keeps to
    # the order of a cross join.
    corrects = "new.corrects IS NOT NULL" if is_postgresql(session) else "new.corrects > ''"
    wanted = ", ".join(
        spelt_as_text(session, one, "old") for one in ("learner_id", "competency_id", "id")
    )
    statement = (
        f"SELECT {wanted} FROM evidence AS new CROSS JOIN evidence AS old "  # noqa: S608 - our own
        f"WHERE {corrects} AND old.id = new.corrects AND (new.learner_id <> old.learner_id "
        "OR new.competency_id <> old.competency_id)"
    )
    found: dict[tuple[str, str], set[str]] = {}
    for learner_id, competency_id, identifier in ask(session, statement):
        found.setdefault((learner_id, competency_id), set()).add(identifier)
    return found
