"""Making a CASE object fit the official schema of a CASE version, losing nothing that it says.

An object that fits CASE 1.1 already comes out as it went in. What CASE 1.1 has no member for goes
into ``extensions``, as does a value that is not of its member's type and cannot be read as one;
CASE 1.0 has no such place, and its servers write what they have besides in line, so there the
extensions come out again. A member that is null says nothing and goes.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from credentials.json_types import JsonObject
from issuer.competency.case_shapes import (
    EXTENSIONS,
    INTEGER,
    LINK,
    LINKS,
    MOMENT,
    NODE,
    NUMBER,
    OPENS,
    TEXT,
    TEXTS,
    Shape,
)

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ZONELESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
_TARGET = re.compile(r"CASE|ext:[A-Za-z0-9._|-]+")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_CASE_1_1: Final = "1.1"
NEVER_CHANGED: Final = "1970-01-01T00:00:00Z"
"""lastChangeDateTime of an object whose publisher gives none."""


class CaseVersion(StrEnum):
    """A version of the standard."""

    V1_0 = "1.0"
    V1_1 = "1.1"


def conform(value: JsonObject, shape: Shape, version: CaseVersion) -> JsonObject:
    """An object as a version of CASE has it.

    Args:
        value: the object as it was imported.
        shape: what kind of object it is.
        version: of CASE.
    """
    kept: JsonObject = {}
    beside: JsonObject = {}
    for name, member in value.items():
        if name == EXTENSIONS or (version is CaseVersion.V1_1 and name in shape.implied):
            continue
        kind = shape.members.get(name)
        read = None if kind is None else _read(member, kind, version)
        if read is not None:
            kept[name] = read
            if kind in (LINK, LINKS, NODE) and not _says_as_much(read, member):
                beside[name] = member
        elif member is not None or kind is None:
            beside[name] = member
    _fill(kept, shape)
    return _with_extensions(kept, beside, value.get(EXTENSIONS), shape, version)


def _says_as_much(link: Any, member: Any) -> bool:
    """Whether a link that was read has every member of the one that was written."""
    if isinstance(link, list):
        return all(map(_says_as_much, link, member))
    return not isinstance(member, dict) or all(
        link.get(name) == value for name, value in member.items()
    )


def _with_extensions(
    kept: JsonObject, beside: JsonObject, extensions: Any, shape: Shape, version: CaseVersion
) -> JsonObject:
    if version is CaseVersion.V1_0:
        kept.pop("caseVersion", None)
        return _in_line(kept, beside, extensions)
    if kept.get("caseVersion", _CASE_1_1) != _CASE_1_1:
        beside["caseVersion"] = kept.pop("caseVersion")
    wanted = list if shape.extended_by == OPENS else dict
    if extensions is not None and not _is_extensions(extensions, wanted):
        beside[EXTENSIONS], extensions = extensions, None
    if beside:
        extensions = _extended(extensions, beside, wanted)
    return kept if extensions is None else kept | {EXTENSIONS: extensions}


def _is_extensions(value: object, wanted: type) -> bool:
    if wanted is list:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict)


def _extended(extensions: Any, beside: JsonObject, wanted: type) -> Any:
    """Our members beside the publisher's own, which are never overwritten."""
    if wanted is list:
        return [*(extensions or []), beside]
    own: JsonObject = dict(extensions or {})
    for name, member in beside.items():
        free = name
        while free in own and own[free] != member:
            free = f"{free}_"
        own[free] = member
    return own


def _in_line(kept: JsonObject, beside: JsonObject, extensions: Any) -> JsonObject:
    """CASE 1.0: what is besides stands among the members, unless one has its name."""
    result = kept | beside
    if extensions is None or extensions == {}:
        return result
    if not isinstance(extensions, dict) or extensions.keys() & result.keys():
        return result | {EXTENSIONS: extensions}
    return result | extensions


def _fill(kept: JsonObject, shape: Shape) -> None:
    """Members that have to be there and are not."""
    for name, source in shape.required.items():
        if name in kept:
            continue
        if source == "@time":
            kept[name] = NEVER_CHANGED
        elif source == "@uri":
            kept[name] = f"urn:uuid:{kept.get('identifier', '')}"
        else:
            kept[name] = kept.get(source, "")


def _read(member: Any, kind: Any, version: CaseVersion) -> Any:
    """A value as its member has it; None if it cannot be read as such."""
    if isinstance(kind, Shape):
        return conform(member, kind, version) if isinstance(member, dict) else None
    if isinstance(kind, tuple):
        if not isinstance(member, list) or not all(isinstance(one, dict) for one in member):
            return None
        return [conform(one, kind[0], version) for one in member]
    return _READERS[kind](member)


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    return list(value)


def _moment(value: Any) -> str | None:
    """CASE times are UTC; some servers leave the zone out."""
    if not isinstance(value, str):
        return None
    if _ZONELESS.fullmatch(value):
        return f"{value}Z"
    return value if _MOMENT.fullmatch(value) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
        return None
    return int(value)


def _number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return None
    return float(value) if "." in value else int(value)


def _node(value: Any) -> JsonObject | None:
    """A LinkGenURI; what it has besides title, identifier, uri and targetType has no place."""
    if not isinstance(value, dict) or not isinstance(value.get("identifier"), str):
        return None
    identifier, uri = value["identifier"], value.get("uri")
    link = {
        "title": value["title"] if isinstance(value.get("title"), str) else identifier,
        "identifier": identifier,
        "uri": uri if isinstance(uri, str) else f"urn:uuid:{identifier}",
    }
    target = value.get("targetType")
    known = isinstance(target, str) and _TARGET.fullmatch(target)
    return link | ({"targetType": target} if known else {})


def _link(value: Any) -> JsonObject | None:
    """A LinkURI; some servers of CASE 1.0 write its URI alone, which ends in the identifier."""
    if isinstance(value, str):
        value = {"identifier": value.rpartition("/")[2], "uri": value}
    link = _node(value)
    if link is None or not _is_guid(link["identifier"]):
        return None
    link.pop("targetType", None)
    return link


def _links(value: Any) -> list[JsonObject] | None:
    if not isinstance(value, list):
        return None
    links = [_link(one) for one in value]
    return None if None in links else [one for one in links if one is not None]


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    TEXT: _text,
    TEXTS: _texts,
    NUMBER: _number,
    INTEGER: _integer,
    MOMENT: _moment,
    LINK: _link,
    LINKS: _links,
    NODE: _node,
}
