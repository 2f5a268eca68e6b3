"""Which statements (N-Quads) of a document a selection of it makes (ECDSA Cryptosuites 1.0 §3.4).

Blank nodes have no names, so the same node cannot be told in a document and in a part of it. Hence
every nameless node is named for the time being, and loses that name again in the statements
("skolemization"). That the names changed nothing else is checked, not assumed.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from credentials.canonical import quads
from credentials.errors import JsonSurrogate, ProofMalformed, SelectionInvalid
from credentials.json_types import JsonObject
from credentials.proofs.pointers import Pointer, select
from credentials.proofs.unsecured import Unsecured
from credentials.rdfc import Quad, canonical_labels, canonical_nquads, labelled_lines
from schemas.errors import TouchstoneError

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST = f"<{_RDF}first>", f"<{_RDF}rest>"
_NOT_NAMED = frozenset({"id", "@id", "@value", "@list", "@set", "@graph", "@included"})
"""Members of objects that have a name, or are no nodes of their own."""
# Unguessable, so that no document can bring such a name of its own.
_NAME = f"urn:node-{secrets.token_hex(16)}:"
_NAMED = re.compile(f"<{_NAME}([0-9a-z]+)>")

Relabel = Callable[[str], str]
"""From a canonical label, such as ``c14n0``, to the one that stands in its place."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Statements of a part of a document.

    Attributes:
        indexes: which of the whole document's they are, ascending.
        canonical: from the label that a reader of the part alone will compute for a blank node,
            such as ``c14n0``, to the node's label in the whole document.
    """

    indexes: tuple[int, ...]
    canonical: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a document, its blank nodes labelled by ``relabel``.

    Attributes:
        lines: N-Quads, each with its line feed, sorted by code point.
    """

    lines: tuple[str, ...]
    _document: JsonObject
    _labels: Mapping[str, str]

    @classmethod
    def of(cls, unsecured: Unsecured, relabel: Relabel) -> Self:
        """Canonicalise a document (§3.4, canonicalizeAndGroup).

        Raises:
            SelectionInvalid: it has parts that cannot be told from each other, or named graphs.
            TouchstoneError: it has no canonical form.
        """
        named, found = _named_document(unsecured)
        canonical = canonical_labels(found)
        labels = {node: f"_:{relabel(label[2:])}" for node, label in canonical.items()}
        return cls(tuple(labelled_lines(found, labels)), named, labels)

    def select(self, pointers: Sequence[Pointer]) -> Selection:
        """The statements that JSON pointers select (§3.4, selectCanonicalNQuads), if any.

        Raises:
            SelectionInvalid: a pointer selects nothing, or what makes no statement of its own,
                such as one element of an ordered list.
        """
        if not pointers:
            return Selection((), {})
        found = _nameless(quads(select(self._document, pointers)))
        if not set(_blank_terms(found)) <= set(self._labels):
            raise _no_part()
        places = {line: index for index, line in enumerate(self.lines)}
        lines = labelled_lines(found, self._labels)
        if not all(line in places for line in lines):
            raise _no_part()
        canonical = {
            label[2:]: self._labels[node][2:] for node, label in canonical_labels(found).items()
        }
        return Selection(tuple(sorted(places[line] for line in lines)), canonical)


def relabelled(document: JsonObject, labels: Mapping[str, str]) -> list[str]:
    """The statements of a document whose canonical labels are replaced, sorted.

    Args:
        labels: from each canonical label, such as ``c14n0``, to another.

    Raises:
        ProofMalformed: ``labels`` are not those of exactly the document's blank nodes.
        TouchstoneError: the document has no canonical form.
    """
    try:
        found = quads(document)
        canonical = canonical_labels(found)
        if {label[2:] for label in canonical.values()} != set(labels):
            raise ProofMalformed("The labels of a proof are not those of the document's nodes.")
        return labelled_lines(found, {n: f"_:{labels[c[2:]]}" for n, c in canonical.items()})
    except UnicodeEncodeError as error:
        raise JsonSurrogate("A string holds half of a surrogate pair, which is no text.") from error


def _no_part() -> SelectionInvalid:
    return SelectionInvalid(
        "A JSON pointer selects something that makes no statement without the rest.",
        "Select the whole list, or the object around it.",
    )


