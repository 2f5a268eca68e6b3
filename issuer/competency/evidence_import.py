"""Taking evidence into the store: from our own files, and from results on learning objectives."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.competency.entry_scores import scored
from issuer.competency.errors import EvidenceUnreadable
from issuer.competency.evidence import (
    ONEROSTER_SOURCE,
    UNKNOWN_ASSESSOR,
    EvidenceContent,
    evidence_id,
)
from issuer.competency.evidence_chains import Chains, evidence_row
from issuer.competency.evidence_file import Entry, entries_of, is_guid, read_entries
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import top_points
from issuer.competency.reports import EvidenceReport
from issuer.competency.scales import Scales
from issuer.competency.second_ratings import SecondRatings
from issuer.competency.slug import slug_of
from issuer.db.chunks import chunks
from issuer.errors import ProblemList
from issuer.learners.repository import (
    ObjectiveResult,
    PersonNames,
    named_people,
    objective_results,
)
from issuer.learners.service import is_called

FILE_SOURCE: Final = "file"
"""Source of evidence that our own files bring, where the caller names none."""
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
        source: whose names the sourcedIds are, of entries that do not say so themselves; the same
            name never means other evidence.

    Raises:
        EvidenceUnreadable: there is no such file.
        ImportProblems: codes evidence.*, all at once; nothing was kept.
    """
    if not path.is_file():
        raise EvidenceUnreadable(f"{path} is not a file.", "Check the path.")
    problems = ProblemList()
    return take_entries(session, read_entries(path, now, problems, source), problems, now)


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
    entries = entries_of(listed, "", now, problems, source)
    return take_entries(session, entries, problems, now)


def take_entries(
    session: Session, entries: Iterable[Entry], problems: ProblemList, now: datetime
) -> EvidenceReport:
    """Keep entries, all or none.

    Args:
        session: the caller commits.
        entries: in the order in which they name one another.
        problems: where the entries note theirs.
        now: time of the import.

    Raises:
        ImportProblems: what was noted, all at once; nothing was kept.
    """
    importer = _EntryImporter(session, now)
    with session.begin_nested():  # whoever catches the problems finds nothing half done
        for part in chunks(entries):
            importer.chunk(part)
        problems.raise_if_any()
    return EvidenceReport(importer.added, importer.unchanged, importer.corrected)


class _EntryImporter:
    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.index = CompetencyNames(Frameworks(session))
        self.scales = Scales(session)
        self.origins: dict[UUID, UUID] = {}
        self.refused: set[UUID] = set()
        self.corrects_in_file: set[UUID] = set()
        self.added = self.unchanged = self.corrected = 0

    def chunk(self, entries: list[Entry]) -> None:
        named = named_people(self.session, {entry.learner for entry in entries})
        people = {one.sourced_id: one for one in named}
        contents = [self.content(entry, people) for entry in entries]
        wanted = {evidence_id(entry.source, entry.sourced_id) for entry in entries}
        wanted |= {evidence_id(entry.source, entry.corrects) for entry in entries if entry.corrects}
        kept = repository.kept(self.session, wanted)
        self.origins.update({key: one.origin_id for key, one in kept.items()})
        self.ratings = SecondRatings(self.session, entries)
        self.learners = {key: one.learner_id for key, one in kept.items()}
        fresh = []
        for entry, said in zip(entries, contents, strict=True):
            was = kept.get(evidence_id(entry.source, entry.sourced_id))
            if said is None:
                self._refuse(entry)
                continue
            content = self.ratings.resolved(said)
            if was is None:
                fresh += self._fresh(entry, content, kept)
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

    def _fresh(
        self, entry: Entry, content: EvidenceContent, kept: dict[UUID, repository.KeptEvidence]
    ) -> list[repository.Row]:
        """A new entry as a row; none if it is not what it says it is."""
        fine = self._may_correct(entry, content, kept)
        origin = self.origins.get(content.corrects or content.id, content.id)
        if content.second_rating_of in self.refused:
            fine = False
        else:
            fine = self.ratings.accept(entry, content, origin) and fine
        if not fine:
            self._refuse(entry)
            return []
        self.origins[content.id] = origin
        self.learners[content.id] = content.learner_id
        self.ratings.add(content, origin)
        return [evidence_row(content, origin, self.now)]

    def content(self, entry: Entry, people: dict[str, PersonNames]) -> EvidenceContent | None:
        learner = people.get(entry.learner)
        if learner is None:
            sentence = f"There is no person with the sourcedId {entry.learner}."
            entry.problem("unknown-person", "learnerSourcedId", sentence, "Import people first.")
        competency_id = self.index.resolve(entry)
        if learner is None or competency_id is None or _is_own(entry, learner):
            return None
        points = scored(entry, self.scales.of(competency_id))
        if points is None:
            return None
        return EvidenceContent(
            source=entry.source,
            sourced_id=entry.sourced_id,
            learner_id=learner.id,
            competency_id=competency_id,
            kind=entry.kind,
            score=points.score,
            score_min=points.score_min,
            score_max=points.score_max,
            level=points.level,
            formative=entry.formative,
            assessor_kind=entry.assessor_kind,
            assessor_role=entry.assessor_role,
            assessor_id=entry.assessor_id,
            observed_at=entry.observed_at,
            artefact_url=entry.artefact_url,
            artefact_sha256=entry.artefact_sha256,
            title=entry.title,
            note=entry.note,
            corrects=_named(entry, entry.corrects),
            setting=entry.setting,
            second_rating_of=_named(entry, entry.second_rating_of),
        )

    def _refuse(self, entry: Entry) -> None:
        """An entry with a problem of its own is no missing entry for those that correct it."""
        self.refused.add(evidence_id(entry.source, entry.sourced_id))

    def _may_correct(
        self, entry: Entry, content: EvidenceContent, kept: dict[UUID, repository.KeptEvidence]
    ) -> bool:
        old = content.corrects
        if old is None:
            return True
        if old in self.refused:
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
        if self.learners[old] != content.learner_id:
            sentence = f"{entry.corrects} is of another learner."
            hint = "Withdraw it by a correction without score and level, and enter the work anew."
            entry.problem("other-learner", "learnerSourcedId", sentence, hint)
            return False
        self.corrects_in_file.add(old)
        self.corrected += 1
        return True


def _is_own(entry: Entry, learner: PersonNames) -> bool:
    """True, with a problem, if a learner would be the assessor of his own work."""
    if entry.score is None and not entry.level:  # a withdrawal assesses nothing
        return False
    if not is_called(learner, entry.assessor_id):
        return False
    sentence = f"{entry.assessor_id} would be the assessor of work of his or her own."
    hint = "Nobody judges his own evidence: enter what somebody else, or a tool, gave it."
    entry.problem("own-work", "assessorId", sentence, hint)
    return True


def _named(entry: Entry, sourced_id: str) -> UUID | None:
    """The evidence that an entry names, by a sourcedId of its own source."""
    return evidence_id(entry.source, sourced_id) if sourced_id else None


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
    return importer.chains.report()


class _ResultImporter:
    def __init__(self, session: Session, now: datetime, problems: ProblemList) -> None:
        self.session = session
        self.now = now
        self.problems = problems
        self.scales = Scales(session)
        self.chains = Chains(session, ONEROSTER_SOURCE, now)

    def chunk(self, results: list[ObjectiveResult]) -> None:
        self.chains.keep([self.content(result) for result in results])

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
