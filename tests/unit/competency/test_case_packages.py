"""CASE packages: what is read and kept, and every bad input with its code and place."""

import copy
import itertools
import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from issuer.competency.case import CASE_LIMITS, read_package
from issuer.competency.case_objects import CasePackage
from issuer.errors import ImportProblems

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
SAMPLES = SHARED / "samples" / "case"
BASE = "https://school.example/ims/case/v1p1"
TIME = "2026-01-01T00:00:00Z"


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def link(name: str, kind: str = "CFItems") -> dict[str, Any]:
    return {"title": name, "identifier": guid(name), "uri": f"{BASE}/{kind}/{guid(name)}"}


def node(name: str, kind: str, **members: Any) -> dict[str, Any]:
    uri = f"{BASE}/{kind}/{guid(name)}"
    return {"identifier": guid(name), "uri": uri, "lastChangeDateTime": TIME} | members


def item(name: str, **members: Any) -> dict[str, Any]:
    return node(name, "CFItems", fullStatement=f"Does {name}.", humanCodingScheme=name) | members


def child(name: str, parent: str, kind: str = "isChildOf") -> dict[str, Any]:
    return node(
        f"{name}>{parent}>{kind}",
        "CFAssociations",
        associationType=kind,
        originNodeURI=link(name),
        destinationNodeURI=link(parent),
    )


def package() -> dict[str, Any]:
    """The document above A; A above A.1 and A.2; a rubric for A.1."""
    level = [
        node(f"L{score}", "Levels", quality=f"Quality {score}", score=score, position=score)
        for score in (1, 2, 3)
    ]
    criterion = node("C", "Criteria", CFItemURI=link("A.1"), CFRubricCriterionLevels=level)
    return {
        "CFDocument": node("D", "CFDocuments", title="Framework", creator="A school"),
        "CFItems": [item("A"), item("A.1"), item("A.2")],
        "CFAssociations": [child("A", "D"), child("A.1", "A"), child("A.2", "A")],
        "CFDefinitions": {"CFItemTypes": []},
        "CFRubrics": [node("R", "CFRubrics", title="Rubric", CFRubricCriteria=[criterion])],
    }


def read(value: object) -> CasePackage:
    return read_package(json.dumps(value).encode(), "framework.json")


def problems_of(value: object) -> list[tuple[str, str]]:
    with pytest.raises(ImportProblems) as caught:
        read(value)
    return [(problem.code, problem.column) for problem in caught.value.problems]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no CASE samples at {SAMPLES}")
def test_a_real_published_framework_is_read() -> None:
    data = (SAMPLES / "smarter-balanced-math.json").read_bytes()
    found = read_package(data, "smarter-balanced-math.json")
    assert len(found.items) == 585
    assert sum(one.occurrences for one in found.associations) == 3_368
    assert sum(one.occurrences for one in found.associations if one.external) == 2_005
    assert {one.type for one in found.associations if one.external} == {
        "exactMatchOf",
        "isRelatedTo",
        "precedes",
    }


def test_rubric_levels_belong_to_their_competency() -> None:
    found = read(package())
    criterion = found.rubrics[0].criteria[0]
    assert criterion.item_id == uuid.UUID(guid("A.1"))
    assert [level.name for level in criterion.levels] == ["Quality 1", "Quality 2", "Quality 3"]
    assert [level.points for level in criterion.levels] == [1, 2, 3]


def test_bare_and_wrapped_packages_say_the_same() -> None:
    bare = read(package())
    wrapped = read({"CFPackage": package()})
    assert bare.digest == wrapped.digest
    assert [one.id for one in bare.items] == [one.id for one in wrapped.items]


def test_unknown_members_are_kept() -> None:
    value = package()
    value["extensions"] = {"x": 1}
    value["CFDocument"]["frameworkType"] = "K-12"
    value["CFItems"][0]["notes"] = None
    value["CFItems"][0]["ext:colour"] = ["blue", {"shade": 2.5}]
    found = read(value)
    assert found.package_extra == {"extensions": {"x": 1}}
    assert found.extra["frameworkType"] == "K-12"
    assert found.items[0].extra["notes"] is None
    assert found.items[0].extra["ext:colour"] == ["blue", {"shade": 2.5}]
    assert found.definitions == {"CFItemTypes": []}


def test_what_stands_beside_a_wrapped_package_is_kept() -> None:
    assert read(package()).wrapper is None
    assert read({"CFPackage": package()}).wrapper == {}
    assert read({"CFPackage": package(), "x": [1]}).wrapper == {"x": [1]}


@pytest.mark.parametrize("name", ["CFItems", "CFAssociations", "CFRubrics", "CFDefinitions"])
def test_an_empty_or_null_member_is_told_from_an_absent_one(name: str) -> None:
    value = package() | {"CFAssociations": [], "CFRubrics": []}
    del value["CFDefinitions"]
    assert read(value | {name: None}).package_extra[name] is None
    value.pop(name, None)
    assert name not in read(value).package_extra


