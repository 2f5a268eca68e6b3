"""What a learner has met of an achievement, what is missing, and what is not known. Pure.

A function of what is held and of what is known at the time; in which order things came makes no
difference. What could not be found out is never counted as met.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from issuer.awards import words
from issuer.awards.definitions import (
    AchievementLeaf,
    CompetencyLeaf,
    CredentialLeaf,
    Definition,
    Group,
    Leaf,
)


class Standing(StrEnum):
    """How it stands with a requirement."""

    MET = "met"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HeldCompetency:
    """A standing judgment of mastery: its id, the level reached, and the names of the levels."""

    judgment_id: UUID
    position: int
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A credential of another issuer that our verifier accepted when it was taken in.

    Args:
        levels: names of its ladder, lowest first; the one reached alone, where it shows none.
        position: of the level reached, 1 for the lowest; None if it states none.
        targets: ``(targetUrl, targetCode)`` of its alignments.
        refused: why it was not accepted when it was last looked at; '' if it was.
    """

    id: UUID
    issuer: str
    achievement_id: str
    achievement_type: str
    targets: tuple[tuple[str, str], ...]
    levels: tuple[str, ...]
    position: int | None
    valid_from: datetime
    valid_until: datetime | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What one learner has.

    Args:
        competencies: standing judgments of mastery, by competency.
        awards: awards that stand, by key of the achievement.
        credentials: of other issuers.
    """

    competencies: Mapping[UUID, HeldCompetency] = field(default_factory=dict)
    awards: Mapping[str, UUID] = field(default_factory=dict)
    credentials: tuple[HeldCredential, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A competency that a requirement names: its id and how people call it."""

    id: UUID
    name: str


Answer = bool | str
"""Yes or no, or a sentence that says why it is not known."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides what is held.

    Args:
        competencies: those that requirements name; one that is not here names nothing.
        definitions: every achievement with requirements, by key.
        accredited: whether a registry accredits an issuer, by both.
        unasked: what holds for those that are not in ``accredited``. True: whatever others have to
            say, the present verdict of our verifier too, is taken as said in favour.
        unchecked: credentials of others that could not be looked at again, and why.
        settled: credentials of others that counted when an award was made, and still do.
    """

    competencies: Mapping[CompetencyLeaf, Named]
    definitions: Mapping[str, Definition]
    accredited: Mapping[tuple[str, str], Answer] = field(default_factory=dict)
    unasked: Answer = "The registry was not asked yet."
    unchecked: Mapping[UUID, str] = field(default_factory=dict)
    settled: frozenset[UUID] = frozenset()


BasisKind = Literal["judgment", "award", "received"]


@dataclass(frozen=True, slots=True, order=True)
class Basis:
    """One thing that an award rests on."""

    kind: BasisKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Progress:
    """How it stands with one requirement and those below it.

    Args:
        asked: what is asked for.
        told: how it stands, in a sentence.
        basis: what met it; for what is not known, what would.
    """

    standing: Standing
    asked: str
    told: str
    members: tuple["Progress", ...] = ()
    basis: tuple[Basis, ...] = ()
    required: bool = False

    def rests_on(self) -> tuple[Basis, ...]:
        """What the requirement rests on as a whole, in an order of its own."""
        if self.standing is Standing.MISSING:
            return ()
        below = (one for member in self.members for one in member.rests_on())
        return tuple(sorted({*self.basis, *below}))

    def open(self) -> list["Progress"]:
        """The ends of the tree that keep it from being met."""
        if self.standing is Standing.MET:
            return []
        if not self.members:
            return [self]
        return [one for member in self.members for one in member.open()]


def progress(definition: Definition, held: Held, known: Known, now: datetime) -> Progress:
    """How it stands with an achievement that has requirements.

    Args:
        definition: the achievement.
        held: what the learner has.
        known: what is known besides.
        now: aware.

    Raises:
        ValueError: the achievement has no requirements.
    """
    if definition.requires is None:
        raise ValueError(definition.key)
    return _Looking(held, known, now).group(definition.requires)


