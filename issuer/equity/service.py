"""The equity view: mastery by group, small groups left out. For the school only.

Every function takes a Session and commits nothing; the caller's request or step owns the commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlmodel import Session

from issuer.equity import repository
from issuer.equity.errors import UnknownAttribute
from issuer.equity.figures import Figures
from issuer.equity.group_file import GroupsReport, import_groups
from issuer.equity.repository import Slice
from issuer.equity.suppression import shown

__all__ = ["EquityRow", "GroupsReport", "Level", "attributes", "equity", "import_groups"]

EVERYBODY = ""
"""Stands for the total over all groups in :attr:`EquityRow.value`."""
_DECIMALS = 3
_competency_id = attrgetter("competency_id")


class Level(Enum):
    """What figures are told of."""

    ALL = "all"
    FRAMEWORK = "framework"
    COMPETENCY = "competency"


@dataclass(frozen=True)
class EquityRow:
    """One line of the view.

    Attributes:
        unit: the framework or competency by its id; None where it is everything.
        name: what it is called.
        value: the group; None for those without one, :data:`EVERYBODY` for the total.
        shown: whether there are figures; without, all that follow are None.
        pairs: learners times competencies; of one competency its learners.
        mastery_rate: 0 … 1, three decimals.
        mean_attempts: pieces of evidence a pair, three decimals.
        median_days: from the first evidence to the judgment of mastery; None if nobody has it.
    """

    unit: UUID | None
    name: str
    value: str | None
    shown: bool
    pairs: int | None = None
    mastery_rate: float | None = None
    mean_attempts: float | None = None
    median_days: float | None = None


@dataclass
class _Unit:
    """What is told of a competency, a framework, or everything."""

    total: Figures | None
    groups: dict[str, Figures | None]

    def add(self, other: "_Unit") -> None:
        """Count what another unit shows, and nothing that it does not."""
        if other.total is not None:
            self.total = self.total or Figures()
            self.total.add_all(other.total)
        for value, figures in other.groups.items():
            mine = self.groups.setdefault(value, None)
            if figures is not None:
                mine = self.groups[value] = mine or Figures()
                mine.add_all(figures)


def attributes(session: Session) -> list[str]:
    """Every attribute that groups were imported for."""
    return repository.attributes(session)


def equity(session: Session, attribute: str | None, level: Level, least: int) -> list[EquityRow]:
    """Mastery by group.

    Args:
        session: reads only.
        attribute: which groups; None for everybody together.
        level: what figures are told of.
        least: learners that a group must have in a competency to be shown; 5 or more.

    Returns:
        for each competency, framework or everything: its total, then its groups by name.

    Raises:
        UnknownAttribute: no groups were imported for it.
    """
    if attribute is not None and not repository.has_attribute(session, attribute):
        known = ", ".join(repository.attributes(session)) or "none yet"
        raise UnknownAttribute(
            f"There are no groups for {attribute[:100]!r}.", f"Imported attributes: {known}."
        )
    names = repository.frameworks_of(session)
    units: dict[UUID | None, tuple[str, _Unit]] = {}
    for competency_id, unit in _units(session, attribute, least):
        framework_id, code, title = names[competency_id]
        key, name = {
            Level.ALL: (None, "everything"),
            Level.FRAMEWORK: (framework_id, title),
            Level.COMPETENCY: (competency_id, code),
        }[level]
        units.setdefault(key, (name, _Unit(None, {})))[1].add(unit)
    ordered = sorted(units.items(), key=lambda item: (item[1][0], str(item[0])))
    return [
        row
        for key, (name, unit) in ordered
        for row in _rows(key, name, unit, attribute is not None)
    ]


def _units(session: Session, attribute: str | None, least: int) -> Iterator[tuple[UUID, _Unit]]:
    """Each competency with what may be shown of it; the rest is dropped here."""
    slices = repository.slices(session, attribute or "")
    for competency_id, of_one in groupby(slices, _competency_id):
        yield competency_id, _unit(of_one, least)


def _unit(slices: Iterator[Slice], least: int) -> _Unit:
    total, groups = Figures(), dict[str, Figures]()
    for one in slices:
        for figures in (total, groups.setdefault(one.value, Figures())):
            figures.add(one.learners, one.attempts, one.days)
    may = shown({value: figures.pairs for value, figures in groups.items()}, least)
    return _Unit(
        total if may.total else None,
        {value: figures if value in may.values else None for value, figures in groups.items()},
    )


def _rows(key: UUID | None, name: str, unit: _Unit, divided: bool) -> Iterator[EquityRow]:
    yield _row(key, name, EVERYBODY, unit.total)
    if divided:
        for value, figures in sorted(unit.groups.items()):
            yield _row(key, name, value or None, figures)


def _row(key: UUID | None, name: str, value: str | None, figures: Figures | None) -> EquityRow:
    if figures is None:
        return EquityRow(key, name, value, shown=False)
    median = figures.median_days
    return EquityRow(
        key,
        name,
        value,
        shown=True,
        pairs=figures.pairs,
        mastery_rate=round(float(figures.mastery_rate), _DECIMALS),
        mean_attempts=round(float(figures.mean_attempts), _DECIMALS),
        median_days=None if median is None else float(median),
    )
