"""Filling a shape: from a document's texts straight to its canonical N-Quads (RDFC-1.0).

In a shape everything but the texts is settled, so most of the algorithm runs once for all
documents: which quads make up a blank node's first-degree hash (§4.6), in which order they are
hashed, where each text stands in them. What is left for a document is to join texts, to hash once
for each blank node, and to sort. Where two blank nodes turn out alike, or quads of blank nodes
turn out equal, the whole algorithm runs.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cmp_to_key
from hashlib import sha256, sha384
from operator import eq, itemgetter

from credentials.outlines import NotShapeable, Parts, Pick, pick
from credentials.rdfc import HashName, Quad, canonical_nquads
from credentials.terms import TERMS

Token = tuple[str] | tuple[str, int, str]
"""A term of a quad: its text, or a place among the parts with what stands around it."""
_Line = list[str | int]
_Pool = list[str]
"""A document's parts, then the labels of the blank nodes, then a filling's own texts."""
_Take = Callable[[_Pool], tuple[str, ...]]

_NEVER_IN_IRIS = " <>{}|^`\\"
"""Quotation marks and control characters, not allowed either, stand behind backslashes here."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_COMMON_SCHEMES = {"http:", "https:", "urn:", "did:", "mailto:", "data:"} - {
    f"{term}:" for term in TERMS
}


class _Undecided(Exception):
    """The order of two lines depends on what is filled in."""


class Filling:
    """A compiled shape.

    Args:
        quads: four tokens each, no two quads equal.
        size: number of parts of a document.
        ids: takes the texts that stand under ``id``.

    Raises:
        NotShapeable: there are no quads, or a text would become a predicate.
    """

    def __init__(self, quads: Sequence[Sequence[Token]], size: int, ids: Pick) -> None:
        if not quads or any(len(predicate) > 1 for _, predicate, _, _ in quads):
            raise NotShapeable
        blanks = sorted({term[0] for quad in quads for term in quad if _is_blank(term)})
        self.ids = ids
        self._size = size
        self._behind = size + len(blanks)
        self._tail = list(blanks)
        self._blanks = tuple(blanks)
        self._labels = tuple(f"_:c14n{number}" for number in range(len(blanks)))
        slots = (term for quad in quads for term in quad if len(term) > 1)
        self._iris = pick(sorted({slot[1] for slot in slots if slot[0] == "<"}))
        self._first_degree = self._compile_first_degree(quads)
        places = {blank: size + index for index, blank in enumerate(blanks)}
        lines = [_line(quad, places) for quad in quads]
        self._lines = self._take(piece for line in lines for piece in line)
        self._quads = [[self._take(term) for term in quad] for quad in quads]
        self._blank_quads_may_collapse = _may_collapse(quads)

    def canonical(self, parts: Parts, hash_name: HashName = "sha256") -> str:
        """The canonical N-Quads of a document of this shape.

        Raises:
            NotShapeable: a text stands for an IRI, and is none or could be shortened.
            CanonicalWorkLimit: a poison graph.
            UnicodeEncodeError: half a surrogate pair in a text.
        """
        self._check_iris(self._iris(parts))
        pool = parts + self._tail
        digest = sha256 if hash_name == "sha256" else sha384
        hashes = []
        for take, in_order in self._first_degree:
            text = "".join(take(pool))
            hashes.append(digest((text if in_order else _sorted(text)).encode()).digest())
        if len(set(hashes)) < len(hashes):
            return canonical_nquads(self._filled(pool), hash_name=hash_name)
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        for label, index in zip(self._labels, order, strict=True):
            pool[self._size + index] = label
        lines = "".join(self._lines(pool))[:-1].split("\n")
        lines.sort()
        if True in map(eq, lines, lines[1:]):
            if self._blank_quads_may_collapse:
                return canonical_nquads(self._filled(pool), hash_name=hash_name)
            lines = list(dict.fromkeys(lines))
        lines.append("")
        return "\n".join(lines)

    def quads(self, parts: Parts) -> list[Quad]:
        """The quads of a document of this shape. Raises as :meth:`canonical`."""
        self._check_iris(self._iris(parts))
        return self._filled(parts + self._tail)

    def _filled(self, pool: _Pool) -> list[Quad]:
        pool[self._size : self._behind] = self._blanks
        filled = (["".join(take(pool)) for take in quad] for quad in self._quads)
        return [(s, p, o, g) for s, p, o, g in filled]

    def _check_iris(self, iris: Sequence[str]) -> None:
        joined = "".join(iris)
        if any(map(joined.__contains__, _NEVER_IN_IRIS)):
            raise NotShapeable
        schemes = {iri[: iri.find(":") + 1] for iri in iris}
        if schemes <= _COMMON_SCHEMES:
            return
        for scheme in schemes:
            if not _SCHEME.fullmatch(scheme) or scheme[:-1] in TERMS:
                raise NotShapeable

    def _take(self, pieces: Iterable[str | int]) -> _Take:
        """Takes these pieces out of a pool; texts that follow each other are put together."""
        places = [
            self._place(piece) if isinstance(piece, str) else piece for piece in _merged(pieces)
        ]
        # itemgetter hands over a single one without a tuple.
        return itemgetter(*places, self._place(""))

    def _place(self, text: str) -> int:
        self._tail.append(text)
        return self._size + len(self._tail) - 1

    def _compile_first_degree(self, quads: Sequence[Sequence[Token]]) -> list[tuple[_Take, bool]]:
        """For each blank node what is hashed (§4.6), and whether it is in order as it stands."""
        found = []
        quads_of: dict[str, list[Sequence[Token]]] = {blank: [] for blank in self._blanks}
        for quad in quads:
            for blank in {term[0] for term in quad if _is_blank(term)}:
                quads_of[blank].append(quad)
        for blank, own in quads_of.items():
            marks = {term[0]: "_:z" for quad in own for term in quad if _is_blank(term)}
            marks[blank] = "_:a"
            lines = [_line(quad, marks) for quad in own]
            try:
                lines, in_order = sorted(lines, key=cmp_to_key(_compare)), True
            except _Undecided:
                in_order = False
            found.append((self._take(piece for line in lines for piece in line), in_order))
        return found


