"""The issuer's HTTP service: what a school publishes, for verifiers and for people.

What is published can only be read, and no page shows anything about any student. The VC-API
(issuer.vc_api) signs what it is sent, for whoever brings a token; the API (issuer.api) shows what
the school keeps to those whose token opens it.
"""

import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.engine import Engine
from starlette.responses import JSONResponse, RedirectResponse, Response

from issuer import db
from issuer.anchoring.figures import ChainFigures, known_transactions, read_anchors
from issuer.api.access import Api
from issuer.api.app import router as api_router
from issuer.api.openapi import describe
from issuer.competency.api import make_router as case_router
from issuer.competency.case_conform import CaseVersion
from issuer.endorsements.api import router as endorsements_router
from issuer.equity.api import router as equity_router
from issuer.identity import service as identity
from issuer.identity.api import make_router as identity_router
from issuer.identity.documents import PROFILE_PATH
from issuer.minting.api import router as minting_router
from issuer.minting.figures import read_minting
from issuer.people.api import router as people_router
from issuer.settings import Settings
from issuer.status.api import router as status_router
from issuer.status.figures import read_status_lists
from issuer.vc_api.api import public_router as did_router
from issuer.vc_api.api import router as vc_api_router
from issuer.vc_api.operations import router as operations_router
from issuer.vc_api.service import SchoolPublishers, VcApi
from issuer.vc_api.tokens import TokenFile
from issuer.web import pages, problems
from issuer.web.headers import HeadAsGet, SecurityHeaders
from issuer.web.metrics import Reading, SiteMetrics, Source, check_admitted
from issuer.web.site import Site, SiteDep, system_clock
from keys.signers import Signer
from schemas.errors import TouchstoneError
from schemas.metrics_door import PATH, TOKEN_VARIABLE
from schemas.request_log import RequestLog, RouteNote

DESCRIPTION: Final = (
    "Public documents of a school that issues credentials with Touchstone: DID document, issuer "
    "profile, status lists, achievements. Beside them, for whoever has a token, the school's own "
    "records under /api/v1, and the VC-API."
)
CHAIN_KEPT_SECONDS: Final = 30.0
"""A block comes every 12 seconds or so: asking the node more often tells nothing new."""
router = APIRouter()
_log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    *,
    signer: Signer | None = None,
    signers: Sequence[Signer] = (),
    clock: Callable[[], datetime] = system_clock,
    engine: Engine | None = None,
    vc_api: VcApi | None = None,
    node_url: str | None = None,
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
        node_url: the chain's node, where the metrics are to tell how the chain stands.
    """
    site = Site(settings, engine or db.engine(settings.database, must_exist=True), clock, signer)
    app = FastAPI(
        title=f"{settings.name}: issuer",
        description=DESCRIPTION,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = site
    app.state.vc_api = vc_api or _school_api(settings, signer, signers)
    app.state.api = Api()
    app.state.metrics = SiteMetrics(sources(site, node_url))
    problems.install(app)
    _add_middleware(app)
    app.include_router(router)
    app.include_router(identity_router(settings.base_url))
    frameworks = [case_router(version) for version in CaseVersion]
    published = (status_router, minting_router, endorsements_router, *frameworks)
    records = (api_router, people_router, equity_router)
    features = (vc_api_router, did_router, operations_router, *records)
    for feature in (*published, *features, pages.router):
        app.include_router(feature, prefix=site.prefix)
    describe(app, site.prefix, records[1:])
    return app


def _add_middleware(app: FastAPI) -> None:
    """The last that is added is the outermost."""
    app.add_middleware(RouteNote)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(
        RequestLog,
        logger=_log,
        observe=app.state.metrics.observe,
        on_fault=SecurityHeaders(problems.answer_fault),
    )


def sources(site: Site, node_url: str | None) -> list[Source]:
    """What the metrics read when they are asked for: the database and, if it is known, the chain.

    Args:
        site: whose database, and which time.
        node_url: JSON-RPC address of the chain's node, or None.
    """

    def read_database() -> list[Reading]:
        now = site.clock()
        with db.session_scope(site.engine, read_only=True) as session:
            return [
                *read_minting(session, now),
                *read_anchors(session, now),
                *read_status_lists(session, now),
            ]

    def account() -> tuple[str, int | None]:
        with db.session_scope(site.engine, read_only=True) as session:
            address = identity.account_in_use(session).address
            return address, known_transactions(session, site.settings.chain_id, address)

    found = [Source("database", read_database)]
    if node_url is not None:
        figures = ChainFigures(node_url, site.settings.chain_id, account, site.clock)
        found.append(Source("chain", figures.read, kept_seconds=CHAIN_KEPT_SECONDS))
    return found


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


@router.get(PATH, include_in_schema=False)
def get_metrics(request: Request) -> Response:
    """Numbers for Prometheus: to this machine, or to whoever brings the metrics' token."""
    check_admitted(request, os.environ.get(TOKEN_VARIABLE, ""))
    metrics: SiteMetrics = request.app.state.metrics
    return metrics.response()


@router.get("/", include_in_schema=False)
def get_front(site: SiteDep) -> Response:
    """Where people who type the host alone find the school."""
    return RedirectResponse(f"{site.prefix}{PROFILE_PATH}")
