"""Typed reading of the members of one CASE object; what is wrong is noted, never raised."""

import difflib
import re
from decimal import Decimal
from typing import Any, TypeGuard
from uuid import UUID, uuid4

from credentials.json_types import JsonObject
from issuer.errors import ProblemList

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
TEXT_LIMIT = 100_000
"""Longest text member, in characters."""
IDENTIFIER_LIMIT = 255
"""Longest identifier of a link that leaves the package, in characters."""
URI_LIMIT = 2_000
"""Longest URI, in characters."""


class Members:
    """One JSON object, where it stands (a JSON pointer) and the list its problems go to."""

    def __init__(self, value: JsonObject, pointer: str, file: str, problems: ProblemList) -> None:
        self.value = value
        self.pointer = pointer
        self.file = file
        self.problems = problems
        self.has_identifier = False

    def note(self, code: str, member: str, sentence: str, hint: str = "") -> None:
        """A problem with one member; the sentence is told whose it is."""
        name = self.value.get("identifier")
        owner = f" (identifier {name})" if isinstance(name, str) and member != "identifier" else ""
        column = f"{self.pointer}/{member}"
        self.problems.add(code, f"{sentence}{owner}.", hint, file=self.file, column=column)

    def bad_type(self, member: str, wanted: str) -> None:
        """The member is there, but is not what it has to be."""
        self.note("case.bad-type", member, f"{member} is not {wanted}")

    def text(self, member: str, *, required: bool = False, limit: int = TEXT_LIMIT) -> str:
        """A string; '' if it is absent or null."""
        value = self.value.get(member)
        if value is None or value == "":
            if required:
                self.note("case.missing-member", member, f"{member} is missing")
            return ""
        if not isinstance(value, str):
            self.bad_type(member, "a text")
            return ""
        if len(value) > limit:
            self.bad_type(member, f"a text of at most {limit:,} characters")
            return ""
        return value

    def uri(self) -> str:
        """The absolute URI of the object."""
        value = self.text("uri", required=True, limit=URI_LIMIT)
        if value and not _URI.fullmatch(value):
            self.bad_type("uri", "an absolute URI")
        return value

    def identifier(self) -> UUID:
        """The object's GUID; a stand-in if it is wrong, so that reading can go on."""
        value = self.text("identifier", required=True)
        if value and not _UUID.fullmatch(value):
            self.bad_type("identifier", "a GUID such as 255adad7-2854-47d7-9aa4-c5e1750eb8ca")
            value = ""
        self.has_identifier = bool(value)
        return UUID(value) if value else uuid4()

    def integer(self, member: str) -> int | None:
        """A whole number; some servers write it as a text."""
        value = self.value.get(member)
        if value is None:
            return None
        if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
            self.bad_type(member, "a whole number")
            return None
        return int(value)

    def number(self, member: str) -> Decimal | None:
        """A number, exactly as written; some servers write it as a text."""
        value = self.value.get(member)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
            self.bad_type(member, "a number")
            return None
        return Decimal(str(value))

    def objects(self, member: str) -> "list[Members]":
        """The objects of an array; an absent or null member is an empty array."""
        value = self.value.get(member)
        if value is None:
            return []
        if not isinstance(value, list):
            self.bad_type(member, "an array")
            return []
        found = []
        for index, entry in enumerate(value):
            if isinstance(entry, dict):
                found.append(
                    Members(entry, f"{self.pointer}/{member}/{index}", self.file, self.problems)
                )
            else:
                self.bad_type(f"{member}/{index}", "an object")
        return found

    def link(self, member: str) -> tuple[JsonObject, str]:
        """A link object (CASE LinkURI, LinkGenURI) and the identifier it names, in lower case."""
        value = self.value.get(member)
        if value is None:
            self.note("case.missing-member", member, f"{member} is missing")
            return {}, ""
        identifier = value.get("identifier") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not _fits(identifier):
            self.bad_type(member, "a link object with an identifier")
            return {}, ""
        return value, identifier.lower() if _UUID.fullmatch(identifier) else identifier

    def external_link_has_uri(self, member: str, link: JsonObject, inside: bool) -> None:
        """A link that leaves the package is of use only if it says where it leads."""
        uri = link.get("uri")
        if link and not inside and not (isinstance(uri, str) and _URI.fullmatch(uri)):
            self.note(
                "case.missing-item",
                member,
                f"{member} names {link.get('identifier')}, which is not in the package "
                "and has no uri",
                "Add the item, or the uri of the other framework's item.",
            )

    def known_association_type(self, kind: str, known: tuple[str, ...]) -> None:
        """CASE 1.1 names the types; others begin with ``ext:``."""
        if not kind or kind in known or kind.startswith("ext:"):
            return
        close = difflib.get_close_matches(kind.lower(), [k.lower() for k in known], 1)
        meant = next((k for k in known if close and k.lower() == close[0]), "")
        self.note(
            "case.unknown-association-type",
            "associationType",
            f"{kind!r} is no association type of CASE",
            f"Did you mean '{meant}'?" if meant else "",
        )

    def rest(self, named: dict[str, Any], identifier: UUID) -> JsonObject:
        """The members that ``named`` and the identifier do not give back exactly as they came.

        A value of ``...`` means that the entries of the array are kept elsewhere; an array without
        any is not.
        """
        kept = {k: v for k, v in named.items() if v not in ("", None)} | {
            "identifier": str(identifier)
        }
        return {
            member: value
            for member, value in self.value.items()
            if member not in kept or not _given_back(kept[member], value)
        }


def _fits(identifier: object) -> TypeGuard[str]:
    return isinstance(identifier, str) and 0 < len(identifier) <= IDENTIFIER_LIMIT


def _given_back(kept: object, value: object) -> bool:
    if kept is ...:
        return bool(value)
    return type(kept) is type(value) and kept == value
