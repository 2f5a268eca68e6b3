"""What the command line and the HTTP service both do: check documents under one set of settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credentials.json_types import JsonObject
from schemas.errors import TouchstoneError
from verifier.claims import Checked
from verifier.errors import FileUnreadable, NothingToRead
from verifier.intake import read_file
from verifier.opening import Received, open_received
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
    received: Received, ports: Ports, settings: VerifierSettings
) -> tuple[Report, Decision]:
    """Check a credential, or a presentation that nobody asked for with a challenge."""
    opened = open_received(received)
    verify = verify_presentation if opened.is_presentation else verify_credential
    report = verify(opened, ports, settings.for_checks())
    return report, decide(report, settings.policy)


def check_file(path: Path, ports: Ports, settings: VerifierSettings) -> FileResult:
    """Check one file. One that holds neither JSON nor a token is undecided: nothing was checked.

    Raises:
        FileUnreadable: there is no such file.
    """
    try:
        opened = open_received(read_file(path))
    except FileUnreadable:
        raise
    except TouchstoneError as error:
        reasons = (f"{error.sentence} Nothing was checked.",)
        return FileResult(str(path), None, Decision(Verdict.UNDECIDED, reasons), error=error)
    report, decision = check_document(opened, ports, settings)
    return FileResult(str(path), report, decision, opened.document)


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
    return [check_file(path, ports, settings) for path in files]


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
