"""Writes a sample: a framework, a OneRoster set and evidence, all from one seed.

The same options give the same bytes, whatever the machine. Sections of a few learners are made
and written one after the other, so a million results need no more memory than a hundred.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from demo.sample.competencies import Competency, Course, competencies_of, read_package
from demo.sample.framework import courses_of_clusters, framework_bytes, framework_package
from demo.sample.growth import Workload, pieces_of
from demo.sample.museum import MuseumSample, write_museum
from demo.sample.roster import Roster
from demo.sample.school import Person, School
from demo.sample.tables import Tables
from demo.sample.teaching import TeachingSample, write_teaching
from demo.sample.work import SectionWork

RULES = Path(__file__).with_name("rules.toml")
MOST_COMPETENCIES = 15
"""Competencies a learner works on, unless the options say so: a third, but no more than this."""


@dataclass(frozen=True)
class SampleOptions:
    """What to make.

    Attributes:
        learners: how many learners.
        seed: any whole number; the same seed gives the same sample.
        framework: a CASE package to make learners for; our own framework where None.
        least_evidence: fewest pieces of evidence for a learner on a competency.
        most_evidence: most pieces of evidence for a learner on a competency.
        competencies: competencies each learner works on; a third of them, at most fifteen,
            where None.
    """

    learners: int = 36
    seed: int = 2026
    framework: Path | None = None
    least_evidence: int = 3
    most_evidence: int = 5
    competencies: int | None = None


@dataclass(frozen=True)
class SampleSummary:
    """What was made.

    Attributes:
        competencies: how many items of the framework can be judged.
        featured: the learner whom the demonstration follows.
        museum: what the museum of the neighbourhood brings in.
        outside: the school's competency of which the museum's badge is evidence.
        teaching: a teacher's own learning; None where the framework is not our own, and with it
            the mastery rules, one of every kind.
        rows: table → rows written, ``evidence`` among them.
        pieces: results and evidence together.
    """

    learners: int
    competencies: int
    featured: Person
    museum: MuseumSample
    outside: Competency
    teaching: TeachingSample | None
    rows: Mapping[str, int]
    pieces: int

    @property
    def rules(self) -> bool:
        """Whether the school has mastery rules of its own."""
        return self.teaching is not None

    @property
    def is_whole(self) -> bool:
        """Whether it is as large as the default, and so large enough to show everything."""
        return self.learners >= SampleOptions().learners


def generate(
    directory: Path,
    options: SampleOptions,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> SampleSummary:
    """Writes ``framework.json``, ``oneroster/`` and ``evidence.csv`` below a directory.

    For our own framework there is also ``rules.toml``, a mastery rule for each of its goals.

    Args:
        directory: made where it is missing; files of an earlier sample are replaced.
        options: what to make.
        progress: called with the number of learners made so far.

    Raises:
        SampleFrameworkError: the framework of the options cannot be used.
    """
    school = School()
    package, courses = _framework(directory, options.framework, school)
    pool = competencies_of(package, courses, school.texts["second_ratings"]["within"])
    with Tables(directory, school.texts["year"]["recorded"]) as tables:
        tables.write_manifest(school.texts["school"]["system"])
        for made in _sections(school, tables, pool, options):
            progress(made)
    rows = tables.rows
    outside = _outside(school, pool)
    featured = school.learner(0)
    museum = write_museum(directory / "museum", featured, school.email(featured), outside)
    return SampleSummary(
        learners=options.learners,
        competencies=len(pool),
        featured=featured,
        museum=museum,
        outside=outside,
        teaching=None if options.framework else _teaching(directory, school),
        rows=rows,
        pieces=rows["resultLearningObjectiveIds"] + rows["evidence"],
    )


def _teaching(directory: Path, school: School) -> TeachingSample:
    """The third teacher learns, and two colleagues judge."""
    first, second, learns = map(school.teacher, range(3))
    return write_teaching(directory / "teaching", learns, (first, second))


def _outside(school: School, pool: Sequence[Competency]) -> Competency:
    """The competency that the museum's badge is evidence of; the last where it is not our own."""
    code = school.texts["featured"]["outside"]
    return next((one for one in pool if one.code == code), pool[-1])


def _framework(
    directory: Path, given: Path | None, school: School
) -> tuple[dict[str, Any], dict[str, Course]]:
    """Writes framework.json, a given file byte for byte; our own comes with rules.toml."""
    if given:
        package, courses = read_package(given), {}
        content = given.read_bytes()
    else:
        package = framework_package()
        content = framework_bytes(package)
        courses = {cluster: school.courses[code] for cluster, code in courses_of_clusters().items()}
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "framework.json").write_bytes(content)
    (directory / RULES.name).unlink(missing_ok=True)
    if not given:
        (directory / RULES.name).write_bytes(RULES.read_bytes())
    return package, courses


def workload(options: SampleOptions, available: int) -> Workload:
    """How much each learner does where so many competencies are available."""
    third = min(max(1, available // 3), MOST_COMPETENCIES)
    wanted = third if options.competencies is None else options.competencies
    return Workload(min(wanted, available), options.least_evidence, options.most_evidence)


def _sections(
    school: School, tables: Tables, pool: Sequence[Competency], options: SampleOptions
) -> Iterator[int]:
    """Writes the school, section by section; yields how many learners there are so far."""
    roster = Roster(school, tables, pool)
    roster.write_school()
    load = workload(options, len(pool))
    size = school.learners_per_section
    for section, first in enumerate(range(0, options.learners, size), 1):
        roster.write_classes(section)
        work = SectionWork(school, tables, roster, section)
        for number in range(first, min(first + size, options.learners)):
            random = Random(f"{options.seed}/{number}")  # a text seeds by its SHA-512
            arranged = school.featured_on(pool) if options.competencies is None else []
            featured = arranged if number == 0 else None
            pieces = pieces_of(random, pool, load, school.occasion_days, featured=featured)
            learner = school.learner(number)
            roster.write_learner(learner, section, {p.competency.course for p in pieces})
            work.write_pieces(random, learner, pieces)
            yield number + 1
        work.write_line_items()
