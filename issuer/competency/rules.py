"""Mastery rules and what they apply to. Pure: no reading, no database.

The first rule whose ``applies_to`` fits a competency judges it;
a rule without ``applies_to`` fits all and comes last. A rule's name and version never mean anything
else once they have been used: a changed rule gets a new version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from issuer.competency.rule_definition import definition_of, values_of


class Method(StrEnum):
    """How the points of several pieces of evidence, or of members, become one score."""

    MOST_RECENT = "most-recent"
    """The points of the latest."""
    HIGHEST = "highest"
    """The most points of any."""
    AVERAGE = "average"
    """The mean of all."""
    TRAILING_AVERAGE = "trailing-average"
    """The mean of the latest ``n``."""
    DECAYING_AVERAGE = "decaying-average"
    """weight · latest + (1 − weight) · mean of the older (Canvas: Weighted Average)."""
    STANDARD_DECAYING_AVERAGE = "standard-decaying-average"
    """From the oldest on: (1 − weight) · so far + weight · next (Canvas: Decaying Average)."""
    N_TIMES = "n-times"
    """The mean of those at or above the threshold, if there are at least ``n`` of them."""
    WEIGHTED_BY_KIND = "weighted-by-kind"
    """The mean in which each piece counts as much as its kind weighs."""
    ALL_MEMBERS = "all-members"
    """Of a cluster: the mean of all members, each of which has to be mastered."""
    K_OF_MEMBERS = "k-of-members"
    """Of a cluster: the mean of the mastered members, if there are at least ``n`` of them."""
    WEIGHTED_MEMBERS = "weighted-members"
    """Of a cluster: the mean of all members by their weights; one not judged yet counts 0."""


class DecidedBy(StrEnum):
    """Who decides. Only a machine's decision stands at once; the others leave a proposal."""

    MACHINE = "machine"
    PERSON = "person"
    BOTH = "both"


class Combine(StrEnum):
    """How the scores of several assessors of the same work become one."""

    MEAN = "mean"
    LOWER = "lower"
    HIGHER = "higher"
    ADJUDICATE = "adjudicate"
    """Their mean; where they differ by more than the tolerance, what a third assessor gives."""


class Setting(StrEnum):
    """Where evidence arose."""

    SCHOOL = "school"
    OUT_OF_SCHOOL = "out-of-school"


NEEDS_N: Final = frozenset({Method.TRAILING_AVERAGE, Method.N_TIMES, Method.K_OF_MEMBERS})
NEEDS_WEIGHT: Final = frozenset({Method.DECAYING_AVERAGE, Method.STANDARD_DECAYING_AVERAGE})
CLUSTERS: Final = frozenset({Method.ALL_MEMBERS, Method.K_OF_MEMBERS, Method.WEIGHTED_MEMBERS})
"""Methods that judge by the judgments of members, not by evidence."""
NEEDS_NO_THRESHOLD: Final = frozenset({Method.ALL_MEMBERS, Method.K_OF_MEMBERS})


