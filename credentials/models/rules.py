"""Small rules about members of a JSON document, each adding problems where it is broken."""

import re
from collections.abc import Iterator
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


def is_language_text(value: object) -> bool:
    """Text, or a language value object without other members (VC 2.0 §11.1)."""
    if isinstance(value, str):
        return True
    return (
        isinstance(value, dict)
        and isinstance(value.get("@value"), str)
        and isinstance(value.get("@language", ""), str)
        and value.get("@direction", "ltr") in ("ltr", "rtl")
        and not set(value) - _LANGUAGE_MEMBERS
    )
