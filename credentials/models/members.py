"""What the members of the models are made of, each with its rule and its form in JSON Schema.

The models check documents and nothing else: what is signed is the JSON as it stands, so members
that a model does not know are let through here and left to the JSON-LD contexts, which define or
refuse them. A value that stands alone means the same as an array of it (JSON-LD 1.1 §4.3.1), so
both forms are read; a null is not signed at all, so no member may be one.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, ValidationError, core_schema

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, is_language_text, is_url, moment, point

Handler = Callable[[Any], CoreSchema]
Item = TypeVar("Item")
ABSENT: Any = None
"""The default of a member that may be missing; JSON's null is refused, unlike this None."""
MAX_PROBLEMS = 50
"""Problems of one document that are listed; a reader needs no more to begin with."""
VC2_CONTEXT = "https://www.w3.org/ns/credentials/v2"
VC1_CONTEXT = "https://www.w3.org/2018/credentials/v1"
URL_PATTERN = r'^[A-Za-z][A-Za-z0-9+.\-]*:[^\u0000-\u0020<>"{}|^`\\]+$'
DATE_PATTERN = (
    r"^-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_BELOW = "below"
_NO_URL = "this has to be an absolute URL"
_EXTENSION = "ext:[A-Za-z0-9|._-]+"


class Node(BaseModel):
    """An object of a standard's data model; other members are left to the contexts."""

    model_config = ConfigDict(strict=True, extra="ignore", defer_build=True)


class ClosedNode(BaseModel):
    """An object that the standard gives no other members."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class Shown:
    """Shows a member in JSON Schema as ``schema``, whatever checks it."""

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonObject:
        """The form in JSON Schema."""
        return dict(self._schema)


class Holds(Shown):
    """A ``type`` that is, or includes, one of ``names``."""

    def __init__(self, *names: str) -> None:
        super().__init__(
            {
                "anyOf": [
                    {"enum": list(names)},
                    {
                        "type": "array",
                        "items": {"type": "string"},
                        "contains": {"enum": list(names)},
                    },
                ]
            }
        )
        self._names = frozenset(names)
        self._wanted = " or ".join(names)

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        """The check in place of pydantic's own, which would name the members of the union."""
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> Any:
        names = as_list(value)
        for name in names:  # a loop: a badge has ten of these, and all() costs twice as much
            if not isinstance(name, str):
                sentence = "a type has to be given as text, or as an array of texts"
                raise ValueError(sentence)  # noqa: TRY004 - what pydantic reports
        if self._names.isdisjoint(names):
            raise ValueError(f"the type has to include {self._wanted}")
        return value


class HoldsAll(Holds):
    """The ``type`` of a kind of credential: an array with both the base type and one of its own."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self._schema = {
            "type": "array",
            "items": {"type": "string"},
            "allOf": [
                {"contains": {"const": "VerifiableCredential"}},
                {"contains": {"enum": list(names)}},
            ],
        }

    def _check(self, value: Any) -> Any:
        if "VerifiableCredential" not in as_list(value):
            raise ValueError("the type has to include VerifiableCredential")
        return super()._check(value)


class OneOf(Shown):
    """Text out of the standard's list, or an extension of it (``ext:…``)."""

    def __init__(self, *values: str, extensible: bool = True) -> None:
        listed: JsonObject = {"enum": list(values)}
        extended = {"type": "string", "pattern": f"^{_EXTENSION}$"}
        super().__init__({"anyOf": [listed, extended]} if extensible else listed)
        self._values = frozenset(values)
        self._extensible = extensible

    @property
    def values(self) -> tuple[str, ...]:
        """The standard's list, by the alphabet."""
        return tuple(sorted(self._values))

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        """The check after pydantic's own."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str) -> str:
        if value in self._values or (self._extensible and re.fullmatch(_EXTENSION, value)):
            return value
        extension = ", or an extension such as ext:local" if self._extensible else ""
        raise ValueError(f"this has to be one of {', '.join(sorted(self._values))}{extension}")


class _OneOrMany:
    """Reads a value that stands alone as an array of it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(as_list, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonObject:
        array = handler(core)
        single = array["items"]
        return {"anyOf": [single, array]}


class OrUrl:
    """An object, or the URL that names it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        """A text is checked as a URL, everything else as the object."""
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonObject:
        """The form in JSON Schema."""
        return {"anyOf": [handler(core), {"type": "string", "pattern": URL_PATTERN}]}

    def _check(self, value: Any, handler: Callable[[Any], Any]) -> Any:
        return _url(value) if isinstance(value, str) else handler(value)


class _Url(Shown):
    """An absolute URL. A badge has some twenty: they are matched without a call of our own."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        """The pattern, with a sentence of ours."""
        return core_schema.custom_error_schema(
            core_schema.str_schema(pattern=URL_PATTERN, strict=True),
            custom_error_type="url",
            custom_error_message=_NO_URL,
        )


def _url(value: str) -> str:
    if not is_url(value):
        raise ValueError(_NO_URL)
    return value


def _date(value: str) -> str:
    if moment(value) is None:
        raise ValueError("a date has to have the form 2026-06-30T12:00:00Z")
    return value


def _language_text(value: Any) -> Any:
    if value == [] or not all(is_language_text(item) for item in as_list(value)):
        raise ValueError("this has to be text, or text with a language and nothing else")
    return value


class _LanguageText(Shown):
    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_language_text)


_TEXT_IN_A_LANGUAGE: JsonObject = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "@value": {"type": "string"},
                "@language": {"type": "string"},
                "@direction": {"enum": ["ltr", "rtl"]},
            },
            "required": ["@value"],
            "additionalProperties": False,
        },
    ]
}


class Contexts(Shown):
    """``@context``: the base context, then URLs and objects, among them those asked for (§4.3).

    Args:
        patterns: of the contexts that a kind of credential has after the base context, in order.
            Only issuing minds their order (:mod:`credentials.models.issuing`).
    """

    def __init__(self, *patterns: str) -> None:
        after = [{"type": "string", "pattern": pattern} for pattern in patterns]
        super().__init__(
            {
                "type": "array",
                "minItems": 1 + len(after),
                "prefixItems": [{"const": VC2_CONTEXT}, *after],
                "items": {"type": ["string", "object"]},
            }
        )
        self.patterns = [re.compile(pattern) for pattern in patterns]

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        """The check in place of pydantic's own."""
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> Any:
        contexts = as_list(value)
        if contexts[:1] not in ([VC2_CONTEXT], [VC1_CONTEXT]):
            raise _below("0", f"The first context has to be {VC2_CONTEXT}.")
        for index, entry in enumerate(contexts):
            if not is_url(entry) and not isinstance(entry, dict):
                raise _below(str(index), "A context has to be a URL or an object.")
        for pattern in self.patterns:
            if not any(isinstance(entry, str) and pattern.search(entry) for entry in contexts):
                raise _below("", "The context of its kind of credential has to be named.")
        return value


def _below(member: str, sentence: str) -> PydanticCustomError:
    """An error at a member of the value that is checked."""
    return PydanticCustomError(_BELOW, "{sentence}", {"below": member, "sentence": sentence})


OneOrMany = Annotated[list[Item], _OneOrMany()]
Url = Annotated[str, _Url({"type": "string", "pattern": URL_PATTERN})]
DateTimeStamp = Annotated[
    str,
    AfterValidator(_date),
    Shown({"type": "string", "format": "date-time", "pattern": DATE_PATTERN}),
]
Text = Annotated[str, Field(min_length=1)]
TypeNames = str | list[str]
CompactJws = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$")]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
LanguageText = Annotated[
    Any,
    _LanguageText(
        {
            "anyOf": [
                *_TEXT_IN_A_LANGUAGE["anyOf"],
                {"type": "array", "items": _TEXT_IN_A_LANGUAGE, "minItems": 1},
            ]
        }
    ),
]


def model_problems(model: type[BaseModel], document: JsonObject, at: str = "") -> list[Problem]:
    """Everything that keeps ``document`` from being a ``model``, with pointers below ``at``."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return [_problem(document, item, at) for item in found[:MAX_PROBLEMS]]
    return []


_SENTENCES = {
    "missing": "This member is required.",
    "extra_forbidden": "The standard has no such member here.",
    "model_type": "This has to be an object.",
}


def _problem(document: JsonObject, item: Any, at: str) -> Problem:
    pointer = at + _pointer(document, item["loc"])
    if item["type"] == _BELOW:
        below = item["ctx"]["below"]
        whole = not below or not isinstance(document.get("@context"), list)
        return Problem(pointer if whole else f"{pointer}/{below}", item["ctx"]["sentence"])
    message = str(item["msg"]).removeprefix("Value error, ")
    sentence = _SENTENCES.get(item["type"], f"{message[:1].upper()}{message[1:]}.")
    return Problem(pointer, sentence)


def _pointer(document: Any, location: tuple[int | str, ...]) -> str:
    """A pointer into the document as it stands, without the 0 of a value that stands alone."""
    node, parts = document, []
    for part in location:
        if isinstance(part, int) and not isinstance(node, list):
            continue
        parts.append(part)
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
    return point(*parts)
