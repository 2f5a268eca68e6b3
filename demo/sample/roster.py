"""The school in OneRoster rows: organisations, calendar, courses, classes and people."""

from collections.abc import Sequence

from demo.sample.competencies import Competency, Course
from demo.sample.school import NETWORK, SCHOOL, YEAR, Person, School
from demo.sample.tables import Tables


class Roster:
    """Writes who is at the school and in which class.

    Args:
        school: the texts of the school.
        tables: where the rows go.
        pool: what is taught; its courses are those that the school offers.
    """

    def __init__(self, school: School, tables: Tables, pool: Sequence[Competency]) -> None:
        self.courses = {c.course.code: c.course for c in pool}
        self._school = school
        self._write = tables.write

    def write_school(self) -> None:
        """Organisations, the school year, courses and categories."""
        identity = self._school.texts["school"]
        self._write("orgs", NETWORK, name=identity["network"], type="district")
        self._write(
            "orgs",
            SCHOOL,
            name=identity["name"],
            type="school",
            identifier=identity["identifier"],
            parentSourcedId=NETWORK,
        )
        self._write_year()
        for course in self.courses.values():
            self._write(
                "courses",
                f"hp-course-{course.code}",
                schoolYearSourcedId=YEAR,
                title=course.title,
                courseCode=course.code,
                orgSourcedId=SCHOOL,
            )
        for category in self._school.texts["categories"]:
            self._write(
                "categories",
                f"hp-category-{category['id']}",
                title=category["title"],
                weight=category["weight"],
            )

    def _write_year(self) -> None:
        year = self._school.texts["year"]
        terms = year["terms"]
        whole = {"title": year["title"], "start": terms[0]["start"], "end": terms[-1]["end"]}
        sessions = [(YEAR, "schoolYear", "", whole)]
        sessions += [(f"hp-{term['id']}", "semester", YEAR, term) for term in terms]
        for sourced_id, kind, parent, texts in sessions:
            self._write(
                "academicSessions",
                sourced_id,
                title=texts["title"],
                type=kind,
                startDate=texts["start"],
                endDate=texts["end"],
                parentSourcedId=parent,
                schoolYear=year["school_year"],
            )

    def write_classes(self, section: int) -> None:
        """One class a course for this section, with its teacher."""
        terms = ",".join(f"hp-{term['id']}" for term in self._school.texts["year"]["terms"])
        for course in self.courses.values():
            sourced_id = class_id(course, section)
            self._write(
                "classes",
                sourced_id,
                title=f"{course.title}, section {section}",
                courseSourcedId=f"hp-course-{course.code}",
                classCode=f"{course.code}-{section}",
                classType="scheduled",
                schoolSourcedId=SCHOOL,
                termSourcedIds=terms,
            )
            teacher = self.teacher(course, section)
            if (section - 1) % self._school.sections_per_teacher == 0:
                self._write_person(teacher, "teacher")
            self._write_enrollment(sourced_id, teacher, "teacher")

    def teacher(self, course: Course, section: int, other: int = 0) -> Person:
        """Who teaches a course to a section; the same person teaches a few sections of it.

        Args:
            course: what is taught.
            section: from 1.
            other: not 0: the teacher so many courses further on, who knows this one's work too.
        """
        shift = (section - 1) // self._school.sections_per_teacher
        place = list(self.courses).index(course.code) + other
        return self._school.teacher(shift * len(self.courses) + place % len(self.courses))

    def write_learner(self, learner: Person, section: int, courses: set[Course]) -> None:
        """A learner and the classes in which they learn."""
        self._write_person(learner, "student")
        for course in self.courses.values():
            if course in courses:
                self._write_enrollment(class_id(course, section), learner, "student")

    def _write_person(self, person: Person, role: str) -> None:
        self._write(
            "users",
            person.sourced_id,
            enabledUser="true",
            username=person.username,
            givenName=person.given_name,
            familyName=person.family_name,
            identifier=person.sourced_id.rsplit("-", 1)[-1],
            email=self._school.email(person),
            grades=person.grade,
            primaryOrgSourcedId=SCHOOL,
        )
        self._write(
            "roles",
            f"{person.sourced_id}-role",
            userSourcedId=person.sourced_id,
            roleType="primary",
            role=role,
            orgSourcedId=SCHOOL,
        )

    def _write_enrollment(self, class_sourced_id: str, person: Person, role: str) -> None:
        self._write(
            "enrollments",
            f"{person.sourced_id}-{class_sourced_id}",
            classSourcedId=class_sourced_id,
            schoolSourcedId=SCHOOL,
            userSourcedId=person.sourced_id,
            role=role,
            primary="true" if role == "teacher" else "",
        )


def class_id(course: Course, section: int) -> str:
    """The sourcedId of the class in which a section has a course."""
    return f"hp-class-{course.code}-{section}"
