"""The cells of evidence files, CSV or JSON, row by row, each with what notes its problems."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from credentials.errors import JsonTooLarge
from credentials.strict_json import JsonLimits
from issuer.competency.json_text import read_json
from issuer.errors import ProblemList
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
JSON_LIMITS: Final = JsonLimits(max_bytes=64 << 20, max_depth=8, max_values=500_000)
"""A JSON file is read whole, in at most some 500 MiB of memory; CSV is read row by row."""
_SMALLER: Final = "Split it, or make it CSV: that is read row by row, however large."
Note = Callable[[str, str, str, str], None]
"""(code without its prefix, column, sentence, hint): notes a problem of one entry."""
Cells = tuple[Mapping[str, str], Note]
"""By the names in COLUMNS; and what notes a problem of them."""


def csv_cells(path: Path, problems: ProblemList) -> Iterator[Cells]:
    """The rows of a CSV file."""
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


def json_cells(path: Path, problems: ProblemList) -> Iterator[Cells]:
    """The entries of a JSON file."""
    file = path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(JSON_LIMITS.max_bytes + 1)
        if len(data) > JSON_LIMITS.max_bytes:
            sentence = f"The file has more than {JSON_LIMITS.max_bytes:,} bytes."
            problems.add("evidence.too-large", sentence, _SMALLER, file=file)
            return
        entries = read_json(data, JSON_LIMITS).get("evidence")
    except JsonTooLarge as error:
        problems.add("evidence.too-large", error.sentence, _SMALLER, file=file)
        return
    except TouchstoneError as error:
        problems.add("evidence.not-json", error.sentence, file=file)
        return
    if not isinstance(entries, list):
        problems.add("evidence.not-json", "There is no array 'evidence'.", file=file)
        return
    yield from listed_cells(entries, file, problems)


def listed_cells(entries: Sequence[object], file: str, problems: ProblemList) -> Iterator[Cells]:
    """Entries as a JSON file's array has them; ``file`` is what problems name."""
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