def test_an_identifier_in_capitals_is_the_same_and_stays_as_written() -> None:
    value = package()
    value["CFItems"][0]["identifier"] = guid("A").upper()
    found = read(value)
    assert found.items[0].id == uuid.UUID(guid("A"))
    assert found.items[0].extra["identifier"] == guid("A").upper()


def test_the_digest_does_not_depend_on_the_order_of_members() -> None:
    value = package()
    turned = dict(reversed(copy.deepcopy(value).items()))
    assert read(value).digest == read(turned).digest
    value["CFItems"][2]["fullStatement"] = "Does something else."
    assert read(value).digest != read(turned).digest


def test_an_association_that_leaves_the_package_is_kept_if_it_says_where_to() -> None:
    value = package()
    value["CFAssociations"].append(child("A.1", "elsewhere", "exactMatchOf"))
    assert [one.external for one in read(value).associations] == [False, False, False, True]
    del value["CFAssociations"][-1]["destinationNodeURI"]["uri"]
    assert problems_of(value) == [("case.missing-item", "/CFAssociations/3/destinationNodeURI")]


def test_an_association_written_twice_counts_twice_and_is_kept_once() -> None:
    value = package()
    value["CFAssociations"].append(copy.deepcopy(value["CFAssociations"][0]))
    assert [one.occurrences for one in read(value).associations] == [2, 1, 1]
    assert [one.repeated_at for one in read(value).associations] == [(3,), (), ()]
    value["CFAssociations"][-1]["notes"] = "changed"
    assert problems_of(value) == [("case.duplicate-identifier", "/CFAssociations/3/identifier")]


def test_a_cycle_names_its_items() -> None:
    value = package()
    value["CFAssociations"][0] = child("A", "A.1")
    with pytest.raises(ImportProblems) as caught:
        read(value)
    assert caught.value.code == "case.cycle"
    assert "A → A.1 → A" in caught.value.sentence
    assert caught.value.problems[0].column == "/CFAssociations/0"


def test_an_item_that_is_its_own_child_is_a_cycle() -> None:
    value = package()
    value["CFAssociations"].append(child("A.2", "A.2"))
    assert problems_of(value) == [("case.cycle", "/CFAssociations/2")]


def test_two_parents_are_no_cycle() -> None:
    value = package()
    value["CFAssociations"].append(child("A.1", "A.2"))
    assert len(read(value).associations) == 4


def test_a_very_long_cycle_and_a_very_deep_tree_are_no_trouble() -> None:
    value = package()
    names = [f"N{number}" for number in range(5_000)]
    value["CFItems"] += [item(name) for name in names]
    value["CFAssociations"] += [child(a, b) for a, b in itertools.pairwise(names)]
    assert len(read(value).items) == 5_003
    value["CFAssociations"].append(child(names[-1], names[0]))
    with pytest.raises(ImportProblems, match="and 4990 more") as caught:
        read(value)
    assert caught.value.code == "case.cycle"


def test_very_many_cycles_are_told_up_to_a_number() -> None:
    value = package()
    names = [f"N{number}" for number in range(2_000)]
    value["CFItems"] += [item(name) for name in names]
    value["CFAssociations"] += [child(a, b) for a, b in itertools.pairwise(names)]
    value["CFAssociations"] += [child(one, names[0]) for one in names[1:]]
    found = problems_of(value)
    assert {code for code, _ in found} == {"case.cycle"}
    assert len(found) == 100


@pytest.mark.parametrize("end", ["originNodeURI", "destinationNodeURI"])
def test_a_child_or_parent_that_is_not_there_is_missing(end: str) -> None:
    value = package()
    value["CFAssociations"][1][end] = link("nowhere")
    assert problems_of(value) == [("case.missing-item", f"/CFAssociations/1/{end}")]


@pytest.mark.parametrize(
    ("part", "index"), [("CFItems", 2), ("CFRubrics", 0)], ids=["item-item", "rubric-item"]
)
def test_an_identifier_twice_is_refused(part: str, index: int) -> None:
    value = package()
    value[part][index]["identifier"] = guid("A.1")
    codes = {code for code, _ in problems_of(value)}
    assert "case.duplicate-identifier" in codes


