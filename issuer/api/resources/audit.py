"""The audit log, for registrars; and what a token says of itself."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import field_serializer
from sqlmodel import col

from issuer.api.access import AnyScope, RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.models import Scope
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.audit import repository
from issuer.audit.models import AuditEvent
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(tags=["audit"], route_class=ApiRoute)


class TokenShown(Shown):
    """Whose token a request brought, and what it opens."""

    token_id: UUID
    scope: Scope
    person_id: UUID | None
    expires_at: datetime


class AuditEventShown(Shown):
    """One change. ``hash`` binds it, and with ``previous`` all rows before it."""

    seq: int
    at: datetime
    who: str
    action: str
    kind: str
    subject: str
    details: dict[str, Any]
    previous: bytes
    hash: bytes

    @field_serializer("previous", "hash")
    def in_hexadecimal(self, value: bytes) -> str:
        """32 bytes as 64 digits."""
        return value.hex()


class AuditQuery(ListQuery):
    """Which changes, in which order: ``id`` is their number."""

    who: ShortText | None = None
    action: ShortText | None = None
    subject: ShortText | None = None
    sort: Literal["id", "-id"] = "-id"


@router.get("/me", summary="The token of this request")
def get_me(caller: AnyScope) -> TokenShown:
    """What the token opens, for whom, and until when."""
    return TokenShown.model_validate(caller)


@router.get("/audit-events", summary="Audit log")
def list_audit_events(
    asked: Annotated[AuditQuery, Query()],
    _caller: RegistrarOnly,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[AuditEventShown]:
    """Who did what, the newest first."""
    query = repository.events()
    wanted = {
        AuditEvent.who: asked.who,
        AuditEvent.action: asked.action,
        AuditEvent.subject: asked.subject,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    sorts = {"id": Sort(col(AuditEvent.seq), int)}
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [AuditEventShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)
