"""Which competencies of other frameworks a competency matches, by the associations that are here.

``exactMatchOf`` is followed from end to end, both ways, through items of frameworks that are not
here too: two that match the same third match each other. Every other association is told as it
stands, one step from the competency or from an exact match of it. Ends are the same item if they
have the same identifier or the same URI. The walk visits each item once and stops at a limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import crosswalk_repository as repository
from issuer.competency.crosswalk_repository import Edge, Known
from issuer.competency.errors import AmbiguousName, UnknownCompetency

EXACT: Final = "exactMatchOf"
RELATIONS: Final = (
    EXACT,
    "isRelatedTo",
    "isPeerOf",
    "isPartOf",
    "replacedBy",
    "isTranslationOf",
    "precedes",
)
"""Associations between competencies; the tree, exemplars and skill levels are no crosswalk."""
MAX_ITEMS: Final = 1_000
"""Items that match exactly, at which the walk ends."""
MAX_MATCHES: Final = 10_000
"""Matches that are told."""


@dataclass(frozen=True, slots=True)
class Match:
    """A competency that another matches.

    Args:
        relation: CASE associationType.
        direction: ``both`` for exactMatchOf; ``to`` if the competency asked about (or ``via``) is
            the origin of the association, ``from`` if it is the destination.
        identifier, uri, title: of the match, as the association or its own framework has them.
        competency_id: its CFItem, if its framework is here; else None.
        code, framework_title: '' if its framework is not here.
        via: identifiers of the exact matches that led to it; empty if it is matched directly.
    """

    relation: str
    direction: str
    identifier: str
    uri: str
    title: str
    competency_id: UUID | None
    code: str
    framework_title: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What a competency matches. ``complete`` is False if the walk ended at its limit."""

    competency_id: UUID
    matches: tuple[Match, ...]
    complete: bool


def crosswalk(
    session: Session, competency_id: UUID, relations: Iterable[str] = RELATIONS
) -> Crosswalk:
    """The competencies of other frameworks that one matches.

    Args:
        session: reads only.
        competency_id: a CFItem here.
        relations: association types to tell; exactMatchOf is always followed.

    Raises:
        UnknownCompetency: there is none with this identifier.
    """
    found = repository.known(session, [str(competency_id)], [])
    if not found:
        raise UnknownCompetency(f"There is no competency {competency_id}.", "Import its framework.")
    return _Walk(session, found[0], frozenset(relations)).answer()


def competency_named(session: Session, name: str) -> UUID:
    """The competency with this identifier, human code or URI.

    Raises:
        UnknownCompetency: there is none.
        AmbiguousName: several frameworks have one with this code.
    """
    found = repository.named(session, name)
    if not found:
        raise UnknownCompetency(f"There is no competency {name[:255]}.", "Import its framework.")
    if len(found) > 1:
        shown = ", ".join(f"{one.identifier} ({one.framework_title})" for one in found[:10])
        raise AmbiguousName(
            f"{len(found)} competencies have the code {name[:255]}: {shown}.",
            "Give the identifier of one of them.",
        )
    return UUID(found[0].identifier)


@dataclass(slots=True)
class _Node:
    """An item on the walk: every identifier and URI that it goes by."""

    identifier: str
    uri: str
    title: str
    via: tuple[str, ...]
    known: Known | None = None


