"""The tree of a framework: ``isChildOf`` leads from child to parent, up to the document."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol
from uuid import UUID

from issuer.errors import ProblemList

IS_CHILD_OF = "isChildOf"
_MAX_CYCLES = 100
"""Cycles that are named; a package made to have very many is not walked for all of them."""
_NAMED_IN_A_CYCLE = 10
"""How many items of one cycle a sentence names."""


class _Item(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def code(self) -> str: ...
    @property
    def pointer(self) -> str: ...


class _Edge(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def origin_id(self) -> str: ...
    @property
    def destination_id(self) -> str: ...
    @property
    def pointer(self) -> str: ...


def check_tree(
    document_id: str,
    items: Iterable[_Item],
    associations: Iterable[_Edge],
    file: str,
    problems: ProblemList,
) -> None:
    """Note ends of ``isChildOf`` that are not in the package, and cycles, naming the items."""
    names = {str(item.id): item.code or str(item.id) for item in items}
    names[document_id] = "the document"
    parents: dict[str, list[str]] = {}
    where: dict[str, str] = {}
    for edge in associations:
        if edge.type != IS_CHILD_OF:
            continue
        _check_ends(edge, names, file, problems)
        if edge.origin_id in names and edge.destination_id in names:
            parents.setdefault(edge.origin_id, []).append(edge.destination_id)
            where.setdefault(edge.origin_id, edge.pointer)
    for cycle in islice(_cycles(parents), _MAX_CYCLES):
        shown = [names[node] for node in cycle[:_NAMED_IN_A_CYCLE]]
        more = f" and {len(cycle) - len(shown)} more" if len(cycle) > len(shown) else ""
        problems.add(
            "case.cycle",
            f"These items are children of each other: {' → '.join([*shown, shown[0]])}{more}.",
            "Remove one of their isChildOf associations.",
            file=file,
            column=where[cycle[0]],
        )


def _check_ends(edge: _Edge, names: dict[str, str], file: str, problems: ProblemList) -> None:
    ends = (("originNodeURI", edge.origin_id), ("destinationNodeURI", edge.destination_id))
    for member, identifier in ends:
        if identifier and identifier not in names:
            problems.add(
                "case.missing-item",
                f"isChildOf association {edge.id} names {identifier}, which is not in the package.",
                "Add the item, or remove the association.",
                file=file,
                column=f"{edge.pointer}/{member}",
            )


def _cycles(parents: dict[str, list[str]]) -> Iterator[list[str]]:
    """One cycle for each edge that leads back into the path that is being walked."""
    done: set[str] = set()
    for start in parents:
        if start in done:
            continue
        path = {start: None}
        stack = [(start, iter(parents.get(start, ())))]
        while stack:
            node, ahead = stack[-1]
            following = next(ahead, None)
            if following is None:
                stack.pop()
                path.pop(node)
                done.add(node)
            elif following in path:
                walked = list(path)
                yield walked[walked.index(following) :]
            elif following not in done:
                path[following] = None
                stack.append((following, iter(parents.get(following, ()))))
