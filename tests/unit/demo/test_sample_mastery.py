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
from issuer.competency.mastery import Observation, judge
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import Method, Place
from issuer.competency.scales import DEFAULT_LEVELS

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEFAULT_RULES = Path(__file__).parents[3] / "issuer/competency/rule_sets/default.toml"
LEVELS = DEFAULT_LEVELS
CODES = {i["identifier"]: i["humanCodingScheme"] for i in framework_package()["CFItems"]}
AGREED = Decimal("0.8")
"""The agreement of the assessors; the road measures it."""
NOBODY = UUID(int=0)


def observations(directory, rows):
    """(learner, competency) → what was observed, from both files of the sample."""
    found = defaultdict(list)
    evidence = rows(directory / "evidence.csv")
    corrected = {row["corrects"] for row in evidence}
    for row in evidence:
        if row["sourcedId"] not in corrected:
            pair = (row["learnerSourcedId"], row["competency"])
            found[pair].append(row)
    line_items = {r["sourcedId"]: r for r in rows(directory / "oneroster/lineItems.csv")}
    results = {row["sourcedId"]: row for row in rows(directory / "oneroster/results.csv")}
    for row in rows(directory / "oneroster/resultLearningObjectiveIds.csv"):
        result = results[row["resultSourcedId"]]
        pair = (result["studentSourcedId"], row["learningObjectiveId"])
        category = line_items[result["lineItemSourcedId"]]["categorySourcedId"]
        found[pair].append(
            {
                "sourcedId": row["sourcedId"],
                "score": row["score"],
                "kind": "quiz" if category == "hp-category-quiz" else "performance-task",
                "observedAt": f"{result['scoreDate']}T00:00:00Z",
            }
        )
    return {pair: [observed(row) for row in pieces] for pair, pieces in found.items()}


def observed(row):
    first = row.get("secondRatingOf")
    return Observation(
        uuid5(NOBODY, row["sourcedId"]),
        Fraction(row["score"]),
        row["kind"],
        datetime.fromisoformat(row["observedAt"]),
        formative=row.get("formative") == "true",
        setting=row.get("setting", "school"),
        assessor=row.get("assessorId", ""),
        second_rating_of=uuid5(NOBODY, first) if first else None,
    )


def mastered(rules, pieces):
    """learner → codes of what the rules judge to be mastered."""
    found = defaultdict(set)
    for (learner, competency), pieces_seen in pieces.items():
        code = CODES[competency]
        above = frozenset({code.split(".", maxsplit=1)[0], code.rsplit(".", 1)[0]})
        place = Place(frozenset(), frozenset({code}), above, "Competency")
        if judge(rules.rule_for(place), LEVELS, pieces_seen, NOW, AGREED).mastered:
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


def test_rules_cover_every_competency_with_every_method():
    rules = read_rules(RULES.read_bytes(), RULES.name)
    for code in CODES.values():
        above = frozenset({code.split(".", maxsplit=1)[0], code.rsplit(".", 1)[0]})
        place = Place(frozenset(), frozenset({code}), above, "Competency", has_children=False)
        assert code.count(".") < 2 or rules.rule_for(place) is not None
    assert {rule.method for rule, _ in rules.assignments} == set(Method)


def test_the_featured_learner_masters_something_by_every_rule_on_evidence(sample, rows):
    directory, summary = sample
    rules = read_rules(RULES.read_bytes(), RULES.name)
    done = mastered(rules, observations(directory, rows))[summary.featured.sourced_id]
    by = {rule.name for rule, to in rules.assignments if not rule.is_cluster and fits(to, done)}
    all_of_them = {rule.name for rule, _ in rules.assignments if not rule.is_cluster}
    # One needs a badge, one is for teachers; of one the featured learner has no competency.
    assert by >= all_of_them - {"beyond-school", "teachers-work", "where-one-stands"}


def fits(to, codes):
    """True if one of the competencies is one that a rule applies to."""
    return any(code in to.competencies or code.rsplit(".", 1)[0] in to.within for code in codes)


def test_some_work_is_scored_by_three(sample, rows):
    evidence = rows(sample[0] / "evidence.csv")
    assessors = defaultdict(list)
    for row in evidence:
        if row["secondRatingOf"]:
            assessors[row["secondRatingOf"]].append(row["assessorId"])
    first = {row["sourcedId"]: row["assessorId"] for row in evidence}
    assert {len(others) for others in assessors.values()} == {1, 2}
    for work, others in assessors.items():
        assert first[work]
        assert len({first[work], *others}) == 1 + len(others)


def test_every_pair_has_enough_evidence(sample, rows):
    assert min(map(len, observations(sample[0], rows).values())) >= 3
