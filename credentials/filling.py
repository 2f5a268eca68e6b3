"""Filling a shape: from a document's texts straight to its canonical N-Quads (RDFC-1.0).

In a shape everything but the texts is settled, so most of the algorithm runs once for all
documents: which quads make up a blank node's first-degree hash (§4.6), in which order they are
hashed, where each text stands in them. What is left for a document is to join texts, to hash once
for each blank node, and to sort. Where two blank nodes turn out alike, or quads of blank nodes
turn out equal, the whole algorithm runs.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cmp_to_key
from hashlib import sha256, sha384
from operator import eq, itemgetter
from typing import Any

from credentials.outlines import NotShapeable, Parts, Pick, pick
from credentials.rdfc import HashName, Quad, canonical_nquads
from credentials.terms import TERMS

Token = tuple[str] | tuple[str, int, str]
"""A term of a quad: its text, or a place among the parts with what stands around it."""
_Line = list[str | int]
_Pool = list[str]
"""A document's parts, then the labels of the blank nodes, then a filling's own texts."""
_Take = Callable[[_Pool], tuple[str, ...]]
_Digest = Callable[[bytes], Any]
"""hashlib's SHA-256 or SHA-384."""

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

    Attributes:
        ids: takes the texts that stand under ``id``.
        size: number of parts of a document.
        tokens: its quads.

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
        self.tokens = [tuple(quad) for quad in quads]
        self.size = size
        self._behind = size + len(blanks)
        self._tail = list(blanks)
        self._blanks = tuple(blanks)
        slots = (term for quad in quads for term in quad if len(term) > 1)
        self._iris = pick(sorted({slot[1] for slot in slots if slot[0] == "<"}))
        self._settled_hashes: dict[_Digest, list[bytes]] = {
            digest: [b""] * len(blanks) for digest in (sha256, sha384)
        }
        self._first_degree = self._compile_first_degree(quads)
        places = {blank: size + index for index, blank in enumerate(blanks)}
        lines = [_line(quad, places) for quad in quads]
        settled = [all(isinstance(piece, str) for piece in line) for line in lines]
        self._settled = sorted(
            "".join(map(str, line))[:-1]
            for line, known in zip(lines, settled, strict=True)
            if known
        )
        open_lines = (line for line, known in zip(lines, settled, strict=True) if not known)
        self._lines = self._take(piece for line in open_lines for piece in line)
        self._quads = [[self._take(term) for term in quad] for quad in quads]
        self.blank_quads_may_collapse = _may_collapse(quads)

    def canonical(self, parts: Parts, hash_name: HashName = "sha256") -> str:
        """The canonical N-Quads of a document of this shape.

        Raises:
            NotShapeable: a text stands for an IRI, and is none or could be shortened.
            CanonicalWorkLimit: a poison graph.
            UnicodeEncodeError: half a surrogate pair in a text.
        """
        return canonical_union([(self, parts)], hash_name)

    def bound(self, parts: Parts, places: Mapping[int, int], size: int) -> "Filling":
        """This shape with all but some texts filled in.

        Args:
            parts: of a document of this shape.
            places: which of the parts vary, and as which of the new shape's parts.
            size: number of the new shape's parts.

        Raises:
            NotShapeable: what varies is no text that this shape lets vary.
        """
        landed = {term[1] for quad in self.tokens for term in quad if len(term) > 1}
        if not landed.issuperset(places):
            raise NotShapeable
        self._check_iris(self._iris(parts))
        filled = {
            tuple(_bound_token(term, parts, places) for term in quad): None for quad in self.tokens
        }
        return Filling(list(filled), size, pick(()))

    def less(self, other: "Filling") -> "Filling":
        """This shape without the quads that another has as well.

        Raises:
            NotShapeable: there are no others.
        """
        theirs = other.tokens
        return Filling([quad for quad in self.tokens if quad not in theirs], self.size, pick(()))

    def pool(self, parts: Parts) -> _Pool:
        """A document's parts with what filling needs beside them.

        Raises:
            NotShapeable: a text stands for an IRI, and is none or could be shortened.
        """
        self._check_iris(self._iris(parts))
        return parts + self._tail

    def hashes(self, pool: _Pool, digest: _Digest) -> list[bytes]:
        """The first-degree hash of each blank node (§4.6)."""
        found = self._settled_hashes[digest].copy()
        for index, take, in_order in self._first_degree:
            text = "".join(take(pool))
            found[index] = digest((text if in_order else _sorted(text)).encode()).digest()
        return found

    def labelled(self, pool: _Pool) -> list[str]:
        """The lines of N-Quads, the settled ones first and sorted."""
        lines = "".join(self._lines(pool))
        return self._settled + lines[:-1].split("\n") if lines else self._settled.copy()

    def quads(self, parts: Parts) -> list[Quad]:
        """The quads of a document of this shape. Raises as :meth:`canonical`."""
        return self.filled(self.pool(parts))

    def filled(self, pool: _Pool) -> list[Quad]:
        """The quads, filled in; blank nodes have their labels in the shape."""
        pool[self.size : self._behind] = self._blanks
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
        return self.size + len(self._tail) - 1

    def _compile_first_degree(
        self, quads: Sequence[Sequence[Token]]
    ) -> list[tuple[int, _Take, bool]]:
        """What is hashed for each blank node (§4.6), and whether it is in order as it stands.

        Where no text is missing in that, the hash is settled.
        """
        found = []
        quads_of: dict[str, list[Sequence[Token]]] = {blank: [] for blank in self._blanks}
        for quad in quads:
            for blank in {term[0] for term in quad if _is_blank(term)}:
                quads_of[blank].append(quad)
        for index, (blank, own) in enumerate(quads_of.items()):
            marks = {term[0]: "_:z" for quad in own for term in quad if _is_blank(term)}
            marks[blank] = "_:a"
            lines = [_line(quad, marks) for quad in own]
            try:
                lines, in_order = sorted(lines, key=cmp_to_key(_compare)), True
            except _Undecided:
                in_order = False
            pieces = [piece for line in lines for piece in line]
            if all(isinstance(piece, str) for piece in pieces):
                text = "".join(map(str, pieces))
                for digest, hashes in self._settled_hashes.items():
                    hashes[index] = digest((text if in_order else _sorted(text)).encode()).digest()
            else:
                found.append((index, self._take(pieces), in_order))
        return found


