"""The issuer's HTTP service: what a school publishes, for verifiers and for people.

What is published can only be read, and no page shows anything about any student. The VC-API
(issuer.vc_api) signs what it is sent, for whoever brings a token.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.engine import Engine
from starlette.responses import JSONResponse, RedirectResponse, Response

from issuer import db
from issuer.identity.api import make_router as identity_router
from issuer.identity.documents import PROFILE_PATH
from issuer.minting.api import router as minting_router
from issuer.settings import Settings
from issuer.status.api import router as status_router
from issuer.vc_api.api import public_router as did_router
from issuer.vc_api.api import router as vc_api_router
from issuer.vc_api.service import SchoolPublishers, VcApi
from issuer.vc_api.tokens import TokenFile
from issuer.web import pages, problems
from issuer.web.headers import HeadAsGet, SecurityHeaders
from issuer.web.site import Site, SiteDep, system_clock
from keys.signers import Signer
from schemas.errors import TouchstoneError

DESCRIPTION: Final = (
    "Public documents of a school that issues credentials with Touchstone: DID document, issuer "
    "profile, status lists, achievements. Beside them the VC-API, for whoever has a token."
)
router = APIRouter()


def create_app(
    settings: Settings,
    *,
    signer: Signer | None = None,
    signers: Sequence[Signer] = (),
    clock: Callable[[], datetime] = system_clock,
    engine: Engine | None = None,
    vc_api: VcApi | None = None,
) -> FastAPI:
    """The ASGI application of one school.

    Args:
        settings: the issuer's settings.
        signer: signs status lists anew before they expire; without it they are served as stored.
        signers: further open keys of the school, of other kinds, for signing on request.
        clock: tells the present.
        engine: the database; opened from the settings if not given.
        vc_api: who signs on request, and for whom; the school itself, for holders of the tokens
            that were made for this home, if not given.
    """
    site = Site(settings, engine or db.engine(settings.database), clock, signer)
    app = FastAPI(
        title=f"{settings.name}: issuer",
        description=DESCRIPTION,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = site
    app.state.vc_api = vc_api or _school_api(settings, signer, signers)
    problems.install(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    app.include_router(router)
    app.include_router(identity_router(settings.base_url))
    for feature in (status_router, minting_router, vc_api_router, did_router, pages.router):
        app.include_router(feature, prefix=site.prefix)
    return app


def _school_api(settings: Settings, signer: Signer | None, signers: Sequence[Signer]) -> VcApi:
    """The school signs, with every key that is open here, for holders of its tokens."""
    opened = [*([signer] if signer else []), *signers]
    return VcApi(SchoolPublishers(settings, opened), TokenFile(settings.home))


@router.get("/health", tags=["operations"], summary="Health")
def get_health(site: SiteDep) -> Response:
    """Whether the service can do its work: 200, or 503 with what is wrong."""
    database = "ok"
    try:
        with db.session_scope(site.engine, read_only=True) as session:
            session.execute(text("SELECT count(*) FROM did_document_version"))
    except TouchstoneError as error:
        database = error.code
    except Exception:  # whatever it is, the answer is: not well
        database = "database.error"
    well = database == "ok"
    return JSONResponse(
        {
            "status": "ok" if well else "unwell",
            "database": database,
            "status_lists": "signed when due" if site.signer else "served as stored",
        },
        status_code=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Cache-Control": "no-store"},
    )


@router.get("/", include_in_schema=False)
def get_front(site: SiteDep) -> Response:
    """Where people who type the host alone find the school."""
    return RedirectResponse(f"{site.prefix}{PROFILE_PATH}")
