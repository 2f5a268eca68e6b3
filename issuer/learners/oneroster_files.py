"""The files of a OneRoster 1.2 CSV set: their columns, and which of them we keep.

A file that is not here (demographics, userProfiles, resources, …) is never opened. A column that is
known but not kept (``password`` above all) is skipped while reading: its cells reach no variable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from issuer.learners.models import (
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
    """

    name: str
    table: type[Sourced] | type[Person]
    cells: Mapping[str, Cell]
    skipped: tuple[str, ...] = ()
    defines: Kind | None = None

    @property
    def file(self) -> str:
        """Such as ``users.csv``."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the standard names for this file."""
        return ("sourcedId", "status", "dateLastModified", *self.cells, *self.skipped)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns without which the file cannot be read."""
        return ("sourcedId", *(name for name, cell in self.cells.items() if cell.required))


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

NOT_READ: Final = (
    "classResources",
    "courseResources",
    "demographics",
    "lineItemLearningObjectiveIds",
    "lineItemScoreScales",
    "resources",
    "resultScoreScales",
    "userProfiles",
    "userResources",
)
"""Files of the standard that we have no use for; they are never opened."""
