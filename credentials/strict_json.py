"""JSON as strangers send it: read once, at the door, within limits.

What passes here has one meaning for every reader: no duplicate members, no NaN, no lone
surrogates, no depth that would exhaust a stack.
"""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from credentials.errors import (
    JsonDuplicateMember,
    JsonInvalid,
    JsonNotAnObject,
    JsonSurrogate,
    JsonTooDeep,
    JsonTooLarge,
)
from credentials.json_types import JsonObject

# Possessive, and a string may run to the end: whatever is sent is passed over once.
_BRACKETS_AND_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MAX_INTEGER_DIGITS = 400


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """What is read at the most.

    Args:
        max_bytes: size of the text, in bytes.
        max_depth: objects and arrays within each other.
        max_values: opening brackets in all: bounds the work of whatever comes after.
    """

    max_bytes: int = 10 * 1024 * 1024
    max_depth: int = 64
    max_values: int = 200_000


DEFAULT = JsonLimits()


def loads(data: bytes, limits: JsonLimits = DEFAULT) -> JsonObject:
    """Read one JSON object.

    Raises:
        JsonTooLarge, JsonTooDeep, JsonInvalid, JsonDuplicateMember, JsonNotAnObject,
        JsonSurrogate: as their names say.
    """
    document = loads_value(data, limits)
    if not isinstance(document, dict):
        raise JsonNotAnObject(f"The JSON text is {_kind(document)}, not an object.")
    return document


def loads_value(data: bytes, limits: JsonLimits = DEFAULT) -> Any:
    """Read one JSON value of any kind. Raises as :func:`loads`."""
    if len(data) > limits.max_bytes:
        raise JsonTooLarge(f"The text has {len(data):,} bytes; the limit is {limits.max_bytes:,}.")
    _check_nesting(data, limits)
    document = _parse(data)
    if _ESCAPED_SURROGATE.search(data):
        _refuse_surrogates(document)
    return document


def _check_nesting(data: bytes, limits: JsonLimits) -> None:
    """Count brackets before any parser recurses into them."""
    depth = values = 0
    for match in _BRACKETS_AND_STRINGS.finditer(data):
        first = match.group()[0]
        if first in b"[{":
            depth += 1
            values += 1
            if depth > limits.max_depth:
                raise JsonTooDeep(f"The JSON text is nested deeper than {limits.max_depth} levels.")
            if values > limits.max_values:
                raise JsonTooLarge(
                    f"The JSON text has more than {limits.max_values:,} objects and arrays."
                )
        elif first in b"]}":
            depth -= 1


def _parse(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise JsonInvalid("The text is not UTF-8, so it is not JSON.") from error
    except json.JSONDecodeError as error:
        raise JsonInvalid(
            f"The text is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise JsonTooDeep("The JSON text is nested too deep.") from error


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    result = dict(pairs)
    if len(result) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise JsonDuplicateMember(f"An object has the member {twice[:100]!r} twice.")
    return result


def _no_constant(word: str) -> NoReturn:
    raise JsonInvalid(f"{word} is not a JSON number.")


def _integer(text: str) -> int:
    if len(text) > _MAX_INTEGER_DIGITS:
        raise JsonInvalid(f"A number has more than {_MAX_INTEGER_DIGITS} digits.")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JsonInvalid(f"The number {text[:40]} is too large.")
    return value


def _refuse_surrogates(document: object) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonSurrogate("A string holds half of a surrogate pair, which is no text.") from error


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
