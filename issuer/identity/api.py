"""The school's public documents: DID document and issuer profile."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from issuer.db import session_scope
from issuer.identity import service
from issuer.identity.documents import PROFILE_PATH
from issuer.identity.pages import profile_page
from issuer.web.negotiation import HTML, JSON, preferred
from issuer.web.site import SiteDep

DID_DOCUMENT_SECONDS: Final = 300
PROFILE_SECONDS: Final = 300


def did_document_path(prefix: str) -> str:
    """Where did:web looks below a host: the well-known place, or the path form (section 3.2)."""
    return f"{prefix}/did.json" if prefix else "/.well-known/did.json"


def make_router(base_url: str) -> APIRouter:
    """The routes for one base URL; its path decides where the DID document is."""
    prefix = urlsplit(base_url).path.rstrip("/")
    router = APIRouter(tags=["public documents"])
    router.add_api_route(did_document_path(prefix), get_did_document, summary="DID document")
    router.add_api_route(f"{prefix}{PROFILE_PATH}", get_profile, summary="Issuer profile")
    return router


def get_did_document(site: SiteDep) -> Response:
    """The newest version, byte for byte as it was stored."""
    with session_scope(site.engine, read_only=True) as session:
        version = service.current_did_document(session)
    return Response(
        version.document.encode("utf-8"),
        media_type="application/did+json",
        headers={
            "Cache-Control": f"public, max-age={DID_DOCUMENT_SECONDS}",
            "ETag": f'"{version.sha256}"',
        },
    )


def get_profile(request: Request, site: SiteDep) -> Response:
    """The issuer profile: JSON for programs, a page for people."""
    headers = {"Vary": "Accept", "Cache-Control": f"public, max-age={PROFILE_SECONDS}"}
    offers = [JSON, "application/ld+json", HTML]
    with session_scope(site.engine, read_only=True) as session:
        profile = service.profile(session, site.settings)
        if preferred(request.headers.get("accept"), offers) == HTML:
            keys, accounts = service.keys_and_accounts(session)
            return profile_page(request, profile, keys, accounts, headers)
    return JSONResponse(profile, headers=headers)
