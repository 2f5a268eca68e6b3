"""Rule files: what is read from TOML and JSON, which rule applies, and every fault at once."""

import json
from decimal import Decimal

import pytest

from issuer.competency.rule_keeping import default_rules
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import DecidedBy, Method, Place, RuleSet
from issuer.errors import ImportProblems

GOOD = b"""
[[rules]]
name = "two-exhibitions"
version = 2
method = "n-times"
n = 2
threshold = 2.5
kinds_required = ["exhibition"]
exclude_formative = true
decided_by = "both"
[rules.applies_to]
within = ["OT"]

[[rules]]
name = "weighted"
version = 1
method = "decaying-average"
weight = 0.65
threshold = 3
[rules.applies_to]
item_types = ["Competency"]
frameworks = ["Five Goals"]

[[rules]]
name = "latest"
version = 1
method = "most-recent"
threshold = 3
"""


def place(**changes: object) -> Place:
    values: dict[str, object] = {
        "framework": frozenset({"Five Goals"}),
        "competency": frozenset({"OT.1.1"}),
        "ancestors": frozenset({"OT", "OT.1"}),
        "item_type": "Competency",
    }
    return Place(**(values | changes))  # type: ignore[arg-type]


def test_every_member_is_read() -> None:
    rule, applies_to = read_rules(GOOD, "rules.toml").assignments[0]
    assert (rule.name, rule.version, rule.method, rule.n) == ("two-exhibitions", 2, "n-times", 2)
    assert rule.threshold == Decimal("2.5")
    assert rule.least_evidence == 2
    assert rule.kinds_required == ("exhibition",)
    assert rule.exclude_formative
    assert rule.decided_by is DecidedBy.BOTH
    assert applies_to.within == {"OT"}


def test_the_first_rule_that_fits_applies() -> None:
    rules = read_rules(GOOD, "rules.toml")

    def name(at: Place) -> str:
        found = rules.rule_for(at)
        assert found is not None
        return found.name

    assert name(place()) == "two-exhibitions"
    assert name(place(ancestors=frozenset({"HF"}))) == "weighted"
    assert name(place(ancestors=frozenset(), item_type="Cluster")) == "latest"
    assert name(place(ancestors=frozenset(), framework=frozenset({"Other"}))) == "latest"


def test_where_no_rule_fits_there_is_none() -> None:
    only = RuleSet(read_rules(GOOD, "rules.toml").assignments[:1])
    assert only.rule_for(place(ancestors=frozenset())) is None


def test_json_says_the_same_as_toml() -> None:
    rules = read_rules(GOOD, "rules.toml")
    written = {
        "rules": [
            {
                "name": "latest",
                "version": 1,
                "method": "most-recent",
                "threshold": 3.0,
            }
        ]
    }
    again = read_rules(json.dumps(written).encode(), "rules.json")
    assert again.assignments[0][0] == rules.assignments[2][0]


def test_a_kept_document_gives_the_rules_back() -> None:
    rules = read_rules(GOOD, "rules.toml")
    assert RuleSet.from_document(json.loads(json.dumps(rules.document()))) == rules


def test_the_shipped_rules_judge_everything() -> None:
    rule = default_rules().rule_for(place(framework=frozenset(), ancestors=frozenset()))
    assert rule is not None
    assert rule.method is Method.TRAILING_AVERAGE


BASE = {"name": "a", "version": 1, "method": "most-recent", "threshold": 3}


