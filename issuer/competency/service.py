"""The competency store's one door: import, rules, judging, and what minting and listings read.

Every function takes a Session and commits nothing; the caller's request or step owns the commit.
"""

from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import framework_repository
from issuer.competency import frameworks as packages
from issuer.competency.case import CASE_LIMITS
from issuer.competency.errors import CaseUnreadable, RulesUnreadable, UnknownCompetency
from issuer.competency.evidence_import import (
    CompetencyNames,
    evidence_from_results,
    import_evidence,
)
from issuer.competency.frameworks import Frameworks
from issuer.competency.judging import (
    current_rules,
    default_rules,
    judge_all,
    recompute,
    use_rules,
)
from issuer.competency.mastery import Level
from issuer.competency.mintable import (
    judgments,
    mintable_ids,
    mintable_judgments,
    mintable_views,
    standing_ids,
)
from issuer.competency.rule_reader import read_rules
from issuer.competency.scales import Scales
from issuer.competency.views import (
    CaseReport,
    CompetencyView,
    FrameworkView,
    OneRosterImport,
)
from issuer.learners import service as learners
from issuer.learners.departed import Departed

MAX_RULE_FILE_BYTES: Final = 1 << 20

__all__ = [
    "competency_levels",
    "competency_view",
    "competency_views",
    "current_rules",
    "default_rules",
    "frameworks",
    "import_case",
    "import_evidence",
    "import_oneroster",
    "import_rules",
    "judge_all",
    "judgments",
    "leaf_competencies",
    "mintable_ids",
    "mintable_judgments",
    "mintable_views",
    "recompute",
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
    with path.open("rb") as stream:
        data = stream.read(CASE_LIMITS.max_bytes + 1)
    return packages.import_case(session, data, path.name, now)


def import_oneroster(
    session: Session, path: Path, now: datetime, departed: Departed | None = None
) -> OneRosterImport:
    """Import a OneRoster 1.2 CSV set, and make evidence of its results on CASE items.

    Args:
        session: the caller commits.
        path: a directory, or a zip archive.
        now: time of the import.
        departed: recognises people who were deleted here; needed once there are any.

    Raises:
        DepartedKeyMissing: there are, and it is not given.
        OneRosterUnreadable: it is no directory and no zip archive, or too large.
        ImportProblems: codes oneroster.*, all at once; nothing was kept.
    """
    names = CompetencyNames(Frameworks(session))
    with session.begin_nested():
        report = learners.import_oneroster(session, path, names.known, departed)
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
