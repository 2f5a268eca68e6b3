"""Members have to stand under their words, or a reader of the JSON does not see what was signed.

JSON-LD has several spellings for one graph: a ``validUntil`` under its full IRI, or in ``@graph``,
is signed like any other and found by nobody. What is spelt so is not signed here.
"""

from collections.abc import Iterator
from typing import Any, Final

from credentials.errors import Problem, StructureInvalid
from credentials.json_types import JsonObject
from credentials.models.rules import point
from credentials.own_definitions import unsafe_definitions

_VALUE_KEYWORDS: Final = frozenset({"@context", "@value", "@language", "@direction"})
"""The keywords that VC 2.0 §11.1 lets stand in a document."""


def check_spelling(document: JsonObject) -> None:
    """Refuse a document with members under addresses or keywords.

    Raises:
        StructureInvalid: with every such member.
    """
    problems = list(_problems(document))
    if problems:
        raise StructureInvalid(problems)


def _problems(document: JsonObject) -> Iterator[Problem]:
    stack: list[tuple[str, Any]] = [("", document)]
    while stack:
        at, node = stack.pop()
        if isinstance(node, list):
            stack += [(at + point(index), item) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            continue
        for name, value in node.items():
            here = at + point(name)
            if ":" in name:
                yield Problem(here, "A member has to stand under its word, not under an address.")
            elif name.startswith("@") and name not in _VALUE_KEYWORDS:
                yield Problem(here, "This keyword of JSON-LD may not stand here.")
            elif name == "@context":
                yield from (Problem(here, text) for text in _unsafe_context(value))
            elif name != "proof":
                stack.append((here, value))


def _unsafe_context(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for sentence in unsafe_definitions(item):
                yield f"{sentence[:1].upper()}{sentence[1:]}"
