"""Reading award files: what they say, and everything that is wrong with them at once."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import issuer.awards
from issuer.awards.definitions import Group, Returns
from issuer.awards.reader import read_awards, read_definition
from issuer.errors import ImportProblems

ADDRESS = "0x0000000000000000000000000000000000000001"
BASE = {
    "key": "lab",
    "version": 1,
    "type": "MicroCredential",
    "title": "Lab",
    "description": "Works in a laboratory.",
    "requires": {"all": [{"competency": "A"}]},
}
CONDITION = {
    "chain_id": 1,
    "contract": ADDRESS,
    "function": "isAccredited(address)",
    "arguments": ["{school.account}"],
    "equals": True,
}
CREDENTIAL = {"target_code": "X", "issuers": ["did:web:a.example"]}
SCHEMA = json.loads((Path(issuer.awards.__file__).parent / "awards.schema.json").read_text())


def read(*achievements: Any) -> Any:
    return read_awards(json.dumps({"achievements": list(achievements)}).encode(), "a.json")


def refused(*achievements: Any) -> list[tuple[str, str]]:
    with pytest.raises(ImportProblems) as caught:
        read(*achievements)
    return [(one.code, one.column) for one in caught.value.problems]


def test_a_file_in_toml_says_the_same_as_in_json() -> None:
    text = """
    [[achievements]]
    key = "lab"
    version = 1
    type = "MicroCredential"
    title = "Lab"
    description = "Works in a laboratory."
    requires = { all = [{ competency = "A" }] }
    """
    assert read_awards(text.encode(), "a.toml") == read(BASE)


@pytest.mark.parametrize(
    "requires",
    [
        {"competency": "A", "framework": "F", "level": "L"},
        {"k": 1, "of": [{"competency": "A", "required": True}, {"all": [{"competency": "B"}]}]},
        {"credential": CREDENTIAL},
        {"credential": {"achievement_id": "https://a.example/x", "accredited": "network"}},
        {"credential": {"target_url": "https://a.example/x", "accredited": ADDRESS}},
    ],
)
def test_what_is_read_is_kept_and_read_again(requires: Any) -> None:
    written = BASE | {"requires": requires, "conditions": [CONDITION], "accredited_by": "network"}
    Draft202012Validator(SCHEMA).validate({"achievements": [written]})
    [one] = read(written).definitions
    assert isinstance(one.requires, Group)
    assert read_definition(json.loads(json.dumps(one.document))) == one


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"key": "Lab!"}, "key"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"type": "Diplom"}, "type"),
        ({"type": ["Diploma"]}, "type"),
        ({"title": " "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"award": "maybe"}, "award"),
        ({"award": "never", "conditions": [CONDITION]}, "award"),
        ({"requires": []}, "requires"),
        ({"requires": {}}, "requires"),
        ({"requires": {"all": []}}, "requires/all"),
        ({"requires": {"k": 3, "of": [{"competency": "A"}]}}, "requires/k"),
        ({"requires": {"all": [1]}}, "requires/all/0"),
        ({"requires": {"all": [{"competency": 1}]}}, "requires/all/0/competency"),
        ({"requires": {"credential": 1}}, "requires/credential"),
        ({"requires": {"credential": {"target_code": "X"}}}, "requires/credential"),
        ({"requires": {"credential": {"accredited": "network"}}}, "requires/credential"),
        (
            {"requires": {"credential": {"target_code": "X", "accredited": "0x1"}}},
            "requires/credential/accredited",
        ),
        (
            {"requires": {"credential": CREDENTIAL | {"issuers": ["school.example"]}}},
            "requires/credential/issuers",
        ),
        ({"conditions": {}}, "conditions"),
        ({"conditions": [CONDITION] * 11}, "conditions"),
        ({"conditions": [CONDITION | {"contract": "0x1"}]}, "conditions/0/contract"),
        ({"conditions": [CONDITION | {"function": "a(string)"}]}, "conditions/0/function"),
        ({"conditions": [CONDITION | {"arguments": []}]}, "conditions/0/arguments"),
        (
            {"conditions": [CONDITION | {"arguments": ["{learner.email}"]}]},
            "conditions/0/arguments/0",
        ),
        ({"conditions": [CONDITION | {"equals": 1.5}]}, "conditions/0/equals"),
        ({"conditions": [CONDITION | {"returns": []}]}, "conditions/0/returns"),
        ({"conditions": [CONDITION | {"equals": 2**256}]}, "conditions/0/equals"),
        ({"accredited_by": "somebody"}, "accredited_by"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(change: dict[str, Any], column: str) -> None:
    assert ("awards.bad-value", f"/achievements/0/{column}") in refused(BASE | change)


def test_every_problem_is_told_at_once() -> None:
    found = refused(BASE | {"kind": 1, "type": "x"}, BASE | {"version": 2}, 7)
    assert {code for code, _ in found} == {
        "awards.unknown-member",
        "awards.bad-value",
        "awards.duplicate",
    }


def test_an_achievement_says_either_what_it_covers_or_what_it_requires() -> None:
    neither = {name: value for name, value in BASE.items() if name != "requires"}
    assert ("awards.missing-member", "/achievements/0") in refused(neither)
    assert ("awards.bad-value", "/achievements/0") in refused(BASE | {"applies_to": {}})


def test_what_covers_many_judgments_has_no_title() -> None:
    covers = {"key": "a", "version": 1, "type": "Badge", "applies_to": {"competencies": ["A"]}}
    assert read(covers | {"title": "A"}).definitions[0].title == "A"
    many = covers | {"applies_to": {"clusters": True}, "title": "A"}
    assert refused(many) == [("awards.bad-value", "/achievements/0/title")]
    all_of_them = covers | {"applies_to": {}}
    after = refused(all_of_them, covers | {"key": "b"})
    assert after == [("awards.unreachable", "/achievements/1/applies_to")]


def test_achievements_do_not_go_round_in_circles() -> None:
    first = BASE | {"key": "a", "requires": {"achievement": "b"}}
    second = BASE | {"key": "b", "requires": {"achievement": "a"}}
    assert {code for code, _ in refused(first, second)} == {"awards.cycle"}
    assert refused(first) == [("awards.unknown-key", "/achievements/0/requires")]


def test_a_tree_is_bounded_with_all_that_it_requires() -> None:
    deep: Any = {"competency": "A"}
    for _ in range(4):
        deep = {"all": [deep]}
    assert ("awards.bad-value", "/achievements/0/requires/all/0/all/0/all/0") in refused(
        BASE | {"requires": deep}
    )
    doubled = [BASE | {"key": "s0"}]
    doubled += [
        BASE | {"key": f"s{n}", "requires": {"all": [{"achievement": f"s{n - 1}"}] * 2}}
        for n in range(1, 60)
    ]
    assert "awards.bad-value" in {code for code, _ in refused(*doubled)}
    wide = {"all": [{"all": [{"competency": "A"}] * 150}] * 2}
    assert ("awards.bad-value", "/achievements/0/requires") in refused(BASE | {"requires": wide})


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[1]", b"{}", b'{"achievements": []}', b'{"achievements": {}}', b"[" * 100_000],
)
@pytest.mark.parametrize("name", ["a.json", "a.toml"])
def test_what_is_no_award_file_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(ImportProblems):
        read_awards(data, name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["all", "k", "of", "required", "competency", "credential", "equals", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from([*BASE, "conditions", "accredited_by", "applies_to", "award"]), json_values)
def test_no_value_crashes_the_reader(member: str, value: Any) -> None:
    with suppress(ImportProblems):
        read(BASE | {member: value})


def test_answers_are_spelt_in_one_way() -> None:
    for equals, returns, spelt in (
        (True, Returns.BOOL, "true"),
        (7, Returns.UINT256, "7"),
        ("0" * 3 + "7", Returns.UINT256, "7"),
        (ADDRESS, Returns.ADDRESS, ADDRESS),
        ("0x" + "AB" * 32, Returns.BYTES32, "0x" + "ab" * 32),
    ):
        [one] = read(BASE | {"conditions": [CONDITION | {"equals": equals}]}).definitions
        assert (one.conditions[0].returns, one.conditions[0].equals) == (returns, spelt)
