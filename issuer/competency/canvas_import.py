"""Taking Canvas's outcome results in as evidence.

A report says what holds today: a result that has changed since becomes a correction, one without
a score any more a withdrawal. A result that a report does not list stays: reports are of a term.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency.canvas_file import ATTEMPT, PREFIX, STUDENT, CanvasFile, OutcomeResult
from issuer.competency.canvas_outcomes import CompetencyTitles, Outcomes, read_mapping
from issuer.competency.errors import CanvasUnreadable
from issuer.competency.evidence import UNKNOWN_ASSESSOR, EvidenceContent
from issuer.competency.evidence_chains import Chains
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import top_points
from issuer.competency.reports import CanvasImport
from issuer.competency.scales import Scales
from issuer.db.chunks import chunks
from issuer.errors import ProblemList
from issuer.learners import seen_repository
from issuer.learners.csv_reader import Notes
from issuer.learners.departed import Departed, departed_among
from issuer.learners.models import DIGEST_LENGTH
from issuer.learners.references import KnownDeparted
from issuer.learners.repository import person_ids, person_ids_by_identifier

CANVAS_SOURCE: Final = "canvas"


def import_canvas(
    session: Session,
    path: Path,
    now: datetime,
    outcomes: Path | None = None,
    *,
    departed: Departed | None = None,
) -> CanvasImport:
    """Import Canvas's report of outcome results.

    Args:
        session: the caller commits.
        path: the report, CSV.
        now: time of the import.
        outcomes: CSV that names the competency of outcomes whose own name does not.
        departed: recognises people who were deleted here; needed once there are any.

    Raises:
        DepartedKeyMissing: there are, and it is not given.
        CanvasUnreadable: there is no such file.
        ImportProblems: codes canvas.*, all at once; nothing was kept.
    """
    for file in (path, outcomes):
        if file is not None and not file.is_file():
            raise CanvasUnreadable(f"{file} is not a file.", "Check the path.")
    problems = ProblemList()
    titles = CompetencyTitles(Frameworks(session))
    mapped = {} if outcomes is None else read_mapping(outcomes, titles, problems)
    report = CanvasFile(path, now, problems)
    known_departed = departed_among(session, departed)
    notes = Notes(path.name, PREFIX, problems)
    importer = _Importer(session, notes, titles, mapped, now, known_departed=known_departed)
    with session.begin_nested():  # whoever catches the problems finds nothing half done
        seen_repository.open_table(session)
        for results in chunks(report.results()):
            importer.chunk(results)
        problems.raise_if_any()
        seen_repository.close_table(session)
    return CanvasImport(
        importer.chains.report(), importer.ungraded, tuple(report.notes), len(importer.departed)
    )


class _Importer:
    def __init__(
        self,
        session: Session,
        notes: Notes,
        titles: CompetencyTitles,
        mapped: dict[str, UUID],
        now: datetime,
        *,
        known_departed: KnownDeparted,
    ) -> None:
        self.session = session
        self.notes = notes
        self.known_departed = known_departed
        self.departed: set[str] = set()
        self.now = now
        self.outcomes = Outcomes(titles, mapped, notes)
        self.scales = Scales(session)
        self.chains = Chains(session, CANVAS_SOURCE, now)
        self.ungraded = 0
        self._strangers: set[str] = set()

    def chunk(self, results: list[OutcomeResult]) -> None:
        """Make evidence of some rows."""
        results = self._first_of_each(results)
        people = self._people(results)
        contents, undated = [], set()
        for result in results:
            competency_id = self.outcomes.competency(result)
            learner_id = people.get(result.student)
            if learner_id is None or competency_id is None:
                continue
            self._check_points(result, competency_id)
            contents.append(self._content(result, learner_id, competency_id))
            self.ungraded += result.score is None
            if result.submitted_at is None:
                undated.add(result.name)
        if not self.notes.problems.count:
            self.chains.keep(contents, frozenset(undated))

    def _first_of_each(self, results: Sequence[OutcomeResult]) -> list[OutcomeResult]:
        """The results without repetitions: a student in two sections is listed in both."""
        named = [(_digest(one.name), _digest(replace(one, line=0)), one) for one in results]
        before = seen_repository.lines(self.session, {key for pair in named for key in pair[:2]})
        fresh: dict[str, int] = {}
        fine = []
        for name, content, one in named:
            line = before.get(name) or fresh.get(name)
            if line is None:
                fine.append(one)
            elif content not in before and content not in fresh:
                sentence = f"Line {line} says something else of the same attempt."
                self.notes.note("duplicate", sentence, line=one.line, column=ATTEMPT)
            for key in {name, content} - before.keys():
                fresh.setdefault(key, one.line)
        seen_repository.add(self.session, fresh)
        return fine

    def _people(self, results: Sequence[OutcomeResult]) -> dict[str, UUID]:
        """People by SIS id: their sourcedId, or else the identifier that only one of them has."""
        first = {one.student: one.line for one in reversed(results)}
        found = person_ids(self.session, first)
        others = person_ids_by_identifier(self.session, first.keys() - found.keys())
        for student, ids in others.items():
            if len(ids) == 1:
                found[student] = ids[0]
        self.departed |= self.known_departed(first.keys() - found.keys())
        strangers = first.keys() - found.keys() - self.departed
        for student in sorted(strangers, key=lambda one: first[one]):
            self._note_stranger(student, first[student], len(others.get(student, ())))
        return found

    def _note_stranger(self, student: str, line: int, count: int) -> None:
        """Once for each student, and for no more than are shown."""
        if student in self._strangers or len(self._strangers) > self.notes.problems.cap:
            return
        self._strangers.add(student)
        if count:
            sentence = f"{student} is the identifier of {count} people."
            self.notes.note("ambiguous-person", sentence, line=line, column=STUDENT)
            return
        sentence = f"There is no person with the SIS id {student}."
        hint = "Import people first; it has to be their sourcedId or identifier."
        self.notes.note("unknown-person", sentence, hint, line=line, column=STUDENT)

    def _check_points(self, result: OutcomeResult, competency_id: UUID) -> None:
        top = top_points(self.scales.of(competency_id))
        if result.possible is None and result.score is not None and not 0 <= result.score <= top:
            self.notes.note(
                "score-without-range",
                f"Score {result.score:f} is not between 0 and {top:f}, the points of the "
                "competency's levels, and the row does not say how many are possible.",
                line=result.line,
                column="learning outcome points possible",
            )

    def _content(
        self, result: OutcomeResult, learner_id: UUID, competency_id: UUID
    ) -> EvidenceContent:
        return EvidenceContent(
            source=CANVAS_SOURCE,
            sourced_id=result.name,
            learner_id=learner_id,
            competency_id=competency_id,
            kind=result.kind,
            score=result.score,
            score_min=None,
            score_max=result.possible,
            level="",
            formative=False,
            assessor_kind=UNKNOWN_ASSESSOR,
            assessor_role="",
            assessor_id="",
            observed_at=result.submitted_at or self.now,
            artefact_url="",
            artefact_sha256="",
            title=result.title,
            note=result.note(),
        )


def _digest(value: object) -> str:
    return blake2b(repr(value).encode(), digest_size=DIGEST_LENGTH).hexdigest()
