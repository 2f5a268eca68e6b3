"""Small rules about members of a JSON document, each adding problems where it is broken."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from credentials.errors import Problem
from credentials.proofs.data_integrity import parse_date_time_stamp

_URL = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]+')
_LANGUAGE_MEMBERS = frozenset({"@value", "@language", "@direction"})


def is_url(value: object) -> bool:
    """Whether ``value`` is an absolute URL (VC 2.0 §4.4 asks for the URL Standard's term)."""
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def as_list(value: object) -> list[Any]:
    """A JSON-LD value as the set that it stands for: one value or an array of values."""
    return value if isinstance(value, list) else [value]


def point(*parts: object) -> str:
    """A JSON pointer (RFC 6901) from its parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def items(document: dict[str, Any], member: str) -> Iterator[tuple[str, Any]]:
    """The values of a member with their pointers; none if the member is absent."""
    if member not in document:
        return
    value = document[member]
    if isinstance(value, list):
        yield from ((point(member, index), item) for index, item in enumerate(value))
    else:
        yield point(member), value


def types_of(node: object) -> list[str]:
    """The type names of a node; of anything else, none."""
    if not isinstance(node, dict):
        return []
    return [name for name in as_list(node.get("type")) if isinstance(name, str)]


def check_type(node: dict[str, Any], at: str, *, one_of: Iterable[str] = ()) -> list[Problem]:
    """``type`` is text or an array of texts, and holds one of ``one_of`` where given."""
    names = as_list(node.get("type"))
    if not names or not all(isinstance(name, str) and name for name in names):
        return [Problem(f"{at}/type", "A type has to be given as text, or as an array of texts.")]
    wanted = list(one_of)
    if wanted and not set(wanted) & set(names):
        return [Problem(f"{at}/type", f"The type has to include {' or '.join(wanted)}.")]
    return []


def check_id(node: dict[str, Any], at: str = "") -> list[Problem]:
    """``id``, where given, is one absolute URL (VC 2.0 §4.4)."""
    if "id" in node and not is_url(node["id"]):
        return [Problem(f"{at}/id", "An id has to be one absolute URL.")]
    return []


def check_date(node: dict[str, Any], member: str, at: str = "") -> list[Problem]:
    """``member``, where given, is a dateTimeStamp (VC 2.0 §4.9)."""
    if member in node and moment(node[member]) is None:
        return [Problem(f"{at}/{member}", "A date has to have the form 2026-06-30T12:00:00Z.")]
    return []


def moment(value: object) -> datetime | None:
    """A dateTimeStamp as an aware datetime, or None."""
    try:
        return parse_date_time_stamp(value)
    except ValueError:
        return None


def check_language_text(node: dict[str, Any], member: str, at: str = "") -> list[Problem]:
    """Text, or language value objects without other members (VC 2.0 §11.1)."""
    found = []
    for pointer, value in items(node, member):
        if isinstance(value, str):
            continue
        if not isinstance(value, dict) or not isinstance(value.get("@value"), str):
            found.append(Problem(at + pointer, "This has to be text, or text with a language."))
        elif set(value) - _LANGUAGE_MEMBERS:
            found.append(Problem(at + pointer, "Text with a language has other members."))
    return found


def check_typed(document: dict[str, Any], member: str, *, with_id: bool = False) -> list[Problem]:
    """Each value of ``member`` is an object with a type, and an id where asked (VC 2.0 §4.10)."""
    found = []
    for at, value in items(document, member):
        if not isinstance(value, dict):
            found.append(Problem(at, "This has to be an object with a type."))
            continue
        found += check_type(value, at) + check_id(value, at)
        if with_id and "id" not in value:
            found.append(Problem(f"{at}/id", "An id has to be given."))
    return found
