"""From the bytes of a body to a typed value: within limits, strict JSON, no unknown member."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from credentials.json_types import JsonObject
from credentials.strict_json import JsonLimits, loads
from issuer.api.answers import MAX_PROBLEMS, invalid
from issuer.api.errors import ApiBodyTooLarge, MediaTypeWrong
from issuer.web.bodies import read_within

MAX_BODY_BYTES: Final = 1024 * 1024
LIMITS: Final = JsonLimits(max_bytes=MAX_BODY_BYTES, max_depth=16, max_values=20_000)
_MEDIA_TYPE: Final = "application/json"

M = TypeVar("M", bound="Sent")


class Sent(BaseModel):
    """A body: members in camel case, none that is not named, and nothing turned into another."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}
    """Shown in OpenAPI."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, populate_by_name=False
    )


async def read_body(request: Request) -> bytes:
    """The body of a request that says it is JSON.

    Raises:
        MediaTypeWrong: it says that it is something else.
        ApiBodyTooLarge: it is larger than MAX_BODY_BYTES.
    """
    kind = request.headers.get("content-type", _MEDIA_TYPE).partition(";")[0].strip().lower()
    if kind != _MEDIA_TYPE:
        raise MediaTypeWrong("The body is not sent as JSON.", f"Send it as {_MEDIA_TYPE}.")
    body = await read_within(request, MAX_BODY_BYTES)
    if body is None:
        limit = f"{MAX_BODY_BYTES / 2**20:g} MiB"
        raise ApiBodyTooLarge(f"The request is larger than {limit}.", "Send it in parts.")
    return body


RawBody = Annotated[bytes, Depends(read_body)]


def members_of(body: bytes) -> JsonObject:
    """The members of a body.

    Raises:
        JsonInvalid and its kin: see credentials.strict_json.
        ApiRequestInvalid: a text holds the character NUL, which no database keeps.
    """
    members = loads(body, LIMITS)
    if b"\\u0000" in body and _has_nul(members):
        raise invalid([{"place": "body", "detail": "A text holds the character NUL."}])
    return members


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(map(_has_nul, value))


@dataclass(frozen=True)
class JsonBody(Generic[M]):
    """Reads the body as a model; ``Depends(JsonBody(Model))`` also puts it into OpenAPI."""

    model: type[M]

    def __call__(self, body: RawBody) -> M:
        """The body.

        Raises:
            ApiRequestInvalid: a member is missing, unknown or of the wrong form.
            JsonInvalid and its kin: it is not strict JSON.
        """
        members = members_of(body)
        try:
            return self.model.model_validate(members)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            raise invalid(
                [
                    {"place": "/".join(map(str, ("body", *one["loc"]))), "detail": f"{one['msg']}."}
                    for one in found[:MAX_PROBLEMS]
                ]
            ) from None
