"""The shape compiler: expand a document's shape once, fill in its values ever after.

Nearly all the time of a canonical form goes into JSON-LD expansion, and a school's badges are all
expanded alike. A *shape* is a document with its strings taken out; expanding it with markers in
their place shows where each string lands in the quads: as a literal or as an IRI. Any other
document of that shape is then filled in without expanding it.

Correct because a string is only taken out where JSON-LD would not look at it: types, keywords,
contexts, terms, blank node labels, numbers and null all belong to the shape, and a string that
lands as an IRI must be an absolute one that no context can shorten. Where any of this is unsure,
the document is expanded the slow way. A property test holds both ways equal.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any

from credentials.json_types import JsonObject
from credentials.rdfc import Quad, escape_literal
from schemas import context, context_urls
from schemas.errors import TouchstoneError

MAX_SHAPES = 256
"""Shapes that are remembered; a school needs a few for each number of pieces of evidence."""
MAX_OUTLINE_PARTS = 4_000
"""Largest outline that is remembered, in members, values and brackets: about ten badges."""
MAX_OUTLINE_CHARACTERS = 100_000
"""Largest sum of an outline's fixed texts; with the two above this bounds the memory."""

_OPEN_OBJECT, _CLOSE_OBJECT, _OPEN_ARRAY, _CLOSE_ARRAY, _SLOT = range(5)
_ABSOLUTE_IRI = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*):[^\x00-\x20<>"{}|^`\\]*')
# Unguessable, so that no document can bring a marker of its own.
_MARKER = f"urn:slot-{secrets.token_hex(16)}:"
_MARKED = re.compile(re.escape(_MARKER) + r"(\d+)\.")

Outline = tuple[Any, ...]
Token = str | tuple[int, str] | tuple[int]
"""Fixed text, a literal slot with what follows the quotes, or an IRI slot."""


def _terms_of(definition: Any) -> set[str]:
    """All names that a context defines at any depth."""
    found: set[str] = set()
    stack = [definition]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.update(item)
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return found


def _keyword_aliases(definition: Any) -> set[str]:
    """All names that a context uses in place of a keyword, such as ``type``."""
    found: set[str] = set()
    stack = [definition]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for name, value in item.items():
                keyword = value.get("@id") if isinstance(value, dict) else value
                if not name.startswith("@") and isinstance(keyword, str) and keyword[:1] == "@":
                    found.add(name)
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return found


def _iris_of(definition: Any) -> set[str]:
    """All addresses that a context gives a word for, at any depth."""
    found: set[str] = set()
    stack = [definition]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return {text for text in found if ":" in text}


_FIXED_MEMBERS = frozenset(
    alias for url in context_urls() for alias in _keyword_aliases(context(url))
) - {"id"}
TERMS = frozenset(term for url in context_urls() for term in _terms_of(context(url)))
"""Every name that a bundled context gives a meaning: never a slot, never the scheme of one."""
TERM_IRIS = frozenset(iri for url in context_urls() for iri in _iris_of(context(url)))
"""Every address that a bundled context has a word for."""


class _NotShapeable(Exception):
    """The document has to be expanded the slow way."""


class Shapes:
    """Shapes seen so far, and how to expand a new one.

    Args:
        expand: a document's quads, the slow and certain way; raises TouchstoneError.
    """

    def __init__(self, expand: Callable[[JsonObject], list[Quad]]) -> None:
        self._expand = expand
        self._shapes: dict[Outline, list[tuple[Token, ...]] | None] = {}

    def quads(self, document: JsonObject) -> list[Quad]:
        """The quads of ``document``: filled in where its shape is known, expanded where not.

        Raises:
            TouchstoneError: whatever the slow way raises.
        """
        try:
            outline, values = outline_of(document)
            shape = self._shape(outline, document)
            if shape is None:
                return self._expand(document)
            return _fill(shape, values)
        except _NotShapeable:
            return self._expand(document)

    def _shape(self, outline: Outline, document: JsonObject) -> list[tuple[Token, ...]] | None:
        if outline in self._shapes:
            return self._shapes[outline]
        try:
            shape = _compile(self._expand(_marked(document)))
        except (TouchstoneError, _NotShapeable):
            # The slow way says what is wrong, in the document's own words.
            shape = None
        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.pop(next(iter(self._shapes)), None)
        self._shapes[outline] = shape
        return shape


def outline_of(document: JsonObject) -> tuple[Outline, list[str]]:
    """A document's outline and the strings taken out of it, in order."""
    outline: list[Any] = []
    values: list[str] = []
    _outline(document, "", outline, values)
    size = sum(len(part) for part in outline if isinstance(part, str))
    if len(outline) > MAX_OUTLINE_PARTS or size > MAX_OUTLINE_CHARACTERS:
        raise _NotShapeable
    return tuple(outline), values


def _outline(value: Any, member: str, outline: list[Any], values: list[str]) -> None:
    if isinstance(value, str):
        if _is_fixed(value, member):
            outline.append(value)
        else:
            outline.append(_SLOT)
            values.append(value)
    elif isinstance(value, dict):
        outline.append(_OPEN_OBJECT)
        for name, inner in value.items():
            outline.append(name)
            _outline(inner, name, outline, values)
        outline.append(_CLOSE_OBJECT)
    elif isinstance(value, list):
        outline.append(_OPEN_ARRAY)
        for inner in value:
            _outline(inner, member, outline, values)
        outline.append(_CLOSE_ARRAY)
    else:
        # As text with its type: 1, 1.0 and True are equal in Python and differ in JSON-LD.
        outline.append((type(value).__name__, repr(value)))
    if member == "@context" and not isinstance(value, str | list):
        raise _NotShapeable


def _is_fixed(value: str, member: str) -> bool:
    """Whether JSON-LD may look at the string itself, so that it belongs to the shape."""
    if member in _FIXED_MEMBERS or (member[:1] == "@" and member not in {"@value", "@id"}):
        return True
    return value in TERMS or value[:1] == "@" or value[:2] == "_:"


def _marked(document: JsonObject) -> JsonObject:
    """The document with a numbered marker in the place of each string taken out."""
    count = 0

    def mark(value: Any, member: str) -> Any:
        nonlocal count
        if isinstance(value, str):
            if _is_fixed(value, member):
                return value
            count += 1
            return f"{_MARKER}{count - 1}."
        if isinstance(value, dict):
            return {name: mark(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [mark(inner, member) for inner in value]
        return value

    result: JsonObject = mark(document, "")
    return result


def _compile(quads: list[Quad]) -> list[tuple[Token, ...]]:
    return [tuple(_token(term) for term in quad) for quad in quads]


def _token(term: str) -> Token:
    """A term as fixed text or as a slot; a marker anywhere else cannot be filled in."""
    found = _MARKED.search(term)
    if found is None:
        if _MARKER in term:
            raise _NotShapeable
        return term
    number, marker = int(found[1]), found[0]
    if term == f"<{marker}>":
        return (number,)
    if term.startswith(f'"{marker}"') and _MARKER not in term[len(marker) + 2 :]:
        return (number, term[len(marker) + 2 :])
    raise _NotShapeable


def _fill(shape: list[tuple[Token, ...]], values: list[str]) -> list[Quad]:
    filled: dict[Token, str] = {}
    quads: list[Quad] = []
    for s, p, o, g in shape:
        quads.append(
            (_term(s, values, filled), str(p), _term(o, values, filled), _term(g, values, filled))
        )
    return quads


def _term(token: Token, values: list[str], filled: dict[Token, str]) -> str:
    if isinstance(token, str):
        return token
    term = filled.get(token)
    if term is None:
        value = values[token[0]]
        if len(token) == 1:
            iri = _ABSOLUTE_IRI.fullmatch(value)
            if iri is None or iri[1] in TERMS:
                raise _NotShapeable
            term = f"<{value}>"
        else:
            term = f'"{escape_literal(value)}"{token[1]}'
        filled[token] = term
    return term
