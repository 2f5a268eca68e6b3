"""The school's public documents: DID document and issuer profile."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.db import session_scope
from issuer.identity import service
from issuer.identity.documents import PROFILE_PATH
from issuer.identity.models import DidDocumentVersion
from issuer.identity.pages import profile_page
from issuer.web.negotiation import HTML, JSON, preferred
from issuer.web.site import SiteDep

DID_DOCUMENT_SECONDS: Final = 300
OLD_VERSION_SECONDS: Final = 365 * 24 * 3600
MAX_VERSION: Final = 2**31 - 1
VersionNumber = Annotated[int, Path(ge=1, le=MAX_VERSION, description="1, 2, 3, …")]
PROFILE_SECONDS: Final = 300


def did_document_path(prefix: str) -> str:
    """Where did:web looks below a host: the well-known place, or the path form (section 3.2)."""
    return f"{prefix}/did.json" if prefix else "/.well-known/did.json"


def versions_path(prefix: str) -> str:
    """Where every version of the DID document stays: beside the place of the newest."""
    return f"{prefix}/did" if prefix else "/.well-known/did"


def make_router(base_url: str) -> APIRouter:
    """The routes for one base URL; its path decides where the DID document is."""
    prefix = urlsplit(base_url).path.rstrip("/")
    router = APIRouter(tags=["public documents"])
    router.add_api_route(did_document_path(prefix), get_did_document, summary="DID document")
    versions = versions_path(prefix)
    router.add_api_route(
        f"{versions}/versions.json", get_versions, summary="Versions of the DID document"
    )
    router.add_api_route(
        f"{versions}/versions/{{number}}.json", get_version, summary="One version of it"
    )
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


def get_versions(site: SiteDep) -> JSONResponse:
    """Every version there has been, with its SHA-256 and the transaction that anchors that."""
    prefix = urlsplit(site.settings.base_url).path.rstrip("/")
    origin = site.settings.base_url.removesuffix(prefix)
    with session_scope(site.engine, read_only=True) as session:
        rows = [
            {
                "version": row.version,
                "url": f"{origin}{versions_path(prefix)}/versions/{row.version}.json",
                "sha256": row.sha256,
                "created": format_date_time_stamp(row.created_at),
                "anchor": _anchor(row),
            }
            for row in service.did_document_versions(session)
        ]
    headers = {"Cache-Control": f"public, max-age={DID_DOCUMENT_SECONDS}"}
    return JSONResponse({"id": site.settings.did, "versions": rows}, headers=headers)


def _anchor(row: DidDocumentVersion) -> dict[str, object] | None:
    if row.anchor_transaction is None or row.anchored_at is None:
        return None
    return {
        "chainId": row.anchor_chain_id,
        "transaction": row.anchor_transaction,
        "time": format_date_time_stamp(row.anchored_at),
    }


def get_version(number: VersionNumber, site: SiteDep) -> Response:
    """One version, byte for byte as it was served; it never changes."""
    with session_scope(site.engine, read_only=True) as session:
        version = service.did_document_version(session, number)
    return Response(
        version.document.encode("utf-8"),
        media_type="application/did+json",
        headers={
            "Cache-Control": f"public, max-age={OLD_VERSION_SECONDS}, immutable",
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
