"""One rule of a rule file: what it says, and every problem of it."""

import difflib
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from issuer.competency.rule_values import MAX_TEXT, as_number, as_whole, is_text, is_texts
from issuer.competency.rules import (
    CLUSTERS,
    NEEDS_N,
    NEEDS_NO_THRESHOLD,
    NEEDS_WEIGHT,
    AppliesTo,
    Combine,
    DecidedBy,
    MasteryRule,
    Method,
    Setting,
)
from issuer.competency.slug import is_slug
from issuer.errors import ProblemList

MAX_N: Final = 100
MAX_VERSION: Final = 1_000_000
MAX_POINTS: Final = Decimal(1_000_000)
MAX_DAYS: Final = 36_500
MAX_RATERS: Final = 2
MAX_NAMED: Final = 1_000
"""Kinds, members or weights that one rule names."""

_OF_EVIDENCE: Final = (
    "least_evidence",
    "kinds_required",
    "exclude_formative",
    "least_of_kind",
    "window_days",
    "observed_from",
    "observed_until",
    "settings_excluded",
    "settings_required",
    "raters",
    "raters_kinds",
    "combine",
    "tolerance",
    "least_kappa",
    "state_kappa",
)
_OF_KINDS: Final = ("kind_weights", "other_kinds_weight")
_OF_CLUSTERS: Final = ("members", "members_required", "member_weights")
MEMBERS: Final = (
    "name",
    "version",
    "method",
    "threshold",
    "level",
    "n",
    "weight",
    *_OF_KINDS,
    *_OF_EVIDENCE,
    *_OF_CLUSTERS,
    "decided_by",
    "applies_to",
)
_APPLIES_TO: Final = ("frameworks", "item_types", "competencies", "within")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Choice = TypeVar("_Choice", bound=StrEnum)
_T = TypeVar("_T")


