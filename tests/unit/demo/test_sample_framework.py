"""The sample framework: official schema, three layers, rubrics that read as sentences."""

import json
import re

import jsonschema
import pytest

from demo.sample.framework import framework_bytes, framework_package

PACKAGE = framework_package()
ITEMS = {item["identifier"]: item for item in PACKAGE["CFItems"]}
TREE = [a for a in PACKAGE["CFAssociations"] if a["associationType"] == "isChildOf"]
CRITERIA = [c for rubric in PACKAGE["CFRubrics"] for c in rubric["CFRubricCriteria"]]


def of_type(item_type: str) -> list[dict[str, object]]:
    return [item for item in PACKAGE["CFItems"] if item["CFItemType"] == item_type]


def test_package_is_valid_case_1_1(shared):
    schema = json.loads(
        (shared / "standards/schemas/case11/case_v1p1_cfpackage-jsonschema1.json").read_text()
    )
    validator = jsonschema.Draft201909Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(PACKAGE)] == []
    broken = {**PACKAGE, "CFItems": [{"identifier": "not a uuid"}]}
    assert not validator.is_valid(broken)


def test_three_layers():
    assert (len(of_type("Goal")), len(of_type("Cluster"))) == (5, 15)
    assert len(of_type("Competency")) >= 45
    above = {"Goal": None, "Cluster": "Goal", "Competency": "Cluster"}
    for association in TREE:
        child = ITEMS[association["originNodeURI"]["identifier"]]
        parent = ITEMS.get(association["destinationNodeURI"]["identifier"])
        assert (parent and parent["CFItemType"]) == above[child["CFItemType"]]
        if parent:
            assert child["humanCodingScheme"].startswith(parent["humanCodingScheme"] + ".")
    assert len(TREE) == len(ITEMS)


def test_identifiers_are_unique_and_stable():
    def identifiers(value):
        if isinstance(value, list):
            return [found for each in value for found in identifiers(each)]
        own = [value["identifier"]] if "identifier" in value else []
        nested = ("CFItems", "CFAssociations", "CFRubrics", "CFRubricCriteria")
        below = [value[name] for name in (*nested, "CFRubricCriterionLevels") if name in value]
        return own + [found for each in below for found in identifiers(each)]

    found = identifiers(PACKAGE)
    assert len(found) == len(set(found))
    fk_1_1 = next(i for i in PACKAGE["CFItems"] if i["humanCodingScheme"] == "FK.1.1")
    assert fk_1_1["identifier"] == "5000a475-c140-58c3-b5ad-dc491b02a5af"


def test_every_association_ends_in_the_package():
    known = {*ITEMS, PACKAGE["CFDocument"]["identifier"]}
    for association in PACKAGE["CFAssociations"]:
        assert association["originNodeURI"]["identifier"] in known
        assert association["destinationNodeURI"]["identifier"] in known
    kinds = {a["associationType"] for a in PACKAGE["CFAssociations"]}
    assert kinds == {"isChildOf", "precedes", "isRelatedTo"}


def test_every_competency_has_a_criterion_of_four_levels():
    judged = [criterion["CFItemURI"]["identifier"] for criterion in CRITERIA]
    assert sorted(judged) == sorted(str(item["identifier"]) for item in of_type("Competency"))
    for criterion in CRITERIA:
        levels = criterion["CFRubricCriterionLevels"]
        assert [level["score"] for level in levels] == [1, 2, 3, 4]
        assert [level["quality"] for level in levels] == [
            *("Beginning", "Developing", "Proficient", "Advanced")
        ]


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c["category"])
def test_sentences_are_whole_and_about_their_competency(criterion):
    sentences = [level["description"] for level in criterion["CFRubricCriterionLevels"]]
    assert len(set(sentences)) == len(sentences)
    for sentence in [criterion["description"], *sentences]:
        assert re.fullmatch(r"[A-Z][^{}]+[^\s.]\.", sentence)
        assert "  " not in sentence
        assert sentence.count(" but ") <= 1
    proficient = sentences[2].split("the learner can ", 1)[1]
    assert proficient[0].upper() + proficient[1:] == criterion["description"]


def test_bytes_are_the_same_every_time():
    assert framework_bytes(framework_package()) == framework_bytes(PACKAGE)
    assert framework_bytes(PACKAGE).endswith(b"}\n")
