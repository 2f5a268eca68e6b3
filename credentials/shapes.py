"""The shape compiler: expand a document's shape once, fill in its values ever after.

Nearly all the time of a canonical form goes into JSON-LD expansion, and a school's badges are all
expanded alike. A *shape* is a document with its texts taken out; expanding it with markers in
their place shows where each text lands in the quads: as a literal or as an IRI. From then on, any
other document of that shape is filled in (see credentials.filling).

Correct because a text is only taken out where JSON-LD would not look at it: types, keywords,
contexts, terms, blank node labels, numbers and null all belong to the shape, and a text that
lands as an IRI must be an absolute one that no context can shorten. Where any of this is unsure,
the document is expanded the slow way. Property tests hold both ways equal.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from threading import Lock
from typing import NamedTuple

from credentials.filling import Filling, Token
from credentials.json_types import JsonObject
from credentials.outlines import (
    Layout,
    NotShapeable,
    Parts,
    Pick,
    cut,
    layout_of,
    name_places,
    pick,
    restored,
    structure_of,
    words_among,
)
from credentials.rdfc import HashName, Quad, canonical_nquads
from credentials.terms import TERM_IRIS, TERMS
from schemas.errors import TouchstoneError

__all__ = ["TERMS", "TERM_IRIS", "Shapes", "Spelling"]

MAX_PARTS = 8_000
"""Longest document that is remembered, in strings and what stands between: about ten badges."""
MAX_BRACKETS = 4_000
"""Objects and arrays of the largest document that is remembered."""
MAX_FIXED_CHARACTERS = 200_000
"""Largest sum of a shape's fixed texts."""
MAX_REMEMBERED_PARTS = 200_000
"""Of all shapes together, about 500 badges: with the two above this bounds the memory."""

# Unguessable, so that no document can bring a marker of its own.
_MARKER = f"urn:slot-{secrets.token_hex(16)}:"
_MARKED = re.compile(re.escape(_MARKER) + r"(\d+)\.")
_Words = tuple[tuple[str, ...], tuple[str | None, ...]]


class Spelling(NamedTuple):
    """How a document is spelt: what all documents of its shape share, and its ids.

    Attributes:
        shape: the same for documents that differ in texts only which JSON-LD carries and does not
            look at; their members, types and contexts are the same. Compared by identity.
        ids: the texts under ``id``, as JSON escapes them, in order. No other spelling of a node's
            name is in the shape.
    """

    shape: object
    ids: tuple[str, ...]


class _Structure:
    """What is known of the documents with one structure."""

    def __init__(self, parts: Parts) -> None:
        self.names = pick(name_places(parts))
        self.layouts: dict[tuple[str, ...], _Alike] = {}
        self.weight = 0


