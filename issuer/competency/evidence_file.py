"""Reading our own evidence file, CSV or JSON: what each entry says, every problem at once.

CSV has one header with the names below; JSON is ``{"evidence": [{…}, …]}`` with the same names.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from issuer.competency.evidence import (
    ASSESSOR_KINDS,
    KINDS,
    RESERVED_SOURCES,
    SCHOOL,
    SETTINGS,
    UNKNOWN_ASSESSOR,
)
from issuer.competency.evidence_cells import (
    Cells,
    Note,
    csv_cells,
    json_cells,
    listed_cells,
)
from issuer.competency.slug import is_slug
from issuer.errors import ProblemList
from issuer.learners.cells import as_number, as_time

_LONGEST: Final = {
    "title": 300,
    "note": 10_000,
    "artefactUrl": 2_000,
    "sourcedId": 255,
    "assessorRole": 255,
    "assessorId": 255,
    "level": 255,
    "competency": 2_000,
    "framework": 2_000,
}
_URL: Final = re.compile(
    r"(https://[^\s/?#@<>\"]+(?![^\s/?#<>\"])|urn:[a-z0-9-]+:)[^\s<>\"]*", re.IGNORECASE
)
"""Anyone on the way could put other work in the place of what http: brings; a name and password
before the host would stand in the credential."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_FLAGS: Final = {"true": True, "false": False, "": False}

_CLOCKS_DIFFER: Final = timedelta(days=1)
"""A date without a zone may be tomorrow already, elsewhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, its cells read but its references not resolved yet.

    ``title`` is for readers of the credential, ``note`` for the school alone. ``corrects`` and
    ``second_rating_of`` are sourcedIds of the same source.
    """

    sourced_id: str
    learner: str
    competency: str
    framework: str
    kind: str
    score: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    level: str
    formative: bool
    assessor_kind: str
    assessor_role: str
    assessor_id: str
    observed_at: datetime
    artefact_url: str
    artefact_sha256: str
    title: str
    note: str
    corrects: str
    source: str
    setting: str
    second_rating_of: str
    problem: Note


def read_entries(path: Path, now: datetime, problems: ProblemList, source: str) -> Iterator[Entry]:
    """The entries of a file that are right in themselves, streamed.

    Args:
        path: ``.json``, or else CSV.
        now: what is observed later than this cannot have been observed.
        problems: where the problems go; the codes begin with ``evidence.``.
        source: that of entries which do not name theirs.
    """
    cells = json_cells if path.suffix.lower() == ".json" else csv_cells
    return _entries(cells(path, problems), now, source)


def entries_of(
    listed: Sequence[object], file: str, now: datetime, problems: ProblemList, source: str
) -> Iterator[Entry]:
    """The same of entries that did not come in a file.

    Args:
        listed: as in the array ``evidence`` of a file.
        file: what problems name as the file; may be empty.
        now, problems, source: as in read_entries.
    """
    return _entries(listed_cells(listed, file, problems), now, source)


def _entries(rows: Iterable[Cells], now: datetime, source: str) -> Iterator[Entry]:
    seen: set[tuple[str, str]] = set()
    for values, note in rows:
        entry = read_entry(values, note, now, source)
        if entry is None:
            continue
        if (entry.source, entry.sourced_id) in seen:
            note("duplicate", "sourcedId", f"{entry.sourced_id} is there twice.", "")
        else:
            seen.add((entry.source, entry.sourced_id))
            yield entry


def read_entry(cells: Mapping[str, str], note: Note, now: datetime, source: str) -> Entry | None:
    """One entry from its cells; None, with its problems noted, if any is wrong.

    Args:
        cells: by the names in evidence_cells.COLUMNS.
        note: notes a problem.
        now: what is observed later than this cannot have been observed.
        source: whose names it uses, if it does not say so itself.
    """
    entry = _CellReader(cells, note, now).entry()
    return entry and replace(entry, source=entry.source or source)


def is_artefact_url(text: str) -> bool:
    """True for an https address or a URN that an entry may have."""
    return len(text) <= _LONGEST["artefactUrl"] and bool(_URL.fullmatch(text))