class _Looking:
    def __init__(self, held: Held, known: Known, now: datetime) -> None:
        self.held, self.known, self.now = held, known, now

    def group(self, group: Group) -> Progress:
        members = tuple(
            self.node(one, required=not group.is_all and place in group.required)
            for place, one in enumerate(group.of)
        )
        met = [one.standing is Standing.MET for one in members]
        may = [one.standing is not Standing.MISSING for one in members]
        standing = Standing.MISSING
        if _enough(group, met):
            standing = Standing.MET
        elif _enough(group, may):
            standing = Standing.UNKNOWN
        return Progress(
            standing, words.group_asked(group), words.group_told(group, sum(met)), members
        )

    def node(self, node: Leaf | Group, *, required: bool) -> Progress:
        found = self._node(node)
        if not required:
            return found
        return Progress(found.standing, found.asked, found.told, found.members, found.basis, True)

    def _node(self, node: Leaf | Group) -> Progress:
        if isinstance(node, Group):
            return self.group(node)
        if isinstance(node, CompetencyLeaf):
            return self._competency(node)
        if isinstance(node, AchievementLeaf):
            return self._achievement(node)
        return self._credential(node)

    def _competency(self, leaf: CompetencyLeaf) -> Progress:
        named = self.known.competencies.get(leaf)
        if named is None:
            told = "This school's frameworks do not have exactly one such competency."
            return Progress(Standing.UNKNOWN, words.competency_asked(leaf, leaf.competency), told)
        asked = words.competency_asked(leaf, named.name)
        have = self.held.competencies.get(named.id)
        if have is None:
            return Progress(Standing.MISSING, asked, "Not mastered yet.")
        basis = (Basis("judgment", have.judgment_id),)
        reached = have.levels[have.position - 1]
        if not leaf.level:
            return Progress(Standing.MET, asked, f"Mastered at the level {reached}.", basis=basis)
        places = _places(have.levels, leaf.level)
        if not places:
            told = f"Its levels are {', '.join(have.levels)}; there is no level {leaf.level}."
            return Progress(Standing.UNKNOWN, asked, told)
        if have.position < places[0]:
            return Progress(Standing.MISSING, asked, f"Only the level {reached} is reached.")
        return Progress(Standing.MET, asked, f"Mastered at the level {reached}.", basis=basis)

    def _achievement(self, leaf: AchievementLeaf) -> Progress:
        wanted = self.known.definitions.get(leaf.achievement)
        if wanted is None or wanted.requires is None:
            told = "This school does not define it any more."
            return Progress(Standing.UNKNOWN, leaf.achievement, told)
        asked = words.achievement_asked(wanted)
        award = self.held.awards.get(leaf.achievement)
        if award is not None:
            return Progress(Standing.MET, asked, "Awarded.", basis=(Basis("award", award),))
        below = self.group(wanted.requires)
        if wanted.policy == "never":
            return Progress(below.standing, asked, below.told, below.members)
        told = {
            Standing.MET: "Its requirements are met, and it is not awarded yet.",
            Standing.UNKNOWN: "Not awarded yet; whether its requirements are met is not known.",
            Standing.MISSING: f"Not awarded yet. {below.told}",
        }[below.standing]
        return Progress(Standing.MISSING, asked, told)

    def _credential(self, leaf: CredentialLeaf) -> Progress:
        asked = words.credential_asked(leaf)
        found = [
            (one, *self._counts(one, leaf))
            for one in sorted(self.held.credentials, key=lambda one: one.id)
            if fits(one, leaf)
        ]
        if not found:
            return Progress(Standing.MISSING, asked, "No such credential was taken in yet.")
        for standing in (Standing.MET, Standing.UNKNOWN, Standing.MISSING):
            those = [(one, told) for one, its, told in found if its is standing]
            if those:
                basis = () if standing is Standing.MISSING else (Basis("received", those[0][0].id),)
                return Progress(standing, asked, those[0][1], basis=basis)
        raise AssertionError(found)

    def _counts(self, one: HeldCredential, leaf: CredentialLeaf) -> tuple[Standing, str]:
        if one.id in self.known.settled:
            return Standing.MET, f"A credential of {one.issuer} counted when this was awarded."
        why_not = self._why_not(one, leaf)
        if why_not:
            return Standing.MISSING, why_not
        if one.id in self.known.unchecked:
            why = self.known.unchecked[one.id]
            return Standing.UNKNOWN, f"The credential could not be looked at again: {why}"
        if leaf.issuers:
            return Standing.MET, f"A credential of {one.issuer} was taken in."
        return self._accredited(one, leaf)

    def _why_not(self, one: HeldCredential, leaf: CredentialLeaf) -> str:
        """What keeps a credential from counting, by what is kept of it; '' for nothing."""
        if one.refused and self.known.unasked is not True:
            return f"The credential is not accepted: {one.refused}"
        if self.now < one.valid_from:
            return "The credential is not valid yet."
        if one.valid_until is not None and self.now >= one.valid_until:
            return "The credential is no longer valid."
        if leaf.issuers and one.issuer not in leaf.issuers:
            return f"The credential is of {one.issuer}, which does not count."
        return _level_missing(one, leaf)

    def _accredited(self, one: HeldCredential, leaf: CredentialLeaf) -> tuple[Standing, str]:
        known = self.known
        answer = known.accredited.get((leaf.accredited, one.issuer), known.unasked)
        if answer is True:
            return Standing.MET, f"A credential of {one.issuer}, which the registry accredits."
        if answer is False:
            return Standing.MISSING, f"The registry does not accredit {one.issuer}."
        told = f"Whether the registry accredits {one.issuer} is not known: {answer}"
        return Standing.UNKNOWN, told


def _enough(group: Group, those: list[bool]) -> bool:
    return sum(those) >= group.k and all(those[place] for place in group.required)


def fits(one: HeldCredential, leaf: CredentialLeaf) -> bool:
    """Whether a credential is of what is asked for, whoever gave it."""
    if leaf.achievement_id not in ("", one.achievement_id):
        return False
    if leaf.achievement_type not in ("", one.achievement_type):
        return False
    return any(
        leaf.target_url in ("", url) and leaf.target_code in ("", code)
        for url, code in (one.targets or (("", ""),))
    )


def _level_missing(one: HeldCredential, leaf: CredentialLeaf) -> str:
    if not leaf.level:
        return ""
    if one.position is None:
        return "The credential states no level."
    places = _places(one.levels, leaf.level)
    if not places:
        return f"The credential knows no level {leaf.level}."
    reached = one.levels[one.position - 1]
    return "" if one.position >= places[0] else f"The credential is of the level {reached}."


def _places(levels: tuple[str, ...], name: str) -> list[int]:
    """Where a level of this name stands, 1 for the lowest."""
    wanted = name.casefold()
    return [place for place, one in enumerate(levels, 1) if one.casefold() == wanted]
