"""Reading CASE 1.0 and 1.1 packages, strictly, every problem at once.

A package is ``{CFDocument, CFItems, CFAssociations, CFDefinitions, CFRubrics}``, bare or wrapped
in ``CFPackage``. What is read here is complete and consistent: identifiers are unique, the tree of
``isChildOf`` has no cycle and no end outside the package. Members that have no place of their own
are kept in ``extra``, so that ``{named members} | extra`` is the object as it came; case_export
puts them together again.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from credentials.errors import (
    JsonDuplicateMember,
    JsonInvalid,
    JsonNotAnObject,
    JsonSurrogate,
    JsonTooDeep,
    JsonTooLarge,
)
from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits
from issuer.competency.case_members import Members
from issuer.competency.case_objects import (
    CaseAssociation,
    CaseCriterion,
    CaseItem,
    CaseLevel,
    CasePackage,
    CaseRubric,
)
from issuer.competency.case_tree import check_tree
from issuer.competency.json_text import read_json
from issuer.errors import ProblemList

CASE_LIMITS = JsonLimits(max_bytes=64 * 1024 * 1024, max_depth=32, max_values=4_000_000)
"""What is read of one package at the most; 20,000 items with their associations fit in."""

_DIGESTED_APART = 2
"""Levels of a package whose parts are digested one by one: its members, and their entries."""

IS_CHILD_OF = "isChildOf"
_ASSOCIATION_TYPES = (
    IS_CHILD_OF,
    "isPeerOf",
    "isPartOf",
    "exactMatchOf",
    "precedes",
    "isRelatedTo",
    "replacedBy",
    "exemplar",
    "hasSkillLevel",
    "isTranslationOf",
)


_ARRAYS = ("CFItems", "CFAssociations", "CFRubrics")


def read_package(data: bytes, file: str = "") -> CasePackage:
    """Read a CASE package.

    Args:
        data: the JSON text, UTF-8.
        file: its name, for the problems.

    Raises:
        ImportProblems: with codes case.not-json, case.too-large, case.too-deep,
            case.duplicate-member, case.not-a-package, case.missing-member, case.bad-type,
            case.duplicate-identifier, case.missing-item, case.cycle,
            case.unknown-association-type. All problems of the package are in it.
    """
    problems = ProblemList()
    document = _parse(data, file, problems)
    del data  # twice its size in objects is about to be read
    body, prefix = _package_of(document, file, problems)
    package = _PackageReader(body, prefix, file, problems).read()
    if prefix:
        beside = {name: value for name, value in document.items() if name != "CFPackage"}
        package = replace(package, wrapper=beside)
    problems.raise_if_any()
    return package


def digest_of(value: object) -> bytes:
    """SHA-256 of a JSON value, whatever the order of its members."""
    digest = hashlib.sha256()
    for piece in _canonical(value, _DIGESTED_APART):
        digest.update(piece)
    return digest.digest()


def _canonical(value: object, levels: int) -> Iterator[bytes]:
    """Its canonical text; of the upper levels part by part, so that it is never in memory whole."""
    if levels and isinstance(value, dict):
        yield b"{"
        for place, (name, member) in enumerate(sorted(value.items())):
            yield (b"," if place else b"") + _text(name) + b":"
            yield from _canonical(member, levels - 1)
        yield b"}"
    elif levels and isinstance(value, list):
        yield b"["
        for place, entry in enumerate(value):
            yield b"," if place else b""
            yield from _canonical(entry, levels - 1)
        yield b"]"
    else:
        yield _text(value)


def _text(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _parse(data: bytes, file: str, problems: ProblemList) -> JsonObject:
    try:
        return read_json(data, CASE_LIMITS)
    except JsonNotAnObject as error:
        problems.add("case.not-a-package", error.sentence, "Export a CFPackage.", file=file)
    except JsonTooLarge as error:
        problems.add("case.too-large", error.sentence, file=file)
    except JsonTooDeep as error:
        problems.add("case.too-deep", error.sentence, file=file)
    except JsonDuplicateMember as error:
        problems.add("case.duplicate-member", error.sentence, file=file)
    except (JsonInvalid, JsonSurrogate) as error:
        problems.add("case.not-json", error.sentence, "Export the package again.", file=file)
    problems.raise_if_any()
    raise AssertionError("unreachable")  # pragma: no cover


def _package_of(document: JsonObject, file: str, problems: ProblemList) -> tuple[JsonObject, str]:
    wrapped = document.get("CFPackage")
    body, prefix = (wrapped, "/CFPackage") if wrapped is not None else (document, "")
    if not isinstance(body, dict) or not isinstance(body.get("CFDocument"), dict):
        problems.add(
            "case.not-a-package",
            "There is no CFDocument, so this is no CASE package.",
            "Export the whole framework as a CFPackage (CASE 1.0 or 1.1, JSON).",
            file=file,
            column=prefix,
        )
        problems.raise_if_any()
    return body, prefix


class _PackageReader:
    """Reads one package object; problems are gathered, never raised."""

    def __init__(self, body: JsonObject, prefix: str, file: str, problems: ProblemList) -> None:
        self.body = body
        self.prefix = prefix
        self.file = file
        self.problems = problems
        self.seen: dict[UUID, str] = {}
        self.item_ids: dict[str, UUID] = {}

    def members(self, value: JsonObject, pointer: str) -> Members:
        return Members(value, pointer, self.file, self.problems)

    def objects(self, parent: JsonObject, name: str, pointer: str) -> list[Members]:
        """The objects of an array member; an absent or null member is an empty array."""
        return self.members(parent, pointer).objects(name)

    def read(self) -> CasePackage:
        document = self.members(self.body["CFDocument"], f"{self.prefix}/CFDocument")
        identifier = self.identifier(document)
        uri, title = document.uri(), document.text("title", required=True)
        creator = document.text("creator", required=True)
        document.text("lastChangeDateTime", required=True)
        items = tuple(self.item(m) for m in self.objects(self.body, "CFItems", self.prefix))
        self.item_ids = {str(item.id): item.id for item in items}
        associations = self.associations(str(identifier))
        if isinstance(self.body.get("CFItems"), list | None):
            check_tree(str(identifier), items, associations, self.file, self.problems)
        return CasePackage(
            id=identifier,
            uri=uri,
            title=title,
            creator=creator,
            extra=document.rest({"uri": uri, "title": title, "creator": creator}, identifier),
            package_extra=self.package_extra(),
            wrapper=None,
            definitions=self.definitions(),
            items=items,
            associations=associations,
            rubrics=tuple(
                self.rubric(m) for m in self.objects(self.body, "CFRubrics", self.prefix)
            ),
            digest=digest_of(self.body),
        )

    def package_extra(self) -> JsonObject:
        """Members of the package that are kept nowhere else; an empty array is one."""
        kept = {"CFDocument"}
        kept |= {name for name in _ARRAYS if self.body.get(name)}
        kept |= {"CFDefinitions"} if self.body.get("CFDefinitions") is not None else set()
        return {name: value for name, value in self.body.items() if name not in kept}

    def definitions(self) -> JsonObject | None:
        value = self.body.get("CFDefinitions")
        if value is None or isinstance(value, dict):
            return value
        self.members(self.body, self.prefix).bad_type("CFDefinitions", "an object")
        return None

    def identifier(self, members: Members) -> UUID:
        """The identifier, which nothing else in the package may have."""
        identifier = members.identifier()
        if identifier in self.seen:
            self.problems.add(
                "case.duplicate-identifier",
                f"{identifier} is the identifier of {self.seen[identifier]} already.",
                "Give each object an identifier of its own.",
                file=self.file,
                column=f"{members.pointer}/identifier",
            )
        elif members.has_identifier:
            self.seen[identifier] = members.pointer
        return identifier

    def item(self, members: Members) -> CaseItem:
        identifier = self.identifier(members)
        named = {
            "uri": members.uri(),
            "fullStatement": members.text("fullStatement", required=True),
            "humanCodingScheme": members.text("humanCodingScheme", limit=255),
            "abbreviatedStatement": members.text("abbreviatedStatement"),
            "CFItemType": members.text("CFItemType", limit=255),
        }
        members.text("lastChangeDateTime", required=True)
        return CaseItem(
            id=identifier,
            uri=named["uri"],
            code=named["humanCodingScheme"],
            statement=named["fullStatement"],
            short_statement=named["abbreviatedStatement"],
            item_type=named["CFItemType"],
            extra=members.rest(named, identifier),
            pointer=members.pointer,
        )

    def associations(self, document_id: str) -> tuple[CaseAssociation, ...]:
        """All associations; an exact repetition of one is counted, not refused."""
        kept: dict[UUID, CaseAssociation] = {}
        values: dict[UUID, JsonObject] = {}
        inside = set(self.item_ids) | {document_id}
        for position, members in enumerate(self.objects(self.body, "CFAssociations", self.prefix)):
            identifier = members.identifier()
            if identifier in kept and values[identifier] == members.value:
                kept[identifier] = _once_more(kept[identifier], position)
                continue
            self.identifier(members)
            kept[identifier] = self.association(members, identifier, position, inside)
            values[identifier] = members.value
        return tuple(kept.values())

    def association(
        self, members: Members, identifier: UUID, position: int, inside: set[str]
    ) -> CaseAssociation:
        members.uri()  # required; it is kept in extra
        kind = members.text("associationType", required=True, limit=50)
        members.known_association_type(kind, _ASSOCIATION_TYPES)
        members.text("lastChangeDateTime", required=True)
        origin, origin_id = members.link("originNodeURI")
        destination, destination_id = members.link("destinationNodeURI")
        external = not {origin_id, destination_id} <= inside
        if external and kind != IS_CHILD_OF:
            members.external_link_has_uri("originNodeURI", origin, origin_id in inside)
            members.external_link_has_uri(
                "destinationNodeURI", destination, destination_id in inside
            )
        sequence = members.integer("sequenceNumber")
        named = {
            "associationType": kind,
            "originNodeURI": origin,
            "destinationNodeURI": destination,
            "sequenceNumber": sequence,
        }
        return CaseAssociation(
            id=identifier,
            type=kind,
            origin_id=origin_id,
            destination_id=destination_id,
            origin=origin,
            destination=destination,
            sequence_number=sequence,
            external=external,
            position=position,
            repeated_at=(),
            extra=members.rest(named, identifier),
            pointer=members.pointer,
        )

    def rubric(self, members: Members) -> CaseRubric:
        identifier, title = self.identifier(members), members.text("title")
        return CaseRubric(
            id=identifier,
            title=title,
            criteria=tuple(self.criterion(m) for m in members.objects("CFRubricCriteria")),
            extra=members.rest({"title": title, "CFRubricCriteria": ...}, identifier),
            digest=digest_of(members.value),
        )

    def criterion(self, members: Members) -> CaseCriterion:
        identifier = self.identifier(members)
        link = members.value.get("CFItemURI")
        item_id = None
        if link is not None:
            link, linked = members.link("CFItemURI")
            item_id = self.item_ids.get(linked)
            members.external_link_has_uri("CFItemURI", link, item_id is not None)
        return CaseCriterion(
            id=identifier,
            item_id=item_id,
            levels=tuple(self.level(m) for m in members.objects("CFRubricCriterionLevels")),
            extra=members.rest({"CFRubricCriterionLevels": ...}, identifier),
        )

    def level(self, members: Members) -> CaseLevel:
        identifier = self.identifier(members)
        name, description = members.text("quality"), members.text("description")
        return CaseLevel(
            id=identifier,
            name=name,
            description=description,
            points=members.number("score"),
            extra=members.rest({"quality": name, "description": description}, identifier),
        )


def _once_more(association: CaseAssociation, position: int) -> CaseAssociation:
    return replace(association, repeated_at=(*association.repeated_at, position))
