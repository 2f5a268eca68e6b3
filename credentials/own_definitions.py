"""Definitions that a document brings itself: JSON-LD contexts written out in it (VC 2.0 §5.2).

They are welcome for words of the document's own. They must not give another spelling to anything
that the bundled contexts define: then a status, a level or an end date would be signed under a
word that no reader looks for, or a known word would mean something else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from credentials.terms import TERM_IRIS, TERMS

MAX_DEFINITIONS = 500
"""Words that one document may define; more are no extension but another vocabulary."""
_CONTEXT_KEYWORDS = {"@version": (1.1,), "@protected": (True, False)}
_CONTAINERS = frozenset({"@set", "@list", "@language"})
_MEMBERS = frozenset({"@id", "@type", "@context", "@container", "@protected", "@language"})
_TYPES = frozenset({"@id", "@vocab", "@json", "@none"})
_RESTATED = {
    "id": "@id",
    "type": "@type",
    "name": "https://schema.org/name",
    "description": "https://schema.org/description",
}
"""Known words that a document may define once more, as the standard does: VC 1.1 left names and
descriptions to the document (VC 2.0 §4.6), and definitions for one type repeat the aliases."""


def unsafe_definitions(definitions: Mapping[str, Any]) -> Iterator[str]:
    """Why the definitions could hide what a reader looks for; nothing if they cannot.

    Args:
        definitions: an object that stands in ``@context``.
    """
    if definitions.keys() == {"@context"}:  # JSON-LD processors look through one such layer
        definitions = definitions["@context"]
    stack: list[Any] = [definitions]
    count = 0
    while stack:
        context = stack.pop()
        if not isinstance(context, Mapping):
            yield "its definitions are not written out."
            return
        count += len(context)
        if count > MAX_DEFINITIONS:
            yield "it defines more words than a document may."
            return
        for name, value in context.items():
            yield from _unsafe(name, value)
            if isinstance(value, Mapping) and "@context" in value:
                stack.append(value["@context"])


def _unsafe(name: str, value: Any) -> Iterator[str]:
    shown = name[:60]
    if name == "@vocab":
        if not _is_own(value):
            yield "it gives words the meaning of another vocabulary."
    elif name.startswith("@"):
        if value not in _CONTEXT_KEYWORDS.get(name, ()):
            yield f"the keyword {shown!r} may not stand in its definitions."
    elif name in TERMS or ":" in name:
        if name not in _RESTATED or value != _RESTATED[name]:
            yield f"it defines {shown!r}, which has a meaning."
    elif not _is_own_word(value):
        yield f"it defines {shown!r} in a way that could hide something."


def _is_own_word(value: Any) -> bool:
    """Whether a definition leads to an address of its own, in a plain way."""
    if not isinstance(value, Mapping):
        return _is_own(value)
    if not value.keys() <= _MEMBERS or not _is_own(value.get("@id")):
        return False
    kind = value.get("@type", "@none")
    containers = value.get("@container", [])
    listed = containers if isinstance(containers, list) else [containers]
    return (
        (kind in _TYPES or _is_own(kind))
        and all(item in _CONTAINERS for item in listed)
        and isinstance(value.get("@language", ""), str)
    )


def _is_own(iri: Any) -> bool:
    """Whether an address is absolute, and neither known nor the beginning of a known one."""
    if not isinstance(iri, str) or ":" not in iri or iri.startswith(("@", "_:")):
        return False
    return iri.partition(":")[0] not in TERMS and not any(
        known.startswith(iri) for known in TERM_IRIS
    )
