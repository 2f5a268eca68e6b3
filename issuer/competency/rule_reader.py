"""Reading a rule file, TOML or JSON: an array ``rules``, every problem at once."""

import difflib
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from credentials.strict_json import loads
from issuer.competency.rules import (
    NEEDS_N,
    NEEDS_WEIGHT,
    AppliesTo,
    DecidedBy,
    MasteryRule,
    Method,
    RuleSet,
)
from issuer.competency.slug import is_slug
from issuer.errors import ProblemList
from schemas.errors import TouchstoneError

MAX_RULES: Final = 1_000
MAX_N: Final = 100
MAX_VERSION: Final = 1_000_000
MAX_POINTS: Final = Decimal(1_000_000)
MAX_DECIMALS: Final = 6

_MEMBERS: Final = (
    "name",
    "version",
    "method",
    "threshold",
    "n",
    "weight",
    "least_evidence",
    "kinds_required",
    "exclude_formative",
    "decided_by",
    "applies_to",
)
_APPLIES_TO: Final = ("frameworks", "item_types", "competencies", "within")


def read_rules(data: bytes, file: str) -> RuleSet:
    """Read a rule file.

    Args:
        data: TOML, or JSON where the name ends in ``.json``.
        file: its name.

    Raises:
        ImportProblems: rules.not-readable, rules.missing-member, rules.bad-value,
            rules.unknown-member, rules.duplicate, rules.unreachable; all at once.
    """
    problems = ProblemList()
    entries = _entries(data, file, problems)
    problems.raise_if_any()
    rule_set = RuleSet(tuple(_read_entries(entries, file, problems)))
    problems.raise_if_any()
    return rule_set


def _entries(data: bytes, file: str, problems: ProblemList) -> list[Any]:
    document: dict[str, Any] = {}
    try:
        if file.endswith(".json"):
            document = loads(data)
        else:
            document = tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (TouchstoneError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error).rstrip(".")
        problems.add("rules.not-readable", f"The rules cannot be read: {reason}.", file=file)
        return []
    rules = document.get("rules")
    if not isinstance(rules, list) or not 0 < len(rules) <= MAX_RULES:
        problems.add(
            "rules.missing-member",
            f"There is no array 'rules' with 1 to {MAX_RULES:,} rules.",
            "Write each rule under [[rules]].",
            file=file,
        )
        return []
    return rules


def _read_entries(
    entries: list[Any], file: str, problems: ProblemList
) -> Iterator[tuple[MasteryRule, AppliesTo]]:
    seen: set[tuple[str, int]] = set()
    catch_all = ""
    for index, value in enumerate(entries):
        entry = _Entry(value if isinstance(value, dict) else {}, index, file, problems)
        if not isinstance(value, dict):
            entry.bad("", "is not a table")
            continue
        before = problems.count
        rule, applies_to = entry.rule(), entry.applies_to()
        fine = problems.count == before
        if catch_all:
            problems.add(
                "rules.unreachable",
                f"Rule {rule.name} is never asked: {catch_all} before it applies to everything.",
                "Put the rule without applies_to last.",
                file=file,
                column=entry.pointer,
            )
        if fine and (rule.name, rule.version) in seen:
            problems.add(
                "rules.duplicate",
                f"Rule {rule.name} version {rule.version} is there twice.",
                "Give the second another name.",
                file=file,
                column=entry.pointer,
            )
        if fine:
            seen.add((rule.name, rule.version))
        catch_all = catch_all or (rule.name if applies_to.everything() else "")
        yield rule, applies_to


