"""RDFC-1.0: canonical N-Quads of an RDF dataset (RDF Dataset Canonicalization, W3C 2024).

Written here, rather than taken from a library, for one reason: the general algorithm is
exponential on symmetrical graphs, so whoever sends a document could hang a verifier. This one
counts its work and stops. On ordinary credentials every blank node has a first-degree hash of its
own and the general algorithm (§4.8) never runs.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from credentials.errors import CanonicalWorkLimit

Quad = tuple[str, str, str, str]
"""Subject, predicate, object, graph name as N-Quads tokens; the default graph is ''."""

HashName = Literal["sha256", "sha384"]
MAX_WORK = 5_000
"""Permutations and recursions of the general algorithm; about a fifth of a second."""
MAX_DEPTH = 150
"""Nodes that one chain of alike nodes is followed along; well within the interpreter's stack."""
_QUADS_A_UNIT = 64
"""So many quads or places in an order cost a unit more."""

_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_TO_ESCAPE = re.compile(r'[\x00-\x1f"\\\x7f]')


def escape_literal(text: str) -> str:
    """The canonical N-Quads form of a literal's text (RDF 1.1 N-Quads, as RDFC-1.0 §A asks)."""
    return _TO_ESCAPE.sub(lambda m: _ESCAPES.get(m.group()) or f"\\u{ord(m.group()):04X}", text)


def canonical_nquads(
    quads: Iterable[Quad], *, max_work: int = MAX_WORK, hash_name: HashName = "sha256"
) -> str:
    """The canonical N-Quads of a dataset, one line a quad, sorted by code point.

    Args:
        hash_name: the hash that labels blank nodes (§4.2): SHA-384 for suites with P-384.

    Raises:
        CanonicalWorkLimit: the graph is so symmetrical that labelling it exceeds ``max_work``,
            or a chain of alike nodes is longer than ``MAX_DEPTH``.
    """
    dataset = list(dict.fromkeys(quads))
    labels = _Canonicalizer(dataset, max_work, hash_name).labels()
    return "".join(labelled_lines(dataset, labels))


def canonical_labels(quads: Iterable[Quad], *, max_work: int = MAX_WORK) -> dict[str, str]:
    """The canonical label of every blank node, by the label it has now (§4.3 issued identifiers).

    Raises:
        CanonicalWorkLimit: as :func:`canonical_nquads`.
    """
    return _Canonicalizer(list(dict.fromkeys(quads)), max_work, "sha256").labels()


def labelled_lines(quads: Iterable[Quad], labels: Mapping[str, str]) -> list[str]:
    """The distinct N-Quads lines of ``quads`` with other labels, sorted by code point."""
    return sorted({_line(quad, labels) for quad in quads})


def _line(quad: Quad, labels: Mapping[str, str]) -> str:
    s, p, o, g = quad
    s, o = labels.get(s, s), labels.get(o, o)
    return f"{s} {p} {o} {labels.get(g, g)} .\n" if g else f"{s} {p} {o} .\n"


def _is_blank(term: str) -> bool:
    return term[:2] == "_:"


class _Issuer:
    """Issues labels in order and remembers them (§4.5)."""

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued: dict[str, str] = issued or {}

    def issue(self, node: str) -> str:
        if node not in self.issued:
            self.issued[node] = f"_:{self.prefix}{len(self.issued)}"
        return self.issued[node]

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, dict(self.issued))


