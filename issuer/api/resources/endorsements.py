"""Endorsements: given by the school, received from others, withdrawn and removed."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute, invalid
from issuer.api.bodies import JsonBody, Sent
from issuer.api.errors import ApiNoSigner, UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import Moment, ShortText, Shown
from issuer.db import session_scope
from issuer.endorsements import checking, repository, service
from issuer.endorsements.models import Endorsement
from issuer.endorsements.targets import Target, issuer_target
from issuer.identity import service as identity
from issuer.identity.signing import Publisher
from issuer.minting import endorsed
from issuer.status.models import REASON_CHARACTERS
from issuer.web.site import Site, SiteDep

router = APIRouter(prefix="/endorsements", tags=["endorsements"], route_class=ApiRoute)

_MOMENT: Final = TypeAdapter(Moment)
_URLS: Final = ("https://", "http://")


class EndorsementShown(Shown):
    """An endorsement: who says what of which credential, achievement or issuer.

    ``direction`` is ``given`` or ``received``; ``reason`` says why one was withdrawn.
    """

    id: UUID
    credential_id: str
    direction: str
    kind: str
    target_id: str
    endorser: str
    official: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None
    reason: str | None


class EndorsementInFull(EndorsementShown):
    """An endorsement; ``document`` is its text as it was signed: JSON, or a token."""

    document: str


class EndorsementTaken(EndorsementInFull):
    """An endorsement that was sent.

    ``namesContent`` is false where it names what it endorses by the id alone: readers are told.
    """

    already: bool = Field(description="It was here before; nothing was changed.")
    names_content: bool


class WithdrawnShown(Shown):
    """An endorsement after it was to be withdrawn."""

    credential_id: str
    since: datetime | None
    already: bool = Field(description="It was so before; nothing was changed.")


class EndorsementsQuery(ListQuery):
    """Which endorsements, in which order."""

    direction: Literal["given", "received"] | None = None
    kind: Literal["credential", "achievement", "issuer"] | None = None
    target_id: ShortText | None = None
    endorser: ShortText | None = None
    sort: Literal["id", "-id", "validFrom", "-validFrom"] = "id"


class EndorsementGivenSent(Sent):
    """What is endorsed, and what is said of it: ``target`` or ``document``, not both."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "target": "did:web:college.example",
        "comment": "We have worked with this school for years.",
    }

    target: str | None = Field(
        None,
        max_length=2_000,
        description="Id of a credential of ours, address of an achievement or profile, or a DID.",
    )
    document: str | None = Field(
        None, description="The text of another's credential, achievement or profile."
    )
    comment: str = Field(min_length=1)
    on_behalf_of: str = Field("", description="A person for whom the school signs.")
    valid_until: str | None = Field(None, description="With its zone.")


class EndorsementSent(Sent):
    """An endorsement that another party signed."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"endorsement": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"}

    endorsement: str = Field(min_length=1, description="As it came: its JSON text, or a token.")


class WithdrawalSent(Sent):
    """Why; kept by the school, not published."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "Given to another school by mistake."}

    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS)


