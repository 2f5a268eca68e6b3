"""The sample framework as a CASE 1.1 package, made from the texts in ``goals.toml``.

Identifiers are UUID version 5 over the URI of the thing they name (RFC 9562 §5.5), so the same
texts always give the same package, byte for byte.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

TEXTS = Path(__file__).with_name("goals.toml")

JsonObject = dict[str, Any]


def framework_package(texts: Path = TEXTS) -> JsonObject:
    """The CFPackage (CASE 1.1 §4) that the texts describe.

    Args:
        texts: a TOML file shaped like ``goals.toml``.
    """
    return _Package(tomllib.loads(texts.read_text("utf-8"))).build()


def framework_bytes(package: JsonObject) -> bytes:
    """The package as it is written to a file: UTF-8, one member a line, a final newline."""
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def courses_of_clusters(texts: Path = TEXTS) -> dict[str, str]:
    """Which course teaches a cluster: CFItem identifier of the cluster → course code."""
    package = _Package(tomllib.loads(texts.read_text("utf-8")))
    return {
        package.identifier("CFItems", node.code): node.text["course"]
        for node in package.nodes
        if node.kind == "Cluster"
    }


@dataclass(frozen=True)
class _Node:
    """One goal, cluster or competency, with its place in the tree."""

    kind: str
    code: str
    parent: str
    """The code above it; empty for a goal, whose parent is the document."""
    sequence: int
    text: JsonObject


class _Package:
    """Builds one CFPackage from parsed texts."""

    def __init__(self, texts: JsonObject) -> None:
        self.texts = texts
        self.document: JsonObject = texts["document"]
        self.changed: str = self.document["last_change"]

    def build(self) -> JsonObject:
        return {
            "CFDocument": self._cf_document(),
            "CFItems": [self._item(node) for node in self.nodes],
            "CFAssociations": [*self._tree(), *self._beside_the_tree()],
            "CFDefinitions": {
                "CFLicenses": [self._license()],
                "CFItemTypes": [self._item_type(each) for each in self.texts["item_types"]],
            },
            "CFRubrics": [self._rubric(node) for node in self.nodes if node.kind == "Cluster"],
        }

    @cached_property
    def nodes(self) -> list[_Node]:
        """Every item, parents before children, in the order of the texts."""
        return list(self._walk())

    def _walk(self) -> Iterator[_Node]:
        for number, goal in enumerate(self.texts["goals"], 1):
            yield _Node("Goal", goal["code"], "", number, goal)
            for place, cluster in enumerate(goal["clusters"], 1):
                code = f"{goal['code']}.{place}"
                yield _Node("Cluster", code, goal["code"], place, cluster)
                for last, competency in enumerate(cluster["competencies"], 1):
                    yield _Node("Competency", f"{code}.{last}", code, last, competency)

    def uri(self, collection: str, key: str) -> str:
        """The address of a thing in the framework server of this fictional network."""
        return f"{self.document['uri_base']}/{collection}/{self.identifier(collection, key)}"

    def identifier(self, collection: str, key: str) -> str:
        """A UUID that depends on nothing but the name of the thing."""
        return str(uuid5(NAMESPACE_URL, f"{self.document['uri_base']}/{collection}#{key}"))

    def _named(self, collection: str, key: str) -> JsonObject:
        """The three members that everything in CASE has."""
        return {
            "identifier": self.identifier(collection, key),
            "uri": self.uri(collection, key),
            "lastChangeDateTime": self.changed,
        }

    def _link(self, collection: str, key: str, title: str) -> JsonObject:
        return {
            "title": title,
            "identifier": self.identifier(collection, key),
            "uri": self.uri(collection, key),
        }

    def _cf_document(self) -> JsonObject:
        texts = self.document
        return {
            **self._named("CFDocuments", texts["title"]),
            "caseVersion": "1.1",
            "creator": texts["creator"],
            "title": texts["title"],
            "publisher": texts["publisher"],
            "description": texts["description"],
            "language": texts["language"],
            "version": texts["version"],
            "adoptionStatus": texts["adoption_status"],
            "statusStartDate": texts["start"],
            "licenseURI": self._link("CFLicenses", "license", self.texts["license"]["title"]),
            "notes": texts["notes"],
        }

    def _license(self) -> JsonObject:
        texts = self.texts["license"]
        return {
            **self._named("CFLicenses", "license"),
            "title": texts["title"],
            "licenseText": texts["text"],
        }

    def _item_type(self, texts: JsonObject) -> JsonObject:
        return {
            **self._named("CFItemTypes", texts["title"]),
            "title": texts["title"],
            "description": texts["description"],
            "hierarchyCode": texts["hierarchy_code"],
            "typeCode": texts["title"],
        }

    def _item(self, node: _Node) -> JsonObject:
        return {
            **self._named("CFItems", node.code),
            "fullStatement": full_statement(node.text),
            "abbreviatedStatement": node.text["title"],
            "humanCodingScheme": node.code,
            "CFItemType": node.kind,
            "CFItemTypeURI": self._link("CFItemTypes", node.kind, node.kind),
            "language": self.document["language"],
            "educationLevel": self.document["education_levels"],
            "statusStartDate": self.document["start"],
        }

    def _tree(self) -> Iterator[JsonObject]:
        """The isChildOf associations; goals hang from the document (CASE 1.1 §4.2)."""
        top = self._link("CFDocuments", self.document["title"], self.document["title"])
        for node in self.nodes:
            parent = self._link("CFItems", node.parent, node.parent) if node.parent else top
            yield self._association("isChildOf", node.code, parent, node.sequence)

    def _beside_the_tree(self) -> Iterator[JsonObject]:
        for texts in self.texts["associations"]:
            target = self._link("CFItems", texts["destination"], texts["destination"])
            yield self._association(texts["type"], texts["origin"], target)

    def _association(
        self, kind: str, origin: str, destination: JsonObject, sequence: int | None = None
    ) -> JsonObject:
        association = {
            **self._named("CFAssociations", f"{origin} {kind} {destination['title']}"),
            "associationType": kind,
            "originNodeURI": self._link("CFItems", origin, origin),
            "destinationNodeURI": destination,
        }
        return association if sequence is None else {**association, "sequenceNumber": sequence}

    def _rubric(self, cluster: _Node) -> JsonObject:
        """One rubric a cluster, one criterion for each of its competencies."""
        competencies = [node for node in self.nodes if node.parent == cluster.code]
        return {
            **self._named("CFRubrics", cluster.code),
            "title": f"{cluster.code} {cluster.text['title']}",
            "description": f"Four levels for the competencies of {cluster.text['title'].lower()}.",
            "CFRubricCriteria": [
                self._criterion(cluster.code, node, place)
                for place, node in enumerate(competencies, 1)
            ],
        }

    def _criterion(self, rubric: str, node: _Node, position: int) -> JsonObject:
        return {
            **self._named("CFRubricCriteria", node.code),
            "category": node.text["title"],
            "description": full_statement(node.text),
            "CFItemURI": self._link("CFItems", node.code, node.code),
            "weight": 1.0,
            "position": position,
            "rubricId": self.identifier("CFRubrics", rubric),
            "CFRubricCriterionLevels": [
                self._level(node, level, place)
                for place, level in enumerate(self.texts["levels"], 1)
            ],
        }

    def _level(self, node: _Node, level: JsonObject, position: int) -> JsonObject:
        return {
            **self._named("CFRubricCriterionLevels", f"{node.code} {level['score']}"),
            "description": level["sentence"].format_map(node.text),
            "quality": level["quality"],
            "score": float(level["score"]),
            "position": position,
            "rubricCriterionId": self.identifier("CFRubricCriteria", node.code),
        }


def full_statement(texts: JsonObject) -> str:
    """The sentence of an item: its own, or the competency's core and how made into one."""
    if "statement" in texts:
        return str(texts["statement"])
    core = str(texts["core"])
    return f"{core[0].upper()}{core[1:]}, {texts['how']}."
