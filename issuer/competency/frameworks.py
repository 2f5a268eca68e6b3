"""Finding one's way in the frameworks of the store: paths, places, leaves."""

from collections.abc import Iterable
from functools import cached_property
from uuid import UUID

from sqlmodel import Session

from issuer.competency import framework_repository as repository
from issuer.competency.framework_repository import CompetencyRow
from issuer.competency.rules import Place
from issuer.competency.views import CompetencyView

_MAX_PATH = 100
"""Competencies above one another at the most; the tree was checked on import, this is a belt."""


class Frameworks:
    """Some frameworks, read at once: competencies, what stands above them, and how rules see them.

    Reading is set-wise: three queries whatever the number of competencies.
    """

    def __init__(self, session: Session, framework_ids: Iterable[UUID] | None = None) -> None:
        """Reads the given frameworks, or all."""
        wanted = None if framework_ids is None else set(framework_ids)
        self.frameworks = {row.id: row for row in repository.frameworks(session)}
        rows = repository.competencies(session, wanted)
        self.rows: dict[UUID, CompetencyRow] = {row.id: row for row in rows}
        self._parents: dict[UUID, list[UUID]] = {}
        ids = {str(key): key for key in self.rows}
        for _, child, parent in repository.parents(session, wanted):
            if child in ids and parent in ids:
                self._parents.setdefault(ids[child], []).append(ids[parent])

    @classmethod
    def of(cls, session: Session, competency_ids: Iterable[UUID]) -> "Frameworks":
        """The frameworks that some competencies belong to."""
        return cls(session, repository.frameworks_of(session, competency_ids))

    def view(self, competency_id: UUID) -> CompetencyView:
        """A competency with its path; KeyError if it is in none of these frameworks."""
        row = self.rows[competency_id]
        framework = self.frameworks[row.framework_id]
        return CompetencyView(
            id=row.id,
            uri=row.uri,
            code=row.code,
            statement=row.statement,
            short_statement=row.short_statement,
            item_type=row.item_type,
            framework_id=framework.id,
            framework_title=framework.title,
            framework_uri=framework.uri,
            path=tuple(_name(self.rows[above]) for above in reversed(self._path(competency_id))),
        )

    def place(self, competency_id: UUID) -> Place:
        """A competency as the rules' ``applies_to`` sees it."""
        row = self.rows[competency_id]
        framework = self.frameworks[row.framework_id]
        above = self._ancestors(competency_id)
        codes = {self.rows[key].code for key in above}
        return Place(
            framework=frozenset({str(framework.id), framework.title, framework.uri}),
            competency=frozenset({str(row.id), row.code, row.uri} - {""}),
            ancestors=frozenset((codes | {str(key) for key in above}) - {""}),
            item_type=row.item_type,
            has_children=competency_id in self._children,
        )

    def children(self, competency_id: UUID) -> list[UUID]:
        """The competencies right below one that are still in their framework."""
        return [key for key in self._children.get(competency_id, ()) if not self.rows[key].removed]

    @cached_property
    def _children(self) -> dict[UUID, list[UUID]]:
        below: dict[UUID, list[UUID]] = {}
        for child, parents in self._parents.items():
            for parent in parents:
                below.setdefault(parent, []).append(child)
        return below

    @cached_property
    def leaves(self) -> frozenset[UUID]:
        """Competencies that stand above no other, and are still in their framework."""
        above = {parent for parents in self._parents.values() for parent in parents}
        return frozenset(
            key for key, row in self.rows.items() if key not in above and not row.removed
        )

    def _path(self, competency_id: UUID) -> list[UUID]:
        """First parents, from the competency up."""
        path: list[UUID] = []
        above = self._parents.get(competency_id)
        while above and len(path) < _MAX_PATH:
            path.append(above[0])
            above = self._parents.get(above[0])
        return path

    def _ancestors(self, competency_id: UUID) -> set[UUID]:
        found: set[UUID] = set()
        ahead = list(self._parents.get(competency_id, ()))
        while ahead:
            key = ahead.pop()
            if key not in found:
                found.add(key)
                ahead += self._parents.get(key, ())
        return found


def _name(row: CompetencyRow) -> str:
    return row.short_statement or row.statement