@dataclass(frozen=True, slots=True)
class MasteryRule:
    """One version of one rule.

    Args:
        name: lower case, such as ``steady-three``.
        version: 1, 2, …
        method: how evidence, or members, become a score.
        threshold: points at which mastery starts; None where ``level`` names them.
        n: how many pieces of evidence ``trailing-average`` and ``n-times`` look at, or how many
            members ``k-of-members`` asks for; else 0.
        weight: share of the newest in the decaying averages, between 0 and 1; else None.
        least_evidence: fewest pieces of evidence that count.
        kinds_required: kinds of evidence of which each has to be there.
        exclude_formative: evidence marked formative does not count.
        decided_by: who decides.
        level: name of the level at which mastery starts, on the competency's own levels; ''
            where ``threshold`` says the points.
        kind_weights: what each kind weighs, for ``weighted-by-kind``.
        other_kinds_weight: what all other kinds weigh; None if they do not count.
        least_of_kind: fewest pieces of evidence of some kinds.
        window_days: evidence that is older than so many days does not count; 0: any age.
        observed_from, observed_until: first and last day, in UTC, of evidence that counts.
        settings_excluded, settings_required: settings whose evidence does not count; settings of
            each of which some evidence has to be there.
        raters: how many assessors a piece of work needs to count.
        combine: how several scores of one piece of work become one.
        tolerance: points by which scores may differ before a third assessor decides.
        least_kappa: agreement between assessors (quadratic weighted kappa) that the competency's
            rubric needs; None if the rule does not ask.
        members: identifiers or codes of a cluster's members; () for the children.
        members_required: those of them that have to be mastered.
        member_weights: what some members weigh, for ``weighted-members``; all others weigh 1.
        raters_kinds: kinds of evidence that need so many assessors, all others need one; () for
            all kinds.
        state_kappa: the agreement between assessors is stated with each judgment, whatever it is.
    """

    name: str
    version: int
    method: Method
    threshold: Decimal | None = None
    n: int = 0
    weight: Decimal | None = None
    least_evidence: int = 1
    kinds_required: tuple[str, ...] = ()
    exclude_formative: bool = False
    decided_by: DecidedBy = DecidedBy.MACHINE
    level: str = ""
    kind_weights: tuple[tuple[str, Decimal], ...] = ()
    other_kinds_weight: Decimal | None = None
    least_of_kind: tuple[tuple[str, int], ...] = ()
    window_days: int = 0
    observed_from: date | None = None
    observed_until: date | None = None
    settings_excluded: tuple[Setting, ...] = ()
    settings_required: tuple[Setting, ...] = ()
    raters: int = 1
    combine: Combine = Combine.MEAN
    tolerance: Decimal | None = None
    least_kappa: Decimal | None = None
    members: tuple[str, ...] = ()
    members_required: tuple[str, ...] = ()
    member_weights: tuple[tuple[str, Decimal], ...] = ()
    raters_kinds: tuple[str, ...] = ()
    state_kappa: bool = False

    @property
    def asks_kappa(self) -> bool:
        """True if the agreement between assessors is looked at, to be required or to be stated."""
        return self.state_kappa or self.least_kappa is not None

    def raters_of(self, kinds: Iterable[str]) -> int:
        """How many assessors a piece of work needs whose ratings call it these kinds."""
        if self.raters_kinds and not set(self.raters_kinds) & set(kinds):
            return 1
        return self.raters

    @property
    def is_cluster(self) -> bool:
        """True if it judges by the judgments of members."""
        return self.method in CLUSTERS

    def definition(self) -> dict[str, Any]:
        """The rule as JSON; numbers that are not whole are texts, to stay exact."""
        return definition_of(self)

    @classmethod
    def from_definition(cls, value: dict[str, Any]) -> "MasteryRule":
        """What definition() wrote."""
        return cls(**values_of(cls, value))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a competency stands, as far as rules ask: identifiers, codes and titles."""

    framework: frozenset[str]
    competency: frozenset[str]
    ancestors: frozenset[str]
    item_type: str
    has_children: bool = True


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """What a rule judges; each non-empty member has to fit. Nothing named: everything.

    Args:
        frameworks: identifiers or titles.
        item_types: CFItemType texts.
        competencies: identifiers or human codes.
        within: identifiers or human codes of competencies above.
    """

    frameworks: frozenset[str] = frozenset()
    item_types: frozenset[str] = frozenset()
    competencies: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    def everything(self) -> bool:
        """True if it names nothing, and so fits all."""
        return not (self.frameworks or self.item_types or self.competencies or self.within)

    def fits(self, place: Place) -> bool:
        """True if the rule judges a competency at this place."""
        return (
            (not self.frameworks or bool(self.frameworks & place.framework))
            and (not self.item_types or place.item_type in self.item_types)
            and (not self.competencies or bool(self.competencies & place.competency))
            and (not self.within or bool(self.within & place.ancestors))
        )

    def definition(self) -> dict[str, list[str]]:
        """As JSON, sorted; members that name nothing are left out."""
        named = {field.name: sorted(getattr(self, field.name)) for field in fields(self)}
        return {name: values for name, values in named.items() if values}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in order, each with what it applies to."""

    assignments: tuple[tuple[MasteryRule, AppliesTo], ...]

    def rule_for(self, place: Place) -> MasteryRule | None:
        """The first rule that fits; None if no rule does, and so nothing is judged.

        A cluster of children fits only what has children.
        """
        return next(
            (
                rule
                for rule, to in self.assignments
                if to.fits(place) and (place.has_children or not rule.is_cluster or rule.members)
            ),
            None,
        )

    def has_clusters(self) -> bool:
        """True if any rule judges by members."""
        return any(rule.is_cluster for rule, _ in self.assignments)

    def document(self) -> dict[str, Any]:
        """As JSON, to be kept and read again by from_document."""
        return {
            "rules": [
                rule.definition() | {"applies_to": to.definition()} for rule, to in self.assignments
            ]
        }

    @classmethod
    def from_document(cls, value: dict[str, Any]) -> "RuleSet":
        """What document() wrote."""
        return cls(
            tuple(
                (
                    MasteryRule.from_definition(entry),
                    AppliesTo(**{k: frozenset(v) for k, v in entry["applies_to"].items()}),
                )
                for entry in value["rules"]
            )
        )