class _Canonicalizer:
    """One run of the canonicalization algorithm (§4.4.3) over one dataset."""

    def __init__(self, quads: Sequence[Quad], max_work: int, hash_name: HashName) -> None:
        self._new_hash = hashlib.sha384 if hash_name == "sha384" else hashlib.sha256
        self.work_left = max_work
        self.canonical = _Issuer("c14n")
        self.quads_of: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            s, _, o, g = quad
            if s[:2] == "_:":
                self.quads_of[s].append(quad)
            if o[:2] == "_:" and o != s:
                self.quads_of[o].append(quad)
            if g[:2] == "_:" and g not in (s, o):
                self.quads_of[g].append(quad)
        self.first_degree = {node: self._first_degree(node) for node in self.quads_of}

    def labels(self) -> dict[str, str]:
        """The canonical label of every blank node."""
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node, digest in self.first_degree.items():
            by_hash[digest].append(node)
        shared = []
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self.canonical.issue(by_hash[digest][0])
            else:
                shared.append(by_hash[digest])
        for nodes in shared:
            self._label_alike(nodes)
        return self.canonical.issued

    def _hash(self, text: str) -> str:
        return self._new_hash(text.encode("utf-8")).hexdigest()

    def _label_alike(self, nodes: Sequence[str]) -> None:
        """Label nodes of one first-degree hash by their wider surroundings (§4.4.3 step 5)."""
        results = []
        for node in nodes:
            if node not in self.canonical.issued:
                issuer = _Issuer("b")
                issuer.issue(node)
                results.append(self._n_degree(node, issuer))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self.canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """Hash First Degree Quads (§4.6)."""
        lines = []
        for s, p, o, g in self.quads_of[node]:
            if s[:2] == "_:":
                s = "_:a" if s == node else "_:z"  # noqa: PLW2901 - as the standard marks it
            if o[:2] == "_:":
                o = "_:a" if o == node else "_:z"  # noqa: PLW2901
            if g[:2] == "_:":
                g = "_:a" if g == node else "_:z"  # noqa: PLW2901
            lines.append(f"{s} {p} {o} {g} .\n" if g else f"{s} {p} {o} .\n")
        return self._hash("".join(sorted(lines)))

    def _related_hash(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Hash Related Blank Node (§4.7)."""
        label = self.canonical.issued.get(related) or issuer.issued.get(related)
        predicate = "" if position == "g" else quad[1]
        return self._hash(position + predicate + (label or self.first_degree[related]))

    def _n_degree(self, node: str, issuer: _Issuer, depth: int = 0) -> tuple[str, _Issuer]:
        """Hash N-Degree Quads (§4.8)."""
        if depth > MAX_DEPTH:
            raise _too_alike()
        self._spend(len(self.quads_of[node]) // _QUADS_A_UNIT)
        related: dict[str, list[str]] = defaultdict(list)
        for quad in self.quads_of[node]:
            for term, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if _is_blank(term) and term != node:
                    related[self._related_hash(term, quad, issuer, position)].append(term)
        data = []
        for digest in sorted(related):
            path, issuer = self._shortest_path(related[digest], issuer, depth)
            data += [digest, path]
        return self._hash("".join(data)), issuer

    def _shortest_path(
        self, nodes: Sequence[str], issuer: _Issuer, depth: int
    ) -> tuple[str, _Issuer]:
        """The least path over all orders of ``nodes`` (§4.8.3 step 5)."""
        best: tuple[str, _Issuer] | None = None
        for order in _orders(nodes):
            self._spend(1 + len(order) // _QUADS_A_UNIT)
            candidate = self._path(order, issuer.copy(), best[0] if best else "", depth)
            if candidate and (best is None or candidate[0] < best[0]):
                best = candidate
        # The first order is never cut short, so there always is a best one.
        return best or ("", issuer)

    def _path(
        self, order: Sequence[str], issuer: _Issuer, best: str, depth: int
    ) -> tuple[str, _Issuer] | None:
        """The path of one order, or nothing once it cannot be the least any more."""
        path, unexplored = "", []
        for node in order:
            if node in self.canonical.issued:
                path += self.canonical.issued[node]
            else:
                if node not in issuer.issued:
                    unexplored.append(node)
                path += issuer.issue(node)
            if _is_worse(path, best):
                return None
        for node in unexplored:
            self._spend()
            digest, deeper = self._n_degree(node, issuer, depth + 1)
            path += f"{issuer.issue(node)}<{digest}>"
            issuer = deeper
            if _is_worse(path, best):
                return None
        return path, issuer

    def _spend(self, units: int = 1) -> None:
        self.work_left -= units
        if self.work_left < 0:
            raise _too_alike()


def _too_alike() -> CanonicalWorkLimit:
    return CanonicalWorkLimit(
        "The document's blank nodes are so alike that ordering them exceeds the limit.",
        "Give the nodes ids, or fewer identical parts.",
    )


def _orders(nodes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All distinct orders of ``nodes``, each from the last (Knuth's algorithm L).

    A node stands in the list once for every quad that relates it, such as a graph name once for
    every quad in its graph; swapping it with itself makes no new order.
    """
    order = sorted(nodes)
    while True:
        yield tuple(order)
        rises = (at for at in range(len(order) - 2, -1, -1) if order[at] < order[at + 1])
        pivot = next(rises, None)
        if pivot is None:
            return
        larger = next(at for at in range(len(order) - 1, pivot, -1) if order[at] > order[pivot])
        order[pivot], order[larger] = order[larger], order[pivot]
        order[pivot + 1 :] = reversed(order[pivot + 1 :])


def _is_worse(path: str, best: str) -> bool:
    return bool(best) and len(path) >= len(best) and path > best
