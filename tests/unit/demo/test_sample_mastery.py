"""The sample under the school's rules: as many judgments of mastery as a demonstration needs."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from demo.sample.framework import framework_package
from demo.sample.generate import RULES
from issuer.competency.mastery import Level, Observation, judge
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import Place

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEFAULT_RULES = Path(__file__).parents[3] / "issuer/competency/rule_sets/default.toml"
LEVELS = [Level(str(n), str(n), "", Decimal(n), n) for n in range(1, 5)]
CODES = {i["identifier"]: i["humanCodingScheme"] for i in framework_package()["CFItems"]}
NOBODY = UUID(int=0)


def observations(directory, rows):
    """(learner, competency) → what was observed, from both files of the sample."""
    found = defaultdict(list)
    evidence = rows(directory / "evidence.csv")
    corrected = {row["corrects"] for row in evidence}
    for row in evidence:
        if row["sourcedId"] not in corrected:
            pair = (row["learnerSourcedId"], row["competency"])
            found[pair].append((row["sourcedId"], row["score"], row["kind"], row["observedAt"]))
    results = {row["sourcedId"]: row for row in rows(directory / "oneroster/results.csv")}
    for row in rows(directory / "oneroster/resultLearningObjectiveIds.csv"):
        result = results[row["resultSourcedId"]]
        pair = (result["studentSourcedId"], row["learningObjectiveId"])
        day = f"{result['scoreDate']}T00:00:00Z"
        found[pair].append((row["sourcedId"], row["score"], "quiz", day))
    return {
        pair: [
            Observation(uuid5(NOBODY, name), Fraction(score), kind, at(day), formative=False)
            for name, score, kind, day in pieces
        ]
        for pair, pieces in found.items()
    }


def at(text):
    return datetime.fromisoformat(text)


def mastered(rules, pieces):
    """learner → codes of what the rules judge to be mastered."""
    found = defaultdict(set)
    for (learner, competency), observed in pieces.items():
        code = CODES[competency]
        above = frozenset({code.split(".", maxsplit=1)[0], code.rsplit(".", 1)[0]})
        place = Place(frozenset(), frozenset({code}), above, "Competency")
        if judge(rules.rule_for(place), LEVELS, observed, NOW).mastered:
            found[learner].add(code)
    return found


@pytest.mark.parametrize("file", [DEFAULT_RULES, RULES], ids=["default", "of the sample"])
def test_about_half_is_mastered(sample, rows, file):
    directory, summary = sample
    pieces = observations(directory, rows)
    found = mastered(read_rules(file.read_bytes(), file.name), pieces)
    assert 220 <= sum(map(len, found.values())) <= 330
    featured = summary.featured.sourced_id
    tried = {CODES[competency] for learner, competency in pieces if learner == featured}
    assert len(found[featured]) >= 8
    assert tried - found[featured]
    assert set(CODES.values()) - tried


def test_rules_cover_every_goal_with_five_methods():
    rules = read_rules(RULES.read_bytes(), RULES.name)
    goals = {goal for _, to in rules.assignments for goal in to.within}
    assert goals == {code for code in CODES.values() if "." not in code}
    assert len({rule.method for rule, _ in rules.assignments}) == 5


def test_every_pair_has_enough_evidence(sample, rows):
    assert min(map(len, observations(sample[0], rows).values())) >= 3
