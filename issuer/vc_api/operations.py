"""How far minting is, for whoever has a token of this issuer: counts, and no person."""

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse, Response

from credentials.json_types import JsonObject
from issuer.db import session_scope
from issuer.minting import service
from issuer.minting.service import BatchProgress
from issuer.vc_api.answers import ProblemRoute
from issuer.vc_api.requests import require_token
from issuer.web.site import SiteDep

router = APIRouter(
    tags=["operations"], route_class=ProblemRoute, dependencies=[Depends(require_token)]
)


@router.get("/minting/progress", summary="Progress of minting")
def get_progress(site: SiteDep) -> Response:
    """Where every batch stands that is not released, and who works: counts, and no person."""
    now = site.clock()
    with session_scope(site.engine, read_only=True) as session:
        batches = [_stand(one) for one in service.progress(session, now)]
    at_work = service.workers(site.engine, site.settings.home)
    workers = [{"name": one.name, "since": one.taken_at.isoformat()} for one in at_work]
    return JSONResponse(
        {"time": now.isoformat(), "batches": batches, "workers": workers},
        headers={"Cache-Control": "no-store"},
    )


def _stand(one: BatchProgress) -> JsonObject:
    """A batch's progress as JSON. An error's sentence may quote a document; its code does not."""
    return {
        "batch": str(one.batch_id),
        "stage": one.stage.lower(),
        "done": one.done,
        "total": one.total,
        "signed": one.signed,
        "checked": one.checked,
        "credentials_per_second": None if one.rate is None else round(one.rate, 1),
        "seconds_left": None if one.seconds_left is None else round(one.seconds_left),
        "attempt": one.attempt,
        "attempt_started": None if one.started_at is None else one.started_at.isoformat(),
        "problem": one.problem,
    }
