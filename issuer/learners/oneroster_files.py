"""The files of a OneRoster CSV set, 1.2 and 1.1: their columns, and which of them we keep.

A file that is not here (demographics, userProfiles, resources, …) is never opened. A column that is
known but not kept (``password`` above all) is skipped while reading: its cells reach no variable.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from issuer.learners.csv_reader import Line
from issuer.learners.models import (
    SOURCED_ID_LENGTH,
    TEXT_LENGTH,
    TOBEDELETED,
    AcademicSession,
    Category,
    Course,
    Enrollment,
    LineItem,
    Org,
    Person,
    PersonRole,
    Result,
    ResultObjective,
    SchoolClass,
    ScoreScale,
    Sourced,
)


class Kind(Enum):
    """What a cell holds."""

    TEXT = "text"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    ORG = "org"
    PERSON = "person"
    COURSE = "course"
    CLASS = "class"
    CATEGORY = "category"
    LINE_ITEM = "line-item"
    RESULT = "result"


REFERENCES: Final = frozenset(
    {Kind.ORG, Kind.PERSON, Kind.COURSE, Kind.CLASS, Kind.CATEGORY, Kind.LINE_ITEM, Kind.RESULT}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A column that is kept: the table's field, what it holds, and whether it may be empty."""

    field: str
    kind: Kind = Kind.TEXT
    required: bool = False


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One file.

    Args:
        name: without ``.csv``, as the manifest says it.
        table: where its rows go.
        cells: kept columns.
        skipped: columns of the standard that are not kept.
        defines: what other files refer to a row of this one as.
        also_required: columns that have to be there, though they are kept elsewhere.
        read_from: the file whose lines these rows are made of, where it is not one of its own.
        expand: makes rows of such a line.
    """

    name: str
    table: type[Sourced] | type[Person]
    cells: Mapping[str, Cell]
    skipped: tuple[str, ...] = ()
    defines: Kind | None = None
    also_required: tuple[str, ...] = ()
    read_from: "CsvFile | None" = None
    expand: Callable[[Line], Iterable[Line]] | None = None

    @property
    def file(self) -> str:
        """Such as ``users.csv``."""
        return f"{self.name if self.read_from is None else self.read_from.name}.csv"

    @property
    def label(self) -> str:
        """What a report calls it, such as ``users.csv``, or ``users.csv (roles)``."""
        return self.file if self.read_from is None else f"{self.file} ({self.name})"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the standard names for this file."""
        return ("sourcedId", "status", "dateLastModified", *self.cells, *self.skipped)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns without which the file cannot be read."""
        required = (name for name, cell in self.cells.items() if cell.required)
        return ("sourcedId", *required, *self.also_required)


@cache
def longest(table: type[Sourced] | type[Person], field: str) -> int:
    """Most characters of a field: those that its column takes, which PostgreSQL insists on."""
    kept = table.__table__.columns[field].type  # type: ignore[union-attr]  # a mapped class
    length: int | None = getattr(kept, "length", None)
    return length or (SOURCED_ID_LENGTH if field.endswith("_id") else TEXT_LENGTH)


FILES: Final = (
    CsvFile(
        "orgs",
        Org,
        {
            "name": Cell("name", required=True),
            "type": Cell("type", required=True),
            "identifier": Cell("identifier"),
            "parentSourcedId": Cell("parent_sourced_id"),
        },
        defines=Kind.ORG,
    ),
    CsvFile(
        "academicSessions",
        AcademicSession,
        {
            "title": Cell("title", required=True),
            "type": Cell("type", required=True),
            "startDate": Cell("start_date", Kind.DATE),
            "endDate": Cell("end_date", Kind.DATE),
            "parentSourcedId": Cell("parent_sourced_id"),
            "schoolYear": Cell("school_year"),
        },
    ),
    CsvFile(
        "courses",
        Course,
        {
            "title": Cell("title", required=True),
            "courseCode": Cell("course_code"),
            "orgSourcedId": Cell("org_sourced_id", Kind.ORG),
        },
        skipped=("schoolYearSourcedId", "grades", "subjects", "subjectCodes"),
        defines=Kind.COURSE,
    ),
    CsvFile(
        "classes",
        SchoolClass,
        {
            "title": Cell("title", required=True),
            "courseSourcedId": Cell("course_sourced_id", Kind.COURSE),
            "classCode": Cell("class_code"),
            "classType": Cell("class_type"),
            "schoolSourcedId": Cell("school_sourced_id", Kind.ORG),
        },
        skipped=("grades", "location", "termSourcedIds", "subjects", "subjectCodes", "periods"),
        defines=Kind.CLASS,
    ),
    CsvFile(
        "users",
        Person,
        {
            "username": Cell("username"),
            "givenName": Cell("given_name", required=True),
            "familyName": Cell("family_name", required=True),
            "middleName": Cell("middle_name"),
            "identifier": Cell("identifier"),
            "email": Cell("email"),
            "grades": Cell("grades"),
            "preferredGivenName": Cell("preferred_given_name"),
            "preferredMiddleName": Cell("preferred_middle_name"),
            "preferredFamilyName": Cell("preferred_family_name"),
            "primaryOrgSourcedId": Cell("primary_org_sourced_id", Kind.ORG),
        },
        skipped=(
            "enabledUser",
            "userIds",
            "sms",
            "phone",
            "agentSourcedIds",
            "password",
            "userMasterIdentifier",
            "resourceSourcedIds",
            "pronouns",
        ),
        defines=Kind.PERSON,
    ),
    CsvFile(
        "roles",
        PersonRole,
        {
            "userSourcedId": Cell("person_id", Kind.PERSON, required=True),
            "roleType": Cell("role_type"),
            "role": Cell("role", required=True),
            "beginDate": Cell("begin_date", Kind.DATE),
            "endDate": Cell("end_date", Kind.DATE),
            "orgSourcedId": Cell("org_sourced_id", Kind.ORG),
        },
        skipped=("userProfileSourcedId",),
    ),
    CsvFile(
        "enrollments",
        Enrollment,
        {
            "classSourcedId": Cell("class_sourced_id", Kind.CLASS, required=True),
            "schoolSourcedId": Cell("school_sourced_id", Kind.ORG),
            "userSourcedId": Cell("person_id", Kind.PERSON, required=True),
            "role": Cell("role", required=True),
            "beginDate": Cell("begin_date", Kind.DATE),
            "endDate": Cell("end_date", Kind.DATE),
        },
        skipped=("primary",),
    ),
    CsvFile(
        "categories",
        Category,
        {"title": Cell("title", required=True)},
        skipped=("weight",),
        defines=Kind.CATEGORY,
    ),
    CsvFile(
        "scoreScales",
        ScoreScale,
        {
            "title": Cell("title", required=True),
            "type": Cell("type"),
            "scoreScaleValue": Cell("value"),
            "classSourcedId": Cell("class_sourced_id", Kind.CLASS),
        },
        skipped=("orgSourcedId", "courseSourcedId"),
    ),
    CsvFile(
        "lineItems",
        LineItem,
        {
            "title": Cell("title", required=True),
            "description": Cell("description"),
            "assignDate": Cell("assign_date", Kind.TIME),
            "dueDate": Cell("due_date", Kind.TIME),
            "classSourcedId": Cell("class_sourced_id", Kind.CLASS),
            "categorySourcedId": Cell("category_sourced_id", Kind.CATEGORY),
            "resultValueMin": Cell("result_value_min", Kind.NUMBER),
            "resultValueMax": Cell("result_value_max", Kind.NUMBER),
        },
        skipped=("gradingPeriodSourcedId", "schoolSourcedId", "academicSessionSourcedId"),
        defines=Kind.LINE_ITEM,
    ),
    CsvFile(
        "results",
        Result,
        {
            "lineItemSourcedId": Cell("line_item_sourced_id", Kind.LINE_ITEM, required=True),
            "studentSourcedId": Cell("person_id", Kind.PERSON, required=True),
            "scoreStatus": Cell("score_status", required=True),
            "score": Cell("score", Kind.NUMBER),
            "scoreDate": Cell("score_date", Kind.TIME, required=True),
            "comment": Cell("comment"),
            "textScore": Cell("text_score"),
        },
        skipped=("classSourcedId", "inProgress", "incomplete", "late", "missing"),
        defines=Kind.RESULT,
    ),
    CsvFile(
        "resultLearningObjectiveIds",
        ResultObjective,
        {
            "resultSourcedId": Cell("result_sourced_id", Kind.RESULT, required=True),
            "source": Cell("source", required=True),
            "learningObjectiveId": Cell("learning_objective_id", required=True),
            "score": Cell("score", Kind.NUMBER),
            "textScore": Cell("text_score"),
        },
    ),
)
"""In the order in which they are read: a file stands after those it refers to."""

BY_NAME: Final = {csv_file.name: csv_file for csv_file in FILES}
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/oneroster/roles")


def _roles_of(user: Line) -> Iterable[Line]:
    """The roles of a user of OneRoster 1.1, who has the same one at each organisation."""
    cells = user.cells
    if not cells["sourcedId"] or cells.get("status", "").lower() == TOBEDELETED:
        return
    for place, org in enumerate(cells.get("orgSourcedIds", "").split(",")):
        named = f"{cells['sourcedId']}\x1f{org.strip()}\x1f{cells['role']}"
        yield Line(
            user.number,
            {
                "sourcedId": str(uuid5(_NAMESPACE, named)),
                "userSourcedId": cells["sourcedId"],
                "role": cells["role"],
                "roleType": "secondary" if place else "primary",
                "orgSourcedIds": org.strip(),
            },
        )


_USERS_1_1: Final = replace(
    BY_NAME["users"],
    skipped=(*BY_NAME["users"].skipped, "orgSourcedIds", "role"),
    also_required=("role",),
)
_ROLES_1_1: Final = CsvFile(
    "roles",
    PersonRole,
    {
        "userSourcedId": Cell("person_id", Kind.PERSON, required=True),
        "roleType": Cell("role_type"),
        "role": Cell("role", required=True),
        "orgSourcedIds": Cell("org_sourced_id", Kind.ORG),
    },
    read_from=_USERS_1_1,
    expand=_roles_of,
)
FILES_1_1: Final = (
    *(BY_NAME[name] for name in ("orgs", "academicSessions", "courses", "classes")),
    _USERS_1_1,
    _ROLES_1_1,
    *(BY_NAME[name] for name in ("enrollments", "categories", "lineItems", "results")),
)
"""OneRoster 1.1: roles stand with the users; there are no score scales or learning objectives."""

DEMOGRAPHICS: Final = "demographics"
"""Read where the school asks for it, and only the columns that it names."""
NOT_READ_1_1: Final = (DEMOGRAPHICS, "classResources", "courseResources", "resources")
NOT_READ: Final = (
    *NOT_READ_1_1,
    "lineItemLearningObjectiveIds",
    "lineItemScoreScales",
    "resultScoreScales",
    "userProfiles",
    "userResources",
)
"""Files of the standard that we have no use for; they are never opened."""

FILES_BY_VERSION: Final = {"1.1": FILES_1_1, "1.2": FILES}
NOT_READ_BY_VERSION: Final = {"1.1": NOT_READ_1_1, "1.2": NOT_READ}
