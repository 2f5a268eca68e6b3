"""Learners: people as the roster names them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from issuer.api import people_repository as repository
from issuer.api.access import OfTheSchool
from issuer.api.answers import ApiRoute
from issuer.api.errors import UnknownThing
from issuer.api.models import Scope
from issuer.api.paging import Listing, ListQuery, Page, Sort, find, link
from issuer.api.shown import ShortText, Shown
from issuer.db import session_scope
from issuer.learners.models import Person
from issuer.web.site import SiteDep

router = APIRouter(prefix="/learners", tags=["learners"], route_class=ApiRoute)


class LearnerShown(Shown):
    """A person. Names are as the person prefers them."""

    id: UUID
    sourced_id: str
    given_name: str
    family_name: str
    email: str
    grades: str
    status: str

    @classmethod
    def of(cls, row: Person) -> "LearnerShown":
        """From the roster's row."""
        return cls(
            id=row.id,
            sourced_id=row.sourced_id,
            given_name=row.preferred_given_name or row.given_name,
            family_name=row.preferred_family_name or row.family_name,
            email=row.email,
            grades=row.grades,
            status=row.status,
        )


class LearnersQuery(ListQuery):
    """Which learners, in which order."""

    role: ShortText = "student"
    sourced_id: ShortText | None = None
    class_sourced_id: ShortText | None = None
    status: ShortText | None = None
    sort: Literal["id", "-id", "sourcedId", "-sourcedId", "familyName", "-familyName"] = "id"


@router.get("", summary="Learners")
def list_learners(
    asked: Annotated[LearnersQuery, Query()],
    caller: OfTheSchool,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[LearnerShown]:
    """People with a role: all, those of a teacher's classes, or the student himself."""
    query = repository.people(caller, site.clock())
    # Who asks for himself is a learner whatever his role: teachers learn too.
    if caller.scope is not Scope.STUDENT or "role" in asked.model_fields_set:
        query = repository.with_role(query, asked.role)
    if asked.sourced_id is not None:
        query = query.where(col(Person.sourced_id) == asked.sourced_id)
    if asked.status is not None:
        query = query.where(col(Person.status) == asked.status)
    if asked.class_sourced_id is not None:
        query = repository.of_class(query, asked.class_sourced_id)
    sorts = {
        "id": Sort(col(Person.id), UUID),
        "sourcedId": Sort(col(Person.sourced_id), str),
        "familyName": Sort(col(Person.family_name), str),
    }
    with session_scope(site.engine, read_only=True) as session:
        found = find(session, Listing(query, sorts), asked)
        link(request, response, asked, found.next)
        return Page(items=[LearnerShown.of(row) for row in found.rows], next=found.next)


@router.get("/{learner_id}", summary="Learner")
def get_learner(learner_id: UUID, caller: OfTheSchool, site: SiteDep) -> LearnerShown:
    """One person."""
    with session_scope(site.engine, read_only=True) as session:
        row = repository.person(session, caller, learner_id, site.clock())
        if row is None:
            raise UnknownThing(
                "There is no learner with this id that this token may see.", "List the learners."
            )
        return LearnerShown.of(row)
