"""Imports: files as the commands take them, sent as the body, tried or kept, all or nothing."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session

from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute, invalid
from issuer.api.shown import ShortText, Shown
from issuer.api.tokens import Caller
from issuer.api.uploads import Upload
from issuer.audit import service as audit
from issuer.competency import service
from issuer.competency.case import CASE_LIMITS
from issuer.competency.import_document import as_document
from issuer.learners.departed import open_departed
from issuer.web.site import Site, SiteDep
from issuer.workflow.runner import run_step

router = APIRouter(prefix="/imports", tags=["imports"], route_class=ApiRoute)

MAX_TABLE_BYTES: Final = 512 << 20
"""Of a CSV file, or of an archive of them."""
MAX_MAPPED: Final = 1_000
"""Outcomes whose competency a request names."""
_JSON: Final = "application/json"
_CSV: Final = "text/csv"
CASE: Final = Upload({_JSON: "package.json"}, CASE_LIMITS.max_bytes)
ONEROSTER: Final = Upload({"application/zip": "oneroster.zip"}, MAX_TABLE_BYTES)
CANVAS: Final = Upload({_CSV: "outcomes.csv"}, MAX_TABLE_BYTES)
EVIDENCE: Final = Upload({_CSV: "evidence.csv", _JSON: "evidence.json"}, MAX_TABLE_BYTES)
RULES: Final = Upload(
    {_JSON: "rules.json", "application/toml": "rules.toml"}, service.MAX_RULE_FILE_BYTES
)
_MAPPING: Final = "mapping.csv"

DryRun = Annotated[bool, Query(alias="dryRun", description="Try it: say all, keep nothing.")]
Columns = Annotated[
    list[ShortText],
    Query(
        alias="withDemographics",
        max_length=100,
        description="A column of demographics.csv to keep; without one the file is not opened.",
    ),
]
Outcomes = Annotated[
    list[ShortText],
    Query(
        alias="outcome",
        max_length=MAX_MAPPED,
        description="OUTCOME=COMPETENCY, where the outcome's own name is no competency's.",
    ),
]


class TableShown(Shown):
    """What became of the rows of one table; ``goneIds`` are those that are no longer there."""

    table: str
    added: int
    changed: int
    unchanged: int
    gone: int
    gone_ids: list[str]


class ImportShown(Shown):
    """What an import did, or would do; ``details`` is the whole report."""

    dry_run: bool
    nothing_changed: bool
    sentence: str
    tables: list[TableShown]
    notes: list[str]
    details: dict[str, Any]


class RulesImportShown(Shown):
    """Whether rules differ from those that held."""

    dry_run: bool
    changed: bool


@router.post("/case", summary="Import a framework")
def import_case(
    caller: RegistrarOnly,
    file: Annotated[Path, Depends(CASE)],
    site: SiteDep,
    *,
    dry_run: DryRun = False,
) -> ImportShown:
    """A CASE package, 1.0 or 1.1; a framework that is here is brought up to date with it."""
    return _run(caller, site, "case", file, service.import_case, dry_run=dry_run)


@router.post("/oneroster", summary="Import people and results")
def import_oneroster(
    caller: RegistrarOnly,
    file: Annotated[Path, Depends(ONEROSTER)],
    site: SiteDep,
    *,
    with_demographics: Columns = [],  # noqa: B006 - FastAPI copies it
    dry_run: DryRun = False,
) -> ImportShown:
    """A OneRoster CSV set, 1.2 or 1.1, as a zip archive: bulk or delta, as its manifest says."""

    def work(session: Session, path: Path, now: datetime) -> Any:
        departed = open_departed(session, site.settings.home)
        return service.import_oneroster(session, path, now, with_demographics, departed=departed)

    return _run(caller, site, "oneroster", file, work, dry_run=dry_run)


@router.post("/canvas", summary="Import Canvas's outcome results")
def import_canvas(
    caller: RegistrarOnly,
    file: Annotated[Path, Depends(CANVAS)],
    site: SiteDep,
    *,
    outcome: Outcomes = [],  # noqa: B006 - FastAPI copies it
    dry_run: DryRun = False,
) -> ImportShown:
    """Canvas's report of outcome results, CSV: what has changed since becomes a correction."""
    mapping = _mapping(file.parent, outcome) if outcome else None

    def work(session: Session, path: Path, now: datetime) -> Any:
        departed = open_departed(session, site.settings.home)
        return service.import_canvas(session, path, now, mapping, departed=departed)

    return _run(caller, site, "canvas", file, work, dry_run=dry_run)


def _mapping(folder: Path, pairs: list[str]) -> Path:
    """The file that names outcomes' competencies, as the command takes one."""
    split = [one.partition("=") for one in pairs]
    if any(not name.strip() or not competency.strip() for name, _, competency in split):
        sentence = "Each is OUTCOME=COMPETENCY."
        raise invalid([{"place": "query/outcome", "detail": sentence}])
    path = folder / _MAPPING
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["outcome", "competency"])
        writer.writerows([name.strip(), competency.strip()] for name, _, competency in split)
    return path


@router.post("/evidence", summary="Import evidence")
def import_evidence(
    caller: RegistrarOnly,
    file: Annotated[Path, Depends(EVIDENCE)],
    site: SiteDep,
    *,
    dry_run: DryRun = False,
) -> ImportShown:
    """Our own evidence file, CSV or JSON: what was imported before, and says the same, stays."""
    return _run(caller, site, "evidence", file, service.import_evidence, dry_run=dry_run)


@router.post("/rules", summary="Import rules")
def import_rules(
    caller: RegistrarOnly,
    file: Annotated[Path, Depends(RULES)],
    site: SiteDep,
    *,
    dry_run: DryRun = False,
) -> RulesImportShown:
    """A rule file, TOML or JSON: its rules hold from now on."""
    now = site.clock()

    def work(session: Session) -> bool:
        changed = service.import_rules(session, file, now)
        if changed:
            audit.record(session, caller.who, "rules.set", now=now)
        return changed

    changed = run_step("import rules", site.engine, work, keep=not dry_run)
    return RulesImportShown(dry_run=dry_run, changed=changed)


def _run(
    caller: Caller,
    site: Site,
    name: str,
    file: Path,
    work: Callable[[Session, Path, datetime], Any],
    *,
    dry_run: bool,
) -> ImportShown:
    """One import in one transaction, logged if it changed anything."""
    now = site.clock()

    def logged(session: Session) -> Any:
        report = work(session, file, now)
        if not report.nothing_changed:
            audit.record(session, caller.who, f"import.{name}", now=now)
        return report

    report = run_step(f"import {name}", site.engine, logged, keep=not dry_run)
    document = as_document(report, dry_run=dry_run)
    return ImportShown(
        dry_run=dry_run,
        nothing_changed=document["nothingChanged"],
        sentence=document["sentence"],
        tables=[TableShown(**row) for row in document["tables"]],
        notes=document["notes"],
        details=document["details"],
    )
