"""Reading a rule file, TOML or JSON: an array ``rules``, every problem at once.

rule_sets/rules.schema.json says the same as a JSON Schema, as far as a schema can say it.
"""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from credentials.strict_json import loads
from issuer.competency.rule_entry import RuleEntry
from issuer.competency.rules import AppliesTo, MasteryRule, RuleSet
from issuer.errors import ProblemList
from schemas.errors import TouchstoneError

MAX_RULES: Final = 1_000


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
    except (TouchstoneError, ValueError, RecursionError) as error:  # also: not UTF-8, not TOML
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
        entry = RuleEntry(value if isinstance(value, dict) else {}, index, file, problems)
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
        everything = applies_to.everything() and not rule.is_cluster
        catch_all = catch_all or (rule.name if everything else "")
        yield rule, applies_to
