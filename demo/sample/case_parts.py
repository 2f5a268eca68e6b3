"""Names and links of a small CASE package (CASE 1.1 §4), of which the same texts make the same."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class CaseParts:
    """Makes the members that everything in a package has.

    Attributes:
        base: the address of the framework server.
        changed: the time of the last change.
    """

    base: str
    changed: str

    def link(self, collection: str, key: str, title: str) -> JsonObject:
        """A LinkURI to one of the package's own things."""
        identifier = str(uuid5(NAMESPACE_URL, f"{self.base}/{collection}#{key}"))
        uri = f"{self.base}/{collection}/{identifier}"
        return {"title": title, "identifier": identifier, "uri": uri}

    def named(self, collection: str, key: str) -> JsonObject:
        """Identifier, address and time of a thing."""
        link = self.link(collection, key, "")
        return {
            "identifier": link["identifier"],
            "uri": link["uri"],
            "lastChangeDateTime": self.changed,
        }

    def document(self, title: str, creator: str) -> JsonObject:
        """The CFDocument."""
        named = self.named("CFDocuments", title)
        return {**named, "caseVersion": "1.1", "creator": creator, "title": title}

    def item(self, texts: JsonObject, item_type: str) -> JsonObject:
        """A CFItem of code, title and statement."""
        return {
            **self.named("CFItems", texts["code"]),
            "fullStatement": texts["statement"],
            "abbreviatedStatement": texts["title"],
            "humanCodingScheme": texts["code"],
            "CFItemType": item_type,
        }

    def association(self, kind: str, item: JsonObject, destination: JsonObject) -> JsonObject:
        """From a CFItem to something else."""
        key = f"{item['code']} {kind} {destination['title']}"
        return {
            **self.named("CFAssociations", key),
            "associationType": kind,
            "originNodeURI": self.link("CFItems", item["code"], item["title"]),
            "destinationNodeURI": destination,
        }
