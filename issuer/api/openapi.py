"""Completes /openapi.json: which scopes open what, and the problems that each call may answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from issuer.api.access import Allow
from issuer.api.answers import ApiRoute
from issuer.api.app import PREFIX, RESOURCES
from issuer.api.bodies import JsonBody, Sent, read_body
from issuer.api.uploads import Upload
from issuer.web.problems import PROBLEM_JSON

SCHEME: Final = "apiToken"
_REF: Final = "#/components/schemas/{model}"
PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Problem details (RFC 9457) with a stable code and what to do.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "remedy"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "See docs/errors.md."},
        "remedy": {"type": "string"},
        "scopes": {"type": "array", "items": {"type": "string"}},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["place", "detail"],
                "properties": {
                    "place": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                    "file": {"type": "string", "description": "Of an upload: a file in it."},
                    "line": {"type": ["integer", "null"], "description": "Of a CSV file, from 1."},
                    "column": {
                        "type": "string",
                        "description": "A column of a CSV file, or a JSON pointer.",
                    },
                    "hint": {"type": "string"},
                },
            },
        },
        "more": {"type": "integer", "description": "Problems beyond those that are told."},
    },
}
_ALWAYS: Final = {
    "401": ("No token that holds.", "api.token", "The bearer token does not hold."),
    "403": ("The scope is another.", "api.scope", "This needs a token with the scope registrar."),
    "422": ("A parameter or member is not usable.", "api.request", "The request is not usable."),
    "429": ("Too many tokens that do not hold.", "api.too-many-failures", "Too many tokens."),
    "503": ("The service cannot do this now.", "database.locked", "The database cannot be used."),
}
_OF_LISTS: Final = {
    "400": ("The cursor or the order is not this list's.", "api.cursor", "The cursor is none.")
}
_OF_ONE: Final = {
    "404": ("No such thing, or none that this token may see.", "api.unknown", "There is none.")
}
_OF_CHANGES: Final = {"409": ("It cannot be changed so now.", "status.final", "It is for ever.")}
_OF_BODIES: Final = {
    "400": ("The body is not strict JSON.", "json.invalid", "The text is not JSON."),
    "413": ("Larger than the limit.", "api.too-large", "The request is larger than 1 MiB."),
    "415": ("Not sent as JSON.", "api.media-type", "The body is not sent as JSON."),
}
_LINK: Final = {
    "description": "RFC 8288: `first`, and `next` if there is a further page.",
    "schema": {"type": "string"},
}


def describe(app: FastAPI, prefix: str, further: Sequence[APIRouter] = ()) -> None:
    """Let the app's /openapi.json say all of it.

    Args:
        app: includes the API.
        prefix: the path under which it does.
        further: calls of the API that stand in features' own rooms.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                openapi_version="3.1.0",
            )
            _complete(made, prefix, _routes(further))
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own page says


def _routes(further: Iterable[APIRouter]) -> Iterator[tuple[str, ApiRoute]]:
    """Every call of the API with its path, without the site's prefix."""
    places = [(PREFIX, resource.router) for resource in RESOURCES]
    places += [("", router) for router in further]
    for prefix, router in places:
        for route in router.routes:
            if isinstance(route, ApiRoute):
                yield f"{prefix}{route.path_format}", route


def _complete(made: dict[str, Any], prefix: str, routes: Iterable[tuple[str, ApiRoute]]) -> None:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    components.setdefault("securitySchemes", {})[SCHEME] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that `issuer token new --scope …` made. The names beside it in a "
        "call's security are the scopes that open it, any of which is enough.",
    }
    for path, route in routes:
        for method in route.methods or ():
            operation = made["paths"][f"{prefix}{path}"][method.lower()]
            _complete_operation(operation, route, schemas)


def _complete_operation(operation: dict[str, Any], route: APIRoute, schemas: Any) -> None:
    found = list(_calls(route.dependant))
    scopes = [scope for one in found if isinstance(one, Allow) for scope in one.scopes]
    operation["security"] = [{SCHEME: [scope.value]} for scope in dict.fromkeys(scopes)]
    problems = dict(_ALWAYS)
    if "{" in route.path_format:
        problems |= _OF_ONE
    if route.methods != {"GET"}:
        problems |= _OF_CHANGES
    if read_body in found or any(isinstance(one, Upload) for one in found):
        problems |= _OF_BODIES
    answers = operation["responses"]
    if any(one["name"] == "cursor" for one in operation.get("parameters", ())):
        problems |= _OF_LISTS
        answers["200"]["headers"] = {"Link": _LINK}
    answers.update({status: _problem(int(status), *one) for status, one in problems.items()})
    for one in found:
        if isinstance(one, JsonBody):
            operation["requestBody"] = _body(one.model, schemas)
        elif isinstance(one, Upload):
            operation["requestBody"] = _upload(one)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _problem(status: int, description: str, code: str, sentence: str) -> dict[str, Any]:
    example = {
        "type": f"urn:touchstone:problem:{code}",
        "title": description.rstrip("."),
        "status": status,
        "detail": sentence,
        "code": code,
        "remedy": "See /openapi.json.",
    }
    schema = {"$ref": _REF.format(model="Problem")}
    return {
        "description": description,
        "content": {PROBLEM_JSON: {"schema": schema, "example": example}},
    }


def _upload(upload: Upload) -> dict[str, Any]:
    limit = f"At most {upload.max_bytes >> 20:,} MiB."
    schema = {"type": "string", "format": "binary"}
    content = {kind: {"schema": schema} for kind in upload.names}
    return {"required": True, "description": limit, "content": content}


def _body(model: type[Sent], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    content: dict[str, Any] = {"schema": {"$ref": _REF.format(model=model.__name__)}}
    if model.EXAMPLE:
        content["example"] = model.EXAMPLE
    return {"required": True, "content": {"application/json": content}}
