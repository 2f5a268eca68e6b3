"""Frameworks in the store: importing a CASE package, and finding one's way in what is there."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import Session

from issuer.competency import framework_repository as repository
from issuer.competency.case import CaseCriterion, CasePackage, CaseRubric, digest_of, read_package
from issuer.competency.framework_repository import CompetencyRow, Row
from issuer.competency.models import (
    Association,
    Competency,
    Framework,
    Rubric,
    RubricCriterion,
    RubricLevel,
)
from issuer.competency.rules import Place
from issuer.competency.views import CaseReport, CompetencyView
from issuer.errors import ProblemList

_MAX_PATH = 100
"""Competencies above one another at the most; the tree was checked on import, this is a belt."""


def import_case(session: Session, data: bytes, file: str, now: datetime) -> CaseReport:
    """Import a CASE package, or bring the framework up to date with it.

    A competency that a newer package no longer has stays, marked as removed.

    Args:
        session: the caller commits.
        data: the package, JSON.
        file: its name, for problems.
        now: time of the import.

    Raises:
        ImportProblems: see case.read_package; also case.duplicate-identifier where another
            framework in the store has the same identifier.
    """
    package = read_package(data, file)
    kept = repository.framework(session, package.id)
    if kept is not None and kept.digest == package.digest:
        return _report(package, 0, 0, 0)
    _check_not_taken(session, package, file)
    _keep_framework(session, kept, package, now)
    items = _keep_items(session, package, now)
    associations = _keep_associations(session, package)
    rubrics = _keep_rubrics(session, package)
    added, changed, removed = (sum(part) for part in zip(items, associations, rubrics, strict=True))
    document_changed = kept is not None and not (added or changed or removed)
    return _report(package, added + (kept is None), changed + document_changed, removed)


def _report(package: CasePackage, added: int, changed: int, removed: int) -> CaseReport:
    links = package.associations
    return CaseReport(
        framework_id=package.id,
        title=package.title,
        items=len(package.items),
        associations=sum(link.occurrences for link in links),
        external=sum(link.occurrences for link in links if link.external),
        rubrics=len(package.rubrics),
        added=added,
        changed=changed,
        removed=removed,
    )


def _check_not_taken(session: Session, package: CasePackage, file: str) -> None:
    criteria = [criterion for rubric in package.rubrics for criterion in rubric.criteria]
    taken = repository.taken_elsewhere(
        session,
        package.id,
        items=[item.id for item in package.items],
        rubrics=[rubric.id for rubric in package.rubrics],
        criteria=[criterion.id for criterion in criteria],
        levels=[level.id for criterion in criteria for level in criterion.levels],
    )
    problems = ProblemList()
    for identifier, owner in sorted(taken.items()):
        problems.add(
            "case.duplicate-identifier",
            f"{identifier} belongs to another framework already, {owner}.",
            "Give the copy an identifier of its own.",
            file=file,
        )
    problems.raise_if_any()


def _keep_framework(
    session: Session, kept: Framework | None, package: CasePackage, now: datetime
) -> None:
    row = Framework(
        id=package.id,
        uri=package.uri,
        title=package.title,
        creator=package.creator,
        digest=package.digest,
        imported_at=now,
        definitions=package.definitions,
        extra=package.extra,
        package_extra=package.package_extra,
    )
    if kept is None:
        session.add(row)
    else:
        kept.sqlmodel_update(row.model_dump())
    session.flush()


def _keep_items(session: Session, package: CasePackage, now: datetime) -> tuple[int, int, int]:
    before = repository.competency_digests(session, package.id)
    added, changed = [], []
    for position, item in enumerate(package.items):
        row: Row = {
            "id": item.id,
            "framework_id": package.id,
            "uri": item.uri,
            "code": item.code,
            "statement": item.statement,
            "short_statement": item.short_statement,
            "item_type": item.item_type,
            "position": position,
            "extra": item.extra,
            "removed_at": None,
        }
        row["digest"] = _row_digest(row)
        was = before.pop(item.id, None)
        if was is None:
            added.append(row)
        elif was != (row["digest"], False):
            changed.append(row)
    gone = [identifier for identifier, (_, removed) in before.items() if not removed]
    repository.insert_rows(session, Competency, added)
    repository.update_rows(session, Competency, changed)
    repository.mark_removed(session, gone, now)
    return len(added), len(changed), len(gone)


def _keep_associations(session: Session, package: CasePackage) -> tuple[int, int, int]:
    before = repository.association_digests(session, package.id)
    added, changed = [], []
    for position, link in enumerate(package.associations):
        row: Row = {
            "id": link.id,
            "framework_id": package.id,
            "type": link.type,
            "origin_id": link.origin_id,
            "destination_id": link.destination_id,
            "origin": link.origin,
            "destination": link.destination,
            "external": link.external,
            "sequence_number": link.sequence_number,
            "position": position,
            "occurrences": link.occurrences,
            "extra": link.extra,
        }
        row["digest"] = _row_digest(row)
        was = before.pop(link.id, None)
        if was is None:
            added.append(row)
        elif was != row["digest"]:
            changed.append(row)
    repository.insert_rows(session, Association, added)
    repository.update_rows(session, Association, changed)
    repository.delete_associations(session, package.id, before)
    return len(added), len(changed), len(before)


def _keep_rubrics(session: Session, package: CasePackage) -> tuple[int, int, int]:
    before = repository.rubric_digests(session, package.id)
    after = {rubric.id: rubric.digest for rubric in package.rubrics}
    added = [key for key in after if key not in before]
    changed = [key for key in after if key in before and after[key] != before[key]]
    removed = [key for key in before if key not in after]
    repository.delete_rubrics(session, [*changed, *removed])
    fresh = {*added, *changed}
    rubrics, criteria, levels = [], [], []
    for position, rubric in enumerate(package.rubrics):
        if rubric.id in fresh:
            rubrics.append(_rubric_row(rubric, package.id, position))
            for place, criterion in enumerate(rubric.criteria):
                criteria.append(_criterion_row(criterion, rubric.id, place))
                levels += _level_rows(criterion)
    repository.insert_rows(session, Rubric, rubrics)
    repository.insert_rows(session, RubricCriterion, criteria)
    repository.insert_rows(session, RubricLevel, levels)
    return len(added), len(changed), len(removed)


def _rubric_row(rubric: CaseRubric, framework_id: UUID, position: int) -> Row:
    return {
        "id": rubric.id,
        "framework_id": framework_id,
        "title": rubric.title,
        "position": position,
        "digest": rubric.digest,
        "extra": rubric.extra,
    }


def _criterion_row(criterion: CaseCriterion, rubric_id: UUID, position: int) -> Row:
    return {
        "id": criterion.id,
        "rubric_id": rubric_id,
        "competency_id": criterion.item_id,
        "position": position,
        "extra": criterion.extra,
    }


def _level_rows(criterion: CaseCriterion) -> list[Row]:
    return [
        {
            "id": level.id,
            "criterion_id": criterion.id,
            "name": level.name,
            "description": level.description,
            "points": level.points,
            "position": position,
            "extra": level.extra,
        }
        for position, level in enumerate(criterion.levels)
    ]


def _row_digest(row: Mapping[str, Any]) -> bytes:
    return digest_of(
        {
            key: str(value) if key == "id" else value
            for key, value in row.items()
            if key not in {"framework_id", "removed_at"}
        }
    )


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
