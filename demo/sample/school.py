"""The fictional school: its texts, its calendar and its people."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo.sample.competencies import Competency, Course

TEXTS = Path(__file__).with_name("school.toml")

SCHOOL = "hp-school"
NETWORK = "hp-network"
YEAR = "hp-year"

SATURDAY = 5
GRADES = ("09", "10", "11", "12")


@dataclass(frozen=True)
class Person:
    """Someone at the school.

    Attributes:
        sourced_id: the OneRoster identifier.
        grade: the year of a learner ("09" to "12"); empty for a teacher.
    """

    sourced_id: str
    given_name: str
    family_name: str
    grade: str = ""

    @property
    def name(self) -> str:
        """Given name, then family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def username(self) -> str:
        """A name to sign in with that no two people share."""
        number = self.sourced_id.rsplit("-", 1)[-1]
        return f"{self.given_name}.{self.family_name}.{number}".lower().replace(" ", "")


class School:
    """What ``school.toml`` says, and what follows from it."""

    def __init__(self, path: Path = TEXTS) -> None:
        self.texts: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        self.learners_per_section: int = self.texts["school"]["learners_per_section"]
        self.sections_per_teacher: int = self.texts["school"]["sections_per_teacher"]
        self.first_day = date.fromisoformat(self.texts["year"]["terms"][0]["start"])

    @property
    def courses(self) -> dict[str, Course]:
        """Course code → course, for the school's own framework."""
        return {c["code"]: Course(c["code"], c["title"]) for c in self.texts["courses"]}

    @property
    def occasion_days(self) -> list[int]:
        """On which days of the school year classes give scores."""
        return [occasion["day"] for occasion in self.texts["occasions"]]

    def day(self, number: int) -> date:
        """The calendar day so many days after the first; a weekend moves on to Monday."""
        day = self.first_day + timedelta(days=number)
        return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)

    def moment(self, number: int, random: Random) -> datetime:
        """A time on that day during school hours, UTC."""
        minutes = 15 * 60 + int(random.random() * 7 * 60)
        midnight = datetime.combine(self.day(number), datetime.min.time(), UTC)
        return midnight + timedelta(minutes=minutes)

    def term(self, day: date) -> str:
        """The sourcedId of the term in which, or after which, the day lies."""
        terms = self.texts["year"]["terms"]
        started = [term["id"] for term in terms if day.isoformat() >= term["start"]]
        return f"hp-{started[-1] if started else terms[0]['id']}"

    def email(self, person: Person) -> str:
        """The address that the school gave somebody."""
        return f"{person.username}@{self.texts['school']['domain']}"

    def featured_on(self, pool: Sequence[Competency]) -> list[Competency]:
        """What the featured learner works on; empty where the framework is not our own."""
        by_code = {one.code: one for one in pool}
        codes = self.texts["featured"]["works_on"]
        return [by_code[code] for code in codes] if set(codes) <= set(by_code) else []

    def learner(self, number: int) -> Person:
        """The learner with this number, from 0; number 0 is the featured one."""
        names, featured = self.texts["names"], self.texts["featured"]
        given, family = names["given"], names["family"]
        sourced_id = f"hp-learner-{number + 1:04d}"
        grade = GRADES[(number // self.learners_per_section) % len(GRADES)]
        if number == 0:
            return Person(sourced_id, featured["given"], featured["family"], GRADES[-1])
        # As many pairs as there are combinations before the first one returns.
        place = (number // len(given) + number) % len(family)
        return Person(sourced_id, given[number % len(given)], family[place], grade)

    def teacher(self, number: int) -> Person:
        """The teacher with this number, from 0."""
        names = self.texts["names"]["teachers"]
        given, family = names[number % len(names)].split(" ", 1)
        return Person(f"hp-teacher-{number + 1:03d}", given, family)