class _Walk:
    """One walk, a step at a time: two queries a step, whatever its width."""

    def __init__(self, session: Session, start: Known, relations: frozenset[str]) -> None:
        self.session = session
        self.start = start
        self.relations = relations
        self.nodes: list[_Node] = []
        self.by_name: dict[str, _Node] = {}
        self.edges: dict[tuple[UUID, UUID], Edge] = {}
        self.complete = True
        self._add(_Node(start.identifier, start.uri, start.title, (), start))

    def answer(self) -> Crosswalk:
        """Walk, and tell the matches: exact ones first, as they were reached."""
        ahead = self.nodes[:]
        while ahead:
            ahead = self._step(ahead)
        exact = [self._exact(node) for node in self.nodes[1:]] if EXACT in self.relations else []
        matches = [one for one in [*exact, *self._others()] if one is not None]
        complete = self.complete and len(matches) <= MAX_MATCHES
        return Crosswalk(UUID(self.start.identifier), tuple(matches[:MAX_MATCHES]), complete)

    def _step(self, ahead: Sequence[_Node]) -> list[_Node]:
        """Read the associations of some items; what they match exactly comes next."""
        names = [one.identifier for one in ahead]
        uris = [one.uri for one in ahead if one.uri]
        found, whole = repository.edges(self.session, names, uris, self.relations | {EXACT})
        self.complete = self.complete and whole
        reached: list[_Node] = []
        for edge in found:
            self.edges[edge.key] = edge
            if edge.type == EXACT:
                reached += self._reach(edge)
        self._look_up(reached)
        return reached

    def _reach(self, edge: Edge) -> list[_Node]:
        """The end of an exact match that was not reached before."""
        near, far = self._node(edge.origin), self._node(edge.destination)
        if near is not None and far is not None:
            return []
        here, end = (near, edge.destination) if near is not None else (far, edge.origin)
        if here is None:
            return []
        if len(self.nodes) > MAX_ITEMS:
            self.complete = False
            return []
        via = here.via if here is self.nodes[0] else (*here.via, here.identifier)
        node = _Node(end.identifier, end.uri, end.title, via)
        self._add(node)
        return [node]

    def _look_up(self, nodes: Sequence[_Node]) -> None:
        """Of items whose framework is here: their own identifier, URI and words."""
        names = [one.identifier for one in nodes]
        for known in repository.known(self.session, names, [one.uri for one in nodes if one.uri]):
            node = self.by_name.get(known.identifier) or self.by_name.get(known.uri)
            if node is not None and node.known is None:
                node.known = known
                node.identifier, node.uri, node.title = known.identifier, known.uri, known.title
                self.by_name.setdefault(known.identifier, node)
                self.by_name.setdefault(known.uri, node)

    def _add(self, node: _Node) -> None:
        self.nodes.append(node)
        for name in (node.identifier, node.uri):
            if name:
                self.by_name.setdefault(name, node)

    def _node(self, end: repository.End) -> _Node | None:
        return self.by_name.get(end.identifier) or (self.by_name.get(end.uri) if end.uri else None)

    def _exact(self, node: _Node) -> Match | None:
        return self._match(EXACT, "both", node, node.via)

    def _others(self) -> Iterable[Match | None]:
        """Other associations of the competency and of its exact matches."""
        told = [one for one in self.edges.values() if one.type != EXACT]
        far: list[tuple[Edge, str, _Node, tuple[str, ...]]] = []
        for edge in told:
            near, other = self._node(edge.origin), self._node(edge.destination)
            if (near is None) == (other is None):
                continue
            here, end, direction = (
                (near, edge.destination, "to") if near is not None else (other, edge.origin, "from")
            )
            if here is not None:
                via = () if here is self.nodes[0] else (*here.via, here.identifier)
                far.append((edge, direction, _Node(end.identifier, end.uri, end.title, via), via))
        self._know([node for _, _, node, _ in far])
        return [self._match(edge.type, way, node, via) for edge, way, node, via in far]

    def _know(self, nodes: Sequence[_Node]) -> None:
        found = repository.known(
            self.session, [one.identifier for one in nodes], [one.uri for one in nodes if one.uri]
        )
        by_name = {one.uri: one for one in found} | {one.identifier: one for one in found}
        for node in nodes:
            node.known = by_name.get(node.identifier) or by_name.get(node.uri)

    def _match(self, relation: str, way: str, node: _Node, via: tuple[str, ...]) -> Match | None:
        """None for an item of the competency's own framework: that is no crosswalk."""
        known = node.known
        if known is None:
            return Match(relation, way, node.identifier, node.uri, node.title, None, "", "", via)
        if known.framework_id == self.start.framework_id:
            return None
        return Match(
            relation,
            way,
            known.identifier,
            known.uri,
            known.title,
            UUID(known.identifier),
            known.code,
            known.framework_title,
            via,
        )
