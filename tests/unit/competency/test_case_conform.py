"""CASE objects made to fit the official schemas: what fits stays, what does not is kept beside."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuer.competency.case_conform import CaseVersion, conform
from issuer.competency.case_shapes import ITEM, LEVEL, PACKAGE

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
SCHEMA = SHARED / "standards" / "schemas" / "case11" / "case_v1p1_cfpackage-jsonschema1.json"
needs_schema = pytest.mark.skipif(not SCHEMA.is_file(), reason=f"no CASE schemas in {SHARED}")
patient = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The packages are large for what is looked at in each."""
V10, V11 = CaseVersion.V1_0, CaseVersion.V1_1
GUID = "255adad7-2854-47d7-9aa4-c5e1750eb8ca"
BASE = {
    "identifier": GUID,
    "uri": f"https://school.example/{GUID}",
    "lastChangeDateTime": "2026-01-01T00:00:00Z",
}
LINK = {"title": "A", "identifier": GUID, "uri": f"https://school.example/{GUID}"}

_text = st.text(max_size=8)
_open = st.dictionaries(_text, _text | st.integers() | st.none(), max_size=2)
_links = st.just(LINK)


def _objects(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional).map(lambda found: BASE | found)


_items = _objects(
    fullStatement=_text, alternativeLabel=_text, CFItemType=_text, humanCodingScheme=_text,
    listEnumeration=_text, abbreviatedStatement=_text, conceptKeywords=st.lists(_text),
    conceptKeywordsURI=_links, notes=_text, subject=st.lists(_text), subjectURI=st.lists(_links),
    language=_text, educationLevel=st.lists(_text), CFItemTypeURI=_links, licenseURI=_links,
    extensions=_open,
).map(lambda one: {"fullStatement": "x"} | one)  # fmt: skip
_associations = _objects(
    sequenceNumber=st.integers(0, 999), CFAssociationGroupingURI=_links, notes=_text,
    extensions=_open,
).map(
    lambda one: {
        **one,
        "associationType": "exactMatchOf",
        "originNodeURI": LINK | {"targetType": "CASE"},
        "destinationNodeURI": LINK | {"identifier": "no GUID"},
    }
)  # fmt: skip
_levels = _objects(
    description=_text, quality=_text, score=st.integers(0, 9) | st.floats(0, 9), feedback=_text,
    position=st.integers(0, 9), rubricCriterionId=st.just(GUID), extensions=st.lists(_open),
)  # fmt: skip
_criteria = _objects(
    category=_text, description=_text, CFItemURI=_links, weight=st.floats(0, 9),
    position=st.integers(0, 9), rubricId=st.just(GUID),
    CFRubricCriterionLevels=st.lists(_levels, max_size=2), extensions=_open,
)  # fmt: skip
_documents = _objects(
    frameworkType=_text, caseVersion=st.just("1.1"), officialSourceURL=_text, publisher=_text,
    description=_text, version=_text, adoptionStatus=_text, licenseURI=_links, extensions=_open,
).map(lambda one: one | {"title": "T", "creator": "C"})  # fmt: skip
packages = st.fixed_dictionaries(
    {"CFDocument": _documents},
    optional={
        "CFItems": st.lists(_items, max_size=2),
        "CFAssociations": st.lists(_associations, max_size=2),
        "CFRubrics": st.lists(
            _objects(title=_text, CFRubricCriteria=st.lists(_criteria, max_size=2)), max_size=2
        ),
        "extensions": _open,
    },
)


@patient
@given(packages)
def test_what_fits_stays_as_it_is(package: dict[str, Any]) -> None:
    assert conform(package, PACKAGE, V11) == package


@needs_schema
@patient
@given(
    packages,
    st.dictionaries(
        st.sampled_from(["fullStatement", "educationLevel", "notes", "CFItemTypeURI", "subject",
                         "subjectURI", "statusEndDate", "lastChangeDateTime", "x", "extensions"]),
        st.none() | st.booleans() | st.integers() | _text | st.lists(_text) | _open,
    ),
)  # fmt: skip
def test_whatever_stands_in_an_item_fits_afterwards(
    package: dict[str, Any], wild: dict[str, Any]
) -> None:
    statement = {} if isinstance(wild.get("fullStatement"), str) else {"fullStatement": "x"}
    package["CFItems"] = [BASE | wild | statement]
    found = conform(package, PACKAGE, V11)
    jsonschema.Draft201909Validator(json.loads(SCHEMA.read_bytes())).validate(found)
    assert conform(found, PACKAGE, V11) == found


def test_what_the_standard_has_no_member_for_goes_into_extensions() -> None:
    item = BASE | {"fullStatement": "x", "colour": "blue", "extensions": {"colour": "red"}}
    found = conform(item, ITEM, V11)
    assert found["extensions"] == {"colour": "red", "colour_": "blue"}
    level = conform(BASE | {"score": "2.5", "colour": "blue"}, LEVEL, V11)
    assert (level["score"], level["extensions"]) == (2.5, [{"colour": "blue"}])


def test_loose_members_are_read_as_what_they_are() -> None:
    item = {
        "identifier": GUID,
        "uri": "https://school.example/1",
        "lastChangeDateTime": "2017-05-25T18:05:33",
        "fullStatement": "x",
        "educationLevel": "06",
        "CFItemTypeURI": f"https://school.example/{GUID}",
        "notes": None,
    }
    assert conform(item, ITEM, V11) == {
        "identifier": GUID,
        "uri": "https://school.example/1",
        "lastChangeDateTime": "2017-05-25T18:05:33Z",
        "fullStatement": "x",
        "educationLevel": ["06"],
        "CFItemTypeURI": {
            "title": GUID,
            "identifier": GUID,
            "uri": f"https://school.example/{GUID}",
        },
    }


def test_a_link_with_more_than_the_standard_has_is_kept_whole_beside() -> None:
    link = LINK | {"colour": "blue"}
    item = BASE | {"fullStatement": "x", "CFItemTypeURI": link}
    found = conform(item, ITEM, V11)
    assert found["CFItemTypeURI"] == LINK
    assert found["extensions"] == {"CFItemTypeURI": link}
    assert conform(item, ITEM, V10) == item


def test_extensions_stand_in_line_in_case_1_0() -> None:
    item = BASE | {"fullStatement": "x", "colour": "blue"}
    newer = conform(item, ITEM, V11)
    assert conform(newer, ITEM, V10) == item
    clash = BASE | {"fullStatement": "x", "extensions": {"fullStatement": "y"}}
    assert conform(clash, ITEM, V10) == clash
