"""Evidence: read, appended, and corrected by further entries; nothing is ever changed."""

from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import Select
from sqlmodel import Session, col

from issuer.api import people_repository as people
from issuer.api import store_repository as repository
from issuer.api.access import OfTheSchool, RegistrarOrTeacher
from issuer.api.answers import ApiRoute
from issuer.api.bodies import JsonBody, Sent
from issuer.api.errors import OtherAssessor, ScopeMissing, UnknownThing
from issuer.api.models import Scope
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import Moment, ShortText, Shown
from issuer.api.tokens import Caller
from issuer.audit import service as audit
from issuer.competency import service
from issuer.competency.evidence import evidence_id
from issuer.competency.models import Evidence
from issuer.db import session_scope
from issuer.web.site import Site, SiteDep

router = APIRouter(prefix="/evidence", tags=["evidence"], route_class=ApiRoute)

SOURCE: Final = "api"
"""Source of what registrars append; a teacher's has his id after it, so names never collide."""
_PERSON: Final = "person"
_TEACHER: Final = "teacher"
Number = int | float | str
"""A number; as text, where it has to be exact."""


class EvidenceShown(Shown):
    """One observation of one learner on one competency.

    ``correctedBy`` is set where a later entry took its place; a correction without a score
    withdraws. Nobody is shown who assessed himself, nor the school's notes on him, by a token of
    his own: a student, or a teacher who learns.
    """

    id: UUID
    source: str
    sourced_id: str
    learner_id: UUID
    competency_id: UUID
    kind: str
    score: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    level: str
    formative: bool
    setting: str
    assessor_kind: str
    assessor_role: str
    assessor_id: str | None
    observed_at: datetime
    recorded_at: datetime
    artefact_url: str
    artefact_sha256: str
    title: str
    note: str | None
    corrects: UUID | None
    corrected_by: UUID | None


class EvidenceQuery(ListQuery):
    """Which evidence, in which order; what was corrected or withdrawn only if asked for."""

    learner_id: UUID | None = None
    competency_id: UUID | None = None
    kind: ShortText | None = None
    formative: bool | None = None
    observed_from: Moment | None = None
    observed_before: Moment | None = None
    standing: bool = True
    sort: Literal["id", "-id", "observedAt", "-observedAt", "recordedAt", "-recordedAt"] = "id"


class ScoreSent(Sent):
    """What evidence says, whether it is new or corrects an entry."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "sourcedId": "essay-7-again",
        "kind": "performance-task",
        "observedAt": "2026-06-02T09:00:00Z",
        "level": "Proficient",
    }

    sourced_id: str = Field(description="Its name for good, of your choice; unique for the token.")
    kind: str = Field(examples=["performance-task"])
    observed_at: str = Field(examples=["2026-06-01T09:00:00Z"])
    score: Number | None = None
    score_min: Number | None = None
    score_max: Number | None = None
    level: str | None = Field(None, description="Name of a level of the competency.")
    formative: bool = False
    assessor_kind: Literal["person", "tool", "unknown"] | None = None
    assessor_role: str | None = None
    assessor_id: str | None = None
    artefact_url: str | None = None
    artefact_sha256: str | None = None
    title: str | None = None
    note: str | None = None
    setting: Literal["school", "out-of-school"] | None = None
    second_rating_of: str | None = Field(
        None, description="sourcedId of the entry by which another assessor scored it first."
    )


class EvidenceSent(ScoreSent):
    """New evidence: the names and meanings of a row of an evidence file."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "sourcedId": "essay-7",
        "learnerSourcedId": "s-1001",
        "competency": "OT.1",
        "kind": "performance-task",
        "observedAt": "2026-06-01T09:00:00Z",
        "score": "3.5",
    }

    learner_sourced_id: str
    competency: str = Field(description="Its GUID, URI, or human code.")
    framework: str | None = Field(None, description="Where the code alone is not enough.")


