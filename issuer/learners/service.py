"""People and their results: importing them, and listing learners."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from issuer.errors import NotFound
from issuer.learners import repository
from issuer.learners.models import Person
from issuer.learners.oneroster import KnownObjectives, import_set
from issuer.learners.oneroster_source import open_source
from issuer.learners.report import OneRosterReport


@dataclass(frozen=True, slots=True)
class LearnerView:
    """A learner in a listing; ``name`` is as the person prefers it."""

    id: UUID
    sourced_id: str
    name: str
    email: str
    active: bool


def import_oneroster(
    session: Session,
    path: Path,
    known_objectives: KnownObjectives,
    demographics: Sequence[str] = (),
) -> OneRosterReport:
    """Import a OneRoster CSV set, 1.2 or 1.1, its files full or delta.

    Most callers want issuer.competency.service.import_oneroster, which also turns results on
    learning objectives into evidence.

    Args:
        session: the caller commits.
        path: a directory, or a zip archive.
        known_objectives: says which learning objectives are competencies.
        demographics: columns of demographics.csv to keep; none, and the file is not opened.

    Raises:
        OneRosterUnreadable: it is no directory and no zip archive, or too large.
        ImportProblems: everything that is wrong with it; nothing was kept.
    """
    with open_source(path) as source:
        return import_set(session, source, known_objectives, demographics)


def learners(session: Session, role: str = repository.STUDENT) -> list[LearnerView]:
    """Everybody with a role of OneRoster's, by name: students, or teachers, who learn too."""
    return [_view(person) for person in repository.with_role(session, role)]


def learner_views(session: Session, ids: Iterable[UUID]) -> dict[UUID, LearnerView]:
    """People by id, whatever their role: teachers learn too."""
    return {key: _view(person) for key, person in repository.people(session, ids).items()}


def names_by_sourced_id(session: Session, sourced_ids: Iterable[str]) -> dict[str, str]:
    """The names of people, as they prefer them, by sourcedId; strangers are left out."""
    return {row.sourced_id: _name(row) for row in repository.named_people(session, sourced_ids)}


def is_called(person: Person | repository.PersonNames, text: str) -> bool:
    """True if a text is one of the names by which the roster knows a person, case apart.

    The id, sourcedId, identifier, username and e-mail address are; what people are called is not,
    for several may be called the same.
    """
    names = (str(person.id), person.sourced_id, person.identifier, person.username, person.email)
    wanted = text.strip().casefold()
    return bool(wanted) and wanted in {name.strip().casefold() for name in names}


def is_person(session: Session, person_id: UUID, text: str) -> bool:
    """True if a text is one of a person's names, what the person is called among them."""
    person = repository.people(session, [person_id]).get(person_id)
    if person is None:
        return False
    called = {_name(person), f"{person.given_name} {person.family_name}"}
    wanted = " ".join(text.split()).casefold()
    return is_called(person, text) or wanted in {" ".join(one.split()).casefold() for one in called}


def find_learner(session: Session, text: str) -> LearnerView:
    """The person with this id, sourcedId, or else identifier, username or email.

    Raises:
        NotFound: there is nobody, or more than one.
    """
    try:
        found = list(repository.people(session, [UUID(text)]).values())
    except ValueError:
        found = list(repository.people_with_sourced_id(session, text))
    if len(found) != 1:
        who = "nobody" if not found else "more than one person"
        raise NotFound(f"There is {who} called {text}.", "Give the learner's sourcedId.")
    return _view(found[0])


def _name(person: Person | repository.PersonNames) -> str:
    given = person.preferred_given_name or person.given_name
    family = person.preferred_family_name or person.family_name
    return f"{given} {family}".strip()


def _view(person: Person) -> LearnerView:
    return LearnerView(
        id=person.id,
        sourced_id=person.sourced_id,
        name=_name(person),
        email=person.email,
        active=person.status == "active",
    )