def _is_blank(term: Token) -> bool:
    return term[0][:2] == "_:"


def _sorted(text: str) -> str:
    lines = text[:-1].split("\n")
    lines.sort()
    lines.append("")
    return "\n".join(lines)


def _line(quad: Sequence[Token], blanks: dict[str, str] | dict[str, int]) -> _Line:
    """A quad as a line of N-Quads, with what ``blanks`` says in place of blank nodes."""
    line: _Line = []
    for term in quad:
        if term != ("",):
            line += [blanks[term[0]]] if _is_blank(term) else term
            line.append(" ")
    return [*line, ".\n"]


def _compare(one: _Line, other: _Line) -> int:
    """The order of two lines by code point.

    Raises:
        _Undecided: it depends on what is filled in.
    """
    one, other = _merged(one), _merged(other)
    for mine, yours in zip(one, other, strict=False):
        if mine == yours:
            continue
        if isinstance(mine, int) or isinstance(yours, int):
            raise _Undecided
        if mine.startswith(yours) or yours.startswith(mine):
            raise _Undecided
        return -1 if mine < yours else 1
    if len(one) != len(other):
        raise _Undecided
    return 0


def _merged(pieces: Iterable[str | int]) -> _Line:
    """Pieces with texts that follow each other put together."""
    merged: _Line = [""]
    for piece in pieces:
        if isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _may_collapse(quads: Sequence[Sequence[Token]]) -> bool:
    """Whether two quads of blank nodes can become equal when they are filled in."""
    alike: dict[tuple[object, ...], list[Sequence[Token]]] = defaultdict(list)
    for quad in quads:
        if any(map(_is_blank, quad)):
            alike[tuple(_kind(term) for term in quad)].append(quad)
    return any(
        len(same) > 1 and any(len(term) > 1 for quad in same for term in quad)
        for same in alike.values()
    )


def _kind(term: Token) -> object:
    """What two terms have in common that can become equal."""
    if _is_blank(term):
        return term
    return term[0][:1]