class _Alike:
    """What is known of the documents with one structure and the same names."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.fillings: dict[_Words, Filling | None] = {}


class Shapes:
    """Shapes seen so far, and how to expand a new one.

    Args:
        expand: a document's quads, the slow and certain way; raises TouchstoneError.
    """

    def __init__(self, expand: Callable[[JsonObject], list[Quad]]) -> None:
        self._expand = expand
        self._structures: dict[str, _Structure] = {}
        self._weight = 0
        self._lock = Lock()

    def canonicalize(self, document: JsonObject, hash_name: HashName = "sha256") -> str:
        """The canonical N-Quads: filled in where the shape is known, expanded where not.

        Raises:
            TouchstoneError: whatever the slow way raises.
            UnicodeEncodeError: half a surrogate pair in a text.
        """
        return self.canonicalize_spelt(document, hash_name)[0]

    def canonicalize_spelt(
        self, document: JsonObject, hash_name: HashName = "sha256"
    ) -> tuple[str, Spelling | None]:
        """The canonical N-Quads and, where the shape is known, how the document is spelt.

        Raises:
            as :meth:`canonicalize`.
        """
        try:
            parts, text = cut(document)
            filling = self._find(parts, text)
            if filling is not None:
                canonical = filling.canonical(parts, hash_name)
                return canonical, Spelling(filling, filling.ids(parts))
        except NotShapeable:
            pass
        return canonical_nquads(self._expand(document), hash_name=hash_name), None

    def quads(self, document: JsonObject) -> list[Quad]:
        """The quads in no order. Raises as :meth:`canonicalize`."""
        try:
            parts, text = cut(document)
            filling = self._find(parts, text)
            if filling is not None:
                return filling.quads(parts)
        except NotShapeable:
            pass
        return self._expand(document)

    def mould(
        self, document: JsonObject, marked: JsonObject, markers: Sequence[str]
    ) -> Filling | None:
        """The shape of documents that differ from one in some texts only.

        Args:
            document: such a document.
            marked: the same, with markers in the place of the texts that differ.
            markers: texts that nothing else in it equals; the shape's parts are in their order.

        Returns:
            None where that is no shape: a text that differs is one that JSON-LD looks at, or the
            two documents differ in more.

        Raises:
            TouchstoneError: the document has no canonical form.
        """
        numbers = {marker: number for number, marker in enumerate(markers)}
        try:
            parts, text = cut(document)
            changed, _ = cut(marked)
            filling = self._find(parts, text)
            if filling is None or len(changed) != len(parts):
                return None
            places = {place: numbers[now] for place, now in enumerate(changed) if now in numbers}
            alike = (place in places or parts[place] == now for place, now in enumerate(changed))
            if set(places.values()) != set(numbers.values()) or not all(alike):
                return None
            return filling.bound(parts, places, len(markers))
        except NotShapeable:
            return None

    def _find(self, parts: Parts, text: str) -> Filling | None:
        structure = structure_of(parts)
        known = self._structures.get(structure)
        if known is not None:
            names = known.names(parts)
            alike = known.layouts.get(names)
            if alike is not None:
                words = alike.layout.fixed(parts), words_among(alike.layout, parts, text)
                if words in alike.fillings:
                    return alike.fillings[words]
        return self._learn(structure, parts, text)

    def _learn(self, structure: str, parts: Parts, text: str) -> Filling | None:
        if structure.count("{") + structure.count("[") > MAX_BRACKETS or len(parts) > MAX_PARTS:
            raise NotShapeable
        layout = layout_of(parts)
        names = _Structure(parts).names(parts)
        words = layout.fixed(parts), words_among(layout, parts, text)
        fixed = len(structure) + sum(map(len, names)) + sum(map(len, words[0]))
        if fixed > MAX_FIXED_CHARACTERS:
            raise NotShapeable
        slots = [place for place, word in zip(layout.places, words[1], strict=True) if word is None]
        try:
            quads = self._expand(_marked(parts, slots))
            filling = _compile(quads, slots, len(parts), layout.ids)
        except (TouchstoneError, NotShapeable):
            # The slow way says what is wrong, in the document's own words.
            filling = None
        with self._lock:
            self._remember(structure, parts, layout, words, filling)
        return filling

    def _remember(
        self, structure: str, parts: Parts, layout: Layout, words: _Words, filling: Filling | None
    ) -> None:
        known = self._structures.get(structure) or _Structure(parts)
        names = known.names(parts)
        known.layouts.setdefault(names, _Alike(layout)).fillings[words] = filling
        known.weight += len(parts)
        self._weight += len(parts)
        self._structures.pop(structure, None)
        self._structures[structure] = known
        while self._weight > MAX_REMEMBERED_PARTS:
            oldest = next(iter(self._structures))
            self._weight -= self._structures.pop(oldest).weight


def _marked(parts: Parts, slots: list[int]) -> JsonObject:
    """The document with a numbered marker in the place of each text taken out."""
    marked = parts.copy()
    for place in slots:
        marked[place] = f"{_MARKER}{place}."
    return restored(marked)


def _compile(quads: list[Quad], slots: list[int], size: int, ids: Pick) -> Filling:
    """A shape from the quads of a marked document.

    Raises:
        NotShapeable: a text lands where it cannot be filled in, or nowhere: then full expansion
            may still refuse it, such as a relative id that no quad would hold.
    """
    # A set of quads: what is said twice counts once.
    tokens = [tuple(map(_token, quad)) for quad in dict.fromkeys(quads)]
    landed = {token[1] for quad in tokens for token in quad if len(token) > 1}
    if landed != set(slots):
        raise NotShapeable
    return Filling(tokens, size, ids)


def _token(term: str) -> Token:
    """A term as text and slots; a marker where a text cannot be filled in is refused."""
    found = _MARKED.search(term)
    if found is None:
        if _MARKER in term:
            raise NotShapeable
        return (term,)
    place, marker = int(found[1]), found[0]
    if term == f"<{marker}>":
        return ("<", place, ">")
    tail = term[len(marker) + 1 :]
    if term.startswith(f'"{marker}"') and _MARKER not in tail:
        return ('"', place, tail)
    raise NotShapeable
