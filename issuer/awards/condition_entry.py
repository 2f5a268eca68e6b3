"""The conditions of an achievement in an award file: what a contract has to answer."""

import re
from typing import Any, Final, Protocol

from contracts.words import check_address, word_of_number
from issuer.awards.definitions import Condition, Returns

MAX_CONDITIONS: Final = 10
MAX_ARGUMENTS: Final = 8
MAX_CHAIN_ID: Final = 2**53 - 1
_CONDITION: Final = ("chain_id", "contract", "function", "arguments", "returns", "equals")
_FUNCTION: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,99}\(([a-z0-9,]*)\)")
_BYTES32: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_NUMBER: Final = re.compile(r"[0-9]{1,78}")
_FILLED: Final = {"{school.account}": "address", "{school.did_hash}": "bytes32"}
"""What the school fills in, and its type. Nothing about a person is among it."""


class Noting(Protocol):
    """An entry of the file, which notes problems: entry.AwardEntry."""

    value: dict[str, Any]

    def bad(self, at: str, what: str, hint: str = "") -> None:
        """Note that a member says something that cannot be."""

    def missing(self, at: str, hint: str = "") -> None:
        """Note that a member is not there."""

    def check_members(self, value: dict[str, Any], known: tuple[str, ...], under: str) -> None:
        """Note members that mean nothing."""

    def whole(self, value: object, at: str, most: int) -> int:
        """A whole number."""
        ...

    def address(self, value: object, at: str, what: str) -> str:
        """An address."""
        ...


def read_conditions(entry: Noting) -> tuple[Condition, ...]:
    """The conditions of an achievement; what is wrong in them has been noted."""
    value = entry.value.get("conditions", [])
    if not isinstance(value, list) or len(value) > MAX_CONDITIONS:
        entry.bad("conditions", f"is not an array of at most {MAX_CONDITIONS} conditions")
        return ()
    found = [_condition(entry, one, f"conditions/{i}") for i, one in enumerate(value)]
    return tuple(one for one in found if one is not None)


def _condition(entry: Noting, value: object, at: str) -> Condition | None:
    if not isinstance(value, dict):
        entry.bad(at, "is not a table")
        return None
    entry.check_members(value, _CONDITION, f"{at}/")
    function = value.get("function", "")
    shape = _FUNCTION.fullmatch(function) if isinstance(function, str) else None
    types = shape[1].split(",") if shape and shape[1] else []
    if shape is None or any(one not in set(Returns) for one in types):
        entry.bad(
            f"{at}/function",
            "is not the signature of a view",
            f"Such as isAccredited(address); types: {', '.join(Returns)}.",
        )
        return None
    returns, equals = _answer(entry, value, at)
    return Condition(
        chain_id=entry.whole(value.get("chain_id"), f"{at}/chain_id", MAX_CHAIN_ID),
        contract=entry.address(value.get("contract"), f"{at}/contract", "no address"),
        function=function,
        arguments=_arguments(entry, value, types, f"{at}/arguments"),
        returns=returns,
        equals=equals,
    )


def _arguments(entry: Noting, value: dict[str, Any], types: list[str], at: str) -> tuple[str, ...]:
    given = value.get("arguments", [])
    if not isinstance(given, list) or len(given) != len(types) or len(types) > MAX_ARGUMENTS:
        entry.bad(at, f"is not an array of the {len(types)} arguments that the function takes")
        return ()
    found = []
    for place, (one, kind) in enumerate(zip(given, types, strict=True)):
        if isinstance(one, str) and one.startswith("{"):
            known = ", ".join(name for name, its in _FILLED.items() if its == kind)
            if _FILLED.get(one) != kind:
                hint = "Nothing about a person is ever sent to a node."
                entry.bad(f"{at}/{place}", f"is none of {known or 'what can stand here'}", hint)
            found.append(one)
        else:
            found.append(_literal(entry, one, kind, f"{at}/{place}"))
    return tuple(found)


def _answer(entry: Noting, value: dict[str, Any], at: str) -> tuple[Returns, str]:
    equals = value.get("equals")
    if equals is None:
        entry.missing(f"{at}/equals")
        return Returns.BOOL, "true"
    returns = value.get("returns", _type_of(equals))
    if not isinstance(returns, str) or returns not in set(Returns):
        entry.bad(f"{at}/returns", f"is none of {', '.join(Returns)}")
        return Returns.BOOL, "true"
    return Returns(returns), _literal(entry, equals, returns, f"{at}/equals")


def _literal(entry: Noting, value: object, kind: str, at: str) -> str:
    found = literal(value, kind)
    if found is None:
        entry.bad(at, f"is no {kind}")
    return found or ""


def literal(value: object, kind: str) -> str | None:
    """A value of a type, spelt in the one way in which it is kept; None if it is none."""
    if isinstance(value, bool):
        return str(value).lower() if kind == Returns.BOOL else None
    if kind == Returns.UINT256:
        return _number(value)
    if not isinstance(value, str) or kind == Returns.BOOL:
        return None
    if kind == Returns.BYTES32:
        return value.lower() if _BYTES32.fullmatch(value) else None
    return _address(value)


def _address(value: str) -> str | None:
    try:
        return check_address(value)
    except ValueError:
        return None


def _number(value: object) -> str | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or value.bit_length() > 256:  # noqa: PLR2004 - a word
        return None
    try:
        word_of_number(value)
    except ValueError:
        return None
    return str(value)


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return Returns.BOOL
    if isinstance(value, str) and value.startswith("0x"):
        return Returns.BYTES32 if _BYTES32.fullmatch(value) else Returns.ADDRESS
    return Returns.UINT256