class RuleEntry:
    """One rule as written; what is wrong is noted, and something harmless stands in."""

    def __init__(self, value: dict[str, Any], index: int, file: str, problems: ProblemList) -> None:
        self.value = value
        self.pointer = f"/rules/{index}"
        self.file = file
        self.problems = problems
        name = value.get("name")
        self.title = f"Rule {name}" if isinstance(name, str) else f"Rule number {index + 1}"

    def add(self, code: str, member: str, sentence: str, hint: str = "") -> None:
        """Note a problem of a member; '' is the whole rule."""
        column = f"{self.pointer}/{member}" if member else self.pointer
        self.problems.add(code, sentence, hint, file=self.file, column=column)

    def bad(self, member: str, what: str, hint: str = "") -> None:
        """Note that a member says something that cannot be."""
        self.add("rules.bad-value", member, f"{self.title}: {member} {what}.", hint)

    def rule(self) -> MasteryRule:
        """The rule; what is wrong in it has been noted."""
        self._check_members(self.value, MEMBERS, "")
        method = self._method()
        self._check_meaning(method)
        n = self._whole("n", None, 1, MAX_N) if method in NEEDS_N else 0
        return MasteryRule(
            name=self._name(),
            version=self._whole("version", None, 1, MAX_VERSION),
            method=method,
            n=n,
            threshold=self._threshold(method),
            level=self._level(),
            decided_by=self._choice("decided_by", DecidedBy, DecidedBy.MACHINE),
            **(self._cluster(method) if method in CLUSTERS else self._of_evidence(method, n)),
        )

    def _of_evidence(self, method: Method, n: int) -> dict[str, Any]:
        """Members that only rules on evidence have."""
        by_kind = method is Method.WEIGHTED_BY_KIND
        if by_kind and "kind_weights" not in self.value:
            self._missing("kind_weights")
        combine = self._choice("combine", Combine, Combine.MEAN)
        raters = self._whole("raters", 1, 1, MAX_RATERS)
        return {
            "weight": self._weight(method),
            "kind_weights": self._weights("kind_weights", is_slug) if by_kind else (),
            "other_kinds_weight": self._positive("other_kinds_weight") if by_kind else None,
            "least_evidence": self._whole("least_evidence", n or 1, 1, MAX_N),
            "kinds_required": self._kinds(),
            "exclude_formative": self._flag("exclude_formative"),
            "least_of_kind": self._table("least_of_kind", is_slug, self._least),
            "window_days": self._whole("window_days", 0, 1, MAX_DAYS, absent=0),
            **self._days(),
            **self._settings(),
            "raters": raters,
            "raters_kinds": self._raters_kinds(raters),
            "combine": combine,
            "tolerance": self._tolerance(combine),
            "least_kappa": self._optional("least_kappa", Decimal(1)),
            "state_kappa": self._flag("state_kappa"),
        }

    def _cluster(self, method: Method) -> dict[str, Any]:
        """Members that only rules on clusters have."""
        weighted = method is Method.WEIGHTED_MEMBERS
        weights = self._weights("member_weights", is_text) if weighted else ()
        return {
            "members": self._texts("members", is_text, "is not an array of members"),
            "members_required": self._texts(
                "members_required", is_text, "is not an array of members"
            ),
            "member_weights": weights,
        }

    def applies_to(self) -> AppliesTo:
        """What the rule judges."""
        value = self.value.get("applies_to", {})
        if not isinstance(value, dict):
            self.bad("applies_to", "is not a table")
            return AppliesTo()
        self._check_members(value, _APPLIES_TO, "applies_to/")
        found = {}
        for member in _APPLIES_TO:
            texts = value.get(member, [])
            if not is_texts(texts):
                self.bad(f"applies_to/{member}", "is not an array of texts")
                texts = []
            found[member] = frozenset(texts)
        return AppliesTo(**found)

    def _check_members(self, value: dict[str, Any], known: tuple[str, ...], under: str) -> None:
        for member in value:
            if member not in known:
                self.add(
                    "rules.unknown-member",
                    under + member,
                    f"{self.title}: {member!r} means nothing here.",
                    _guess(member, known) or "Remove it.",
                )

    def _check_meaning(self, method: Method) -> None:
        """Members that are known, but say nothing under this method."""
        without = set(_OF_EVIDENCE if method in CLUSTERS else _OF_CLUSTERS)
        without |= set() if method in NEEDS_N else {"n"}
        without |= set() if method in NEEDS_WEIGHT else {"weight"}
        without |= set() if method is Method.WEIGHTED_BY_KIND else set(_OF_KINDS)
        without |= set() if method is Method.WEIGHTED_MEMBERS else {"member_weights"}
        for member in MEMBERS:
            if member in without and member in self.value:
                self.bad(member, f"has no meaning for {method.value}", "Remove it.")

    def _missing(self, member: str) -> None:
        self.add("rules.missing-member", member, f"{self.title}: {member} is missing.")

    def _name(self) -> str:
        value = self.value.get("name")
        if value is None:
            self._missing("name")
        elif not is_slug(value):
            self.bad("name", "is not made of lower-case letters, digits and hyphens")
        else:
            return str(value)
        return ""

    def _method(self) -> Method:
        if self.value.get("method") is None:
            self._missing("method")
            return Method.MOST_RECENT
        return self._choice("method", Method, Method.MOST_RECENT)

    def _threshold(self, method: Method) -> Decimal | None:
        if "level" in self.value:
            if "threshold" in self.value:
                self.bad("threshold", "is there beside a level", "Keep one of the two.")
            return None
        if method in NEEDS_NO_THRESHOLD and "threshold" not in self.value:
            return None
        return self._decimal("threshold", MAX_POINTS) or Decimal()

    def _level(self) -> str:
        value = self.value.get("level", "-")
        if not is_text(value):
            self.bad("level", f"is not the name of a level, of at most {MAX_TEXT} characters")
        return str(value) if "level" in self.value else ""

    def _whole(
        self, member: str, default: int | None, least: int, most: int, absent: int | None = None
    ) -> int:
        if absent is not None and member not in self.value:
            return absent
        value = self.value.get(member, default)
        if value is None:
            self._missing(member)
        elif (number := as_whole(value)) is None or not least <= number <= most:
            self.bad(member, f"is not a whole number from {least:,} to {most:,}")
        else:
            return number
        return max(least, 1)

    def _decimal(self, member: str, most: Decimal) -> Decimal | None:
        value = self.value.get(member)
        if value is None:
            self._missing(member)
            return None
        number = as_number(value, most)
        if number is None:
            self.bad(member, f"is not a number from 0 to {most:,} with at most 6 decimals")
        return number

    def _optional(self, member: str, most: Decimal) -> Decimal | None:
        return self._decimal(member, most) if member in self.value else None

    def _positive(self, member: str) -> Decimal | None:
        number = self._optional(member, MAX_POINTS)
        if number is not None and not number:
            self.bad(member, "is 0", "Remove it: what weighs nothing does not count.")
        return number or None

    def _weight(self, method: Method) -> Decimal | None:
        if method not in NEEDS_WEIGHT:
            return None
        weight = self._decimal("weight", Decimal(1))
        if weight is None or weight > 0:
            return weight
        self.bad("weight", "is 0, so the newest evidence would never count")
        return None

    def _tolerance(self, combine: Combine) -> Decimal | None:
        if combine is Combine.ADJUDICATE:
            return self._decimal("tolerance", MAX_POINTS)
        if "tolerance" in self.value:
            self.bad("tolerance", f"has no meaning where combine is {combine.value}", "Remove it.")
        return None

    def _choice(self, member: str, kind: type[_Choice], default: _Choice) -> _Choice:
        value = self.value.get(member, default.value)
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        self.bad(member, f"is none of {', '.join(kind)}", _guess(value, tuple(kind)))
        return default

    def _kinds(self) -> tuple[str, ...]:
        what = "is not an array of kinds such as 'performance-task'"
        return self._texts("kinds_required", is_slug, what)

    def _raters_kinds(self, raters: int) -> tuple[str, ...]:
        if "raters_kinds" not in self.value:
            return ()
        if raters == 1:
            self.bad("raters_kinds", "has no meaning where raters is 1", "Remove it.")
            return ()
        what = "is not an array of one or more kinds such as 'classroom-video'"
        if self.value["raters_kinds"] == []:
            self.bad("raters_kinds", what, "Leave it out where all kinds need so many raters.")
        return self._texts("raters_kinds", is_slug, what)

    def _texts(self, member: str, fine: Callable[[object], bool], what: str) -> tuple[str, ...]:
        value = self.value.get(member, [])
        if not isinstance(value, list) or len(value) > MAX_NAMED or not all(map(fine, value)):
            self.bad(member, what)
            return ()
        return tuple(sorted(set(value)))

    def _settings(self) -> dict[str, tuple[Setting, ...]]:
        def known(value: object) -> bool:
            return isinstance(value, str) and value in set(Setting)

        what = f"is not an array of settings, {' or '.join(Setting)}"
        found = {
            member: tuple(Setting(one) for one in self._texts(member, known, what))
            for member in ("settings_excluded", "settings_required")
        }
        if set(found["settings_excluded"]) & {*found["settings_required"]}:
            self.bad("settings_required", "asks for a setting that settings_excluded leaves out")
        elif len(found["settings_excluded"]) == len(Setting):
            self.bad("settings_excluded", "leaves no evidence to judge by")
        return found

    def _days(self) -> dict[str, date | None]:
        since, until = self._day("observed_from"), self._day("observed_until")
        if since and until and since > until:
            self.bad("observed_until", "is before observed_from")
        return {"observed_from": since, "observed_until": until}

    def _day(self, member: str) -> date | None:
        value = self.value.get(member)
        if member not in self.value:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.bad(member, "is not a day such as 2026-01-31")
        return None

    def _weights(
        self, member: str, fine: Callable[[object], bool]
    ) -> tuple[tuple[str, Decimal], ...]:
        def weight(at: str, value: object) -> Decimal:
            number = as_number(value, MAX_POINTS)
            if not number:
                self.bad(at, f"is not a number above 0, up to {MAX_POINTS:,}")
            return number or Decimal(1)

        return self._table(member, fine, weight)

    def _least(self, at: str, value: object) -> int:
        number = as_whole(value)
        if number is None or not 1 <= number <= MAX_N:
            self.bad(at, f"is not a whole number from 1 to {MAX_N}")
        return number or 1

    def _table(
        self, member: str, fine: Callable[[object], bool], read: Callable[[str, object], _T]
    ) -> tuple[tuple[str, _T], ...]:
        """A table of named values, sorted by name."""
        value = self.value.get(member, {"-": None})
        if not isinstance(value, dict) or not 0 < len(value) <= MAX_NAMED:
            self.bad(member, f"is not a table with 1 to {MAX_NAMED:,} entries")
            return ()
        if member not in self.value:
            return ()
        for name in value:
            if not fine(name):
                self.bad(f"{member}/{name}", "is no name that can stand here")
        return tuple(sorted((name, read(f"{member}/{name}", one)) for name, one in value.items()))

    def _flag(self, member: str) -> bool:
        value = self.value.get(member, False)
        if not isinstance(value, bool):
            self.bad(member, "is not true or false")
            return False
        return value


def _guess(value: object, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(value, known, 1) if isinstance(value, str) else []
    return f"Did you mean '{close[0]}'?" if close else ""
