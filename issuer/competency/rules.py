"""Mastery rules and what they apply to. Pure: no reading, no database.

The first rule whose ``applies_to`` fits a competency judges it;
a rule without ``applies_to`` fits all and comes last. A rule's name and version never mean anything
else once they have been used: a changed rule gets a new version.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final


class Method(StrEnum):
    """How the points of several pieces of evidence become one score."""

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


class DecidedBy(StrEnum):
    """Who decides. Only a machine's decision stands at once; the others leave a proposal."""

    MACHINE = "machine"
    PERSON = "person"
    BOTH = "both"


NEEDS_N: Final = frozenset({Method.TRAILING_AVERAGE, Method.N_TIMES})
NEEDS_WEIGHT: Final = frozenset({Method.DECAYING_AVERAGE, Method.STANDARD_DECAYING_AVERAGE})


@dataclass(frozen=True, slots=True)
class MasteryRule:
    """One version of one rule.

    Args:
        name: lower case, such as ``steady-three``.
        version: 1, 2, …
        method: how evidence becomes a score.
        threshold: points at which mastery starts.
        n: how many pieces of evidence ``trailing-average`` and ``n-times`` look at; else 0.
        weight: share of the newest in the decaying averages, between 0 and 1; else None.
        least_evidence: fewest pieces of evidence that count.
        kinds_required: kinds of evidence of which each has to be there.
        exclude_formative: evidence marked formative does not count.
        decided_by: who decides.
    """

    name: str
    version: int
    method: Method
    threshold: Decimal
    n: int = 0
    weight: Decimal | None = None
    least_evidence: int = 1
    kinds_required: tuple[str, ...] = ()
    exclude_formative: bool = False
    decided_by: DecidedBy = DecidedBy.MACHINE

    def definition(self) -> dict[str, Any]:
        """The rule as JSON; numbers that are not whole are texts, to stay exact."""
        return {
            "name": self.name,
            "version": self.version,
            "method": self.method.value,
            "threshold": str(self.threshold),
            "n": self.n,
            "weight": None if self.weight is None else str(self.weight),
            "least_evidence": self.least_evidence,
            "kinds_required": list(self.kinds_required),
            "exclude_formative": self.exclude_formative,
            "decided_by": self.decided_by.value,
        }

    @classmethod
    def from_definition(cls, value: dict[str, Any]) -> "MasteryRule":
        """What definition() wrote."""
        return cls(
            name=value["name"],
            version=value["version"],
            method=Method(value["method"]),
            threshold=Decimal(value["threshold"]),
            n=value["n"],
            weight=None if value["weight"] is None else Decimal(value["weight"]),
            least_evidence=value["least_evidence"],
            kinds_required=tuple(value["kinds_required"]),
            exclude_formative=value["exclude_formative"],
            decided_by=DecidedBy(value["decided_by"]),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a competency stands, as far as rules ask: identifiers, codes and titles."""

    framework: frozenset[str]
    competency: frozenset[str]
    ancestors: frozenset[str]
    item_type: str


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
        """The first rule that fits; None if no rule does, and so nothing is judged."""
        return next((rule for rule, to in self.assignments if to.fits(place)), None)

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
