"""Reading Canvas's report of outcome results (CSV), row by row, every problem at once.

The columns are those of Canvas's account report "Outcome Results"; cells are plain text, whatever
a spreadsheet would make of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from issuer.db.types import plain_decimal
from issuer.errors import ProblemList
from issuer.learners.cells import as_number, as_time
from issuer.learners.csv_reader import CsvReader, Line

PREFIX: Final = "canvas"
STUDENT: Final = "student sis id"
OUTCOME: Final = "learning outcome name"
OUTCOME_ID: Final = "learning outcome id"
FRIENDLY: Final = "learning outcome friendly name"
SCORE: Final = "outcome score"
POSSIBLE: Final = "learning outcome points possible"
MASTERY: Final = "learning outcome mastery score"
MASTERED: Final = "learning outcome mastered"
RATING: Final = "learning outcome rating"
TITLE: Final = "assessment title"
ASSESSMENT: Final = "assessment id"
TYPE: Final = "assessment type"
QUESTION: Final = "assessment question id"
ATTEMPT: Final = "attempt"
SUBMITTED: Final = "submission date"
REQUIRED: Final = (STUDENT, OUTCOME, OUTCOME_ID, SCORE, ASSESSMENT)
_KEPT: Final = (
    *REQUIRED,
    FRIENDLY,
    POSSIBLE,
    MASTERY,
    MASTERED,
    RATING,
    TITLE,
    TYPE,
    QUESTION,
    ATTEMPT,
    SUBMITTED,
    "course id",
)
_SKIPPED: Final = (
    "student name",
    "student id",
    "submission score",
    "assessment question",
    "course name",
    "course sis id",
    "section name",
    "section id",
    "section sis id",
    "assignment url",
    "learning outcome rating points",
    "learning outcome group title",
    "learning outcome group id",
    "account id",
    "account name",
    "enrollment state",
)
LONGEST: Final = 255
"""Characters of any cell but the texts below."""
_LONG_TEXTS: Final = {TITLE: 300, OUTCOME: 2_000, FRIENDLY: 2_000, RATING: 2_000}
LONGEST_NAME: Final = 400
"""Characters of the name that a result is known by."""
_KINDS: Final = {"quiz": "quiz", "assignment": "assignment", "": "assignment"}
_MASTERED: Final = {"1": True, "true": True, "0": False, "false": False, "": None}
_CLOCKS_DIFFER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """One row, its cells read but its references not resolved yet.

    Args:
        line: where it stands.
        name: what the result is known by for good: student, assessment, outcome and attempt.
        student: SIS id.
        score, possible, mastery: in points; None where Canvas does not say.
        kind: assignment or quiz.
        submitted_at: None where nothing was handed in, or Canvas does not say when.
    """

    line: int
    name: str
    student: str
    outcome: str
    outcome_id: str
    friendly: str
    score: Decimal | None
    possible: Decimal | None
    mastery: Decimal | None
    mastered: bool | None
    rating: str
    kind: str
    title: str
    submitted_at: datetime | None

    def note(self) -> str:
        """What Canvas made of the score, in words for the school."""
        words = []
        if self.mastery is not None:
            words.append(f"mastery at {plain_decimal(self.mastery)} points")
        if self.mastered is not None:
            words.append("mastered" if self.mastered else "not mastered")
        if self.rating:
            words.append(f"rated {self.rating}")
        return f"Canvas: {', '.join(words)}." if words else ""


class CanvasFile:
    """An open report.

    Args:
        path: the file.
        now: what was submitted later than this cannot have been submitted.
        problems: where problems go; the codes begin with ``canvas.``.
    """

    def __init__(self, path: Path, now: datetime, problems: ProblemList) -> None:
        self.path = path
        self.now = now
        self.problems = problems
        self.notes: list[str] = []

    def results(self) -> Iterator[OutcomeResult]:
        """The rows that are right in themselves, streamed."""
        with self.path.open("rb") as stream:
            reader = CsvReader(stream, self.path.name, PREFIX, self.problems)
            if not reader.header((*_KEPT, *_SKIPPED), REQUIRED, frozenset(_KEPT)):
                return
            for line in reader.rows():
                result = _RowReader(reader, line, self.now).result()
                if result is not None:
                    yield result
            self.notes += reader.notes


class _RowReader:
    def __init__(self, reader: CsvReader, line: Line, now: datetime) -> None:
        self.reader = reader
        self.line = line
        self.now = now
        self.fine = True

    def bad(self, code: str, column: str, sentence: str, hint: str = "") -> None:
        self.fine = False
        self.reader.note(code, sentence, hint, line=self.line.number, column=column)

    def result(self) -> OutcomeResult | None:
        score, possible = self.number(SCORE), self.number(POSSIBLE)
        self.check_range(score, possible)
        made = OutcomeResult(
            line=self.line.number,
            name=self.name(),
            student=self.text(STUDENT, required=True),
            outcome=self.text(OUTCOME, required=True),
            outcome_id=self.text(OUTCOME_ID, required=True),
            friendly=self.text(FRIENDLY),
            score=score,
            possible=possible,
            mastery=self.number(MASTERY),
            mastered=self.mastered(),
            rating=self.text(RATING),
            kind=_KINDS.get(self.text(TYPE).lower(), "assignment"),
            title=self.text(TITLE),
            submitted_at=self.time(),
        )
        return made if self.fine else None

    def name(self) -> str:
        """Student, course, assessment, question, outcome, attempt; an empty one stays empty."""
        assessment = f"{self.text(TYPE).lower()} {self.text(ASSESSMENT, required=True)}".strip()
        parts = [self.text(name) for name in (STUDENT, "course id")]
        parts += [assessment, *(self.text(name) for name in (QUESTION, OUTCOME_ID, ATTEMPT))]
        made = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)
        if len(made) > LONGEST_NAME:
            self.bad(
                "bad-value", ASSESSMENT, f"Its identifiers have over {LONGEST_NAME} characters."
            )
        return made

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.line.cells.get(column, "")
        most = _LONG_TEXTS.get(column, LONGEST)
        if required and not value:
            self.bad("missing-value", column, f"{column} is empty.")
        if len(value) > most:
            self.bad("bad-value", column, f"{column} is longer than {most:,} characters.")
            return value[:most]
        return value

    def number(self, column: str) -> Decimal | None:
        text = self.text(column)
        value = as_number(text) if text else None
        if text and value is None:
            self.bad("bad-number", column, f"{column} {text[:50]!r} is not a number such as 3.5.")
        return value

    def check_range(self, score: Decimal | None, possible: Decimal | None) -> None:
        if possible is None:
            return
        if possible <= 0:
            self.bad("bad-value", POSSIBLE, f"{POSSIBLE} {possible:f} is not above 0.")
        elif score is not None and not 0 <= score <= possible:
            self.bad(
                "score-out-of-range",
                SCORE,
                f"Score {score:f} is not between 0 and {possible:f}, the points possible.",
                "Correct it in Canvas, or raise the outcome's points there.",
            )

    def mastered(self) -> bool | None:
        text = self.text(MASTERED).lower()
        if text not in _MASTERED:
            self.bad("bad-value", MASTERED, f"{MASTERED} {text[:50]!r} is not 1 or 0.")
        return _MASTERED.get(text)

    def time(self) -> datetime | None:
        text = self.text(SUBMITTED)
        value = as_time(text) if text else None
        if text and value is None:
            wanted = "a time such as 2026-06-30T08:15:00Z, or a date"
            self.bad("bad-date", SUBMITTED, f"{SUBMITTED} {text[:50]!r} is not {wanted}.")
        elif value is not None and value > self.now + _CLOCKS_DIFFER:
            self.bad("in-the-future", SUBMITTED, f"{text} has not come yet.")
        return value
