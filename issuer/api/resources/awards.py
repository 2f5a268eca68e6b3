"""Awards: what is awarded besides single competencies, who has earned it, and the queue."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import award_repository as repository
from issuer.api import people_repository as people
from issuer.api.access import OfTheSchool, RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.bodies import JsonBody, RawBody, Sent, members_of
from issuer.api.errors import UnknownThing
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.api.tokens import Caller
from issuer.awards import service
from issuer.awards.models import Award, AwardSetVersion, ReceivedCredential
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(tags=["awards"], route_class=ApiRoute)

FILE: Final = "body.json"
"""What problems name as the file, and what says that it is JSON."""
_EXAMPLE: Final = {
    "achievements": [
        {
            "key": "lab-science",
            "version": 1,
            "type": "MicroCredential",
            "title": "Laboratory science",
            "description": "Plans, carries out and reports an experiment.",
            "award": "approval",
            "requires": {"all": [{"competency": "OT.1"}, {"competency": "OT.2"}]},
        }
    ]
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["achievements"],
                    "additionalProperties": False,
                    "properties": {
                        "achievements": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "object"},
                        }
                    },
                },
                "example": _EXAMPLE,
            }
        },
    }
}


class DefinitionsShown(Shown):
    """The achievements that are awarded now; ``id`` is null where the school has set none."""

    id: int | None
    recorded_at: datetime | None
    achievements: list[dict[str, Any]]


class DefinitionsSet(DefinitionsShown):
    """The achievements that are awarded now; ``changed`` is false where they were already."""

    changed: bool


class AwardShown(Shown):
    """An achievement that a learner has earned, or is to.

    ``state`` is ``held``, ``waiting``, ``awarded``, ``declined`` or ``lapsed``; ``reason`` says why
    one is held or has lapsed. ``judgmentId`` is set where it is for one judgment, which is then
    what is minted. ``basis`` names what it rests on: the kind, and an id.
    """

    id: UUID
    learner_id: UUID
    key: str
    version: int
    judgment_id: UUID | None
    basis: list[list[str]]
    state: str
    reason: str
    formed_at: datetime
    changed_at: datetime
    superseded_by: UUID | None


class AwardsQuery(ListQuery):
    """Which awards, in which order."""

    learner_id: UUID | None = None
    key: ShortText | None = None
    state: Literal["held", "waiting", "awarded", "declined", "lapsed"] | None = None
    sort: Literal["id", "-id"] = "id"


class DecisionSent(Sent):
    """Why an award is approved or declined; who decides is who holds the token."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "Presented to the panel on 2 June."}

    reason: str = Field(min_length=1, max_length=10_000)


class RequirementShown(Shown):
    """One requirement: what is asked for, and whether it is met, missing or not known."""

    standing: Literal["met", "missing", "unknown"]
    asked: str
    told: str
    required: bool
    members: list["RequirementShown"]


class ProgressShown(Shown):
    """How a learner stands with an achievement; ``state`` is that of the award, if there is one."""

    key: str
    version: int
    type: str
    title: str
    state: str | None
    reason: str
    progress: RequirementShown


class LearnersProgress(Shown):
    """How a learner stands with each achievement that has requirements."""

    items: list[ProgressShown]


class ReceivedShown(Shown):
    """A credential of another issuer; ``refused`` says why it was not accepted when last seen."""

    id: UUID
    learner_id: UUID
    credential_id: str
    issuer: str
    issuer_name: str
    achievement_id: str
    achievement_type: str
    achievement: str
    levels: list[str]
    position: int | None
    valid_from: datetime
    valid_until: datetime | None
    sha256: str
    holder: str
    received_at: datetime
    checked_at: datetime
    refused: str


