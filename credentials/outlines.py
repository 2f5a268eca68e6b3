"""A document's outline: what its expansion depends on, apart from the texts that only get carried.

A document is written as JSON and cut at its quotation marks. Every second part is then a string,
and the parts between, the *structure*, say which of them are names and which are values. All of
that happens in the interpreter's own loops, and a part is in the form that N-Quads want already:
JSON and canonical N-Quads escape the same characters in the same way, but for rare control
characters, which are refused here.
"""

import json
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from credentials.json_types import JsonObject
from credentials.terms import KEYWORD_ALIASES, TERMS

Parts = list[str]
"""A document cut at its quotation marks: structure, string, structure, string, …, structure."""
Pick = Callable[[Sequence[str]], tuple[str, ...]]
"""Takes the parts at certain places."""

_OPTIONS = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)  # fmt: skip
"""Only what a JSON reader makes: anything else is refused and not translated."""
_FIXED_MEMBERS = KEYWORD_ALIASES - {"id"}
_MAY_VARY = frozenset({"@value", "@id"})
_TERMS = frozenset(TERMS)
_term = {term: term for term in TERMS}.get
_BACKSLASH, _QUOTE, _MARK = "\x00", "\x01", "\x02"
"""Stand for escapes while the text is cut; JSON text cannot hold them."""


class NotShapeable(Exception):
    """The document has to be expanded the slow way."""


class Layout(NamedTuple):
    """Where the parts of documents of one structure and with the same names are to be found.

    Attributes:
        fixed: values that JSON-LD looks at because of where they stand, such as types.
        values: all others.
        places: where ``values`` stand among the parts.
        ids: those of ``values`` that stand under ``id``.
        keyword_names: how many names begin with an at sign.
    """

    fixed: Pick
    values: Pick
    places: tuple[int, ...]
    ids: Pick
    keyword_names: int


def cut(document: JsonObject | list[str]) -> tuple[Parts, str]:
    """A document's parts, and the JSON text that they were cut from.

    Args:
        document: what a JSON reader makes: dict, list, str, int, float, bool and None only.

    Raises:
        NotShapeable: it holds characters whose N-Quads form differs, or is no JSON.
    """
    try:
        text = orjson.dumps(document, option=_OPTIONS).decode("utf-8")
    except TypeError as error:
        raise NotShapeable from error
    if "\x7f" in text or ("null" in text and not _is_json(document)):
        raise NotShapeable
    # One character is searched for much faster than two. Line ends are the commonest escapes.
    escapes = text.count("\\")
    if not escapes or escapes == text.count("\\n"):
        return text.split('"'), text
    plain = text.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)
    if "\\u" in plain:
        raise NotShapeable
    if _QUOTE not in plain and _BACKSLASH not in plain:
        return plain.split('"'), text
    marked = plain.replace('"', _MARK).replace(_QUOTE, '\\"').replace(_BACKSLASH, "\\\\")
    return marked.split(_MARK), text


def escaped(texts: Sequence[str]) -> Parts:
    """Texts as they stand among a document's parts.

    Raises:
        NotShapeable: as :func:`cut`; or JSON-LD may look at one of them.
    """
    parts, text = cut(list(texts))
    found = parts[1::2]
    if '"@' in text or '"_:' in text or not _TERMS.isdisjoint(found):
        raise NotShapeable
    return found


def _is_json(document: Any) -> bool:
    """Whether the null that was written is one, and not a number that JSON has no form for."""
    try:
        json.dumps(document, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def structure_of(parts: Parts) -> str:
    """The brackets, commas, colons, numbers and words between a document's strings."""
    return '"'.join(parts[::2])


def restored(parts: Parts) -> JsonObject:
    """The document that parts were cut from."""
    document: JsonObject = json.loads('"'.join(parts))
    return document


def pick(places: Sequence[int]) -> Pick:
    """Takes the parts at ``places``, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    if not places:
        return lambda _: ()
    (place,) = places
    return lambda parts: (parts[place],)


def name_places(parts: Parts) -> list[int]:
    """Where the names stand: the strings that a colon follows."""
    return [place for place in range(1, len(parts), 2) if parts[place + 1][:1] == ":"]


def layout_of(parts: Parts) -> Layout:
    """Which values are fixed by where they stand.

    Raises:
        NotShapeable: a context is something else than names.
    """
    names = set(name_places(parts))
    fixed: list[int] = []
    free: list[int] = []
    ids: list[int] = []
    member, around = "", [""]
    for place in range(1, len(parts), 2):
        member = _member_after(parts[place - 1], member, around)
        if place in names:
            member = parts[place]
        elif member in _FIXED_MEMBERS or (member[:1] == "@" and member not in _MAY_VARY):
            fixed.append(place)
        else:
            free.append(place)
            if member == "id":
                ids.append(place)
    _member_after(parts[-1], member, around)
    keyword_names = sum(parts[place][:1] == "@" for place in names)
    return Layout(pick(fixed), pick(free), tuple(free), pick(ids), keyword_names)


def _member_after(between: str, member: str, around: list[str]) -> str:
    """The member whose value comes next, behind the brackets of a part; arrays hand theirs on."""
    for sign in between:
        if sign == "}":
            member = around.pop()
        elif sign not in "[],:":
            # A definition, a number or null where contexts are named: JSON-LD alone knows.
            if member == "@context":
                raise NotShapeable
            if sign == "{":
                around.append(member)
                member = ""
    return member


def words_among(layout: Layout, parts: Parts, text: str) -> tuple[str | None, ...]:
    """For each of the layout's values: itself if JSON-LD may look at it, else None.

    It may look at terms, at keywords and what is formed like them, and at blank node labels.
    """
    values = layout.values(parts)
    few = text.count("@") == layout.keyword_names or text.count('"@') == layout.keyword_names
    if few and ("_" not in text or '"_:' not in text):
        return tuple(map(_term, values))
    return tuple(value if _is_word(value) else None for value in values)


def _is_word(value: Any) -> bool:
    return value in TERMS or value[:1] == "@" or value[:2] == "_:"
