"""Credentials: listed, delivered, withdrawn, put on hold and reinstated."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import credential_repository as repository
from issuer.api import people_repository as people
from issuer.api.access import RegistrarOnly, RegistrarOrStudent
from issuer.api.answers import ApiRoute
from issuer.api.bodies import JsonBody, Sent
from issuer.api.errors import ApiNoSigner, UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import Shown
from issuer.api.tokens import Caller
from issuer.audit import service as audit
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.minting import service as minting
from issuer.minting.delivery import URN
from issuer.minting.models import Achievement, Batch, BatchState, Credential
from issuer.status import service as status
from issuer.status.models import REASON_CHARACTERS, StatusEntry
from issuer.web.site import Site, SiteDep

router = APIRouter(prefix="/credentials", tags=["credentials"], route_class=ApiRoute)


class CredentialShown(Shown):
    """A credential without its document.

    ``revokedAt`` is since when it is withdrawn, ``heldAt`` since when it is on hold.
    """

    id: str
    learner_id: UUID
    achievement_id: UUID
    achievement: str
    batch_id: UUID
    issued_at: datetime
    anchored_at: datetime | None
    released: bool
    revoked_at: datetime | None
    held_at: datetime | None


class CredentialInFull(CredentialShown):
    """A credential; ``document`` is the signed one with its proofs, null until it is released."""

    document: dict[str, Any] | None


class StandingShown(Shown):
    """One status of a credential after it was to be changed."""

    id: str
    purpose: str
    value: bool
    since: datetime | None
    already: bool = Field(description="It was so before; nothing was changed.")


class ReasonSent(Sent):
    """Why; kept by the school, not published."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "Issued to the wrong learner."}

    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS)


class CredentialsQuery(ListQuery):
    """Which credentials, in which order."""

    learner_id: UUID | None = None
    achievement_id: UUID | None = None
    batch_id: UUID | None = None
    released: bool | None = None
    sort: Literal["id", "-id", "issuedAt", "-issuedAt"] = "id"


@router.get("", summary="Credentials")
def list_credentials(
    asked: Annotated[CredentialsQuery, Query()],
    caller: RegistrarOrStudent,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[CredentialShown]:
    """All credentials, or the student's own."""
    query = _filtered(_visible(caller, site.clock()), asked)
    sorts = {
        "id": Sort(col(Credential.id), str),
        "issuedAt": Sort(col(Batch.created_at), datetime, needs=("learnerId", "batchId")),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        items = [CredentialShown(**one) for one in _members(session, found.rows)]
        return Page(items=items, next=found.next)


def _visible(caller: Caller, now: datetime) -> Select[*tuple[Any, ...]]:
    return repository.credentials().where(people.may_see(caller, col(Credential.learner_id), now))


def _filtered(query: Select[*tuple[Any, ...]], asked: CredentialsQuery) -> Select[*tuple[Any, ...]]:
    wanted = {
        Credential.learner_id: asked.learner_id,
        Achievement.id: asked.achievement_id,
        Credential.batch_id: asked.batch_id,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    if asked.released is None:
        return query
    released = col(Batch.state) == BatchState.RELEASED
    return query.where(released if asked.released else ~released)


def _members(session: Session, rows: Any) -> list[dict[str, Any]]:
    entries = repository.statuses(session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "learner_id": row.learner_id,
            "achievement_id": row.achievement_id,
            "achievement": row.name,
            "batch_id": row.batch_id,
            "issued_at": row.created_at,
            "anchored_at": row.anchored_at,
            "released": row.state == BatchState.RELEASED,
            "revoked_at": _set_at(entries.get(row.id, []), status.REVOCATION),
            "held_at": _set_at(entries.get(row.id, []), status.SUSPENSION),
        }
        for row in rows
    ]


def _set_at(entries: list[StatusEntry], purpose: str) -> datetime | None:
    return next((one.set_at for one in entries if one.purpose == purpose), None)


@router.get("/{credential_id}", summary="Credential")
def get_credential(
    credential_id: UUID, caller: RegistrarOrStudent, site: SiteDep
) -> CredentialInFull:
    """One credential, with its document once it is released. The id may stand without its URN."""
    with session_scope(site.engine, read_only=True) as session:
        query = _visible(caller, site.clock())
        row = session.execute(query.where(col(Credential.id) == f"{URN}{credential_id}")).first()
        if row is None:
            raise UnknownThing(
                "There is no credential with this id that this token may see.",
                "List the credentials.",
            )
        members = _members(session, [row])[0]
        document = minting.deliver(session, row.id) if members["released"] else None
        return CredentialInFull(**members, document=document)


@router.post("/{credential_id}/revoke", summary="Withdraw a credential")
def revoke_credential(
    credential_id: UUID,
    sent: Annotated[ReasonSent, Depends(JsonBody(ReasonSent))],
    caller: RegistrarOnly,
    site: SiteDep,
) -> StandingShown:
    """Withdraw a credential for ever; every reader is told from now on."""
    return _change(status.revoke, credential_id, sent, caller, site)


@router.post("/{credential_id}/suspend", summary="Put a credential on hold")
def suspend_credential(
    credential_id: UUID,
    sent: Annotated[ReasonSent, Depends(JsonBody(ReasonSent))],
    caller: RegistrarOnly,
    site: SiteDep,
) -> StandingShown:
    """Put a credential on hold, until it is reinstated."""
    return _change(status.suspend, credential_id, sent, caller, site)


@router.post("/{credential_id}/reinstate", summary="Reinstate a credential")
def reinstate_credential(
    credential_id: UUID,
    sent: Annotated[ReasonSent, Depends(JsonBody(ReasonSent))],
    caller: RegistrarOnly,
    site: SiteDep,
) -> StandingShown:
    """Lift a hold. A credential that is withdrawn stays withdrawn."""
    return _change(status.reinstate, credential_id, sent, caller, site)


def _change(
    change: Callable[..., status.Standing],
    credential_id: UUID,
    sent: ReasonSent,
    caller: Caller,
    site: Site,
) -> StandingShown:
    """Change a credential's standing, sign its list anew and log it, in one transaction."""
    if site.signer is None:
        raise ApiNoSigner(
            "This service was started without the passphrase and cannot sign status lists.",
            "Start `issuer serve` with --passphrase-file.",
        )
    now, name = site.clock(), f"{URN}{credential_id}"
    with session_scope(site.engine) as session:
        publisher = identity.publisher_for(session, site.settings, site.signer)
        validity = site.settings.status_list_validity
        done = change(session, name, sent.reason, publisher, now, validity=validity)
        if not done.already:
            audit.record(
                session,
                caller.who,
                f"credential.{change.__name__}",
                now=now,
                kind="credential",
                subject=name,
            )
    return StandingShown(
        id=name, purpose=done.purpose, value=done.value, since=done.since, already=done.already
    )