def canonical_union(filled: Sequence[tuple[Filling, Parts]], hash_name: HashName = "sha256") -> str:
    """The canonical N-Quads of several shapes' quads together.

    A blank node of one is no blank node of another, so its first-degree hash (§4.6) is the one
    that it has alone.

    Raises:
        as :meth:`Filling.canonical`.
    """
    digest = sha256 if hash_name == "sha256" else sha384
    pools: list[tuple[Filling, _Pool]] = []
    hashes: list[bytes] = []
    homes: list[tuple[_Pool, int]] = []
    for filling, parts in filled:
        pool = filling.pool(parts)
        own = filling.hashes(pool, digest)
        homes += [(pool, len(parts) + index) for index in range(len(own))]
        hashes += own
        pools.append((filling, pool))
    if len(set(hashes)) < len(hashes):
        return canonical_nquads(_all_quads(pools), hash_name=hash_name)
    for number, index in enumerate(sorted(range(len(hashes)), key=hashes.__getitem__)):
        pool, place = homes[index]
        pool[place] = f"_:c14n{number}"
    lines: list[str] = []
    for filling, pool in pools:
        lines += filling.labelled(pool)
    lines.sort()
    if True in map(eq, lines, lines[1:]):
        if any(filling.blank_quads_may_collapse for filling, _ in pools):
            return canonical_nquads(_all_quads(pools), hash_name=hash_name)
        lines = list(dict.fromkeys(lines))
    lines.append("")
    return "\n".join(lines)


def _all_quads(pools: Sequence[tuple[Filling, _Pool]]) -> list[Quad]:
    """The quads of all; the blank nodes of each get labels that no other has."""
    found: dict[Quad, None] = {}
    for number, (filling, pool) in enumerate(pools):
        for quad in filling.filled(pool):
            subject, predicate, thing, graph = (
                f"{term}.{number}" if term[:2] == "_:" else term for term in quad
            )
            found[subject, predicate, thing, graph] = None
    return list(found)


def _bound_token(term: Token, parts: Parts, places: Mapping[int, int]) -> Token:
    if len(term) == 1:
        return term
    before, place, behind = term
    if place in places:
        return (before, places[place], behind)
    return (f"{before}{parts[place]}{behind}",)


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