@router.get("", summary="Evidence")
def list_evidence(
    asked: Annotated[EvidenceQuery, Query()],
    caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[EvidenceShown]:
    """Evidence of those whom the token may see."""
    query = _filtered(_visible(caller, site.clock()), asked)
    sorts = {
        "id": Sort(col(Evidence.id), UUID),
        "observedAt": Sort(col(Evidence.observed_at), datetime, needs=("learnerId",)),
        "recordedAt": Sort(col(Evidence.recorded_at), datetime, needs=("learnerId",)),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        return Page(items=_shown(session, found.rows, caller), next=found.next)


def _visible(caller: Caller, now: datetime) -> Select[Any]:
    return repository.evidence().where(people.may_see(caller, col(Evidence.learner_id), now))


def _filtered(query: Select[Any], asked: EvidenceQuery) -> Select[Any]:
    wanted = {
        Evidence.learner_id: asked.learner_id,
        Evidence.competency_id: asked.competency_id,
        Evidence.kind: asked.kind,
        Evidence.formative: asked.formative,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(col(column) == value)
    if asked.observed_from is not None:
        query = query.where(col(Evidence.observed_at) >= asked.observed_from)
    if asked.observed_before is not None:
        query = query.where(col(Evidence.observed_at) < asked.observed_before)
    return repository.standing_only(query) if asked.standing else query


def _shown(session: Session, rows: Any, caller: Caller) -> list[EvidenceShown]:
    later = repository.corrections_of(session, [row.id for row in rows])
    own = {"corrected_by", "assessor_id", "note"}
    names = [name for name in EvidenceShown.model_fields if name not in own]
    hidden = {row.id for row in rows if row.learner_id == caller.person_id}
    return [
        EvidenceShown(
            **{name: getattr(row, name) for name in names},
            corrected_by=later.get(row.id),
            assessor_id=None if row.id in hidden else row.assessor_id,
            note=None if row.id in hidden else row.note,
        )
        for row in rows
    ]


@router.get("/{evidence_id}", summary="Piece of evidence")
def get_evidence(evidence_id: UUID, caller: OfTheSchool, site: SiteDep) -> EvidenceShown:
    """One piece of evidence, corrected or not."""
    with session_scope(site.engine, read_only=True) as session:
        row = _existing(session, caller, evidence_id, site.clock())
        return _shown(session, [row], caller)[0]


def _existing(session: Session, caller: Caller, wanted: UUID, now: datetime) -> Evidence:
    query = _visible(caller, now).where(col(Evidence.id) == wanted)
    row: Evidence | None = session.scalars(query).first()
    if row is None:
        raise UnknownThing(
            "There is no evidence with this id that this token may see.", "List the evidence."
        )
    return row


@router.post("", status_code=HTTPStatus.CREATED, summary="Append evidence")
def append_evidence(
    sent: Annotated[EvidenceSent, Depends(JsonBody(EvidenceSent))],
    caller: RegistrarOrTeacher,
    site: SiteDep,
    response: Response,
) -> EvidenceShown:
    """Append one piece of evidence. What was appended before, and says the same, stays: 200."""
    now = site.clock()
    with session_scope(site.engine) as session:
        entry = _entry(sent) | _assessor(session, caller, sent)
        # Before anything else: whether there is such a person must not show in other problems.
        learner = people.judged_person(session, caller, sent.learner_sourced_id, now)
        if learner is None:
            raise UnknownThing(
                "There is no learner with this sourcedId of whom this token may add evidence.",
                "List the learners.",
            )
        shown, is_new = _append(session, caller, entry, _source(caller), site)
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return shown


@router.post(
    "/{evidence_id}/corrections", status_code=HTTPStatus.CREATED, summary="Correct evidence"
)
def correct_evidence(
    evidence_id: UUID,
    sent: Annotated[ScoreSent, Depends(JsonBody(ScoreSent))],
    caller: RegistrarOrTeacher,
    site: SiteDep,
    response: Response,
) -> EvidenceShown:
    """Append an entry that takes the place of another; without score and level it withdraws it."""
    now = site.clock()
    with session_scope(site.engine) as session:
        row = _existing(session, caller, evidence_id, now)
        names = people.sourced_ids(session, [row.learner_id])
        _check_own(caller, row)
        entry = _entry(sent) | _assessor(session, caller, sent)
        entry |= {
            "learnerSourcedId": names[row.learner_id],
            "competency": str(row.competency_id),
            "corrects": row.sourced_id,
        }
        shown, is_new = _append(session, caller, entry, row.source, site)
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return shown


def _check_own(caller: Caller, row: Evidence) -> None:
    """A teacher corrects what he appended; all else is for a registrar."""
    if caller.scope is Scope.REGISTRAR or row.source == _source(caller):
        return
    raise ScopeMissing(
        "Only who appended this evidence, or a registrar, may correct it.",
        "Ask a registrar.",
        details={"scopes": [Scope.REGISTRAR.value]},
    )


def _entry(sent: ScoreSent) -> dict[str, Any]:
    return sent.model_dump(by_alias=True, exclude_none=True)


def _source(caller: Caller) -> str:
    return SOURCE if caller.scope is Scope.REGISTRAR else f"{SOURCE}:{caller.person_id}"


def _assessor(session: Session, caller: Caller, sent: ScoreSent) -> dict[str, str]:
    """A teacher's evidence names him as the assessor, unless a tool was it.

    Raises:
        OtherAssessor: it names somebody else.
    """
    if caller.scope is Scope.REGISTRAR or sent.assessor_kind == "tool":
        return {}
    if caller.person_id is None:
        raise TypeError("a teacher's token is a person's")
    own = people.sourced_ids(session, [caller.person_id])[caller.person_id]
    if sent.assessor_id not in (None, own):
        raise OtherAssessor(
            "A teacher's token appends his own assessments.",
            "Leave assessorId out, or have the other assessor append it.",
        )
    role = sent.assessor_role or _TEACHER
    return {"assessorKind": _PERSON, "assessorRole": role, "assessorId": own}


def _append(
    session: Session, caller: Caller, entry: dict[str, Any], source: str, site: Site
) -> tuple[EvidenceShown, bool]:
    """Append an entry, and log it; what is shown of it, and whether it was not there before."""
    now = site.clock()
    report = service.append_evidence(session, [entry], now, source)
    row = _existing(session, caller, evidence_id(source, entry["sourcedId"]), now)
    shown = _shown(session, [row], caller)[0]
    if report.added:
        audit.record(
            session,
            caller.who,
            "evidence.correct" if row.corrects else "evidence.append",
            now=now,
            kind="evidence",
            subject=row.id,
            learner=row.learner_id,
            corrects=row.corrects,
        )
    return shown, bool(report.added)