class _Entry:
    """One rule as written; what is wrong is noted, and something harmless stands in."""

    def __init__(self, value: dict[str, Any], index: int, file: str, problems: ProblemList) -> None:
        self.value = value
        self.pointer = f"/rules/{index}"
        self.file = file
        self.problems = problems
        name = value.get("name")
        self.title = f"Rule {name}" if isinstance(name, str) else f"Rule number {index + 1}"

    def add(self, code: str, member: str, sentence: str, hint: str = "") -> None:
        column = f"{self.pointer}/{member}" if member else self.pointer
        self.problems.add(code, sentence, hint, file=self.file, column=column)

    def bad(self, member: str, what: str, hint: str = "") -> None:
        self.add("rules.bad-value", member, f"{self.title}: {member} {what}.", hint)

    def rule(self) -> MasteryRule:
        self._check_members(self.value, _MEMBERS, "")
        method = self._method()
        needs_n = method in NEEDS_N
        n = self._whole("n", 0 if not needs_n else None, 1 if needs_n else 0, MAX_N)
        if n and not needs_n:
            self.bad("n", f"has no meaning for {method.value}", "Remove it.")
        return MasteryRule(
            name=self._name(),
            version=self._whole("version", None, 1, MAX_VERSION),
            method=method,
            threshold=self._decimal("threshold", MAX_POINTS) or Decimal(1),
            n=n,
            weight=self._weight(method),
            least_evidence=self._whole("least_evidence", n or 1, 1, MAX_N),
            kinds_required=self._kinds(),
            exclude_formative=self._flag("exclude_formative"),
            decided_by=self._decided_by(),
        )

    def applies_to(self) -> AppliesTo:
        value = self.value.get("applies_to")
        if value is None:
            return AppliesTo()
        if not isinstance(value, dict):
            self.bad("applies_to", "is not a table")
            return AppliesTo()
        self._check_members(value, _APPLIES_TO, "applies_to/")
        found = {}
        for member in _APPLIES_TO:
            texts = value.get(member, [])
            if not _is_texts(texts):
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

    def _whole(self, member: str, default: int | None, least: int, most: int) -> int:
        value = self.value.get(member, default)
        if value is None:
            self._missing(member)
        elif isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.bad(member, f"is not a whole number from {least:,} to {most:,}")
        else:
            return value
        return max(least, 1)

    def _decimal(self, member: str, most: Decimal) -> Decimal | None:
        value = self.value.get(member)
        if value is None:
            self._missing(member)
            return None
        number = Decimal(str(value)) if _is_number(value) else None
        if number is None or not _is_plain(number, most):
            self.bad(member, f"is not a number from 0 to {most:,} with at most 6 decimals")
            return None
        return number

    def _weight(self, method: Method) -> Decimal | None:
        if method in NEEDS_WEIGHT:
            weight = self._decimal("weight", Decimal(1))
            if weight is None or weight > 0:
                return weight
            self.bad("weight", "is 0, so the newest evidence would never count")
        elif self.value.get("weight") is not None:
            self.bad("weight", f"has no meaning for {method.value}", "Remove it.")
        return None

    def _method(self) -> Method:
        value = self.value.get("method")
        if value is None:
            self._missing("method")
        elif isinstance(value, str) and value in set(Method):
            return Method(value)
        else:
            self.bad("method", f"is none of {', '.join(Method)}", _guess(value, tuple(Method)))
        return Method.MOST_RECENT

    def _decided_by(self) -> DecidedBy:
        value = self.value.get("decided_by", DecidedBy.MACHINE.value)
        if isinstance(value, str) and value in set(DecidedBy):
            return DecidedBy(value)
        self.bad("decided_by", f"is none of {', '.join(DecidedBy)}")
        return DecidedBy.PERSON

    def _kinds(self) -> tuple[str, ...]:
        value = self.value.get("kinds_required", [])
        if not _is_texts(value) or not all(is_slug(kind) for kind in value):
            self.bad("kinds_required", "is not an array of kinds such as 'performance-task'")
            return ()
        return tuple(sorted(set(value)))

    def _flag(self, member: str) -> bool:
        value = self.value.get(member, False)
        if not isinstance(value, bool):
            self.bad(member, "is not true or false")
            return False
        return value


def _guess(value: object, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(value, known, 1) if isinstance(value, str) else []
    return f"Did you mean '{close[0]}'?" if close else ""


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_plain(number: Decimal, most: Decimal) -> bool:
    if not number.is_finite() or not 0 <= number <= most:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_DECIMALS
