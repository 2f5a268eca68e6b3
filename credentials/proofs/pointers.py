"""JSON pointers that select parts of a JSON-LD document (RFC 6901; ECDSA Cryptosuites 1.0 §3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from credentials.errors import SelectionInvalid
from credentials.json_types import JsonObject

MAX_POINTERS = 1_000
MAX_POINTER_CHARACTERS = 2_000
MAX_STEPS = 64
"""Steps of one JSON pointer: as deep as documents are read."""
_ALWAYS = frozenset({"@context", "id", "@id", "type", "@type"})
"""Members that go with whatever is selected within an object: without them it means another."""

Pointer = tuple[str, ...]
"""A parsed JSON pointer: names and indexes on the way; none for the whole document."""


def parse_pointers(pointers: object) -> list[Pointer]:
    """JSON pointers, parsed (RFC 6901 §3).

    Args:
        pointers: a list of texts, as a stranger sent it.

    Raises:
        SelectionInvalid: not a list, too many, or one is not a JSON pointer.
    """
    if not isinstance(pointers, list | tuple):
        raise SelectionInvalid("The JSON pointers are not a list.")
    if len(pointers) > MAX_POINTERS:
        raise SelectionInvalid(f"There are more than {MAX_POINTERS} JSON pointers.")
    return [_parse(pointer) for pointer in pointers]


def select(document: JsonObject, pointers: Iterable[Pointer]) -> JsonObject:
    """What the pointers select, with the ids and types on the way there (§3.4, selectJsonLd).

    Args:
        document: is not changed; the selection shares its values.

    Returns:
        The selection; arrays hold their selected elements, in order, without gaps.

    Raises:
        SelectionInvalid: a pointer selects nothing.
    """
    tree = _Tree()
    for pointer in pointers:
        tree.add(pointer)
    selection: JsonObject = _select(document, tree, "")
    return selection


@dataclass(slots=True)
class _Tree:
    """Pointers by their steps; ``whole`` where one ends."""

    whole: bool = False
    steps: dict[str, "_Tree"] = field(default_factory=dict)

    def add(self, pointer: Pointer) -> None:
        node = self
        for step in pointer:
            node = node.steps.setdefault(step, _Tree())
        node.whole = True


def _parse(pointer: object) -> Pointer:
    if not isinstance(pointer, str) or len(pointer) > MAX_POINTER_CHARACTERS:
        raise SelectionInvalid("A JSON pointer is not text, or is too long.")
    if pointer and not pointer.startswith("/"):
        raise SelectionInvalid(f"{pointer[:100]!r} is not a JSON pointer.")
    if "~" in pointer.replace("~0", "").replace("~1", ""):
        raise SelectionInvalid(f"{pointer[:100]!r} has a stray '~'.", "Write it as '~0'.")
    steps = pointer.split("/")[1:]
    if len(steps) > MAX_STEPS:
        raise SelectionInvalid(f"Nothing stands at {pointer[:200]!r}.")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _select(value: Any, tree: _Tree, place: str) -> Any:
    if isinstance(value, dict):
        missing = [step for step in tree.steps if step not in value]
        members = {
            name: _select(inner, tree.steps[name], f"{place}/{name}")
            if name in tree.steps
            else inner
            for name, inner in value.items()
            if tree.whole or name in tree.steps or name in _ALWAYS
        }
        chosen: Any = members
    elif isinstance(value, list):
        indexes = {str(index): index for index in range(len(value))} if tree.steps else {}
        missing = [step for step in tree.steps if step not in indexes]
        chosen = value if tree.whole else _select_elements(value, tree, place)
    else:
        missing, chosen = list(tree.steps), value
    if missing:
        raise SelectionInvalid(f"Nothing stands at {f'{place}/{missing[0]}'[:200]!r}.")
    return chosen


def _select_elements(value: list[Any], tree: _Tree, place: str) -> list[Any]:
    return [
        _select(inner, tree.steps[str(index)], f"{place}/{index}")
        for index, inner in enumerate(value)
        if str(index) in tree.steps
    ]
