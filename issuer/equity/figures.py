"""The figures of a group: how many mastered, after how many tries, in how many days. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Figures:
    """Sums over pairs of a learner and a competency.

    Attributes:
        pairs: how many; in one competency that is the number of learners.
        mastered: of how many of them mastery stands.
        attempts: pieces of evidence of all of them, each counted once however often corrected.
        days: of those who mastered it: how many took how many whole days.
    """

    pairs: int = 0
    mastered: int = 0
    attempts: int = 0
    days: Counter[int] = field(default_factory=Counter)

    def add(self, learners: int, attempts: int, days: int | None) -> None:
        """Count some learners; ``days`` is None for those who have not mastered it."""
        self.pairs += learners
        self.attempts += attempts
        if days is not None:
            self.mastered += learners
            self.days[days] += learners

    def add_all(self, other: "Figures") -> None:
        """Count everybody that others counted."""
        self.pairs += other.pairs
        self.mastered += other.mastered
        self.attempts += other.attempts
        self.days += other.days

    @property
    def mastery_rate(self) -> Fraction:
        """The part of the pairs in which mastery stands, 0 … 1."""
        return Fraction(self.mastered, self.pairs)

    @property
    def mean_attempts(self) -> Fraction:
        """Pieces of evidence a pair."""
        return Fraction(self.attempts, self.pairs)

    @property
    def median_days(self) -> Fraction | None:
        """Whole days from the first evidence to the judgment; None where nobody mastered it."""
        if not self.mastered:
            return None
        return Fraction(self._nth((self.mastered - 1) // 2) + self._nth(self.mastered // 2), 2)

    def _nth(self, number: int) -> int:
        seen = 0
        for days in sorted(self.days):
            seen += self.days[days]
            if seen > number:
                return days
        raise IndexError(number)
