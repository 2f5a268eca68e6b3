"""Which groups may be shown, so that nothing about a small one can be computed. Pure.

The smallest unit is one competency. Its groups and its total over all groups obey one equation: the
groups add up to the total. So of each competency

1. nothing is shown if all its learners together are fewer than the least;
2. a group of fewer than the least is not shown;
3. as long as what is not shown is one group alone, or fewer learners than the least together, the
   smallest group that is shown is not shown either. The difference between the total and what is
   shown is then always two groups or more, and enough learners.

What is told of a framework, or of everything, is made only of the groups and totals that its
competencies show. It says nothing that they do not, so that no difference between the two leads
back to a small group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST_EVER: Final = 5
"""Learners below which no setting can go."""


@dataclass(frozen=True)
class Shown:
    """What of one competency may be shown.

    Attributes:
        total: whether its total may.
        values: the groups that may.
    """

    total: bool
    values: frozenset[str]


def shown(learners: Mapping[str, int], least: int) -> Shown:
    """Decide for one competency.

    Args:
        learners: of each group that has any.
        least: learners that a group must have to be shown.

    Raises:
        ValueError: ``least`` is below what any school may choose.
    """
    if least < LEAST_EVER:
        raise ValueError(f"groups of fewer than {LEAST_EVER} learners are never shown")
    if sum(learners.values()) < least:
        return Shown(total=False, values=frozenset())
    hidden = {value for value, count in learners.items() if count < least}
    # By size, then by name: the same data always hide the same groups.
    rest = sorted(learners.keys() - hidden, key=lambda value: (learners[value], value))
    while hidden and rest and (len(hidden) < 2 or _sum(learners, hidden) < least):  # noqa: PLR2004
        hidden.add(rest.pop(0))
    return Shown(total=True, values=frozenset(rest))


def _sum(learners: Mapping[str, int], values: set[str]) -> int:
    return sum(learners[value] for value in values)
