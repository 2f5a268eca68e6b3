"""What the CASE read API answers: single objects of the frameworks, as a CASE version has them.

CASE 1.1, service model. An object outside its package names where it is kept; where its publisher
left that out, it names our own address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.competency import case_reading_repository as repository
from issuer.competency.case_conform import CaseVersion, conform
from issuer.competency.case_export import (
    association_object,
    bare_package,
    document_object,
    framework_named,
    item_object,
    rubric_objects,
)
from issuer.competency.case_shapes import (
    ASSOCIATION,
    DEFINITIONS,
    LONE_ASSOCIATION,
    LONE_DOCUMENT,
    LONE_ITEM,
    PACKAGE,
    RUBRIC,
    Shape,
)
from issuer.competency.errors import UnknownCaseObject
from issuer.competency.models import Association, Competency, Framework

_SHAPES: Final[Mapping[str, Shape]] = {
    name: kind[0] for name, kind in DEFINITIONS.members.items() if isinstance(kind, tuple)
}
"""By the member of CFDefinitions."""


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Reads CASE objects for one answer.

    Args:
        session: reads only.
        version: the CASE version to answer in.
        base_url: address of the API of that version, without a trailing slash.
    """

    session: Session
    version: CaseVersion
    base_url: str

    def package(self, framework_id: UUID) -> JsonObject:
        """A CFPackage. Raises UnknownFramework."""
        package = bare_package(self.session, framework_named(self.session, framework_id))
        return conform(package, PACKAGE, self.version)

    def document(self, framework_id: UUID) -> JsonObject:
        """A CFDocument. Raises UnknownFramework."""
        return self._document(framework_named(self.session, framework_id))

    def documents(self) -> list[JsonObject]:
        """All CFDocuments, by title."""
        return [self._document(row) for row in repository.frameworks(self.session)]

    def item(self, identifier: UUID) -> JsonObject:
        """A CFItem that its framework has now. Raises UnknownCaseObject."""
        return self._item(self._competency(identifier))

    def item_associations(self, identifier: UUID) -> JsonObject:
        """A CFAssociationSet: a CFItem, and the associations that it is an end of.

        Raises:
            UnknownCaseObject: there is no such item.
        """
        row = self._competency(identifier)
        links = repository.associations_of(self.session, identifier)
        found = [conform(association_object(one), ASSOCIATION, self.version) for one in links]
        return {"CFItem": self._item(row), "CFAssociations": found}

    def association(self, identifier: UUID) -> JsonObject:
        """A CFAssociation. Raises UnknownCaseObject."""
        row: Association | None = repository.association(self.session, identifier)
        if row is None:
            raise _unknown("CFAssociation", identifier)
        return conform(
            self._housed(association_object(row), row.framework_id), LONE_ASSOCIATION, self.version
        )

    def rubric(self, identifier: UUID) -> JsonObject:
        """A CFRubric with its criteria and levels. Raises UnknownCaseObject."""
        row = repository.rubric(self.session, identifier)
        if row is None:
            raise _unknown("CFRubric", identifier)
        return conform(rubric_objects(self.session, [row])[0], RUBRIC, self.version)

    def license(self, identifier: UUID) -> JsonObject:
        """A CFLicense. Raises UnknownCaseObject."""
        return self._defined("CFLicenses", identifier)[0]

    def grouping(self, identifier: UUID) -> JsonObject:
        """A CFAssociationGrouping. Raises UnknownCaseObject."""
        return self._defined("CFAssociationGroupings", identifier)[0]

    def concepts(self, identifier: UUID) -> JsonObject:
        """A CFConceptSet: a CFConcept and those below it. Raises UnknownCaseObject."""
        return {"CFConcepts": self._defined("CFConcepts", identifier)}

    def subjects(self, identifier: UUID) -> JsonObject:
        """A CFSubjectSet: a CFSubject and those below it. Raises UnknownCaseObject."""
        return {"CFSubjects": self._defined("CFSubjects", identifier)}

    def item_types(self, identifier: UUID) -> JsonObject:
        """A CFItemTypeSet: a CFItemType and those below it. Raises UnknownCaseObject."""
        return {"CFItemTypes": self._defined("CFItemTypes", identifier)}

    def _defined(self, name: str, identifier: UUID) -> list[JsonObject]:
        """A definition of a framework, and those whose hierarchyCode is below its own."""
        shape = _SHAPES[name]
        for definitions in repository.definitions_with(self.session, identifier):
            found = objects_of(definitions.get(name))
            for one in found:
                if str(one.get("identifier")).lower() == str(identifier):
                    below = [it for it in found if it is not one and _is_below(it, one)]
                    return [conform(it, shape, self.version) for it in (one, *below)]
        raise _unknown(name.removesuffix("s"), identifier)

    def _competency(self, identifier: UUID) -> Competency:
        row = repository.item(self.session, identifier)
        if row is None:
            raise _unknown("CFItem", identifier)
        return row

    def _item(self, row: Competency) -> JsonObject:
        return conform(self._housed(item_object(row), row.framework_id), LONE_ITEM, self.version)

    def _document(self, row: Framework) -> JsonObject:
        value = document_object(row)
        if value.get("CFPackageURI") is None:
            uri = f"{self.base_url}/CFPackages/{row.id}"
            value["CFPackageURI"] = {"title": row.title, "identifier": str(row.id), "uri": uri}
        return conform(value, LONE_DOCUMENT, self.version)

    def _housed(self, value: JsonObject, framework_id: UUID) -> JsonObject:
        """The object with the document it belongs to."""
        if value.get("CFDocumentURI") is None:
            row = framework_named(self.session, framework_id)
            link = {"title": row.title, "identifier": str(row.id), "uri": row.uri}
            value["CFDocumentURI"] = link
        return value


def objects_of(value: Any) -> list[JsonObject]:
    """The objects of an array; what else there is in it is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_below(one: JsonObject, other: JsonObject) -> bool:
    """Whether a definition stands under another: its hierarchyCode goes on from the other's."""
    codes = (one.get("hierarchyCode"), other.get("hierarchyCode"))
    lower, upper = (code if isinstance(code, str) else "" for code in codes)
    return bool(upper) and lower.startswith(f"{upper}.")


def page_of(
    values: Sequence[JsonObject], *, sort: str, descending: bool, offset: int, limit: int
) -> list[JsonObject]:
    """Some of the objects, sorted by a member if one is named; those without it come first."""
    ordered: Sequence[JsonObject] = values
    if sort:
        ordered = sorted(values, key=lambda one: _sortable(one.get(sort)), reverse=descending)
    elif descending:
        ordered = list(reversed(values))
    return list(ordered[offset : offset + limit])


def _sortable(member: Any) -> str:
    return "" if member is None else str(member).casefold()


def _unknown(kind: str, identifier: UUID) -> UnknownCaseObject:
    return UnknownCaseObject(f"There is no {kind} {identifier}.")
