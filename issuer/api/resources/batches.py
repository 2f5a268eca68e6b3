"""Batches: what is minted together, started and followed."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from issuer.api import credential_repository as repository
from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.errors import UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import Shown
from issuer.db import session_scope
from issuer.minting import service
from issuer.minting.models import Batch
from issuer.minting.service import BatchProgress, HandOver
from issuer.web.site import SiteDep

router = APIRouter(prefix="/batches", tags=["batches"], route_class=ApiRoute)


class BatchShown(Shown):
    """Credentials that one transaction anchors."""

    id: UUID
    state: str
    size: int
    root: str | None
    anchor_transaction: str | None
    chain_id: int
    created_at: datetime
    anchored_at: datetime | None
    released_at: datetime | None
    audit_length: int | None
    audit_head: str | None


class ProgressShown(Shown):
    """Where a batch stands that is not released; ``problem`` is the error that ended an attempt."""

    batch_id: UUID
    stage: str
    done: int
    total: int
    signed: int
    checked: int
    credentials_per_second: float | None
    seconds_left: float | None
    attempt: int
    started_at: datetime | None
    problem: str | None

    @classmethod
    def of(cls, one: BatchProgress) -> "ProgressShown":
        """From what the rows say. An error's sentence may quote a document; its code does not."""
        return cls(
            batch_id=one.batch_id,
            stage=one.stage.lower(),
            done=one.done,
            total=one.total,
            signed=one.signed,
            checked=one.checked,
            credentials_per_second=one.rate,
            seconds_left=one.seconds_left,
            attempt=one.attempt,
            started_at=one.started_at,
            problem=one.problem,
        )


class BatchInFull(BatchShown):
    """A batch, and how far it is; null once it is released."""

    progress: ProgressShown | None


class WaitingBatch(Shown):
    """A batch that workers are asked to mint."""

    id: UUID
    credentials: int


class MintingStarted(Shown):
    """What was left to workers. Without a worker it waits for one: `issuer worker`."""

    batches: list[WaitingBatch]
    workers: list[str]


class BatchesQuery(ListQuery):
    """Which batches, in which order."""

    state: Literal["opened", "signed", "treed", "anchored", "released"] | None = None
    sort: Literal["id", "-id", "createdAt", "-createdAt"] = "-createdAt"


@router.get("", summary="Batches")
def list_batches(
    asked: Annotated[BatchesQuery, Query()],
    _caller: RegistrarOnly,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[BatchShown]:
    """Every batch, the newest first."""
    query = repository.batches()
    if asked.state is not None:
        query = query.where(col(Batch.state) == asked.state)
    sorts = {
        "id": Sort(col(Batch.id), UUID),
        "createdAt": Sort(col(Batch.created_at), datetime),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        total = None if asked.state is not None else repository.count_batches(session)
        items = [BatchShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next, total=total)


@router.get("/{batch_id}", summary="Batch")
def get_batch(batch_id: UUID, _caller: RegistrarOnly, site: SiteDep) -> BatchInFull:
    """One batch, and how far it is."""
    with session_scope(site.engine, read_only=True) as session:
        row = repository.batch(session, batch_id)
        if row is None:
            raise UnknownThing("There is no batch with this id.", "List the batches.")
        under_way = service.progress(session, site.clock())
        progress = next((one for one in under_way if one.batch_id == batch_id), None)
        return BatchInFull(
            **BatchShown.model_validate(row).model_dump(),
            progress=None if progress is None else ProgressShown.of(progress),
        )


@router.post("", status_code=HTTPStatus.ACCEPTED, summary="Start minting")
def start_minting(caller: RegistrarOnly, site: SiteDep) -> MintingStarted:
    """Reserve every mastered judgment that is not minted yet, and leave the rest to workers."""
    run = HandOver(site.engine, site.settings, site.clock, who=caller.who)
    with service.hand_over(run) as handed:
        waiting = [WaitingBatch(id=key, credentials=size) for key, size in handed.sizes.items()]
        return MintingStarted(batches=waiting, workers=list(handed.workers))
