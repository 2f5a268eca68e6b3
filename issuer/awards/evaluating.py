"""Who has earned what: looks at every learner whom an achievement may concern. No network.

An award that needs something from outside (a contract's answer, an accreditation, a credential of
another issuer to be looked at again) is held until issuer.awards.settling has found it out.
Running it again, or after it was killed, adds nothing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.awards import repository
from issuer.awards.definitions import Definition, Policy
from issuer.awards.holding import Holdings, received_in, written
from issuer.awards.keeping import Catalogue
from issuer.awards.models import AwardState
from issuer.awards.progress import Known, Progress, Standing, progress
from issuer.awards.repository import OPEN, UUID_BYTES, AwardRow
from issuer.db.chunks import CHUNK

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/award")
NOT_CHECKED: Final = "What it depends on outside this school was not checked yet."
_FELL: Final = "The judgment that it was for no longer stands."
_UNASKED: Final = "No approval or condition is asked for any more."
_UNDEFINED: Final = "The school does not award it any more."
_REPLACED: Final = "Another version of the achievement took its place."
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class AwardReport:
    """What a run changed: how many awards came to each state.

    Args:
        awarded, waiting, held, lapsed: see models.AwardState.
    """

    awarded: int = 0
    waiting: int = 0
    held: int = 0
    lapsed: int = 0

    def __add__(self, other: "AwardReport") -> "AwardReport":
        """Both together."""
        return AwardReport(
            self.awarded + other.awarded,
            self.waiting + other.waiting,
            self.held + other.held,
            self.lapsed + other.lapsed,
        )

    @property
    def nothing_changed(self) -> bool:
        """Whether everything stayed as it was."""
        return self == AwardReport()


def award_id(definition: Definition, learner_id: UUID, basis: list[list[str]]) -> UUID:
    """The UUID 5 of an achievement's version, a learner, and what the award first rests on."""
    text = json.dumps([definition.key, definition.version, str(learner_id), basis])
    return uuid5(_NAMESPACE, text)


def evaluate(session: Session, now: datetime, on_progress: OnProgress | None = None) -> AwardReport:
    """Look at every learner whom an achievement may concern.

    Args:
        session: the caller commits.
        now: aware UTC.
        on_progress: told how many learners are through it, and of how many.
    """
    catalogue = Catalogue.of(session)
    if catalogue is None:
        return AwardReport()
    repository.lock_awarding(session)
    on_judgments = _OnJudgments(session, catalogue, now)
    on_judgments.run()
    learners = _learners(session, catalogue)
    report, size = on_judgments.changes.flush(session), CHUNK * UUID_BYTES
    for start in range(0, len(learners), size):
        part = list(_ids(learners[start : start + size]))
        report += _evaluate(session, catalogue, part, now)
        if on_progress is not None:
            on_progress(min(start + size, len(learners)) // UUID_BYTES, len(learners) // UUID_BYTES)
    return report


def _learners(session: Session, catalogue: Catalogue) -> bytes:
    """A million UUIDs are 16 MB as bytes, and several times that as objects."""
    found = bytearray()
    for learner_id in repository.concerned(
        session, {one.id for one in catalogue.competencies.values()}
    ):
        found += learner_id.bytes
    return bytes(found)


def _ids(digits: bytes | bytearray) -> Iterator[UUID]:
    for start in range(0, len(digits), UUID_BYTES):
        yield UUID(bytes=bytes(digits[start : start + UUID_BYTES]))


def _evaluate(
    session: Session, catalogue: Catalogue, learners: list[UUID], now: datetime
) -> AwardReport:
    holdings, changes = Holdings(session, catalogue, learners), _Changes(now)
    for learner_id in learners:
        _Learner(catalogue, holdings, learner_id, changes).look()
    return changes.flush(session)


@dataclass
class _Changes:
    """What is to be written, in an order that the unique indexes allow."""

    now: datetime
    changed: list[dict[str, Any]] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)
    successors: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def change(self, row: AwardRow, state: AwardState, reason: str = "", **others: Any) -> None:
        """Another state, or another basis, of an award."""
        if state != row.state:
            self._count(state)
        values: dict[str, Any] = {
            "id": row.id,
            "key": row.key,
            "version": row.version,
            "basis": row.basis,
            "state": state.value,
            "reason": reason,
            "changed_at": self.now if state != row.state else row.changed_at,
            "superseded_by": row.superseded_by,
        }
        self.changed.append(values | others)

    def add(
        self,
        definition: Definition,
        learner_id: UUID,
        basis: list[list[str]],
        state: AwardState,
        judgment_id: UUID | None = None,
    ) -> UUID:
        """An award that was not there before."""
        self._count(state)
        identifier = award_id(definition, learner_id, basis)
        self.added.append(
            {
                "id": identifier,
                "learner_id": learner_id,
                "key": definition.key,
                "version": definition.version,
                "judgment_id": judgment_id,
                "basis": basis,
                "state": state.value,
                "reason": NOT_CHECKED if state is AwardState.HELD else "",
                "formed_at": self.now,
                "changed_at": self.now,
                "superseded_by": None,
            }
        )
        return identifier

    def _count(self, state: AwardState) -> None:
        self.counts[state.value] = self.counts.get(state.value, 0) + 1

    def flush(self, session: Session) -> AwardReport:
        """Write everything."""
        # What lapses makes room for what takes its place.
        lapsed = [one for one in self.changed if one["state"] == AwardState.LAPSED]
        others = [one for one in self.changed if one["state"] != AwardState.LAPSED]
        for rows in (lapsed, others):
            repository.change_awards(session, rows)
        repository.add_awards(session, self.added)
        repository.change_awards(session, self.successors)
        return AwardReport(**self.counts)


