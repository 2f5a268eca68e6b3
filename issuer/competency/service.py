"""The competency store's one door: import, rules, judging, and what minting and listings read.

Every function takes a Session and commits nothing; the caller's request or step owns the commit.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.competency import framework_import, framework_repository
from issuer.competency.calibration import agreement_sentences, calibration, kappa_of
from issuer.competency.canvas_import import import_canvas
from issuer.competency.case import CASE_LIMITS
from issuer.competency.case_conform import CaseVersion, conform
from issuer.competency.case_shapes import PACKAGE
from issuer.competency.crosswalk import competency_named, crosswalk
from issuer.competency.deciding import confirm, decline
from issuer.competency.errors import (
    AmbiguousName,
    CaseUnreadable,
    RulesUnreadable,
    UnknownCaseVersion,
    UnknownCompetency,
    UnknownFramework,
)
from issuer.competency.evidence_import import (
    CompetencyNames,
    append_evidence,
    evidence_from_results,
    import_evidence,
)
from issuer.competency.evidence_listing import listed_evidence
from issuer.competency.explaining import explain
from issuer.competency.framework_versions import export_version, framework_versions
from issuer.competency.frameworks import Frameworks
from issuer.competency.judging import judge_all
from issuer.competency.mastery import Level
from issuer.competency.mintable import (
    judgments,
    mintable_ids,
    mintable_judgments,
    mintable_views,
    standing_ids,
)
from issuer.competency.recomputing import recompute, recompute_all
from issuer.competency.reports import CaseReport, OneRosterImport
from issuer.competency.rule_keeping import current_rules, default_rules, use_rules
from issuer.competency.rule_reader import read_rules
from issuer.competency.scales import Scales
from issuer.competency.views import CompetencyView, FrameworkView
from issuer.learners import service as learners
from issuer.learners.departed import Departed

MAX_RULE_FILE_BYTES: Final = 1 << 20

__all__ = [
    "agreement_sentences",
    "append_evidence",
    "calibration",
    "competency_levels",
    "competency_named",
    "competency_view",
    "competency_views",
    "confirm",
    "crosswalk",
    "current_rules",
    "decline",
    "default_rules",
    "explain",
    "export_case",
    "framework_named",
    "framework_versions",
    "frameworks",
    "import_canvas",
    "import_case",
    "import_evidence",
    "import_oneroster",
    "import_rules",
    "judge_all",
    "judgments",
    "kappa_of",
    "leaf_competencies",
    "listed_evidence",
    "mintable_ids",
    "mintable_judgments",
    "mintable_views",
    "recompute",
    "recompute_all",
    "standing_ids",
    "use_rules",
]


def import_case(session: Session, path: Path, now: datetime) -> CaseReport:
    """Import a CASE 1.0 or 1.1 package from a file.

    Raises:
        CaseUnreadable: there is no such file.
        ImportProblems: codes case.*, all at once; nothing was kept.
    """
    if not path.is_file():
        raise CaseUnreadable(f"{path} is not a file.", "Give a CASE package in JSON.")
    # Not named here, so that the text is free as soon as it is read.
    return framework_import.import_case(session, _read_package(path), path.name, now)


def _read_package(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(CASE_LIMITS.max_bytes + 1)


def export_case(
    session: Session, framework_id: UUID, *, version: str | None = None, number: int | None = None
) -> JsonObject:
    """A framework as a CASE package.

    Args:
        session: reads only.
        framework_id: identifier of its CFDocument.
        version: "1.0" or "1.1" to make it fit that version of CASE; None writes what was imported.
        number: an earlier version of the framework; None is the one that holds.

    Raises:
        UnknownFramework, UnknownFrameworkVersion: there is none.
        UnknownCaseVersion: CASE has no such version.
    """
    package = export_version(session, framework_id, number)
    if version is None:
        return package
    if version not in set(CaseVersion):
        raise UnknownCaseVersion(f"CASE has no version {version[:50]}.", "Choose 1.0 or 1.1.")
    return conform(package.get("CFPackage", package), PACKAGE, CaseVersion(version))


def framework_named(session: Session, name: str) -> UUID:
    """The framework with this identifier, title or URI.

    Raises:
        UnknownFramework: there is none.
        AmbiguousName: several have this title.
    """
    found = [
        row.id
        for row in framework_repository.frameworks(session)
        if name.lower() == str(row.id) or name in {row.title, row.uri}
    ]
    if not found:
        raise UnknownFramework(f"There is no framework {name[:255]}.", "List the frameworks.")
    if len(found) > 1:
        raise AmbiguousName(
            f"{len(found)} frameworks are called {name[:255]}.", "Give the identifier instead."
        )
    return found[0]


def import_oneroster(
    session: Session,
    path: Path,
    now: datetime,
    demographics: Sequence[str] = (),
    *,
    departed: Departed | None = None,
) -> OneRosterImport:
    """Import a OneRoster CSV set (1.2, 1.1), and make evidence of its results on CASE items.

    Args:
        session: the caller commits.
        path: a directory, or a zip archive.
        now: time of the import.
        demographics: columns of demographics.csv to keep; none, and the file is not opened.
        departed: recognises people who were deleted here; needed once there are any.

    Raises:
        DepartedKeyMissing: there are, and it is not given.
        OneRosterUnreadable: it is no directory and no zip archive, or too large.
        ImportProblems: codes oneroster.*, all at once; nothing was kept.
    """
    names = CompetencyNames(Frameworks(session))
    with session.begin_nested():
        report = learners.import_oneroster(
            session, path, names.known, demographics, departed=departed
        )
        return OneRosterImport(report, evidence_from_results(session, now))


def import_rules(session: Session, path: Path, now: datetime) -> bool:
    """Let the rules of a TOML or JSON file hold from now on.

    Returns:
        True if they differ from those that held.

    Raises:
        RulesUnreadable: there is no such file, or it is far too large.
        ImportProblems: codes rules.*, all at once.
        RuleChanged: a name and version were used before for another rule.
    """
    if not path.is_file() or path.stat().st_size > MAX_RULE_FILE_BYTES:
        raise RulesUnreadable(
            f"There is no rule file {path.name} of at most {MAX_RULE_FILE_BYTES >> 20} MiB.",
            "Give a TOML or JSON file.",
        )
    return use_rules(session, read_rules(path.read_bytes(), path.name), now)


def frameworks(session: Session) -> list[FrameworkView]:
    """All frameworks, by title."""
    counts = framework_repository.counts(session)
    return [
        FrameworkView(
            id=row.id,
            uri=row.uri,
            title=row.title,
            creator=row.creator,
            competencies=counts.get(row.id, (0, 0))[0],
            associations=counts.get(row.id, (0, 0))[1],
            imported_at=row.imported_at,
            version_number=row.version_number,
        )
        for row in framework_repository.frameworks(session)
    ]


def competency_view(session: Session, competency_id: UUID) -> CompetencyView:
    """One competency with its path.

    Raises:
        UnknownCompetency: there is none with this identifier.
    """
    found = Frameworks.of(session, [competency_id])
    if competency_id not in found.rows:
        raise UnknownCompetency(f"There is no competency {competency_id}.", "Import its framework.")
    return found.view(competency_id)


def competency_views(session: Session, framework_id: UUID) -> list[CompetencyView]:
    """The competencies that a framework has now, in the package's order."""
    found = Frameworks(session, [framework_id])
    return [found.view(key) for key, row in found.rows.items() if not row.removed]


def leaf_competencies(session: Session, framework_id: UUID) -> list[CompetencyView]:
    """The competencies of a framework that stand above no other: those that are judged."""
    found = Frameworks(session, [framework_id])
    return [found.view(key) for key in found.rows if key in found.leaves]


def competency_levels(session: Session, competency_id: UUID) -> tuple[Level, ...]:
    """The levels of a competency, lowest first.

    Raises:
        UnknownCompetency: there is none with this identifier.
    """
    view = competency_view(session, competency_id)
    return Scales(session, [view.framework_id]).of(competency_id)
