"""A rule as JSON that is kept for good, and read again. Pure.

The first ten members are always written; later ones only where they say something, so that what was
kept by an earlier release stays what the same rule writes today.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, get_type_hints

_ALWAYS: Final = 10
"""Members that the first release wrote, with the name and version."""


def definition_of(rule: Any) -> dict[str, Any]:
    """The members of a frozen dataclass as JSON; numbers that are not whole are texts."""
    written = {}
    for place, field in enumerate(fields(rule)):
        value = getattr(rule, field.name)
        if place < _ALWAYS or field.default is MISSING or value != field.default:
            written[field.name] = _written(value)
    return written


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return {name: _written(one) for name, one in value}
        return [_written(one) for one in value]
    return value


def values_of(kind: type[Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """What definition_of wrote, as the arguments of the dataclass."""
    named: Any = kind
    readers = _readers(named)
    return {name: _read(value, readers[name]) for name, value in written.items() if name in readers}


@cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _read(value: Any, reader: Callable[[Any], Any]) -> Any:
    if value is None:
        return None
    if isinstance(value, dict):
        return tuple((name, reader(one)) for name, one in value.items())
    if isinstance(value, list):
        return tuple(reader(one) for one in value)
    return reader(value)


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes one value of a type such as ``Decimal | None`` or ``tuple[Setting, ...]``."""
    named = _types_in(hint)
    if Decimal in named:
        return Decimal
    if date in named:
        return date.fromisoformat
    for one in named:
        if isinstance(one, type) and issubclass(one, StrEnum):
            return one
    return lambda value: value


def _types_in(hint: Any) -> set[Any]:
    inner = getattr(hint, "__args__", ())
    return {hint} if not inner else set().union(*map(_types_in, inner))
