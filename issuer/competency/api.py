"""The CASE read API: frameworks as public documents, in the versions 1.1 and 1.0.

1EdTech CASE 1.1, REST binding. Errors are imsx_StatusInfo objects, as that asks. Nothing here is
about any person.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from credentials.json_types import JsonObject
from issuer.competency import case_reading_repository
from issuer.competency.case_conform import CaseVersion
from issuer.competency.case_filter import MAX_FILTER, read_filter
from issuer.competency.case_reading import CaseReader, page_of
from issuer.competency.case_shapes import LONE_DOCUMENT
from issuer.competency.errors import CaseRequestInvalid, UnknownCaseObject
from issuer.db import session_scope
from issuer.errors import NotFound
from issuer.web.problems import RETRY_SECONDS, status_of, words_of
from issuer.web.site import SiteDep
from schemas.errors import TouchstoneError
from schemas.logs import log_error

MAX_AGE_SECONDS: Final = 300
DEFAULT_PAGE: Final = 100
MAX_PAGE: Final = 1_000
"""CFDocuments in one answer."""
MAX_OFFSET: Final = 2**31 - 1
MAX_NAMES: Final = 1_000
"""Characters of the names of members in a query."""
PATHS: Final = {CaseVersion.V1_1: "/ims/case/v1p1", CaseVersion.V1_0: "/ims/case/v1p0"}
_DOCUMENT_MEMBERS: Final = frozenset(LONE_DOCUMENT.members) | {"extensions"}
_KEPT: Final = frozenset({"sort", "orderBy", "filter", "fields"})
"""What the addresses of the other pages repeat."""
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Identifier = Annotated[str, Path(max_length=100, description="The object's GUID.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="CFDocuments in the answer.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="CFDocuments to leave out first.")]
Sort = Annotated[str, Query(max_length=MAX_NAMES, description="The member to sort by.")]
OrderBy = Annotated[str, Query(pattern="^(asc|desc)$", description="asc or desc.")]
Filter = Annotated[
    str, Query(max_length=MAX_FILTER, description="Such as title~'Mathematics'; AND, OR join two.")
]
Fields = Annotated[str | None, Query(max_length=MAX_NAMES, description="Members, by commas.")]


class CaseRoute(APIRoute):
    """Answers errors as CASE has them."""

    def get_route_handler(self) -> Handler:
        """The handler, with its typed errors answered."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except TouchstoneError as error:
                return _refusal(error)
            except RequestValidationError as error:
                places = sorted({str(item["loc"][-1]) for item in error.errors()})
                sentence = f"The request is not usable: {', '.join(places)}."
                return _status_info(HTTPStatus.BAD_REQUEST, sentence, "")

        return answered


def _refusal(error: TouchstoneError) -> Response:
    """A typed error as an imsx_StatusInfo."""
    sentence, _ = words_of(error)
    if isinstance(error, CaseRequestInvalid):
        return _status_info(HTTPStatus.BAD_REQUEST, sentence, error.minor)
    if isinstance(error, NotFound):
        minor = getattr(error, "minor", "unknownobject")
        return _status_info(HTTPStatus.NOT_FOUND, sentence, minor)
    status = status_of(error)
    log_error(_log, "http.problem", error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        later = {"Retry-After": str(RETRY_SECONDS)}
        return _status_info(status, sentence, "server_busy", later)
    return _status_info(status, sentence, "internal_server_error")


def _status_info(
    status: int, sentence: str, minor: str, headers: dict[str, str] | None = None
) -> Response:
    body: JsonObject = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": sentence,
    }
    if minor:
        field = {"imsx_codeMinorFieldName": "sourcedId", "imsx_codeMinorFieldValue": minor}
        body["imsx_codeMinor"] = {"imsx_codeMinorField": [field]}
    sent = {"Cache-Control": "no-store"} | (headers or {})
    return JSONResponse(body, status_code=status, headers=sent)


def make_router(version: CaseVersion) -> APIRouter:
    """The routes of one version of CASE."""
    router = APIRouter(prefix=PATHS[version], route_class=CaseRoute, tags=["frameworks"])
    _add_documents(router, version)
    _add_package(router, version)
    reads: dict[str, Callable[[CaseReader, UUID], JsonObject]] = {
        "CFDocuments": CaseReader.document,
        "CFItems": CaseReader.item,
        "CFItemAssociations": CaseReader.item_associations,
        "CFAssociations": CaseReader.association,
        "CFRubrics": CaseReader.rubric,
        "CFConcepts": CaseReader.concepts,
        "CFSubjects": CaseReader.subjects,
        "CFItemTypes": CaseReader.item_types,
        "CFLicenses": CaseReader.license,
        "CFAssociationGroupings": CaseReader.grouping,
    }
    for name, read in reads.items():
        _add_one(router, version, name, read)
    return router