class _CellReader:
    """Reads the cells of one entry; the entry is None if any of them is wrong."""

    def __init__(self, cells: Mapping[str, str], note: Note, now: datetime) -> None:
        self.cells = cells
        self.note = note
        self.now = now
        self.fine = True

    def bad(self, code: str, column: str, sentence: str, hint: str = "") -> None:
        self.fine = False
        self.note(code, column, sentence, hint)

    def entry(self) -> Entry | None:
        observed_at = self.time()
        score, low, high = self.number("score"), self.number("scoreMin"), self.number("scoreMax")
        self.check_range(score, low, high)
        if score is None and not self.text("level") and not self.text("corrects"):
            self.bad("missing-value", "score", "There is neither a score nor a level.")
        made = Entry(
            sourced_id=self.text("sourcedId", required=True),
            learner=self.text("learnerSourcedId", required=True),
            competency=self.text("competency", required=True),
            framework=self.text("framework"),
            kind=self.kind(),
            score=score,
            score_min=low,
            score_max=high,
            level=self.text("level"),
            formative=self.flag(),
            assessor_kind=self.assessor_kind(),
            assessor_role=self.text("assessorRole"),
            assessor_id=self.text("assessorId"),
            observed_at=observed_at,
            artefact_url=self.matching("artefactUrl", _URL, "an https address or a URN"),
            artefact_sha256=self.matching(
                "artefactSha256", _SHA256, "64 hexadecimal digits in lower case"
            ),
            title=self.text("title"),
            note=self.text("note"),
            corrects=self.text("corrects"),
            source=self.source(),
            setting=self.setting(),
            second_rating_of=self.second_rating_of(),
            problem=self.note,
        )
        return made if self.fine else None

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.cells.get(column, "")
        if required and not value:
            self.bad("missing-value", column, f"{column} is empty.")
        if len(value) > _LONGEST.get(column, 255):
            self.bad("bad-value", column, f"{column} is longer than {_LONGEST.get(column, 255):,}.")
        return value

    def time(self) -> datetime:
        text = self.text("observedAt", required=True)
        value = as_time(text)
        if value is None:
            if text:
                wanted = "a time such as 2026-06-30T08:15:00Z, or a date"
                self.bad("bad-date", "observedAt", f"observedAt {text[:50]!r} is not {wanted}.")
            return self.now
        if value > self.now + _CLOCKS_DIFFER:
            self.bad("in-the-future", "observedAt", f"{text} has not come yet.")
        return value

    def number(self, column: str) -> Decimal | None:
        text = self.text(column)
        value = as_number(text) if text else None
        if text and value is None:
            self.bad("bad-number", column, f"{column} {text[:50]!r} is not a number such as 3.5.")
        return value

    def check_range(self, score: Decimal | None, low: Decimal | None, high: Decimal | None) -> None:
        if high is None:
            if low is not None:
                self.bad("bad-value", "scoreMax", "There is a scoreMin, but no scoreMax.")
            return
        least = low or Decimal()
        if high <= least:
            self.bad("bad-value", "scoreMax", f"scoreMax {high:f} is not above {least:f}.")
        elif score is not None and not least <= score <= high:
            self.bad(
                "score-out-of-range",
                "score",
                f"Score {score:f} is not between {least:f} and {high:f}.",
            )

    def kind(self) -> str:
        text = self.text("kind", required=True)
        if not text or text in KINDS:
            return text
        close = difflib.get_close_matches(text.lower(), KINDS, 1, 0.8)
        if close or not is_slug(text):
            self.bad(
                "unknown-kind",
                "kind",
                f"{text[:50]!r} is no kind of evidence.",
                f"Did you mean '{close[0]}'?" if close else "Write it like performance-task.",
            )
        return text

    def flag(self) -> bool:
        text = self.text("formative").lower()
        if text not in _FLAGS:
            self.bad("bad-value", "formative", f"{text[:50]!r} is not true or false.")
        return _FLAGS.get(text, False)

    def source(self) -> str:
        """A short name; another, such as that of a badge's issuer, only to correct its evidence."""
        text = self.text("source")
        if text in RESERVED_SOURCES:
            sentence = f"Evidence of the source {text} comes in by its own import only."
            self.bad("reserved-source", "source", sentence, "Correct it where it comes from.")
        elif text and not is_slug(text) and not self.text("corrects"):
            wanted = "a short name such as district-sis"
            self.bad("bad-value", "source", f"source {text[:50]!r} is not {wanted}.")
        return text

    def setting(self) -> str:
        text = self.text("setting") or SCHOOL
        if text not in SETTINGS:
            self.bad("bad-value", "setting", f"{text[:50]!r} is not school or out-of-school.")
        return text

    def second_rating_of(self) -> str:
        text = self.text("secondRatingOf")
        if text and not self.text("assessorId"):
            sentence = "A second rating has to say who its assessor was."
            self.bad("missing-value", "assessorId", sentence)
        if text and text == self.text("sourcedId"):
            sentence = f"{text} cannot be a second rating of itself."
            self.bad("bad-value", "secondRatingOf", sentence)
        return text

    def assessor_kind(self) -> str:
        text = self.text("assessorKind") or UNKNOWN_ASSESSOR
        if text not in (*ASSESSOR_KINDS, UNKNOWN_ASSESSOR):
            self.bad("bad-value", "assessorKind", f"{text[:50]!r} is not person or tool.")
        return text

    def matching(self, column: str, pattern: re.Pattern[str], wanted: str) -> str:
        text = self.text(column)
        if text and not pattern.fullmatch(text):
            self.bad("bad-value", column, f"{column} is not {wanted}.")
        return text


def is_guid(text: str) -> UUID | None:
    """The GUID that a text is; None if it is none."""
    try:
        return UUID(text) if len(text) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
