"""Putting CASE objects together again from what is kept of them: nothing is lost, nothing added.

Each function gives back the object as it was imported. Making an older or looser package fit the
official schema of a CASE version is another thing: see case_conform.
"""

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.competency import framework_repository as repository
from issuer.competency.errors import UnknownFramework
from issuer.competency.models import (
    Association,
    Competency,
    Framework,
    Rubric,
    RubricCriterion,
    RubricLevel,
)


def export_package(session: Session, framework_id: UUID) -> JsonObject:
    """The package of a framework as it was imported, wrapped if it came wrapped.

    Raises:
        UnknownFramework: there is none with this identifier.
    """
    framework = framework_named(session, framework_id)
    package = bare_package(session, framework)
    return package if framework.wrapper is None else {"CFPackage": package} | framework.wrapper


def package_text(session: Session, framework: Framework) -> Iterator[str]:
    """What export_package gives back, as JSON in pieces: never whole in memory."""
    links = _in_their_places(repository.association_rows(session, framework.id))
    items = map(item_object, repository.item_rows(session, framework.id))
    if framework.wrapper is not None:
        yield '{"CFPackage":'
    yield f'{{"CFDocument":{_json(document_object(framework))}'
    yield from _array_text("CFItems", items)
    yield from _array_text("CFAssociations", links)
    rubrics = rubric_objects(session, repository.rubric_rows(session, framework.id))
    yield from _array_text("CFRubrics", iter(rubrics))
    definitions = framework.definitions
    beside = {} if definitions is None else {"CFDefinitions": definitions}
    yield from _members_text(beside | framework.package_extra)
    yield "}"
    if framework.wrapper is not None:
        yield from _members_text(framework.wrapper)
        yield "}"


def _array_text(name: str, values: Iterator[JsonObject]) -> Iterator[str]:
    """A member that is an array, after another member; nothing where it is empty."""
    before = f",{_json(name)}:["
    for value in values:
        yield before + _json(value)
        before = ","
    if before == ",":
        yield "]"


def _members_text(members: JsonObject) -> Iterator[str]:
    """Members after another member."""
    for name, value in members.items():
        yield f",{_json(name)}:{_json(value)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def framework_named(session: Session, framework_id: UUID) -> Framework:
    """A framework by its identifier.

    Raises:
        UnknownFramework: there is none.
    """
    framework = repository.framework(session, framework_id)
    if framework is None:
        raise UnknownFramework(f"There is no framework {framework_id}.", "List the frameworks.")
    return framework


def bare_package(session: Session, framework: Framework) -> JsonObject:
    """The CFPackage of a framework, as imported."""
    links = repository.association_rows(session, framework.id)
    parts: JsonObject = {
        "CFDocument": document_object(framework),
        "CFItems": [item_object(row) for row in repository.item_rows(session, framework.id)],
        "CFAssociations": list(_in_their_places(links)),
        "CFDefinitions": framework.definitions,
        "CFRubrics": rubric_objects(session, repository.rubric_rows(session, framework.id)),
    }
    kept = {name: part for name, part in parts.items() if part not in ([], None)}
    return kept | framework.package_extra


def document_object(row: Framework) -> JsonObject:
    """The CFDocument."""
    named = {"identifier": str(row.id), "uri": row.uri, "title": row.title, "creator": row.creator}
    return named | row.extra


def item_object(row: Competency) -> JsonObject:
    """A CFItem."""
    named = {
        "identifier": str(row.id),
        "uri": row.uri,
        "humanCodingScheme": row.code,
        "fullStatement": row.statement,
        "abbreviatedStatement": row.short_statement,
        "CFItemType": row.item_type,
    }
    return _said(named) | row.extra


def association_object(row: Association) -> JsonObject:
    """A CFAssociation."""
    named = {
        "identifier": str(row.id),
        "associationType": row.type,
        "sequenceNumber": row.sequence_number,
        "originNodeURI": row.origin,
        "destinationNodeURI": row.destination,
    }
    return _said(named) | row.extra


def rubric_objects(session: Session, rubrics: Sequence[Rubric]) -> list[JsonObject]:
    """CFRubrics with their criteria and levels, in the given order."""
    criteria = repository.criteria_of(session, [row.id for row in rubrics])
    levels = repository.levels_of(session, [one.id for rows in criteria.values() for one in rows])
    return [
        {"identifier": str(rubric.id)}
        | _said({"title": rubric.title})
        | _array(
            "CFRubricCriteria",
            [_criterion_object(one, levels.get(one.id, [])) for one in criteria.get(rubric.id, [])],
        )
        | rubric.extra
        for rubric in rubrics
    ]


def _criterion_object(row: RubricCriterion, levels: Iterable[RubricLevel]) -> JsonObject:
    found = [_level_object(level) for level in levels]
    return {"identifier": str(row.id)} | _array("CFRubricCriterionLevels", found) | row.extra


def _level_object(row: RubricLevel) -> JsonObject:
    named = {"identifier": str(row.id), "quality": row.name, "description": row.description}
    return _said(named) | row.extra


def _in_their_places(rows: Iterable[Association]) -> Iterator[JsonObject]:
    """CFAssociations, repeated ones too, in the order of the package.

    Args:
        rows: in the order in which each stands first.
    """
    waiting: list[tuple[int, int, JsonObject]] = []
    for count, row in enumerate(rows):
        while waiting and waiting[0][0] < row.position:
            yield heapq.heappop(waiting)[2]
        value = association_object(row)
        yield value
        # Rows of before repetitions had places stand beside each other.
        for place in row.repeated_at or [row.position] * (row.occurrences - 1):
            heapq.heappush(waiting, (place, count, value))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _said(named: Mapping[str, Any]) -> JsonObject:
    return {name: value for name, value in named.items() if value not in ("", None)}


def _array(name: str, values: list[JsonObject]) -> JsonObject:
    return {name: values} if values else {}
