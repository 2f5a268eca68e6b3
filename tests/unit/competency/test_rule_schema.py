"""The published schema of rule files accepts and refuses what the reader does."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.competency.rule_entry import MEMBERS
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import Combine, MasteryRule, Method
from issuer.errors import ImportProblems

SCHEMA = json.loads((files("issuer.competency") / "rule_sets" / "rules.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

VALUES: dict[str, list[Any]] = {
    "name": ["a", "two-words", "Not A Slug", "", 7],
    "version": [1, 3, 3.0, 2.5, 0, True, "1"],
    "method": [*(one.value for one in Method), "median", 1],
    "threshold": [0, 3, 2.5, -1, "3", 1_000_001, True],
    "level": ["Meeting", "", 3, "x" * 256],
    "n": [1, 100, 0, 101, "2"],
    "weight": [0.65, 1, 0, 1.5, "0.65"],
    "kind_weights": [{"quiz": 1, "exhibition": 2.5}, {}, {"quiz": 0}, {"Not": 1}, [1]],
    "other_kinds_weight": [0.5, 0, None],
    "least_evidence": [1, 4, 0, "4"],
    "kinds_required": [["quiz"], [], ["Quiz"], "quiz"],
    "exclude_formative": [True, False, "no"],
    "least_of_kind": [{"quiz": 2}, {}, {"quiz": 0}, {"quiz": 1.5}],
    "window_days": [365, 0, 36_501],
    "observed_from": ["2026-01-01", "2026-13-01", "yesterday", 2026],
    "observed_until": ["2026-06-30", "2026-6-30", None],
    "settings_excluded": [["school"], [], ["home"], ["school", "out-of-school"]],
    "settings_required": [["out-of-school"], ["home"], "school"],
    "raters": [1, 2, 3, 0],
    "raters_kinds": [["quiz"], [], ["Quiz"], "quiz"],
    "combine": [*(one.value for one in Combine), "median"],
    "tolerance": [0, 0.5, -1],
    "least_kappa": [0, 0.6, 1.1, "0.6"],
    "state_kappa": [True, False, "yes"],
    "members": [["A.1"], [], [""], "A.1"],
    "members_required": [["A.1"], [1]],
    "member_weights": [{"A.1": 2}, {}, {"A.1": 0}],
    "decided_by": ["machine", "person", "both", "robot"],
    "applies_to": [{}, {"within": ["A"]}, {"within": [1]}, {"framework": ["x"]}, [], None],
    "treshold": [3],
}
BASE = {"name": "a", "version": 1, "method": "highest", "threshold": 3}


def reader_accepts(entry: dict[str, Any]) -> bool:
    try:
        read_rules(json.dumps({"rules": [entry]}).encode(), "rules.json")
    except ImportProblems:
        return False
    return True


def test_the_schema_is_one_and_knows_every_member() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["$defs"]["rule"]["properties"]) == set(MEMBERS)


@settings(deadline=None, max_examples=1_500)
@given(st.data())
def test_schema_and_reader_agree(data: st.DataObject) -> None:
    entry: dict[str, Any] = dict(BASE)
    entry["method"] = data.draw(st.sampled_from([one.value for one in Method]))
    needs = {"n": 2, "weight": 0.65, "kind_weights": {"quiz": 1}, "tolerance": 1, "raters": 2}
    for member in data.draw(st.lists(st.sampled_from(sorted(needs)), unique=True, max_size=2)):
        entry[member] = needs[member]
    for member in data.draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=3)):
        entry[member] = data.draw(st.sampled_from(VALUES[member]))
    if data.draw(st.booleans()):
        entry.pop(data.draw(st.sampled_from(sorted(BASE))))
    both = set(entry.get("settings_required") or ()) & set(entry.get("settings_excluded") or ())
    if not both:  # the one thing here that a schema cannot say
        assert VALIDATOR.is_valid({"rules": [entry]}) == reader_accepts(entry), entry


GOOD: list[dict[str, Any]] = [
    BASE,
    BASE | {"method": "weighted-by-kind", "kind_weights": {"quiz": 1}, "other_kinds_weight": 0.5},
    BASE | {"raters": 2, "combine": "adjudicate", "tolerance": 0.5, "least_kappa": 0.6},
    BASE | {"window_days": 365, "observed_from": "2026-01-01", "least_of_kind": {"quiz": 2}},
    BASE | {"settings_excluded": ["school"], "settings_required": ["out-of-school"]},
    {"name": "a", "version": 1, "method": "highest", "level": "Meeting", "decided_by": "both"},
    {"name": "a", "version": 1, "method": "all-members", "members_required": ["A.1"]},
    {"name": "a", "version": 1, "method": "k-of-members", "n": 2, "members": ["A.1", "A.2"]},
    BASE | {"method": "weighted-members", "member_weights": {"A.1": 2}},
]


@pytest.mark.parametrize("entry", GOOD, ids=lambda entry: str(entry["method"]))
def test_every_kind_of_rule_is_accepted_by_both_and_kept(entry: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid({"rules": [entry]})
    rules = read_rules(json.dumps({"rules": [entry]}).encode(), "rules.json")
    kept = json.loads(json.dumps(rules.document()))
    assert type(rules).from_document(kept) == rules


def test_what_an_earlier_release_kept_is_still_written_so() -> None:
    rule = read_rules(json.dumps({"rules": [BASE]}).encode(), "rules.json").assignments[0][0]
    assert set(rule.definition()) == {
        *("name", "version", "method", "threshold", "n", "weight", "least_evidence"),
        *("kinds_required", "exclude_formative", "decided_by"),
    }
    assert MasteryRule.from_definition(rule.definition()) == rule


@pytest.mark.parametrize(
    "text",
    [
        "threshold = 1e999999999",
        "threshold = inf",
        "threshold = nan",
        "n = nan",
        "n = 1e99999999",
        f"threshold = 0x{'f' * 9_000}",
        f"version = {'9' * 9_000}",
    ],
)
def test_numbers_beyond_all_bounds_are_refused_at_once(text: str) -> None:
    name = 'name = "a"\nmethod = "n-times"\n'
    with pytest.raises(ImportProblems):
        read_rules(f"[[rules]]\n{name}{text}".encode(), "rules.toml")