def _named_document(unsecured: Unsecured) -> tuple[JsonObject, list[Quad]]:
    """The document with a name for every nameless node, and its quads without those names.

    At first every object is taken for a node. Where one is something else, such as a JSON
    literal, its name is not among the terms of the quads, and it gets none the second time.
    """
    canonical = unsecured.canonical
    given: set[str] | None = None
    for _ in range(2):
        named = _Namer(given).name(unsecured.document)
        try:
            terms = quads(named)
        except TouchstoneError:
            # A name stands where JSON-LD allows none; without the names there was no error.
            break
        found = _nameless(terms)
        if canonical_nquads(found) == canonical:
            return named, found
        given = {match[1] for quad in terms for term in quad if (match := _NAMED.fullmatch(term))}
    raise SelectionInvalid(
        "The document has parts that cannot be disclosed apart from each other.",
        "Give its nodes ids, and leave out named graphs.",
    )


class _Namer:
    """Names nodes in document order; those in ``given`` only, if that is not None."""

    def __init__(self, given: set[str] | None) -> None:
        self.given = given
        self.count = 0

    def name(self, document: JsonObject) -> JsonObject:
        named: JsonObject = self._value(document)
        return named

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        if isinstance(value, str) and value.startswith("_:"):
            return f"{_NAME}x{value.encode('utf-8', 'replace').hex()}"
        if not isinstance(value, dict):
            return value
        members = {
            name: inner if name == "@context" else self._value(inner)
            for name, inner in value.items()
        }
        if _NOT_NAMED.isdisjoint(value):
            self.count += 1
            if self.given is None or str(self.count) in self.given:
                members["id"] = f"{_NAME}{self.count}"
        return members


def _nameless(named: Sequence[Quad]) -> list[Quad]:
    """The quads with blank nodes in place of our names; list cells are labelled by their content.

    Raises:
        SelectionInvalid: there are other blank nodes, which are graphs without a name.
    """
    blank = [_blank_quad(quad) for quad in named]
    cells = _cell_labels(blank)
    result = [_renamed(quad, cells) for quad in blank]
    if any(term[2] not in "nl" for term in _blank_terms(result)):
        raise SelectionInvalid(
            "The document holds a graph within, whose parts cannot be disclosed.",
            "Disclose a credential that stands on its own.",
        )
    return result


def _blank_quad(quad: Quad) -> Quad:
    s, p, o, g = (
        f"_:n{match[1]}" if (match := _NAMED.fullmatch(term)) else _other(term) for term in quad
    )
    return s, p, o, g


def _other(term: str) -> str:
    """A label of the converter's, kept apart from ours."""
    return f"_:o{term[2:]}" if term.startswith("_:") else term


def _renamed(quad: Quad, labels: Mapping[str, str]) -> Quad:
    s, p, o, g = (labels.get(term, term) for term in quad)
    return s, p, o, g


def _blank_terms(found: Sequence[Quad]) -> Iterator[str]:
    return (term for quad in found for term in quad if term.startswith("_:"))


def _cell_labels(found: Sequence[Quad]) -> dict[str, str]:
    """A label for every cell of an ordered list: by what the list belongs to and holds."""
    first = {s: o for s, p, o, _ in found if p == _FIRST and s.startswith("_:o")}
    rest = {s: o for s, p, o, _ in found if p == _REST and s.startswith("_:o")}
    labels: dict[str, str] = {}
    heads = [(o, f"{s} {p} {g}") for s, p, o, g in found if o in rest and s not in rest]
    while heads:
        head, owner = heads.pop()
        digest = hashlib.sha256(f"{owner} {_content(head, first, rest)}".encode()).hexdigest()
        for index, cell in enumerate(_cells(head, rest)):
            labels[cell] = f"_:l{digest}x{index}"
            if first.get(cell) in rest:
                heads.append((first[cell], labels[cell]))
    return labels


def _cells(head: str, rest: Mapping[str, str]) -> Iterator[str]:
    while head in rest:
        yield head
        head = rest[head]


def _content(head: str, first: Mapping[str, str], rest: Mapping[str, str]) -> str:
    """What an ordered list holds, as text: lists within lists are as deep as JSON is at most."""
    items = [first.get(cell, "") for cell in _cells(head, rest)]
    return f"[{' '.join(_content(i, first, rest) if i in rest else i for i in items)}]"