@pytest.mark.parametrize(
    ("changes", "code", "where", "says"),
    [
        ({"name": None}, "rules.missing-member", "/rules/0/name", "name is missing"),
        ({"name": "Not A Slug"}, "rules.bad-value", "/rules/0/name", "lower-case"),
        ({"version": 0}, "rules.bad-value", "/rules/0/version", "from 1 to"),
        ({"version": True}, "rules.bad-value", "/rules/0/version", "whole number"),
        ({"method": "most-recnt"}, "rules.bad-value", "/rules/0/method", "'most-recent'?"),
        ({"method": 7}, "rules.bad-value", "/rules/0/method", "none of"),
        ({"threshold": -1}, "rules.bad-value", "/rules/0/threshold", "number from 0"),
        ({"threshold": "3"}, "rules.bad-value", "/rules/0/threshold", "number from 0"),
        ({"threshold": 0.1234567}, "rules.bad-value", "/rules/0/threshold", "6 decimals"),
        ({"n": 3}, "rules.bad-value", "/rules/0/n", "no meaning"),
        ({"weight": 0.5}, "rules.bad-value", "/rules/0/weight", "no meaning"),
        ({"method": "n-times"}, "rules.missing-member", "/rules/0/n", "n is missing"),
        ({"method": "n-times", "n": 0}, "rules.bad-value", "/rules/0/n", "from 1"),
        ({"method": "decaying-average"}, "rules.missing-member", "/rules/0/weight", "missing"),
        (
            {"method": "decaying-average", "weight": 0},
            "rules.bad-value",
            "/rules/0/weight",
            "never count",
        ),
        (
            {"method": "decaying-average", "weight": 1.5},
            "rules.bad-value",
            "/rules/0/weight",
            "from 0 to 1",
        ),
        ({"least_evidence": 0}, "rules.bad-value", "/rules/0/least_evidence", "from 1"),
        ({"kinds_required": "quiz"}, "rules.bad-value", "/rules/0/kinds_required", "array"),
        ({"exclude_formative": "no"}, "rules.bad-value", "/rules/0/exclude_formative", "true"),
        ({"decided_by": "robot"}, "rules.bad-value", "/rules/0/decided_by", "machine, person"),
        ({"treshold": 3}, "rules.unknown-member", "/rules/0/treshold", "'threshold'?"),
        ({"applies_to": []}, "rules.bad-value", "/rules/0/applies_to", "not a table"),
        (
            {"applies_to": {"framework": ["x"]}},
            "rules.unknown-member",
            "/rules/0/applies_to/framework",
            "'frameworks'?",
        ),
        (
            {"applies_to": {"within": [1]}},
            "rules.bad-value",
            "/rules/0/applies_to/within",
            "array of texts",
        ),
    ],
)
def test_a_fault_is_named(changes: dict[str, object], code: str, where: str, says: str) -> None:
    entry = {key: value for key, value in (BASE | changes).items() if value is not None}
    with pytest.raises(ImportProblems) as caught:
        read_rules(json.dumps({"rules": [entry]}).encode(), "rules.json")
    problem = caught.value.problems[0]
    assert (problem.code, problem.column) == (code, where)
    assert says in str(problem)


def test_all_faults_come_at_once() -> None:
    entries = [BASE | {"version": 0}, "nothing", BASE | {"method": "x"}, BASE, BASE]
    with pytest.raises(ImportProblems) as caught:
        read_rules(json.dumps({"rules": entries}).encode(), "rules.json")
    assert [problem.code for problem in caught.value.problems] == [
        "rules.bad-value",
        "rules.bad-value",
        "rules.bad-value",
        "rules.unreachable",
        "rules.unreachable",
        "rules.unreachable",
        "rules.duplicate",
    ]


@pytest.mark.parametrize(
    ("data", "file", "code"),
    [
        (b"[[rules", "rules.toml", "rules.not-readable"),
        (b"\xff", "rules.toml", "rules.not-readable"),
        (b"{", "rules.json", "rules.not-readable"),
        (b'{"rules": [], "rules": []}', "rules.json", "rules.not-readable"),
        (b"", "rules.toml", "rules.missing-member"),
        (b"rules = 3", "rules.toml", "rules.missing-member"),
    ],
)
def test_a_file_that_holds_no_rules_is_refused(data: bytes, file: str, code: str) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_rules(data, file)
    assert caught.value.code == code
