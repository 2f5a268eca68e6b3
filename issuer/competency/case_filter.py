"""The ``filter`` of a CASE list: one condition, or two joined by AND or OR. Pure.

1EdTech REST data models: a member, one of ``= != > >= < <= ~``, and a value in apostrophes; ``~``
is "contains". Texts are compared as CASE has them, without regard to capitals.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from credentials.json_types import JsonObject
from issuer.competency.errors import CaseRequestInvalid

MAX_FILTER: Final = 2_000
"""Characters."""
_CONDITION: Final = r"([A-Za-z]{1,64})(>=|<=|!=|=|>|<|~)'([^']*)'"
_FILTER: Final = re.compile(rf"{_CONDITION}(?: (AND|OR) {_CONDITION})?")
_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "~": lambda one, other: other in one,
}
Condition = Callable[[JsonObject], bool]


def read_filter(text: str, members: frozenset[str]) -> Condition:
    """What a filter lets through.

    Args:
        text: as sent; '' lets everything through.
        members: those that may be asked about.

    Raises:
        CaseRequestInvalid: it is no filter, or asks about another member.
    """
    if not text:
        return lambda _one: True
    found = _FILTER.fullmatch(text)
    if found is None:
        raise CaseRequestInvalid("The filter is not like title~'Mathematics'.", "selection")
    name, predicate, value, joint, *second = found.groups()
    first = _condition(name, predicate, value, members)
    if joint is None:
        return first
    other = _condition(second[0], second[1], second[2], members)
    if joint == "AND":
        return lambda one: first(one) and other(one)
    return lambda one: first(one) or other(one)


def _condition(name: str, predicate: str, value: str, members: frozenset[str]) -> Condition:
    if name not in members:
        raise CaseRequestInvalid("The filter asks about a member that there is not.", "selection")
    test, wanted = _TESTS[predicate], value.casefold()

    def holds(one: JsonObject) -> bool:
        said = one.get(name)
        parts: list[Any] = said if isinstance(said, list) else [said]
        tested = [test(str(part).casefold(), wanted) for part in parts if part is not None]
        return all(tested) if predicate == "!=" else any(tested)

    return holds
