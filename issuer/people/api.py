"""All that is kept about a person, over the API: to registrars, and to the person.

Deleting is not done here: what cannot be undone is done by command, where the school's key of
deleted people lies and where the database can be written anew.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from issuer.api.access import RegistrarOnly, RegistrarOrStudent
from issuer.api.answers import ApiRoute
from issuer.api.app import PREFIX
from issuer.api.errors import UnknownThing
from issuer.api.models import Scope
from issuer.audit import service as audit
from issuer.db import session_scope
from issuer.learners import repository as learners
from issuer.people import service
from issuer.people.archive import archive_bytes
from issuer.settings import Settings
from issuer.web.site import SiteDep

router = APIRouter(prefix=f"{PREFIX}/people", tags=["people"], route_class=ApiRoute)
ZIP: Final = "application/zip"
_AN_ARCHIVE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
}


@router.get(
    "/{person_id}/archive",
    summary="All that is kept about a person",
    response_class=Response,
    responses=_AN_ARCHIVE,
)
def get_archive(person_id: UUID, caller: RegistrarOrStudent, site: SiteDep) -> Response:
    """One ZIP archive: records, explained judgments, credentials; others under pseudonyms."""
    now = site.clock()
    with session_scope(site.engine) as session:
        if caller.scope is Scope.STUDENT and caller.person_id != person_id:
            raise _unknown(person_id)
        files = _files(session, person_id, site.settings, now)
        if caller.scope is Scope.REGISTRAR:
            who, what = caller.who, "person.export"
            audit.record(session, who, what, now=now, kind="person", subject=person_id)
    name = f'attachment; filename="{person_id}.zip"'
    return Response(archive_bytes(files), media_type=ZIP, headers={"Content-Disposition": name})


@router.get("/{person_id}/holdings", summary="How much is kept about a person")
def get_holdings(person_id: UUID, _caller: RegistrarOnly, site: SiteDep) -> dict[str, int]:
    """How many rows each table holds about a person: what a deletion would take away."""
    with session_scope(site.engine, read_only=True) as session:
        return service.holdings_of(session, _named(session, person_id))


def _files(
    session: Session, person_id: UUID, settings: Settings, now: datetime
) -> dict[str, bytes]:
    return service.person_files(session, _named(session, person_id), settings, now)


def _named(session: Session, person_id: UUID) -> str:
    found = learners.person_by_id(session, person_id)
    if found is None:
        raise _unknown(person_id)
    return found.sourced_id


def _unknown(person_id: UUID) -> UnknownThing:
    sentence = f"There is nobody with the id {person_id} whom this token may see."
    return UnknownThing(sentence, "List the learners.")
