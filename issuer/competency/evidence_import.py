"""Taking evidence into the store: from our own files, and from results on learning objectives."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.competency.errors import EvidenceUnreadable
from issuer.competency.evidence import UNKNOWN_ASSESSOR, EvidenceContent, evidence_id
from issuer.competency.evidence_file import Entry, entries_of, is_guid, read_entries
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import Level, top_points
from issuer.competency.scales import Scales
from issuer.competency.slug import slug_of
from issuer.competency.views import EvidenceReport
from issuer.db.chunks import chunks
from issuer.errors import ProblemList
from issuer.learners.repository import ObjectiveResult, objective_results, person_ids

FILE_SOURCE: Final = "file"
"""Source of evidence that our own files bring, where the caller names none."""
ONEROSTER_SOURCE: Final = "oneroster"
CASE: Final = "case"
_GRADED: Final = "fully graded"
_NO_CATEGORY: Final = "assignment"
_MAX_GUESSES: Final = 20
"""How many unknown names are compared with all known ones."""


def import_evidence(
    session: Session, path: Path, now: datetime, source: str = FILE_SOURCE
) -> EvidenceReport:
    """Import an evidence file, CSV or JSON (see evidence_file).

    Args:
        session: the caller commits.
        path: the file.
        now: time of the import.
        source: whose names the sourcedIds are; the same name never means other evidence.

    Raises:
        EvidenceUnreadable: there is no such file.
        ImportProblems: codes evidence.*, all at once; nothing was kept.
    """
    if not path.is_file():
        raise EvidenceUnreadable(f"{path} is not a file.", "Check the path.")
    problems = ProblemList()
    return _import(session, source, read_entries(path, now, problems), now, problems)


def append_evidence(
    session: Session, listed: Sequence[object], now: datetime, source: str
) -> EvidenceReport:
    """Append evidence that did not come in a file; each entry as in a JSON file's array.

    Args:
        session: the caller commits.
        listed: the entries.
        now: time of the import.
        source: whose names the sourcedIds are.

    Raises:
        ImportProblems: codes evidence.*, all at once; nothing was kept.
    """
    problems = ProblemList()
    return _import(session, source, entries_of(listed, "", now, problems), now, problems)


def _import(
    session: Session,
    source: str,
    entries: Iterable[Entry],
    now: datetime,
    problems: ProblemList,
) -> EvidenceReport:
    importer = _EntryImporter(session, source, now)
    with session.begin_nested():  # whoever catches the problems finds nothing half done
        for part in chunks(entries):
            importer.chunk(part)
        problems.raise_if_any()
    return EvidenceReport(importer.added, importer.unchanged, importer.corrected)


class _EntryImporter:
    def __init__(self, session: Session, source: str, now: datetime) -> None:
        self.session = session
        self.source = source
        self.now = now
        self.index = CompetencyNames(Frameworks(session))
        self.scales = Scales(session)
        self.origins: dict[UUID, UUID] = {}
        self.refused: set[UUID] = set()
        self.corrects_in_file: set[UUID] = set()
        self.added = self.unchanged = self.corrected = 0

    def chunk(self, entries: list[Entry]) -> None:
        people = person_ids(self.session, {entry.learner for entry in entries})
        contents = [self.content(entry, people) for entry in entries]
        wanted = {evidence_id(self.source, entry.sourced_id) for entry in entries}
        wanted |= {evidence_id(self.source, entry.corrects) for entry in entries if entry.corrects}
        kept = repository.kept(self.session, wanted)
        self.origins.update({key: one.origin_id for key, one in kept.items()})
        fresh = []
        for entry, content in zip(entries, contents, strict=True):
            was = kept.get(evidence_id(self.source, entry.sourced_id))
            if content is None:
                self._refuse(entry)
            elif was is None:
                if self._may_correct(entry, content, kept):
                    fresh.append(self._row(content))
            elif was.digest == content.digest():
                self.unchanged += 1
            else:
                entry.problem(
                    "changed",
                    "sourcedId",
                    f"{entry.sourced_id} was imported before, and said something else.",
                    "Evidence is never changed: append a correction that names it in 'corrects'.",
                )
        repository.insert_evidence(self.session, fresh)
        self.added += len(fresh)

    def content(self, entry: Entry, people: dict[str, UUID]) -> EvidenceContent | None:
        learner_id = people.get(entry.learner)
        if learner_id is None:
            sentence = f"There is no person with the sourcedId {entry.learner}."
            entry.problem("unknown-person", "learnerSourcedId", sentence, "Import people first.")
        competency_id = self.index.resolve(entry)
        if learner_id is None or competency_id is None:
            return None
        scored = _scored(entry, self.scales.of(competency_id))
        if scored is None:
            return None
        return EvidenceContent(
            source=self.source,
            sourced_id=entry.sourced_id,
            learner_id=learner_id,
            competency_id=competency_id,
            kind=entry.kind,
            score=scored.score,
            score_min=scored.score_min,
            score_max=scored.score_max,
            level=scored.level,
            formative=entry.formative,
            assessor_kind=entry.assessor_kind,
            assessor_role=entry.assessor_role,
            assessor_id=entry.assessor_id,
            observed_at=entry.observed_at,
            artefact_url=entry.artefact_url,
            artefact_sha256=entry.artefact_sha256,
            title=entry.title,
            note=entry.note,
            corrects=evidence_id(self.source, entry.corrects) if entry.corrects else None,
        )

    def _refuse(self, entry: Entry) -> None:
        """An entry with a problem of its own is no missing entry for those that correct it."""
        self.refused.add(evidence_id(self.source, entry.sourced_id))

    def _may_correct(
        self, entry: Entry, content: EvidenceContent, kept: dict[UUID, repository.KeptEvidence]
    ) -> bool:
        old = content.corrects
        if old is None:
            return True
        if old in self.refused:
            self.refused.add(content.id)
            return False
        if old not in self.origins:
            sentence = f"There is no earlier evidence {entry.corrects} that it could correct."
            entry.problem("unknown-corrected", "corrects", sentence, "")
            return False
        if old in self.corrects_in_file or (old in kept and kept[old].corrected):
            entry.problem(
                "already-corrected",
                "corrects",
                f"{entry.corrects} has been corrected already.",
                "Correct the correction.",
            )
            return False
        self.corrects_in_file.add(old)
        self.corrected += 1
        return True

    def _row(self, content: EvidenceContent) -> repository.Row:
        origin = content.id if content.corrects is None else self.origins[content.corrects]
        self.origins[content.id] = origin
        return evidence_row(content, origin, self.now)


def evidence_row(content: EvidenceContent, origin_id: UUID, now: datetime) -> repository.Row:
    """Evidence as a row of its table."""
    row = {name: getattr(content, name) for name in content.__slots__}
    return row | {
        "id": content.id,
        "origin_id": origin_id,
        "recorded_at": now,
        "digest": content.digest(),
    }


def _scored(entry: Entry, scale: tuple[Level, ...]) -> Entry | None:
    """The entry with the points of its level as its score, if a level is all it gives."""
    if entry.score is None:
        return entry if not entry.level else _leveled(entry, scale)
    if entry.score_max is None and not 0 <= entry.score <= top_points(scale):
        entry.problem(
            "score-out-of-range",
            "score",
            f"Score {entry.score:f} is not between 0 and {top_points(scale):f}, "
            "the points of the competency's levels.",
            "For a score on a scale of its own, write scoreMax.",
        )
        return None
    return entry


def _leveled(entry: Entry, scale: tuple[Level, ...]) -> Entry | None:
    wanted = entry.level.casefold()
    for level in scale:
        if wanted in {level.name.casefold(), level.id.casefold(), str(level.position)}:
            return replace(
                entry, score=level.points, score_min=None, score_max=None, level=level.name
            )
    names = ", ".join(level.name for level in scale)
    sentence = f"{entry.level!r} is no level of the competency; its levels are {names}."
    entry.problem("unknown-level", "level", sentence, "")
    return None


class CompetencyNames:
    """Competencies by identifier, by URI, and by human code within a framework or overall."""

    def __init__(self, frameworks: Frameworks) -> None:
        self.frameworks = frameworks
        self._by_name: dict[str, list[UUID]] = {}
        self._guesses: dict[str, str] = {}
        for row in frameworks.rows.values():
            if not row.removed:
                for name in {str(row.id), row.code, row.uri} - {""}:
                    self._by_name.setdefault(name, []).append(row.id)

    def resolve(self, entry: Entry) -> UUID | None:
        """The competency that an entry names; None, with a problem, if that is not one."""
        guid = is_guid(entry.competency)
        found = self._by_name.get(str(guid) if guid else entry.competency, [])
        if entry.framework:
            found = [key for key in found if self._is_in(key, entry.framework)]
        if len(found) == 1:
            return found[0]
        if found:
            sentence = f"{entry.competency} is the code of {len(found)} competencies."
            hint = "Name the framework, or give the competency's GUID."
            entry.problem("ambiguous-competency", "competency", sentence, hint)
        else:
            guess = self._guess(entry.competency)
            hint = f"Did you mean '{guess}'?" if guess else "Import its framework first."
            where = " of that framework" if entry.framework else ""
            sentence = f"{entry.competency[:255]} is no competency{where}."
            entry.problem("unknown-competency", "competency", sentence, hint)
        return None

    def known(self, names: Iterable[str]) -> set[str]:
        """Those of some GUIDs that are competencies."""
        found = {name: is_guid(name) for name in names}
        return {name for name, guid in found.items() if guid and str(guid) in self._by_name}

    def _guess(self, name: str) -> str:
        """A name like this one; only for the first few, because looking takes its time."""
        if name not in self._guesses and len(self._guesses) < _MAX_GUESSES:
            close = difflib.get_close_matches(name, self._by_name, 1, 0.8)
            self._guesses[name] = close[0] if close else ""
        return self._guesses.get(name, "")

    def _is_in(self, competency_id: UUID, framework: str) -> bool:
        row = self.frameworks.frameworks[self.frameworks.rows[competency_id].framework_id]
        return framework.lower() == str(row.id) or framework in {row.title, row.uri}


def evidence_from_results(session: Session, now: datetime) -> EvidenceReport:
    """Make evidence of every fully graded result on a CASE learning objective.

    A result that has changed since becomes a correction, one that was taken back a withdrawal.

    Raises:
        ImportProblems: oneroster.score-without-range: a score above the competency's levels, on a
            line item that does not say what the most is.
    """
    problems = ProblemList()
    importer = _ResultImporter(session, now, problems)
    with session.begin_nested():
        for results in chunks(objective_results(session, CASE)):
            importer.chunk(results)
        problems.raise_if_any()
    return EvidenceReport(importer.added, importer.unchanged, importer.corrected)


class _ResultImporter:
    def __init__(self, session: Session, now: datetime, problems: ProblemList) -> None:
        self.session = session
        self.now = now
        self.problems = problems
        self.scales = Scales(session)
        self.added = self.unchanged = self.corrected = 0

    def chunk(self, results: list[ObjectiveResult]) -> None:
        origins = {evidence_id(ONEROSTER_SOURCE, result.sourced_id) for result in results}
        heads = repository.heads(self.session, origins)
        fresh = []
        for result in results:
            content = self.content(result)
            origin = evidence_id(ONEROSTER_SOURCE, result.sourced_id)
            if origin not in heads:
                if content.score is not None:
                    fresh.append(evidence_row(content, origin, self.now))
                continue
            head, length = heads[origin]
            correction = self._correction(content, head, length)
            if correction is None:
                self.unchanged += 1
            else:
                fresh.append(evidence_row(correction, origin, self.now))
                self.corrected += 1
        repository.insert_evidence(self.session, fresh)
        self.added += len(fresh)

    def _correction(
        self, content: EvidenceContent, head: repository.KeptEvidence, length: int
    ) -> EvidenceContent | None:
        """The entry that takes the head's place; None if the head says the same already."""
        if content.score is None and head.score is None:
            return None
        if length == 1:
            same = content.digest() == head.digest
        else:
            name = _link(content.sourced_id, length)
            before = self._before(head)
            same = replace(content, sourced_id=name, corrects=before).digest() == head.digest
        if same:
            return None
        return replace(content, sourced_id=_link(content.sourced_id, length + 1), corrects=head.id)

    def _before(self, head: repository.KeptEvidence) -> UUID | None:
        row = repository.evidence_by_id(self.session, [head.id])[head.id]
        return row.corrects

    def content(self, result: ObjectiveResult) -> EvidenceContent:
        competency_id = UUID(result.learning_objective_id)
        counts = result.active and result.score_status == _GRADED
        score = result.score if counts else None
        top = top_points(self.scales.of(competency_id))
        ranged = result.score_max is not None
        if score is not None and not ranged and not 0 <= score <= top:
            self.problems.add(
                "oneroster.score-without-range",
                f"Result {result.sourced_id} has score {score:f}, and its line item does not say "
                f"out of how many; the competency's levels end at {top:f}.",
                "Fill in resultValueMin and resultValueMax.",
                file="lineItems.csv",
            )
        return EvidenceContent(
            source=ONEROSTER_SOURCE,
            sourced_id=result.sourced_id,
            learner_id=result.learner_id,
            competency_id=competency_id,
            kind=slug_of(result.category) or _NO_CATEGORY,
            score=score,
            score_min=result.score_min if ranged else None,
            score_max=result.score_max,
            level="",
            formative=False,
            assessor_kind=UNKNOWN_ASSESSOR,
            assessor_role="",
            assessor_id="",
            observed_at=result.scored_at or self.now,
            artefact_url="",
            artefact_sha256="",
            title=result.title,
            note="",
        )


def _link(sourced_id: str, number: int) -> str:
    """The name of the n-th entry of a chain of corrections."""
    return sourced_id if number == 1 else f"{sourced_id}#{number}"
