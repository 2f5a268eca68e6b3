"""Reading our own evidence file, CSV or JSON: what each entry says, every problem at once.

CSV has one header with the names below; JSON is ``{"evidence": [{…}, …]}`` with the same names.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from credentials.strict_json import JsonLimits
from issuer.competency.evidence import (
    ASSESSOR_KINDS,
    KINDS,
    RESERVED_SOURCES,
    SCHOOL,
    SETTINGS,
    UNKNOWN_ASSESSOR,
)
from issuer.competency.json_text import read_json
from issuer.competency.slug import is_slug
from issuer.errors import ProblemList
from issuer.learners.cells import as_number, as_time
from issuer.learners.csv_reader import CsvReader
from schemas.errors import TouchstoneError

REQUIRED: Final = ("sourcedId", "learnerSourcedId", "competency", "kind", "observedAt")
COLUMNS: Final = (
    *REQUIRED,
    "framework",
    "score",
    "scoreMin",
    "scoreMax",
    "level",
    "formative",
    "assessorKind",
    "assessorRole",
    "assessorId",
    "artefactUrl",
    "artefactSha256",
    "title",
    "note",
    "corrects",
    "source",
    "setting",
    "secondRatingOf",
)
JSON_LIMITS: Final = JsonLimits(max_bytes=256 << 20, max_depth=8, max_values=2_000_000)
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
_URL: Final = re.compile(r"(https?://[^\s/<>\"]+|urn:[a-z0-9-]+:)[^\s<>\"]*", re.IGNORECASE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_FLAGS: Final = {"true": True, "false": False, "": False}

_CLOCKS_DIFFER: Final = timedelta(days=1)
"""A date without a zone may be tomorrow already, elsewhere."""

Note = Callable[[str, str, str, str], None]
"""(code without its prefix, column, sentence, hint): notes a problem of one entry."""


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
    cells = _json_cells if path.suffix.lower() == ".json" else _csv_cells
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
    return _entries(_listed_cells(listed, file, problems), now, source)


def _entries(
    rows: Iterable[tuple[Mapping[str, str], Note]], now: datetime, source: str
) -> Iterator[Entry]:
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
        cells: by the names in COLUMNS.
        note: notes a problem.
        now: what is observed later than this cannot have been observed.
        source: whose names it uses, if it does not say so itself.
    """
    entry = _CellReader(cells, note, now).entry()
    return entry and replace(entry, source=entry.source or source)


def is_artefact_url(text: str) -> bool:
    """True for a web address or a URN that an entry may have."""
    return len(text) <= _LONGEST["artefactUrl"] and bool(_URL.fullmatch(text))


def _csv_cells(path: Path, problems: ProblemList) -> Iterator[tuple[Mapping[str, str], Note]]:
    with path.open("rb") as stream:
        reader = CsvReader(stream, path.name, "evidence", problems)
        if not reader.header(COLUMNS, REQUIRED, frozenset(COLUMNS)):
            return
        for line in reader.rows():

            def note(
                code: str, column: str, sentence: str, hint: str, number: int = line.number
            ) -> None:
                reader.note(code, sentence, hint, line=number, column=column)

            yield line.cells, note


def _json_cells(path: Path, problems: ProblemList) -> Iterator[tuple[Mapping[str, str], Note]]:
    file = path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(JSON_LIMITS.max_bytes + 1)
        if len(data) > JSON_LIMITS.max_bytes:
            limit = f"{JSON_LIMITS.max_bytes:,} bytes"
            problems.add(
                "evidence.too-large", f"The file has more than {limit}.", "Split it.", file=file
            )
            return
        entries = read_json(data, JSON_LIMITS).get("evidence")
    except TouchstoneError as error:
        problems.add("evidence.not-json", error.sentence, file=file)
        return
    if not isinstance(entries, list):
        problems.add("evidence.not-json", "There is no array 'evidence'.", file=file)
        return
    yield from _listed_cells(entries, file, problems)


def _listed_cells(
    entries: Sequence[object], file: str, problems: ProblemList
) -> Iterator[tuple[Mapping[str, str], Note]]:
    for index, value in enumerate(entries):
        pointer = f"/evidence/{index}"

        def note(code: str, column: str, sentence: str, hint: str, at: str = pointer) -> None:
            column = f"{at}/{column}" if column else at
            problems.add(f"evidence.{code}", sentence, hint, file=file, column=column)

        if not isinstance(value, dict):
            note("bad-value", "", "The entry is not an object.", "")
        elif (cells := _texts(value, note)) is not None:
            yield cells, note


def _texts(value: dict[str, Any], note: Note) -> dict[str, str] | None:
    """A JSON entry as the cells that a CSV row would have; None if it has other members."""
    cells, fine = {}, True
    for member, content in value.items():
        if member not in COLUMNS:
            close = difflib.get_close_matches(member, COLUMNS, 1)
            hint = f"Did you mean '{close[0]}'?" if close else "Remove it."
            note("misspelt-column", member, f"{member[:100]!r} is not known.", hint)
            fine = False
        elif isinstance(content, dict | list):
            note("bad-value", member, f"{member} is not a text, a number, true or false.", "")
            fine = False
        else:
            cells[member] = _text(content)
    return cells if fine else None


def _text(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    return (
        format(Decimal(repr(content)), "f") if isinstance(content, float) else str(content).strip()
    )


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
            artefact_url=self.matching("artefactUrl", _URL, "a web address or a URN"),
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
