"""The rules that hold: the shipped ones, or the school's; each version means one thing for good."""

from datetime import datetime
from importlib.resources import files
from typing import Final

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.errors import RuleChanged
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import MasteryRule, RuleSet

_DEFAULT: Final = "default.toml"


def default_rules() -> RuleSet:
    """The rules that hold until a school sets its own."""
    data = (files("issuer.competency") / "rule_sets" / _DEFAULT).read_bytes()
    return read_rules(data, _DEFAULT)


def current_rules(session: Session) -> RuleSet:
    """The rules that hold."""
    document = repository.newest_rule_set(session)
    return default_rules() if document is None else RuleSet.from_document(document)


def use_rules(session: Session, rule_set: RuleSet, now: datetime) -> bool:
    """Let these rules hold from now on; judgments made before stay as they are.

    Returns:
        True if they differ from those that held.

    Raises:
        RuleChanged: a name and version were used before for another rule.
    """
    record_rules(session, rule_set, now)
    if repository.newest_rule_set(session) == rule_set.document():
        return False
    repository.add_rule_set(session, rule_set.document(), now)
    return True


def record_rules(session: Session, rule_set: RuleSet, now: datetime) -> None:
    """Keep each rule version as it is first used.

    Raises:
        RuleChanged: a name and version were used before for another rule.
    """
    known = repository.rule_definitions(session)
    for rule, _ in rule_set.assignments:
        was = known.get((rule.name, rule.version))
        if was is None:
            repository.add_rule(session, rule.definition(), now)
        elif MasteryRule.from_definition(was) != rule:
            raise RuleChanged(
                f"Rule {rule.name} version {rule.version} was used before, and said something "
                "else.",
                f"Give the changed rule version {rule.version + 1}.",
            )
