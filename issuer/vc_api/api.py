"""The routes of the issuer's VC-API, and did:key resolution.

Handlers are plain functions, so each runs in a worker thread: a service that serves its own
status lists to its own verifier never waits for itself.
"""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import JSONResponse, Response

from credentials.json_types import JsonObject
from credentials.strict_json import loads
from issuer.audit import service as audit
from issuer.db import session_scope
from issuer.vc_api import service, status
from issuer.vc_api.answers import ProblemRoute
from issuer.vc_api.options import IssueOptions
from issuer.vc_api.profiles import DEFAULT_PROFILE, PROFILES, Prepared
from issuer.vc_api.requests import LIMITS, Body, Who, members_of, require_token
from issuer.vc_api.service import VcApi
from issuer.web.site import Site, SiteDep
from keys.did_resolution import RESOLUTION_MEDIA_TYPE, resolution_result

_NO_STORE: Final = {"Cache-Control": "no-store"}
_OBJECT: Final = {"type": "object"}


def vc_api_of(request: Request) -> VcApi:
    """The VC-API that the app was made with."""
    found = request.app.state.vc_api
    if not isinstance(found, VcApi):
        raise TypeError("the app has no VC-API")
    return found


VcApiDep = Annotated[VcApi, Depends(vc_api_of)]
ProfileName = Annotated[str, Path(max_length=64, description="Name of a signing profile.")]

router = APIRouter(tags=["VC-API"], route_class=ProblemRoute, dependencies=[Depends(require_token)])
"""What needs a bearer token."""
public_router = APIRouter(tags=["VC-API"], route_class=ProblemRoute)
"""What anybody may ask."""


def _request(member: str) -> JsonObject:
    """The OpenAPI description of a request: a document and options."""
    schema = {
        "type": "object",
        "required": [member],
        "properties": {member: _OBJECT, "options": _OBJECT},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "The signed credential."},
    400: {"description": "The document or an option cannot be signed; problem details."},
    401: {"description": "No bearer token of this issuer."},
    404: {"description": "No such profile."},
    413: {"description": "Larger than the limit."},
    422: {"description": "A member is missing or has the wrong type."},
}


@router.post(
    "/credentials/issue",
    status_code=HTTPStatus.CREATED,
    responses=_ANSWERS,
    openapi_extra=_request("credential"),
)
def issue(body: Body, site: SiteDep, vc_api: VcApiDep, who: Who) -> Response:
    """Sign a credential under the default profile (VC-API, Issue Credential)."""
    return _issue(body, DEFAULT_PROFILE, site, vc_api, who)


@router.post(
    "/profiles/{name}/credentials/issue",
    status_code=HTTPStatus.CREATED,
    responses=_ANSWERS,
    openapi_extra=_request("credential"),
)
def issue_under(
    name: ProfileName, body: Body, site: SiteDep, vc_api: VcApiDep, who: Who
) -> Response:
    """Sign a credential under a profile of its own (VC-API, Issue Credential)."""
    return _issue(body, name, site, vc_api, who)


def _issue(body: bytes, name: str, site: Site, vc_api: VcApi, who: str) -> Response:
    with session_scope(site.engine, read_only=True) as session:
        publisher = vc_api.publisher(session, name)
    document, members = members_of(body, "credential")
    options, profile, now = IssueOptions.read(members), PROFILES[name], site.clock()
    ready = service.prepared(document, profile, publisher, replaces_issuer=vc_api.replaces_issuer)
    if not profile.gives_status:
        signed = service.secured(ready, options, profile, publisher, now)
        with session_scope(site.engine) as session:  # nothing else is kept of it
            named = {"kind": "credential", "subject": str(ready.document.get("id", ""))}
            audit.record(session, who, "credential.issue", now=now, **named)
        return _created(signed)
    with session_scope(site.engine) as session:  # a place is given together with the signature
        listed = status.with_status(session, ready.document, options, publisher, site=site, now=now)
        ready = Prepared.of(listed)
        signed = service.secured(ready, options, profile, publisher, now)
        named = {"kind": "credential", "subject": str(listed["id"])}
        audit.record(session, who, "credential.issue", now=now, **named)
        return _created(signed)


@router.post(
    "/credentials/derive",
    status_code=HTTPStatus.CREATED,
    responses=_ANSWERS,
    openapi_extra=_request("verifiableCredential"),
)
def derive(body: Body) -> Response:
    """Disclose parts of a credential (VC-API, Derive Credential); options: selectivePointers."""
    document, options = members_of(body, "verifiableCredential")
    return _created(service.derived(document, options))


@router.post("/credentials/status", openapi_extra=_request("credentialStatus"))
@router.put("/credentials/status", openapi_extra=_request("credentialStatus"))
def update_status(body: Body, site: SiteDep, vc_api: VcApiDep, who: Who) -> Response:
    """Revoke or suspend a credential, or lift that (VC-API, Update Status)."""
    change = status.StatusUpdate.read(loads(body, LIMITS))
    with session_scope(site.engine) as session:
        publisher = vc_api.publisher(session, status.PROFILE)
        answer = status.change(session, change, publisher, site)
        audit.record(
            session,
            who,
            "credential.status",
            now=site.clock(),
            kind="credential",
            subject=change.credential_id,
            **change.values,
        )
    return JSONResponse(answer, headers=_NO_STORE)


@public_router.get("/1.0/identifiers/{did:path}", tags=["DID"], summary="Resolve a did:key")
def resolve_did(did: str, request: Request) -> Response:
    """A DID resolution result (DID Resolution §5; did:key and did:jwk: no network is asked)."""
    code, result = resolution_result(
        did, dict(request.query_params), accept=request.headers.get("accept")
    )
    return JSONResponse(result, code, headers=_NO_STORE, media_type=RESOLUTION_MEDIA_TYPE)


def _created(document: JsonObject) -> JSONResponse:
    answer = {"verifiableCredential": document}
    return JSONResponse(answer, HTTPStatus.CREATED, headers=_NO_STORE)
