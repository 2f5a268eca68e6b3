"""Taking a CASE package into the store, or bringing its framework up to date with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.competency import framework_repository as repository
from issuer.competency.case import digest_of, read_package
from issuer.competency.case_objects import (
    CaseAssociation,
    CaseCriterion,
    CaseItem,
    CasePackage,
    CaseRubric,
)
from issuer.competency.framework_repository import Row
from issuer.competency.framework_versions import replace_version
from issuer.competency.models import (
    URI_LENGTH,
    Association,
    Competency,
    Framework,
    Rubric,
    RubricCriterion,
    RubricLevel,
)
from issuer.competency.reports import CaseReport
from issuer.db.chunks import chunks
from issuer.errors import ProblemList


def import_case(session: Session, data: bytes, file: str, now: datetime) -> CaseReport:
    """Import a CASE package, or bring the framework up to date with it.

    What the framework was before stays as a version of its own. A competency that a newer package
    no longer has stays, marked as removed.

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
    del data  # nobody needs the text any more
    kept = repository.framework(session, package.id)
    if kept is not None and kept.digest == package.digest:
        kept.wrapper = package.wrapper  # says nothing of the framework
        return _report(package, 0, 0, 0)
    _check_not_taken(session, package, file)
    if kept is not None:
        replace_version(session, kept, now)
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
        wrapper=package.wrapper,
        version_number=1 if kept is None else kept.version_number,
    )
    if kept is None:
        session.add(row)
    else:
        kept.sqlmodel_update(row.model_dump())
    session.flush()


def _keep_items(session: Session, package: CasePackage, now: datetime) -> tuple[int, int, int]:
    before = repository.competency_digests(session, package.id)
    rows = (
        _with_digest(_item_row(item, package.id, position))
        for position, item in enumerate(package.items)
    )
    known = {key: digest for key, (digest, removed) in before.items() if not removed}
    added = changed = 0
    for part in chunks(rows):
        new = [row for row in part if row["id"] not in before]
        other = [row for row in part if row["id"] in before and _differs(row, known)]
        repository.insert_rows(session, Competency, new)
        repository.update_rows(session, Competency, other)
        added, changed = added + len(new), changed + len(other)
    gone = known.keys() - {item.id for item in package.items}
    repository.mark_removed(session, gone, now)
    return added, changed, len(gone)


def _item_row(item: CaseItem, framework_id: UUID, position: int) -> Row:
    return {
        "id": item.id,
        "framework_id": framework_id,
        "uri": item.uri,
        "code": item.code,
        "statement": item.statement,
        "short_statement": item.short_statement,
        "item_type": item.item_type,
        "position": position,
        "extra": item.extra,
        "removed_at": None,
    }


def _keep_associations(session: Session, package: CasePackage) -> tuple[int, int, int]:
    before = repository.association_digests(session, package.id)
    rows = (_with_digest(_association_row(link, package.id)) for link in package.associations)
    added = changed = 0
    for part in chunks(rows):
        new = [row for row in part if row["id"] not in before]
        other = [row for row in part if row["id"] in before and _differs(row, before)]
        repository.insert_rows(session, Association, new)
        repository.update_rows(session, Association, other)
        added, changed = added + len(new), changed + len(other)
    gone = before.keys() - {link.id for link in package.associations}
    repository.delete_associations(session, package.id, gone)
    return added, changed, len(gone)


def _association_row(link: CaseAssociation, framework_id: UUID) -> Row:
    return {
        "id": link.id,
        "framework_id": framework_id,
        "type": link.type,
        "origin_id": link.origin_id,
        "destination_id": link.destination_id,
        "origin": link.origin,
        "destination": link.destination,
        "external": link.external,
        "origin_uri": _uri_of(link.origin) if link.external else None,
        "destination_uri": _uri_of(link.destination) if link.external else None,
        "sequence_number": link.sequence_number,
        "position": link.position,
        "occurrences": link.occurrences,
        "repeated_at": list(link.repeated_at) or None,
        "extra": link.extra,
    }


def _with_digest(row: Row) -> Row:
    return row | {"digest": _row_digest(row)}


def _differs(row: Row, known: Mapping[UUID, bytes]) -> bool:
    """Whether a row has to be written again: it is another than it was, or had been removed."""
    return known.get(row["id"]) != bytes(row["digest"])


def _uri_of(link: JsonObject) -> str | None:
    """Where a link leads, if that can be looked up."""
    uri = link.get("uri")
    return uri if isinstance(uri, str) and 0 < len(uri) <= URI_LENGTH else None


def _keep_rubrics(session: Session, package: CasePackage) -> tuple[int, int, int]:
    before = repository.rubric_digests(session, package.id)
    after = {
        rubric.id: _rubric_digest(rubric, position)
        for position, rubric in enumerate(package.rubrics)
    }
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


def _rubric_digest(rubric: CaseRubric, position: int) -> bytes:
    """Of all that is kept: also its place, and which of its criteria describe an item here."""
    items = [str(criterion.item_id) for criterion in rubric.criteria]
    return digest_of([rubric.digest.hex(), position, items])


def _rubric_row(rubric: CaseRubric, framework_id: UUID, position: int) -> Row:
    return {
        "id": rubric.id,
        "framework_id": framework_id,
        "title": rubric.title,
        "position": position,
        "digest": _rubric_digest(rubric, position),
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
