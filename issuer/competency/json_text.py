"""Reading imported JSON: strictly, and without the one character that no database keeps."""

import re
from typing import Final

from credentials.errors import JsonInvalid
from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits, loads

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL; an even number of backslashes before it are backslashes."""


def read_json(data: bytes, limits: JsonLimits) -> JsonObject:
    """The object that a JSON text is.

    Raises:
        JsonInvalid: also where a string holds NUL, which PostgreSQL and C do not take for text.
        JsonTooLarge, JsonTooDeep, JsonDuplicateMember, JsonNotAnObject, JsonSurrogate: see
            credentials.strict_json.loads.
    """
    document = loads(data, limits)
    if _NUL.search(data):
        raise JsonInvalid("A string holds a NUL character, which is no text.")
    return document