def _add_one(
    router: APIRouter,
    version: CaseVersion,
    name: str,
    read: Callable[[CaseReader, UUID], JsonObject],
) -> None:
    @router.get(f"/{name}/{{identifier}}", summary=name.removesuffix("s"), name=f"{name} {version}")
    def get_one(identifier: Identifier, request: Request, site: SiteDep) -> Response:
        wanted = _guid(identifier)
        with session_scope(site.engine, read_only=True) as session:
            value = read(CaseReader(session, version, _address(site, version)), wanted)
        return _answer(request, value)


def _add_package(router: APIRouter, version: CaseVersion) -> None:
    @router.get("/CFPackages/{identifier}", summary="CFPackage", name=f"CFPackages {version}")
    def get_package(identifier: Identifier, request: Request, site: SiteDep) -> Response:
        """A whole framework; whoever has it already is answered without reading it."""
        wanted = _guid(identifier)
        with session_scope(site.engine, read_only=True) as session:
            digest = case_reading_repository.digest(session, wanted) or b""
            headers = _headers(f"{version}-{digest.hex()}")
            if digest and _is_known(request, headers["ETag"]):
                return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
            value = CaseReader(session, version, _address(site, version)).package(wanted)
        return Response(_text(value), media_type="application/json", headers=headers)


def _add_documents(router: APIRouter, version: CaseVersion) -> None:
    @router.get("/CFDocuments", summary="CFDocuments", name=f"CFDocuments {version}")
    def get_documents(
        request: Request,
        site: SiteDep,
        *,
        limit: Limit = DEFAULT_PAGE,
        offset: Offset = 0,
        sort: Sort = "",
        orderBy: OrderBy = "asc",  # noqa: N803 - the standard's name
        filter: Filter = "",  # noqa: A002 - the standard's name
        fields: Fields = None,
    ) -> Response:
        """A page of the CFDocuments that a filter lets through, by title unless sorted."""
        wanted, condition = _selection(fields), read_filter(filter, _DOCUMENT_MEMBERS)
        if sort and sort not in _DOCUMENT_MEMBERS:
            raise CaseRequestInvalid("A CFDocument has no member to sort by of this name.", "sort")
        with session_scope(site.engine, read_only=True) as session:
            every = CaseReader(session, version, _address(site, version)).documents()
        found = [one for one in every if condition(one)]
        page = page_of(found, sort=sort, descending=orderBy == "desc", offset=offset, limit=limit)
        if wanted:
            page = [{k: v for k, v in one.items() if k in wanted} for one in page]
        answer = _answer(request, {"CFDocuments": page})
        answer.headers["X-Total-Count"] = str(len(found))
        links = _links(request, f"{_address(site, version)}/CFDocuments", len(found), offset, limit)
        if links:
            answer.headers["Link"] = links
        return answer


def _selection(fields: str | None) -> frozenset[str]:
    """The members that are asked for; none means all."""
    if fields is None:
        return frozenset()
    names = frozenset(name.strip() for name in fields.split(","))
    if not names <= _DOCUMENT_MEMBERS:
        raise CaseRequestInvalid("A CFDocument has not all the members asked for.", "selection")
    return names


def _links(request: Request, address: str, total: int, offset: int, limit: int) -> str:
    """The Link field (RFC 8288) to the pages beside this one; '' if all is on one."""
    last = max(0, (total - 1) // limit * limit)
    starts = {"first": 0, "last": last}
    if offset + limit < total:
        starts["next"] = offset + limit
    if offset > 0:
        starts["prev"] = max(0, offset - limit)
    if total <= limit and not offset:
        return ""
    asked = {k: v for k, v in request.query_params.items() if k in _KEPT}
    return ", ".join(
        f'<{address}?{urlencode({**asked, "limit": limit, "offset": start})}>; rel="{relation}"'
        for relation, start in starts.items()
    )


def _address(site: SiteDep, version: CaseVersion) -> str:
    return f"{site.settings.base_url.rstrip('/')}{PATHS[version]}"


def _guid(text: str) -> UUID:
    try:
        identifier = UUID(text)
    except ValueError:
        identifier = None
    if identifier is None or str(identifier) != text.lower():
        error = UnknownCaseObject("This is not a GUID.")
        error.minor = "invalid_uuid"
        raise error
    return identifier


def _answer(request: Request, value: JsonObject) -> Response:
    body = _text(value)
    headers = _headers(hashlib.sha256(body).hexdigest())
    if _is_known(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _headers(tag: str) -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}", "ETag": f'"{tag}"'}


def _text(value: JsonObject) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _is_known(request: Request, etag: str) -> bool:
    """Whether the reader has this very answer (RFC 9110 §13.1.2, weak comparison)."""
    sent = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in sent.split(",")]
    return etag in tags or "*" in tags