class CredentialSent(Sent):
    """A credential of another issuer, and whose it is."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "credential": '{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["…"]}',
        "learner": "s-1001",
    }

    credential: str = Field(min_length=1, description="As it came: its JSON text, or a token.")
    learner: str = Field(min_length=1, description="Whose it is: a sourcedId. Your word.")


class ReceivedTaken(Shown):
    """What came of it; ``sentence`` says how the credential names its holder."""

    id: UUID
    learner_id: UUID
    already: bool = Field(description="It was kept before; nothing was changed.")
    sentence: str


class ReceivedQuery(ListQuery):
    """Which credentials of other issuers."""

    learner_id: UUID | None = None
    sort: Literal["id", "-id"] = "id"


@router.get("/award-definitions", summary="Achievements that are awarded")
def get_definitions(_caller: OfTheSchool, site: SiteDep) -> DefinitionsShown:
    """What is awarded now, as an award file says it."""
    with session_scope(site.engine, read_only=True) as session:
        return DefinitionsShown(**_definitions(session))


def _definitions(session: Session) -> dict[str, Any]:
    row: AwardSetVersion | None = repository.newest_set(session)
    if row is None:
        return {"id": None, "recorded_at": None, "achievements": []}
    return {"id": row.id, "recorded_at": row.recorded_at, **row.document}


@router.put("/award-definitions", summary="Set what is awarded", openapi_extra=_BODY)
def put_definitions(body: RawBody, caller: RegistrarOnly, site: SiteDep) -> DefinitionsSet:
    """Let these be awarded from now on: the contents of an award file in JSON."""
    members_of(body)
    award_set, now = service.read_awards(body, FILE), site.clock()
    with session_scope(site.engine) as session:
        changed = service.define(session, award_set, now, caller.who, FILE)
        return DefinitionsSet(**_definitions(session), changed=changed)


@router.get("/awards", summary="Awards")
def list_awards(
    asked: Annotated[AwardsQuery, Query()],
    caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[AwardShown]:
    """Awards of those whom the token may see; those that wait are ``state=waiting``."""
    query = _visible(caller, site.clock())
    wanted = {Award.learner_id: asked.learner_id, Award.key: asked.key, Award.state: asked.state}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, {"id": Sort(col(Award.id), UUID)}), asked)
        link(request, response, asked, found.next)
        items = [AwardShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)


def _visible(caller: Caller, now: datetime) -> Select[Any]:
    return repository.awards().where(people.may_see(caller, col(Award.learner_id), now))


@router.get("/awards/{award_id}", summary="Award")
def get_award(award_id: UUID, caller: OfTheSchool, site: SiteDep) -> AwardShown:
    """One award."""
    with session_scope(site.engine, read_only=True) as session:
        row = session.scalars(
            _visible(caller, site.clock()).where(col(Award.id) == award_id)
        ).first()
        if row is None:
            raise UnknownThing(
                "There is no award with this id that this token may see.", "List the awards."
            )
        return AwardShown.model_validate(row)


@router.post("/awards/{award_id}/approval", summary="Approve an award")
def approve_award(
    award_id: UUID,
    sent: Annotated[DecisionSent, Depends(JsonBody(DecisionSent))],
    caller: RegistrarOnly,
    site: SiteDep,
) -> AwardShown:
    """Approve an award; what it rests on is looked at again first."""
    with session_scope(site.engine, read_only=True) as session:
        questions = service.questions_of(session, award_id)
    answers = service.ask(questions, service.Outside(site.settings))
    with session_scope(site.engine) as session:
        row = service.approve(
            session,
            award_id,
            by=caller.who,
            reason=sent.reason,
            answers=answers,
            now=site.clock(),
            who=caller.who,
        )
        return AwardShown.model_validate(row)


@router.post("/awards/{award_id}/refusal", summary="Decline an award")
def decline_award(
    award_id: UUID,
    sent: Annotated[DecisionSent, Depends(JsonBody(DecisionSent))],
    caller: RegistrarOnly,
    site: SiteDep,
) -> AwardShown:
    """Decline an award that waits or is held."""
    with session_scope(site.engine) as session:
        row = service.decline(
            session,
            award_id,
            by=caller.who,
            reason=sent.reason,
            now=site.clock(),
            who=caller.who,
        )
        return AwardShown.model_validate(row)


@router.get("/learners/{learner_id}/award-progress", summary="Progress towards achievements")
def get_progress(
    learner_id: UUID,
    caller: OfTheSchool,
    site: SiteDep,
    key: Annotated[ShortText | None, Query()] = None,
) -> LearnersProgress:
    """What a learner has met of each achievement, what is missing, and what is not known."""
    now = site.clock()
    with session_scope(site.engine, read_only=True) as session:
        if people.person(session, caller, learner_id, now) is None:
            raise UnknownThing(
                "There is no learner with this id whom this token may see.", "List the learners."
            )
        found = service.learner_progress(session, learner_id, now, key or "")
        items = [ProgressShown.model_validate(service.progress_document(one)) for one in found]
        return LearnersProgress(items=items)


@router.post(
    "/received-credentials", status_code=HTTPStatus.CREATED, summary="Take in a credential"
)
def take_in_credential(
    caller: RegistrarOnly,
    sent: Annotated[CredentialSent, Depends(JsonBody(CredentialSent))],
    site: SiteDep,
    response: Response,
) -> ReceivedTaken:
    """Check another issuer's credential as a reader would, and keep it as a learner's.

    What it needs from other hosts is fetched by the verifier's own guarded door, while nothing
    here is locked.
    """
    badge = service.Outside(site.settings).badge_sent(sent.credential.encode())
    now = site.clock()
    with session_scope(site.engine) as session:
        report = service.receive(session, badge, sent.learner, own_did=site.settings.did, now=now)
        service.record_received(session, report, now, caller.who)
    if not report.is_new:
        response.status_code = HTTPStatus.OK
    return ReceivedTaken(
        id=report.id,
        learner_id=report.learner_id,
        already=not report.is_new,
        sentence=report.sentence,
    )


@router.get("/received-credentials", summary="Credentials of other issuers")
def list_received(
    asked: Annotated[ReceivedQuery, Query()],
    caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[ReceivedShown]:
    """Credentials of other issuers that learners brought, and that count for awards."""
    learner = col(ReceivedCredential.learner_id)
    query = repository.received().where(people.may_see(caller, learner, site.clock()))
    if asked.learner_id is not None:
        query = query.where(learner == asked.learner_id)
    with session_scope(site.engine, read_only=True) as session:
        listing = Listing(query, {"id": Sort(col(ReceivedCredential.id), UUID)})
        found = find(session, listing, asked)
        link(request, response, asked, found.next)
        items = [ReceivedShown.model_validate(row) for row in found.rows]
        return Page(items=items, next=found.next)
