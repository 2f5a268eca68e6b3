"""Reading members of documents that strangers wrote: wrong types read as absent, never crash."""

from typing import Any

from credentials.json_types import JsonObject


def listed(value: Any) -> list[Any]:
    """A JSON-LD value that may stand alone or in an array, as a list; null as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def objects(value: Any) -> list[JsonObject]:
    """The objects among a value's members."""
    return [item for item in listed(value) if isinstance(item, dict)]


def text(node: Any, member: str) -> str:
    """A member that is a string, or a language value (VC 2.0 §11.1); else empty."""
    value = node.get(member) if isinstance(node, dict) else None
    if type(value) is str:
        return value
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) else ""


def types(node: Any) -> list[str]:
    """The types of a node."""
    value = node.get("type") if isinstance(node, dict) else None
    return [item for item in listed(value) if isinstance(item, str)]


def identifier(value: Any) -> str:
    """The id of a node or a reference to one; empty if it has none."""
    if isinstance(value, str):
        return value
    return text(value, "id")