def test_a_level_may_not_have_the_identifier_of_the_document() -> None:
    value = package()
    levels = value["CFRubrics"][0]["CFRubricCriteria"][0]["CFRubricCriterionLevels"]
    levels[0]["identifier"] = guid("D")
    where = "/CFRubrics/0/CFRubricCriteria/0/CFRubricCriterionLevels/0/identifier"
    assert problems_of(value) == [("case.duplicate-identifier", where)]


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("CFDocument", "identifier"),
        ("CFDocument", "uri"),
        ("CFDocument", "title"),
        ("CFDocument", "creator"),
        ("CFDocument", "lastChangeDateTime"),
        ("CFItems/1", "identifier"),
        ("CFItems/1", "uri"),
        ("CFItems/1", "fullStatement"),
        ("CFItems/1", "lastChangeDateTime"),
        ("CFAssociations/1", "associationType"),
        ("CFAssociations/1", "originNodeURI"),
        ("CFAssociations/1", "destinationNodeURI"),
    ],
)
@pytest.mark.parametrize("gone", [True, False], ids=["absent", "null"])
def test_a_required_member_that_is_missing_is_named(path: str, member: str, gone: bool) -> None:
    value = package()
    target: Any = value
    for part in path.split("/"):
        target = target[int(part)] if part.isdigit() else target[part]
    if gone:
        del target[member]
    else:
        target[member] = None
    assert ("case.missing-member", f"/{path}/{member}") in problems_of({"CFPackage": value}) or (
        "case.missing-member",
        f"/CFPackage/{path}/{member}",
    ) in problems_of({"CFPackage": value})


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("CFDocument/title", 7),
        ("CFDocument/identifier", "not-a-guid"),
        ("CFDocument/identifier", "{255adad7-2854-47d7-9aa4-c5e1750eb8ca}"),
        ("CFDocument/uri", "no scheme"),
        ("CFItems", {}),
        ("CFItems/0", "an item"),
        ("CFItems/0/fullStatement", ["a"]),
        ("CFItems/0/humanCodingScheme", "x" * 256),
        ("CFAssociations/0/sequenceNumber", 1.5),
        ("CFAssociations/0/sequenceNumber", True),
        ("CFAssociations/0/originNodeURI", "https://school.example/1"),
        ("CFDefinitions", []),
        ("CFRubrics/0/CFRubricCriteria", "none"),
        ("CFRubrics/0/CFRubricCriteria/0/CFRubricCriterionLevels/0/score", "many"),
        ("CFRubrics/0/CFRubricCriteria/0/CFItemURI", 3),
    ],
)
def test_a_member_of_the_wrong_type_is_named(path: str, wrong: object) -> None:
    value = package()
    *above, last = path.split("/")
    target: Any = value
    for part in above:
        target = target[int(part)] if part.isdigit() else target[part]
    target[int(last) if last.isdigit() else last] = wrong
    assert ("case.bad-type", f"/{path}") in problems_of(value)


def test_a_misspelt_association_type_is_guessed() -> None:
    value = package()
    value["CFAssociations"][1]["associationType"] = "isChildof"
    with pytest.raises(ImportProblems, match="Did you mean 'isChildOf'") as caught:
        read(value)
    assert caught.value.code == "case.unknown-association-type"
    value["CFAssociations"][1]["associationType"] = "ext:inspires"
    assert read(value).associations[1].type == "ext:inspires"


def test_all_problems_come_at_once_each_with_its_place() -> None:
    value = package()
    value["CFItems"][0]["fullStatement"] = ""
    value["CFItems"][2]["identifier"] = guid("A.1")
    value["CFAssociations"][1]["destinationNodeURI"] = link("nowhere")
    found = problems_of(value)
    assert ("case.missing-member", "/CFItems/0/fullStatement") in found
    assert ("case.duplicate-identifier", "/CFItems/2/identifier") in found
    assert ("case.missing-item", "/CFAssociations/1/destinationNodeURI") in found
    assert len(found) >= 3


def test_items_that_cannot_be_read_are_one_problem_not_one_for_each_association() -> None:
    assert problems_of(package() | {"CFItems": "none"}) == [("case.bad-type", "/CFItems")]


def test_a_backslash_before_a_u_is_no_control_character() -> None:
    value = package()
    value["CFItems"][0]["fullStatement"] = "Writes \\u0000 in C."
    assert read(value).items[0].statement == "Writes \\u0000 in C."


def test_beyond_a_thousand_problems_are_counted() -> None:
    value = package()
    value["CFItems"] += [item(f"N{number}", fullStatement=3) for number in range(1_200)]
    with pytest.raises(ImportProblems) as caught:
        read(value)
    assert len(caught.value.problems) == 1_000
    assert caught.value.more == 200


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "case.not-json"),
        (b"{", "case.not-json"),
        (b"\xff\xfe", "case.not-json"),
        (b'{"CFDocument": NaN}', "case.not-json"),
        (b'{"CFDocument": {"title": "\\ud800"}}', "case.not-json"),
        (b'{"CFDocument": {"title": "a \\u0000 b"}}', "case.not-json"),
        (b"[]", "case.not-a-package"),
        (b'"text"', "case.not-a-package"),
        (b"{}", "case.not-a-package"),
        (b'{"CFDocument": []}', "case.not-a-package"),
        (b'{"CFPackage": []}', "case.not-a-package"),
        (b'{"CFDocument": {}, "CFDocument": {}}', "case.duplicate-member"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "case.too-deep"),
    ],
)
def test_what_is_no_package_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_package(data, "framework.json")
    assert caught.value.code == code


def test_a_package_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(ImportProblems) as caught:
        read_package(b" " * (CASE_LIMITS.max_bytes + 1), "framework.json")
    assert caught.value.code == "case.too-large"