class _Learner:
    """One learner, one achievement after the other: those that others require come first."""

    def __init__(
        self, catalogue: Catalogue, holdings: Holdings, learner_id: UUID, changes: _Changes
    ) -> None:
        self.catalogue, self.learner_id, self.changes = catalogue, learner_id, changes
        self.live = holdings.live(learner_id)
        self.lapsed = {
            row.id: row
            for row in holdings.rows.get(learner_id, ())
            if row.state == AwardState.LAPSED
        }
        self.awards = dict(holdings.of(learner_id).awards)
        self.held = replace(holdings.of(learner_id), awards=self.awards)
        self.known = Known(catalogue.competencies, _by_key(catalogue), unasked=True)

    def look(self) -> None:
        earned = self.catalogue.award_set.earned()
        for definition in earned:
            self._look_at(definition, self.live.get(definition.key))
        gone = set(self.live) - {one.key for one in earned}
        for key in sorted(gone):
            row = self.live[key]
            if row.state in OPEN:
                self.changes.change(row, AwardState.LAPSED, _UNDEFINED)
            elif row.state == AwardState.AWARDED:
                self._check_made(row)

    def _look_at(self, definition: Definition, row: AwardRow | None) -> None:
        if row is None:
            self._begin(definition)
        elif row.state == AwardState.AWARDED:
            if not self._check_made(row):
                self._begin(definition)
        elif row.state in OPEN:
            if row.version != definition.version or definition.policy is Policy.NEVER:
                self._replace(definition, row)
            else:
                self._look_again(definition, row)

    def _begin(self, definition: Definition) -> UUID | None:
        """A new award, if it is due; its id."""
        if definition.policy is Policy.NEVER:
            return None
        found = self._progress(definition)
        if found.standing is not Standing.MET:
            return None
        basis, state = written(found.rests_on()), _state(definition, found)
        identifier = award_id(definition, self.learner_id, basis)
        again = self.lapsed.get(identifier)
        if again is not None:
            reason = NOT_CHECKED if state is AwardState.HELD else ""
            self.changes.change(again, state, reason, superseded_by=None)
        else:
            self.changes.add(definition, self.learner_id, basis, state)
        if state is AwardState.AWARDED:
            self.awards[definition.key] = identifier
        return identifier

    def _check_made(self, row: AwardRow) -> bool:
        """Whether an award that was made still stands; it lapses if not."""
        definition = self.catalogue.definitions[row.key, row.version]
        if definition.requires is None:
            return True
        known = replace(self.known, settled=received_in(row.basis))
        others = {key: one for key, one in self.awards.items() if key != row.key}
        found = progress(definition, replace(self.held, awards=others), known, self.changes.now)
        if found.standing is not Standing.MISSING:
            return True
        self.changes.change(row, AwardState.LAPSED, missing_in_words(found))
        self.awards.pop(row.key, None)
        return False

    def _replace(self, definition: Definition, row: AwardRow) -> None:
        """Another version holds now."""
        self.changes.change(row, AwardState.LAPSED, _REPLACED)
        identifier = self._begin(definition)
        if identifier is not None and identifier != row.id:
            self.changes.successors.append({"id": row.id, "superseded_by": identifier})

    def _look_again(self, definition: Definition, row: AwardRow) -> None:
        found = self._progress(definition)
        if found.standing is not Standing.MET:
            self.changes.change(row, AwardState.LAPSED, missing_in_words(found))
            return
        basis, state = written(found.rests_on()), AwardState(row.state)
        if state is AwardState.HELD and not _needs_checks(definition, found):
            state = _state(definition, found)
        if state is AwardState.AWARDED:
            self.awards[definition.key] = row.id
        if state != row.state or basis != row.basis:
            reason = row.reason if state is AwardState.HELD else ""
            self.changes.change(row, state, reason, basis=basis)

    def _progress(self, definition: Definition) -> Progress:
        """As if every registry accredited everybody: whether it does is asked before awarding."""
        return progress(definition, self.held, self.known, self.changes.now)


