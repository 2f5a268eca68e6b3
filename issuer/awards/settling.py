"""Finds out what awards that are held depend on outside the school, and settles them.

Three parts, so that no transaction is open while others are waited for: ``plan`` reads what has to
be asked, ``ask`` asks, ``settle`` writes what came of it. What could not be asked leaves an award
held, with the reason; it is never taken for a yes.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from sqlmodel import Session

from issuer.awards import repository, words
from issuer.awards.definitions import (
    AchievementLeaf,
    Condition,
    CredentialLeaf,
    Definition,
    Policy,
)
from issuer.awards.evaluating import AwardReport, known_of, missing_in_words, state_when_due
from issuer.awards.holding import Holdings, written
from issuer.awards.keeping import Catalogue
from issuer.awards.models import AwardState
from issuer.awards.progress import Answer, HeldCredential, Standing, fits, progress
from issuer.awards.repository import AwardRow
from issuer.competency.errors import BadgeRefused, BadgeUnfit
from issuer.identity import service as identity
from issuer.identity.errors import NotFounded
from schemas.errors import TouchstoneError

AT_ONCE: Final = 100
"""Awards that are settled in one transaction."""
MAX_REASON: Final = 2_000
"""Characters of a reason that is kept."""


@dataclass
class Questions:
    """What has to be found out.

    Attributes:
        accreditations: registry and DID of an issuer.
        schools: registries that have to accredit this school.
        conditions: of contracts.
        received: credentials of others, with their bytes.
        account: the school's account; '' if it has none.
    """

    accreditations: set[tuple[str, str]] = field(default_factory=set)
    schools: set[str] = field(default_factory=set)
    conditions: set[Condition] = field(default_factory=set)
    received: dict[UUID, bytes] = field(default_factory=dict)
    account: str = ""

    @property
    def of_chain(self) -> bool:
        """Whether a node has to be asked."""
        return bool(self.accreditations or self.schools or self.conditions)


@dataclass
class Answers:
    """What was found out; see Questions. What is not here was not asked.

    Attributes:
        refused: credentials that our verifier does not accept now, and why.
        unchecked: those about which it could not decide, and why.
        accepted: those that it accepts.
    """

    accredited: dict[tuple[str, str], Answer] = field(default_factory=dict)
    schools: dict[str, Answer] = field(default_factory=dict)
    conditions: dict[Condition, Answer] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)
    unchecked: dict[UUID, str] = field(default_factory=dict)
    accepted: set[UUID] = field(default_factory=set)


class Chain(Protocol):
    """A node that can be asked; every method may raise TouchstoneError."""

    def accredits(self, registry: str, did: str) -> bool:
        """Whether a registry accredits an issuer now, with any account."""
        ...

    def accredits_school(self, registry: str, account: str) -> bool:
        """Whether a registry accredits this school now, with its account."""
        ...

    def holds(self, condition: Condition, account: str) -> bool:
        """Whether a contract answers as it has to."""
        ...


class World(Protocol):
    """What is outside the school."""

    def chain(self) -> AbstractContextManager[Chain]:
        """The node that the settings name; may raise TouchstoneError."""
        ...

    def check(self, document: bytes) -> None:
        """Our verifier's look at a credential: raises a TouchstoneError unless it accepts it."""
        ...


def ask(questions: Questions, world: World) -> Answers:
    """Ask everything; what cannot be asked is answered by the reason."""
    answers = Answers()
    for identifier, document in questions.received.items():
        _look_at(identifier, document, world, answers)
    if questions.of_chain:
        try:
            with world.chain() as chain:
                _ask_chain(questions, chain, answers)
        except TouchstoneError as error:
            _unanswered(questions, answers, error.sentence)
    return answers


def _look_at(identifier: UUID, document: bytes, world: World, answers: Answers) -> None:
    try:
        world.check(document)
        answers.accepted.add(identifier)
    except (BadgeRefused, BadgeUnfit) as error:
        answers.refused[identifier] = error.sentence[:MAX_REASON]
    except TouchstoneError as error:
        answers.unchecked[identifier] = error.sentence[:MAX_REASON]


def _ask_chain(questions: Questions, chain: Chain, answers: Answers) -> None:
    for pair in sorted(questions.accreditations):
        answers.accredited[pair] = _answer(partial(chain.accredits, *pair))
    for registry in sorted(questions.schools):
        asked = partial(chain.accredits_school, registry, questions.account)
        answers.schools[registry] = _answer(asked)
    for condition in questions.conditions:
        answers.conditions[condition] = _answer(partial(chain.holds, condition, questions.account))


def _answer(question: Callable[[], bool]) -> Answer:
    try:
        return question()
    except TouchstoneError as error:
        return error.sentence


def _unanswered(questions: Questions, answers: Answers, reason: str) -> None:
    for pair in questions.accreditations:
        answers.accredited.setdefault(pair, reason)
    for registry in questions.schools:
        answers.schools.setdefault(registry, reason)
    for condition in questions.conditions:
        answers.conditions.setdefault(condition, reason)


