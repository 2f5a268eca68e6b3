"""A framework comes out of the store as it went in, whatever its package holds."""

import copy
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from issuer.competency import framework_import, service
from issuer.competency.errors import (
    AmbiguousName,
    UnknownCaseVersion,
    UnknownFramework,
    UnknownFrameworkVersion,
)
from issuer.competency.models import FrameworkVersion
from issuer.db import session_scope
from issuer.errors import ImportProblems

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
SAMPLES = sorted((SHARED / "samples" / "case").glob("*.json"))
SCHEMA = SHARED / "standards" / "schemas" / "case11" / "case_v1p1_cfpackage-jsonschema1.json"
NOW = datetime(2026, 6, 30, tzinfo=UTC)

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
unknown = st.dictionaries(names.map(lambda name: f"x{name}"), values, max_size=3)


def through(engine: Engine, value: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Imported and exported again."""
    with session_scope(engine) as session:
        data = json.dumps(value).encode()
        report = framework_import.import_case(session, data, "framework.json", NOW)
    with session_scope(engine, read_only=True) as session:
        return service.export_case(session, report.framework_id, **options)


def guid_of(value: dict[str, Any]) -> UUID:
    return UUID(value["CFDocument"]["identifier"])


@pytest.mark.skipif(not SAMPLES, reason=f"no CASE samples in {SHARED}")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_published_framework_comes_out_as_it_went_in(engine: Engine, path: Path) -> None:
    value = json.loads(path.read_bytes())
    assert through(engine, value) == value


@pytest.mark.skipif(not (SAMPLES and SCHEMA.is_file()), reason=f"no CASE data in {SHARED}")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_published_framework_fits_the_official_schema(engine: Engine, path: Path) -> None:
    value = json.loads(path.read_bytes())
    exported = through(engine, value, version="1.1")
    schema = json.loads(SCHEMA.read_bytes())
    checker = jsonschema.Draft201909Validator.FORMAT_CHECKER
    jsonschema.Draft201909Validator(schema, format_checker=checker).validate(exported)
    assert not jsonschema.Draft201909Validator(schema).is_valid(value)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_member_is_lost_whatever_it_is_called(
    engine: Engine, framework: dict[str, Any], data: st.DataObject
) -> None:
    value = copy.deepcopy(framework)
    value["CFDefinitions"] = {"CFItemTypes": []}
    criterion = value["CFRubrics"][0]["CFRubricCriteria"][0]
    for place in (
        value,
        value["CFDocument"],
        value["CFItems"][0],
        value["CFAssociations"][1],
        value["CFAssociations"][1]["originNodeURI"],
        value["CFDefinitions"],
        value["CFRubrics"][0],
        criterion,
        criterion["CFRubricCriterionLevels"][0],
    ):
        place.update(data.draw(unknown))
    value["CFItems"] = data.draw(st.permutations(value["CFItems"]))
    value["CFAssociations"] = data.draw(st.permutations(value["CFAssociations"]))
    if data.draw(st.booleans()):
        value = {"CFPackage": value, **data.draw(unknown)}
    # One example takes the place of the one before: what changes is told apart as well.
    assert through(engine, copy.deepcopy(value)) == value


@pytest.mark.parametrize("empty", [None, [], "absent"])
@pytest.mark.parametrize("name", ["CFAssociations", "CFRubrics", "CFDefinitions"])
def test_absent_null_and_empty_stay_what_they_are(
    engine: Engine, framework: dict[str, Any], name: str, empty: Any
) -> None:
    framework[name] = {} if name == "CFDefinitions" and empty == [] else empty
    if empty == "absent":
        del framework[name]
    assert through(engine, framework) == framework


def test_repetitions_stay_where_they_are(engine: Engine, framework: dict[str, Any]) -> None:
    first, second, *_ = framework["CFAssociations"]
    framework["CFAssociations"] += [copy.deepcopy(first), copy.deepcopy(second)]
    assert through(engine, framework) == framework
    framework["CFAssociations"].insert(1, framework["CFAssociations"].pop(4))
    assert through(engine, framework) == framework


def test_rubrics_that_change_places_do_so_in_the_store(
    engine: Engine, framework: dict[str, Any]
) -> None:
    other = copy.deepcopy(framework["CFRubrics"][0]) | {"CFRubricCriteria": []}
    other["identifier"] = str(uuid4())
    framework["CFRubrics"].append(other)
    assert through(engine, framework) == framework
    framework["CFRubrics"].reverse()
    assert through(engine, framework) == framework


def test_earlier_versions_stay_readable(engine: Engine, framework: dict[str, Any]) -> None:
    first = copy.deepcopy(framework)
    first["CFDocument"]["version"] = "2025"
    second = copy.deepcopy(framework)
    second["CFDocument"]["version"] = "2026"
    second["CFItems"][1]["fullStatement"] = "Says something else."
    del second["CFItems"][3], second["CFAssociations"][3]
    assert through(engine, first) == first
    assert through(engine, second) == second
    assert through(engine, second) == second  # nothing changed: no version more
    key = guid_of(first)
    with session_scope(engine, read_only=True) as session:
        assert service.export_case(session, key, number=1) == first
        assert service.export_case(session, key, number=2) == second
        listed = service.framework_versions(session, key)
        assert [(one.number, one.version) for one in listed] == [(1, "2025"), (2, "2026")]
        assert service.frameworks(session)[0].version_number == 2
        with pytest.raises(UnknownFrameworkVersion, match="no version 3"):
            service.export_case(session, key, number=3)


def test_a_package_that_is_refused_makes_no_version(
    engine: Engine, framework: dict[str, Any]
) -> None:
    assert through(engine, framework) == framework
    bad = copy.deepcopy(framework)
    bad["CFItems"][0]["fullStatement"] = 7
    with pytest.raises(ImportProblems):
        through(engine, bad)
    with session_scope(engine, read_only=True) as session:
        assert session.exec(select(FrameworkVersion)).all() == []
        assert service.export_case(session, guid_of(framework)) == framework


def test_frameworks_are_named_by_identifier_title_or_uri(
    engine: Engine, framework: dict[str, Any]
) -> None:
    through(engine, framework)
    document = framework["CFDocument"]
    with session_scope(engine, read_only=True) as session:
        for name in (document["identifier"].upper(), document["title"], document["uri"]):
            assert service.framework_named(session, name) == guid_of(framework)
        with pytest.raises(UnknownFramework):
            service.framework_named(session, "Another")
        with pytest.raises(UnknownFramework):
            service.export_case(session, uuid4())
        with pytest.raises(UnknownCaseVersion):
            service.export_case(session, guid_of(framework), version="2.0")
    document["identifier"] = str(uuid4())
    through(engine, {"CFDocument": document})
    with session_scope(engine, read_only=True) as session, pytest.raises(AmbiguousName):
        service.framework_named(session, document["title"])


def test_extensions_come_and_go_between_the_versions_of_case(
    engine: Engine, framework: dict[str, Any]
) -> None:
    framework["CFItems"][0] |= {"extensions": {"x": 1}, "ext:colour": "blue", "notes": 7.5}
    through(engine, framework)
    with session_scope(engine, read_only=True) as session:
        newer = service.export_case(session, guid_of(framework), version="1.1")
        older = service.export_case(session, guid_of(framework), version="1.0")
    assert newer["CFItems"][0]["extensions"] == {"x": 1, "ext:colour": "blue", "notes": 7.5}
    assert "notes" not in newer["CFItems"][0]
    assert {"x": 1, "ext:colour": "blue"}.items() <= older["CFItems"][0].items()
    assert "extensions" not in older["CFItems"][0]
    assert newer["CFItems"][1] == framework["CFItems"][1]