def _by_key(catalogue: Catalogue) -> dict[str, Definition]:
    return {one.key: one for one in catalogue.award_set.definitions}


def known_of(catalogue: Catalogue) -> Known:
    """What is known without asking anybody."""
    return Known(catalogue.competencies, _by_key(catalogue))


def _state(definition: Definition, found: Progress) -> AwardState:
    if _needs_checks(definition, found):
        return AwardState.HELD
    return state_when_due(definition)


def state_when_due(definition: Definition) -> AwardState:
    """What becomes of an award that everything is there for."""
    if definition.policy is Policy.APPROVAL:
        return AwardState.WAITING
    return AwardState.AWARDED


def _needs_checks(definition: Definition, found: Progress) -> bool:
    return definition.asks_chain or any(one.kind == "received" for one in found.rests_on())


def missing_in_words(found: Progress) -> str:
    """The requirements that are not met, in a sentence each."""
    return " ".join(f"{one.asked}: {one.told}" for one in found.open()[:10])


class _OnJudgments:
    """Awards of judgments that an approval or a condition is asked for."""

    def __init__(self, session: Session, catalogue: Catalogue, now: datetime) -> None:
        self.session, self.catalogue, self.now = session, catalogue, now
        self.changes = _Changes(now)

    def run(self) -> None:
        lapsed = repository.lapse_fallen(self.session, _FELL, self.now)
        self.changes.counts = {AwardState.LAPSED.value: lapsed} if lapsed else {}
        self._let_go()
        gated = self._gated()
        if not gated:
            return
        found = bytearray()
        for one in repository.mintable_of(self.session, gated):
            found += one.id.bytes
        size = CHUNK * UUID_BYTES
        for start in range(0, len(found), size):
            self._chunk(list(_ids(found[start : start + size])))

    def _gated(self) -> set[UUID]:
        if not any(one.is_gated for one in self.catalogue.award_set.covering()):
            return set()
        rows = self.catalogue.names.frameworks.rows
        return {key for key in rows for is_cluster in (True, False) if self._asks(key, is_cluster)}

    def _asks(self, competency_id: UUID, is_cluster: bool) -> Definition | None:
        found = self.catalogue.covering(competency_id, is_cluster=is_cluster)
        return found if found is not None and found.is_gated else None

    def _let_go(self) -> None:
        """Awards that wait for what nobody asks for any more."""
        rows = list(repository.open_on_judgments(self.session))
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            judgments = repository.covered(
                self.session, [row.judgment_id for row in part if row.judgment_id is not None]
            )
            for row in part:
                if row.judgment_id is None:
                    continue
                one = judgments[row.judgment_id]
                definition = self._asks(one.competency_id, one.is_cluster)
                if definition is None:
                    self.changes.change(row, AwardState.LAPSED, _UNASKED)
                elif (definition.key, definition.version) != (row.key, row.version):
                    self._begin_again(row, definition)

    def _begin_again(self, row: AwardRow, definition: Definition) -> None:
        state = AwardState.HELD if definition.asks_chain else state_when_due(definition)
        reason = NOT_CHECKED if state is AwardState.HELD else ""
        self.changes.change(
            row, state, reason, key=definition.key, version=definition.version, superseded_by=None
        )

    def _chunk(self, ids: list[UUID]) -> None:
        there = repository.awards_on(self.session, ids)
        judgments = repository.covered(self.session, ids)
        for identifier in ids:
            one, row = judgments[identifier], there.get(identifier)
            definition = self._asks(one.competency_id, one.is_cluster)
            if definition is None:
                continue
            if row is not None:
                if row.state == AwardState.LAPSED:
                    self._begin_again(row, definition)
                continue
            state = AwardState.HELD if definition.asks_chain else state_when_due(definition)
            basis = [["judgment", str(identifier)]]
            self.changes.add(definition, one.learner_id, basis, state, identifier)
