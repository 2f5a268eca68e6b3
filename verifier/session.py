"""What the command line and the HTTP service both do: check documents under one set of settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credentials.json_types import JsonObject
from credentials.models.endorsement import is_endorsement
from schemas.errors import TouchstoneError
from verifier.claims import Checked
from verifier.endorsements import concerns
from verifier.errors import FileUnreadable, NothingToRead
from verifier.intake import read_file
from verifier.opening import Opened, Received, open_received
from verifier.policy import Decision, Verdict, decide
from verifier.ports import Ports
from verifier.report import Report
from verifier.settings import VerifierSettings
from verifier.verify import verify_credential, verify_presentation

MAX_FILES = 1000
"""Most credentials of one folder."""
SUFFIXES = frozenset({".json", ".jsonld", ".jwt", ".jws", ".sd-jwt"})
"""Names of files that are taken out of a folder; a file that is named by itself may have any."""
WORST_FIRST = (Verdict.REFUSED, Verdict.UNDECIDED, Verdict.VERIFIED)


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file after its check: a report with its decision, or the error that prevented it."""

    file: str
    report: Report | None
    decision: Decision
    document: JsonObject | None = None
    error: TouchstoneError | None = None

    def to_json(self) -> dict[str, Any]:
        """This result as JSON."""
        if self.report is not None:
            return {"file": self.file, **self.decision.to_json(), **self.report.to_json()}
        error = self.error
        problem = error and {
            "code": error.code,
            "sentence": error.sentence,
            "remedy": error.remedy,
        }
        return {"file": self.file, **self.decision.to_json(), "error": problem}


def check_document(
    received: Received,
    ports: Ports,
    settings: VerifierSettings,
    beside: Sequence[Received] = (),
) -> tuple[Report, Decision]:
    """Check a credential, or a presentation that nobody asked for with a challenge.

    Args:
        beside: endorsements that came with a credential; a presentation holds its own.
    """
    opened = open_received(received)
    if opened.is_presentation:
        report = verify_presentation(opened, ports, settings.for_checks())
    else:
        report = verify_credential(opened, ports, settings.for_checks(), beside=beside)
    return report, decide(report, settings.policy)


def check_file(path: Path, ports: Ports, settings: VerifierSettings) -> FileResult:
    """Check one file. One that holds neither JSON nor a token is undecided: nothing was checked.

    Raises:
        FileUnreadable: there is no such file.
    """
    return check_files([path], ports, settings)[0]


def check_files(
    paths: Sequence[Path], ports: Ports, settings: VerifierSettings
) -> list[FileResult]:
    """Check files that came together. An endorsement of one of the records is shown at that record
    and is no result of its own, so that no verdict rests on it; any other is checked by itself.

    Raises:
        FileUnreadable: there is no such file.
    """
    files = [_read(path) for path in paths]
    opened = [one for _, one in files if isinstance(one, Opened)]
    records = [one.document for one in opened if not is_endorsement(one.document)]
    beside = [
        one for one in opened if is_endorsement(one.document) and concerns(one.document, records)
    ]
    placed = {id(one) for one in beside}
    return [
        _result(name, one, ports, settings, beside) for name, one in files if id(one) not in placed
    ]


def _read(path: Path) -> tuple[str, Opened | TouchstoneError]:
    try:
        return str(path), open_received(read_file(path))
    except FileUnreadable:
        raise
    except TouchstoneError as error:
        return str(path), error


def _result(
    name: str,
    read: Opened | TouchstoneError,
    ports: Ports,
    settings: VerifierSettings,
    beside: Sequence[Opened],
) -> FileResult:
    if isinstance(read, TouchstoneError):
        reasons = (f"{read.sentence} Nothing was checked.",)
        return FileResult(name, None, Decision(Verdict.UNDECIDED, reasons), error=read)
    own = [one for one in beside if concerns(one.document, [read.document])]
    report, decision = check_document(read, ports, settings, own)
    return FileResult(name, report, decision, read.document)


def check_folder(folder: Path, ports: Ports, settings: VerifierSettings) -> list[FileResult]:
    """Check all files of credentials in a folder (``SUFFIXES``), in the order of their names.

    Raises:
        FileUnreadable: no such folder.
        NothingToRead: no such files, or too many.
    """
    if not folder.is_dir():
        raise FileUnreadable(f"{folder} is not a folder.", "Name the folder of one learner.")
    files = sorted(path for path in folder.iterdir() if _is_credential_file(path))
    if not files or len(files) > MAX_FILES:
        count = f"more than {MAX_FILES}" if files else "no"
        sentence = f"{folder} holds {count} .json, .jwt or .sd-jwt files."
        raise NothingToRead(sentence, "Name the folder of a learner.")
    return check_files(files, ports, settings)


def _is_credential_file(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def checked(results: Sequence[FileResult]) -> list[Checked]:
    """The files that could be checked, for verifier.claims."""
    return [
        Checked(Path(result.file).name, result.document, result.report, result.decision)
        for result in results
        if result.report is not None and result.document is not None
    ]


def worst(results: Sequence[FileResult]) -> Verdict:
    """The gravest verdict: refused, then undecided, then verified; undecided if there is none."""
    found = {result.decision.verdict for result in results}
    return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.UNDECIDED)