def plan(session: Session, ids: Collection[UUID]) -> Questions:
    """What has to be found out before awards can be made; only reads."""
    questions, catalogue = Questions(), Catalogue.of(session)
    rows = repository.awards(session, ids)
    if catalogue is None or not rows:
        return questions
    holdings = Holdings(session, catalogue, {row.learner_id for row in rows.values()})
    wanted: set[UUID] = set()
    for row in rows.values():
        definition = catalogue.definitions[row.key, row.version]
        questions.conditions.update(definition.conditions)
        questions.schools.update([definition.accredited_by] if definition.accredited_by else [])
        for leaf, one in _asked_of(catalogue, definition, holdings.received[row.learner_id]):
            wanted.add(one.id)
            if leaf.accredited:
                questions.accreditations.add((leaf.accredited, one.issuer))
    questions.received = repository.received_documents(session, wanted)
    try:
        questions.account = identity.account_in_use(session).address
    except NotFounded:
        questions.account = ""
    return questions


def _asked_of(
    catalogue: Catalogue, definition: Definition, received: Collection[HeldCredential]
) -> list[tuple[CredentialLeaf, HeldCredential]]:
    return [
        (leaf, one)
        for leaf in _credential_leaves(catalogue, definition)
        for one in received
        if fits(one, leaf)
    ]


def _credential_leaves(catalogue: Catalogue, definition: Definition) -> set[CredentialLeaf]:
    """With those of the steps that are never awarded on their own."""
    by_key = {one.key: one for one in catalogue.award_set.definitions}
    found: set[CredentialLeaf] = set()
    ahead, seen = [definition], {definition.key}
    while ahead:
        one = ahead.pop()
        for leaf in one.requires.leaves() if one.requires is not None else ():
            if isinstance(leaf, CredentialLeaf):
                found.add(leaf)
            elif isinstance(leaf, AchievementLeaf) and leaf.achievement not in seen:
                below = by_key.get(leaf.achievement)
                if below is not None and below.policy is Policy.NEVER:
                    seen.add(below.key)
                    ahead.append(below)
    return found


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is to say of one award now.

    Args:
        standing: MET if it may be made.
        reason: why not; '' if it may.
        basis: what it rests on.
    """

    standing: Standing
    reason: str
    basis: list[list[str]]


def look(
    session: Session, rows: Mapping[UUID, AwardRow], answers: Answers, now: datetime
) -> dict[UUID, Looked]:
    """Whether awards may be made, by what was found out."""
    catalogue = Catalogue.of(session)
    if catalogue is None:
        raise AssertionError("there are awards, so there is a catalogue")
    holdings = Holdings(session, catalogue, {row.learner_id for row in rows.values()})
    known = replace(known_of(catalogue), accredited=answers.accredited, unchecked=answers.unchecked)
    found = {}
    for row in rows.values():
        definition = catalogue.definitions[row.key, row.version]
        standing, reason = _conditions(definition, answers)
        basis = row.basis
        if definition.requires is not None:
            held = holdings.of(row.learner_id)
            fresh = tuple(_fresh(one, answers) for one in held.credentials)
            its = progress(definition, replace(held, credentials=fresh), known, now)
            basis = written(its.rests_on())
            if its.standing is not Standing.MET:
                standing, reason = its.standing, missing_in_words(its)
        found[row.id] = Looked(standing, reason[:MAX_REASON], basis)
    return found


def _fresh(one: HeldCredential, answers: Answers) -> HeldCredential:
    if one.id in answers.accepted:
        return replace(one, refused="")
    return replace(one, refused=answers.refused.get(one.id, one.refused))


def _conditions(definition: Definition, answers: Answers) -> tuple[Standing, str]:
    """The first condition that does not hold, or could not be asked about."""
    asked: list[tuple[str, Answer]] = [
        (words.condition_asked(one), answers.conditions.get(one, "It was not asked."))
        for one in definition.conditions
    ]
    if definition.accredited_by:
        what = f"{words.registry(definition.accredited_by)} accredits this school"
        asked.append((what, answers.schools.get(definition.accredited_by, "It was not asked.")))
    for what, answer in asked:
        if answer is False:
            return Standing.MISSING, f"A condition does not hold: {what}."
    for what, answer in asked:
        if answer is not True:
            return Standing.UNKNOWN, f"A condition could not be checked: {what}. {answer}"
    return Standing.MET, ""


def settle(session: Session, ids: Collection[UUID], answers: Answers, now: datetime) -> AwardReport:
    """Settle awards that are held, by what was found out.

    Args:
        session: the caller commits.
        ids: of awards; those that are not held any more are left alone.
        answers: from ``ask``.
        now: aware UTC.
    """
    repository.lock_awarding(session)
    note_checks(session, answers, now)
    found = repository.awards(session, ids)
    rows = {key: row for key, row in found.items() if row.state == AwardState.HELD}
    if not rows:
        return AwardReport()
    looked, counts, changed = look(session, rows, answers, now), {"awarded": 0, "waiting": 0}, []
    definitions = Catalogue.of(session)
    for key, one in looked.items():
        row, state = rows[key], AwardState.HELD
        if one.standing is Standing.MET and definitions is not None:
            state = state_when_due(definitions.definitions[row.key, row.version])
            counts[state.value] += 1
        changed.append(
            {
                "id": key,
                "state": state.value,
                "reason": one.reason,
                "basis": one.basis if state is not AwardState.HELD else row.basis,
                "changed_at": now if state is not AwardState.HELD else row.changed_at,
            }
        )
    repository.change_awards(session, changed)
    return AwardReport(**counts)


def note_checks(session: Session, answers: Answers, now: datetime) -> None:
    """Keep what the verifier found of received credentials."""
    seen = dict.fromkeys(answers.accepted, "") | answers.refused
    rows = [{"id": one, "checked_at": now, "refused": why} for one, why in seen.items()]
    repository.note_checks(session, rows)