@router.get("", summary="Endorsements")
def list_endorsements(
    asked: Annotated[EndorsementsQuery, Query()],
    _caller: RegistrarOnly,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[EndorsementShown]:
    """Every endorsement, given and received."""
    wanted = {
        Endorsement.direction: asked.direction,
        Endorsement.kind: asked.kind,
        Endorsement.target_id: asked.target_id,
        Endorsement.endorser: asked.endorser,
    }
    query = repository.listed()
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    sorts = {
        "id": Sort(col(Endorsement.id), UUID),
        "validFrom": Sort(col(Endorsement.valid_from), datetime),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        return Page(items=[_shown(row) for row in found.rows], next=found.next)


def _shown(row: Any) -> EndorsementShown:
    return EndorsementShown(**_members(row))


def _members(row: Any) -> dict[str, Any]:
    renamed = {"withdrawn_at": row.set_at, "reason": row.reason}
    return {
        name: renamed[name] if name in renamed else getattr(row, name)
        for name in EndorsementShown.model_fields
    }


@router.get("/{endorsement_id}", summary="Endorsement")
def get_endorsement(
    endorsement_id: UUID, _caller: RegistrarOnly, site: SiteDep
) -> EndorsementInFull:
    """One endorsement with its document."""
    with session_scope(site.engine, read_only=True) as session:
        return _in_full(session, endorsement_id)


def _in_full(session: Session, endorsement_id: UUID) -> EndorsementInFull:
    kept = service.one(session, endorsement_id)
    query: Select[Any] = repository.listed().where(col(Endorsement.id) == endorsement_id)
    row = session.execute(query).one()
    text = bytes(kept.document).decode("utf-8", "replace")
    return EndorsementInFull(**_members(row), document=text)


@router.post("", status_code=HTTPStatus.CREATED, summary="Give an endorsement")
def give_endorsement(
    caller: RegistrarOnly,
    sent: Annotated[EndorsementGivenSent, Depends(JsonBody(EndorsementGivenSent))],
    site: SiteDep,
) -> EndorsementInFull:
    """Sign an endorsement. What another host publishes is fetched by the verifier's own door."""
    words = service.Words(sent.comment, sent.on_behalf_of, _moment(sent.valid_until))
    target, now = _target(site, sent), site.clock()
    with session_scope(site.engine) as session:
        publisher = _publisher(session, site)
        made = service.endorse(
            session, target, words, site.settings, publisher=publisher, now=now, who=caller.who
        )
        return _in_full(session, made.id)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found: datetime = _MOMENT.validate_python(text)
    except ValidationError:
        sentence = "It is no moment with a zone, such as 2027-06-30T00:00:00Z."
        raise invalid([{"place": "body/validUntil", "detail": sentence}]) from None
    return found


def _target(site: Site, sent: EndorsementGivenSent) -> Target:
    """What is meant. Hosts are asked while nothing is locked."""
    if (sent.target is None) == (sent.document is None):
        raise invalid([{"place": "body/target", "detail": "Give target or document, not both."}])
    settings = site.settings
    if sent.target is None:
        return checking.file_target((sent.document or "").encode(), checking.open_world(settings))
    with session_scope(site.engine, read_only=True) as session:
        own = endorsed.own_target(session, settings, sent.target)
    if own is not None:
        return own
    if sent.target.startswith("did:"):
        return issuer_target(sent.target)
    if sent.target.startswith(_URLS):
        return checking.fetched_target(sent.target, checking.open_world(settings))
    raise UnknownThing("Nothing here is called so.", "Name what is to be endorsed.")


def _publisher(session: Session, site: Site) -> Publisher:
    if site.signer is None:
        raise ApiNoSigner(
            "This service was started without the passphrase and cannot sign.",
            "Start `issuer serve` with --passphrase-file.",
        )
    return identity.publisher_for(session, site.settings, site.signer)


@router.post("/received", status_code=HTTPStatus.CREATED, summary="Take in an endorsement")
def take_in_endorsement(
    caller: RegistrarOnly,
    sent: Annotated[EndorsementSent, Depends(JsonBody(EndorsementSent))],
    site: SiteDep,
    response: Response,
) -> EndorsementTaken:
    """Keep what another party signed of this school or its work, once our verifier accepts it."""
    settings = site.settings
    ports = checking.open_world(settings)
    with session_scope(site.engine, read_only=True) as session:
        checked = checking.check_received(
            sent.endorsement.encode(),
            lambda name: endorsed.own_target(session, settings, name),
            ports,
        )
    with session_scope(site.engine) as session:
        row, is_new = service.take_in(session, checked, site.clock(), caller.who)
        shown = _in_full(session, row.id)
    if not is_new:
        response.status_code = HTTPStatus.OK
    return EndorsementTaken(
        **shown.model_dump(), already=not is_new, names_content=checked.names_content
    )


@router.post("/{endorsement_id}/withdraw", summary="Withdraw an endorsement")
def withdraw_endorsement(
    endorsement_id: UUID,
    caller: RegistrarOnly,
    sent: Annotated[WithdrawalSent, Depends(JsonBody(WithdrawalSent))],
    site: SiteDep,
) -> WithdrawnShown:
    """Withdraw one that the school gave, for ever: from now on every reader is told."""
    with session_scope(site.engine) as session:
        found = service.one(session, endorsement_id)
        done = service.withdraw(
            session,
            found.credential_id,
            sent.reason,
            site.settings,
            publisher=_publisher(session, site),
            now=site.clock(),
            who=caller.who,
        )
    return WithdrawnShown(credential_id=done.credential_id, since=done.since, already=done.already)


@router.delete("/{endorsement_id}", summary="Remove an endorsement")
def remove_endorsement(
    endorsement_id: UUID, caller: RegistrarOnly, site: SiteDep
) -> EndorsementInFull:
    """Remove one that another party gave: it is shown and handed on no more. As it was."""
    with session_scope(site.engine) as session:
        was = _in_full(session, endorsement_id)
        service.remove_received(session, endorsement_id, site.clock(), caller.who)
        return was
